# ruff: noqa: INP001 - Alembic loads this file by path
"""Alembic's way in: connection and tables come from chatroom.db.migrate, never from a settings file."""

from alembic import context

options = context.config.attributes
context.configure(
    connection=options["connection"],
    target_metadata=options["metadata"],
    # SQLite changes a column by copying its table.
    render_as_batch=True,
    user_module_prefix="types.",
)
with context.begin_transaction():
    context.run_migrations()
