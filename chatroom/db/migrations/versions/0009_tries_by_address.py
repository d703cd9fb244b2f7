"""Tries at a code or a first password, counted apart for the address that asked for it.

Else a stranger who tries five wrong ones uses up what its owner has.
"""

import sqlalchemy as sa
from alembic import op

from chatroom.db import types

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("codes", "passwords"):
        op.add_column(table, sa.Column("address", types.Word(45), nullable=False, server_default=""))
        op.add_column(table, sa.Column("tries_elsewhere", sa.Integer(), nullable=False, server_default="0"))
