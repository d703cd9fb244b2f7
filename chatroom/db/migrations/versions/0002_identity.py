"""Identity: the state of people, first passwords, refresh tokens and guests' sessions, one-time codes."""

import sqlalchemy as sa
from alembic import op

from chatroom.db import types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for change in (users, passwords, sessions, codes):
        change()


def users() -> None:
    op.add_column("users", sa.Column("status", types.Word(12), nullable=False, server_default="active"))
    op.add_column("users", sa.Column("expires_at", types.Time()))
    op.add_column("users", sa.Column("declared_age", types.Word(12)))
    op.create_index(op.f("ix_users_expires_at"), "users", ["expires_at"])


def passwords() -> None:
    op.add_column(
        "passwords", sa.Column("must_change", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("passwords", sa.Column("expires_at", types.Time()))
    op.add_column("passwords", sa.Column("tries", sa.Integer(), nullable=False, server_default="0"))


def sessions() -> None:
    op.add_column("sessions", sa.Column("kind", types.Word(8), nullable=False, server_default="access"))
    op.add_column("sessions", sa.Column("token_hash", types.Word(64)))
    op.add_column("sessions", sa.Column("refresh_hash", types.Word(64)))
    op.add_column("sessions", sa.Column("generation", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("sessions", sa.Column("rotated_at", types.Time()))
    op.add_column("sessions", sa.Column("idle_seconds", sa.Integer()))
    op.add_column(
        "sessions", sa.Column("must_change", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_index(op.f("ix_sessions_token_hash"), "sessions", ["token_hash"], unique=True)


def codes() -> None:
    op.create_table(
        "codes",
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("purpose", types.Word(12), nullable=False),
        sa.Column("hashed", types.Word(64), nullable=False),
        sa.Column("kind", types.Word(8), nullable=False),
        sa.Column("lookup", types.Word(64), nullable=False),
        sa.Column("sealed", types.Text()),
        sa.Column("created_at", types.Time(), nullable=False),
        sa.Column("expires_at", types.Time(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_codes_user_id")),
        sa.PrimaryKeyConstraint("user_id", "purpose", name=op.f("pk_codes")),
    )
    op.create_index(op.f("ix_codes_expires_at"), "codes", ["expires_at"])
