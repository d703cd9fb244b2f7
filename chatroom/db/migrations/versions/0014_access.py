"""The head of a room's log counts what may change who may do what there, so that a send is guarded by that alone."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("room_heads", sa.Column("access", sa.Integer(), nullable=False, server_default="0"))
