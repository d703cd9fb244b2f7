"""What a client called a type of message that is none of ours is kept beside the one it became (docs/dialects.md)."""

import sqlalchemy as sa
from alembic import op

from chatroom.db import types

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("messages", sa.Column("original_type", types.Name(32)))
