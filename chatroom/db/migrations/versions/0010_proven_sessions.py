"""When a session last proved who it is for, and the newest of its refreshed tokens that was used."""

import sqlalchemy as sa
from alembic import op

from chatroom.db import types

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sessions", sa.Column("proven_at", types.Time()))
    op.add_column("sessions", sa.Column("used_generation", sa.Integer(), nullable=False, server_default="0"))
