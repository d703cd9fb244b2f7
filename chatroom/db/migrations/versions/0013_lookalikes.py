"""What handles and names look like: handles that can be taken for each other are one handle from now on."""

import sqlalchemy as sa
from alembic import op

from chatroom.core.lookalikes import key
from chatroom.db import types

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_BATCH = 1_000
_USERS = sa.table(
    "users",
    sa.column("id", types.Id()),
    sa.column("username", types.Word(40)),
    sa.column("name", types.Name(64)),
    sa.column("handle_key", types.Word(32)),
    sa.column("name_key", types.Word(32)),
)
_NEXT = (
    sa.select(_USERS.c.id, _USERS.c.username, _USERS.c.name)
    .where(_USERS.c.id > sa.bindparam("after"))
    .order_by(_USERS.c.id)
    .limit(_BATCH)
)
_SET = (
    sa.update(_USERS)
    .where(_USERS.c.id == sa.bindparam("user"))
    .values(handle_key=sa.bindparam("handle"), name_key=sa.bindparam("look"))
)


def upgrade() -> None:
    op.add_column("users", sa.Column("handle_key", types.Word(32)))
    op.add_column("users", sa.Column("name_key", types.Word(32)))
    op.add_column("users", sa.Column("claimed_name", types.Name(64)))
    _fill(op.get_bind())
    op.create_index(op.f("ix_users_handle_key"), "users", ["handle_key"], unique=True)


def _fill(connection: sa.Connection) -> None:
    """Give everybody their keys; of handles that look alike already the oldest person's has it, the others' none."""
    taken: set[str] = set()
    after = "00000000-0000-0000-0000-000000000000"
    while rows := connection.execute(_NEXT, {"after": after}).all():
        changes = []
        for row in rows:
            handle = key(row.username)
            changes.append(
                {"user": row.id, "handle": None if handle in taken else handle, "look": key(row.name)}
            )
            taken.add(handle)
        connection.execute(_SET, changes)
        after = rows[-1].id
