"""The first tables: people and how they prove who they are, rooms and their logs, messages, jobs."""

import sqlalchemy as sa
from alembic import op

from chatroom.db import types

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    for create in (
        jobs,
        room_entries,
        room_heads,
        users,
        identifiers,
        passwords,
        rooms,
        sessions,
        invites,
        members,
        messages,
    ):
        create()


def jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("name", types.Word(64), nullable=False),
        sa.Column("key", types.Word(64)),
        sa.Column("payload", types.Json()),
        sa.Column("state", types.Word(8), nullable=False),
        sa.Column("due_at", types.Time(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claim", types.Id()),
        sa.Column("error", types.Text()),
        sa.Column("created_at", types.Time(), nullable=False),
        sa.Column("ended_at", types.Time()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("name", "key", name=op.f("uq_jobs_name_key")),
    )
    op.create_index(op.f("ix_jobs_state_due_at"), "jobs", ["state", "due_at"])


def room_entries() -> None:
    op.create_table(
        "room_entries",
        sa.Column("room_id", types.Id(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", types.Word(16), nullable=False),
        sa.Column("actor_id", types.Id(), nullable=False),
        sa.Column("subject_id", types.Id()),
        sa.Column("at", types.Time(), nullable=False),
        sa.Column("data", types.Json()),
        sa.PrimaryKeyConstraint("room_id", "seq", name=op.f("pk_room_entries")),
    )


def room_heads() -> None:
    op.create_table(
        "room_heads",
        sa.Column("room_id", types.Id(), nullable=False),
        sa.Column("epoch", types.Word(32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("room_id", name=op.f("pk_room_heads")),
    )


def users() -> None:
    op.create_table(
        "users",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("kind", types.Word(16), nullable=False),
        sa.Column("role", types.Word(16), nullable=False),
        sa.Column("name", types.Name(64), nullable=False),
        sa.Column("username", types.Word(40), nullable=False),
        sa.Column("created_at", types.Time(), nullable=False),
        sa.Column("last_seen_at", types.Time()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("username", name=op.f("uq_users_username")),
    )


def identifiers() -> None:
    op.create_table(
        "identifiers",
        sa.Column("kind", types.Word(8), nullable=False),
        sa.Column("lookup", types.Word(64), nullable=False),
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("sealed", types.Text(), nullable=False),
        sa.Column("created_at", types.Time(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_identifiers_user_id")),
        sa.PrimaryKeyConstraint("kind", "lookup", name=op.f("pk_identifiers")),
    )
    op.create_index(op.f("ix_identifiers_user_id"), "identifiers", ["user_id"])


def passwords() -> None:
    op.create_table(
        "passwords",
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("hashed", types.Word(100), nullable=False),
        sa.Column("changed_at", types.Time(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_passwords_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_passwords")),
    )


def rooms() -> None:
    op.create_table(
        "rooms",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("name", types.Name(80), nullable=False),
        sa.Column("is_private", sa.Boolean(), nullable=False),
        sa.Column("kind", types.Word(16), nullable=False),
        sa.Column("created_by", types.Id(), nullable=False),
        sa.Column("created_at", types.Time(), nullable=False),
        sa.Column("member_count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_rooms_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rooms")),
    )
    op.create_index(op.f("ix_rooms_is_private"), "rooms", ["is_private"])


def sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("created_at", types.Time(), nullable=False),
        sa.Column("last_used_at", types.Time(), nullable=False),
        sa.Column("expires_at", types.Time(), nullable=False),
        sa.Column("revoked_at", types.Time()),
        sa.Column("device", types.Name(200), nullable=False),
        sa.Column("address", types.Word(45), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sessions_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
    )
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])


def invites() -> None:
    op.create_table(
        "invites",
        sa.Column("room_id", types.Id(), nullable=False),
        sa.Column("lookup", types.Word(64), nullable=False),
        sa.Column("sealed", types.Text(), nullable=False),
        sa.Column("created_at", types.Time(), nullable=False),
        sa.Column("expires_at", types.Time()),
        sa.Column("max_uses", sa.Integer()),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_invites_room_id")),
        sa.PrimaryKeyConstraint("room_id", name=op.f("pk_invites")),
        sa.UniqueConstraint("lookup", name=op.f("uq_invites_lookup")),
    )


def members() -> None:
    op.create_table(
        "members",
        sa.Column("room_id", types.Id(), nullable=False),
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("role", types.Word(16), nullable=False),
        sa.Column("joined_at", types.Time(), nullable=False),
        sa.Column("joined_seq", sa.Integer(), nullable=False),
        sa.Column("read_seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_members_room_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_members_user_id")),
        sa.PrimaryKeyConstraint("room_id", "user_id", name=op.f("pk_members")),
    )
    op.create_index(op.f("ix_members_user_id"), "members", ["user_id"])


def messages() -> None:
    op.create_table(
        "messages",
        sa.Column("room_id", types.Id(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("sender_id", types.Id(), nullable=False),
        sa.Column("client_msg_id", types.Word(64)),
        sa.Column("message_type", types.Word(16), nullable=False),
        sa.Column("content", types.Text(), nullable=False),
        sa.Column("created_at", types.Time(), nullable=False),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_messages_room_id")),
        sa.ForeignKeyConstraint(["sender_id"], ["users.id"], name=op.f("fk_messages_sender_id")),
        sa.PrimaryKeyConstraint("room_id", "seq", name=op.f("pk_messages")),
        sa.UniqueConstraint("id", name=op.f("uq_messages_id")),
        sa.UniqueConstraint(
            "room_id", "sender_id", "client_msg_id", name=op.f("uq_messages_room_id_sender_id_client_msg_id")
        ),
    )
