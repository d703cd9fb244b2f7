"""Lounges: found by a slug; some belong to nobody, and some end when nobody speaks there any more."""

import sqlalchemy as sa
from alembic import op

from chatroom.db import types

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("rooms") as rooms:
        rooms.alter_column("created_by", existing_type=types.Id(), nullable=True)
        rooms.add_column(sa.Column("slug", types.Name(256)))
        rooms.add_column(sa.Column("expires_at", types.Time()))
        rooms.create_unique_constraint(op.f("uq_rooms_slug"), ["slug"])
        rooms.create_index(op.f("ix_rooms_expires_at"), ["expires_at"])
