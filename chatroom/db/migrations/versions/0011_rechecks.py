"""Whose sockets every node shall look at again: what one node changes reaches those of the others within a second."""

import sqlalchemy as sa
from alembic import op

from chatroom.db import types

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rechecks",
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("at", types.Time(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_rechecks")),
    )
    op.create_index(op.f("ix_rechecks_at"), "rechecks", ["at"])
