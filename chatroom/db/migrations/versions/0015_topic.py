"""A room has a topic: one line that says what it is about."""

import sqlalchemy as sa
from alembic import op

from chatroom.db import types

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("rooms", sa.Column("topic", types.Name(256)))
