"""The command line: serve, migrate, role, outbox, rotate-keys, routes, contract, bench."""

import inspect
import sys
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import typer

from chatroom import __version__

CONFIG_ERROR: Final = 78  # EX_CONFIG of sysexits.h: do not restart, mend the settings
RESEAL_BATCH: Final = 200  # rows of one transaction
app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Chatroom: a real-time community server.",
)


def main() -> None:
    """Run the command line."""
    app()


def _settings() -> Any:
    """Read the settings; a bad one ends the program, naming the variable and never its value."""
    from pydantic import ValidationError

    from chatroom.settings import Settings

    try:
        return Settings()
    except ValidationError as error:
        for detail in error.errors(include_input=False, include_url=False):
            # A default that does not fit the rest goes by the field's name, which is the variable's in capitals.
            typer.echo(f"chatroom: {str(detail['loc'][0]).upper()}: {detail['msg']}", err=True)
        raise typer.Exit(CONFIG_ERROR) from None


@app.command()
def serve(
    port: Annotated[int | None, typer.Option(help="The port to listen on, instead of PORT.")] = None,
    host: Annotated[str | None, typer.Option(help="The address to listen on, instead of HOST.")] = None,
) -> None:
    """Bring the database up to date and serve everything on one port until SIGTERM or Ctrl+C."""
    from chatroom.serve import run

    changes = {key: value for key, value in {"port": port, "host": host}.items() if value is not None}
    raise typer.Exit(run(_settings().model_copy(update=changes)))


@app.command()
def migrate() -> None:
    """Bring the database up to date and stop."""
    from chatroom.db.migrate import upgrade
    from chatroom.features import tables

    upgrade(_settings().database, tables)
    typer.echo("The database is up to date.")


@app.command()
def role(
    who: Annotated[str, typer.Argument(help="The e-mail address or phone number of a member.")],
    role: Annotated[Literal["user", "moderator", "admin"], typer.Argument(help="What they shall be.")],
) -> None:
    """Make a member a moderator or an admin, or a user again: the first admin comes from here.

    A running server knows at once. Who loses rights is signed out; a socket that is open just now stays open until
    its token ends, but no event of a socket asks for more than a user's rights.
    """
    import asyncio

    from chatroom.core.errors import Problem

    try:
        handle = asyncio.run(_give_role(_settings(), who, role))
    except Problem as problem:
        typer.echo(
            f"chatroom: {problem.message if problem.code != 'not_found' else 'no member has this address'}",
            err=True,
        )
        raise typer.Exit(1) from None
    typer.echo(f"{handle} is {'an' if role == 'admin' else 'a'} {role} now.")


async def _give_role(settings: Any, who: str, role: str) -> str:
    from chatroom.app import build
    from chatroom.core.context import Context
    from chatroom.core.principal import SYSTEM, Role
    from chatroom.features.auth import service as auth

    node = await build(settings)
    try:
        return await auth.give_role(Context(node.kernel, SYSTEM), who, Role(role))
    finally:
        await node.close()


@app.command()
def outbox() -> None:
    """Print the text messages and mails that a development server would have sent."""
    from chatroom.adapters.outbox import OUTBOX, Outbox
    from chatroom.core.clock import system

    for letter in Outbox(_settings().data / OUTBOX, system):
        typer.echo(f"{letter.at}  {letter.way} to {letter.to}  {letter.subject}\n  {letter.text}")


@app.command()
def rotate_keys() -> None:
    """Seal everything anew with the newest ENCRYPTION_KEY; run it again when it was interrupted.

    Give the earlier keys in ENCRYPTION_KEY_OLD, here and to the running servers; take them away when this is done.
    """
    import asyncio

    try:
        asyncio.run(_rotate_keys(_settings()))
    except ValueError:
        typer.echo("chatroom: ENCRYPTION_KEY_OLD: lacks a key that something is still sealed with", err=True)
        raise typer.Exit(CONFIG_ERROR) from None


async def _rotate_keys(settings: Any) -> None:
    from chatroom.app import build
    from chatroom.core.context import Context
    from chatroom.core.principal import SYSTEM
    from chatroom.features.auth import service as auth
    from chatroom.features.rooms import service as rooms

    node = await build(settings)
    try:
        for what, reseal in (("addresses and numbers", auth.reseal), ("invites", rooms.reseal)):
            left = None
            while left != 0:
                left = await reseal(Context(node.kernel, SYSTEM), RESEAL_BATCH)
                typer.echo(f"{what}: {left} left")
    finally:
        await node.close()


@app.command()
def routes() -> None:
    """Print every HTTP address and socket event with the function that serves it."""
    from rich.console import Console
    from rich.table import Table

    from chatroom.features import operations
    from chatroom.http.dialects import SURFACES

    table = Table(box=None, pad_edge=False)
    for title in ("way in", "address", "may", "limit", "served by"):
        table.add_column(title, overflow="fold")
    rows = [
        (surface.name, f"{op.method} {surface.prefix}{op.path}", op)
        for surface in SURFACES
        for op in operations.values()
        if surface.serves(op)
    ]
    rows += [("socket", op.socket, op) for op in operations.values() if op.socket]
    for way, address, op in rows:
        source = Path(inspect.getsourcefile(op.call) or "")
        line = inspect.getsourcelines(op.call)[1]
        where = f"{op.name}  {'/'.join(source.parts[-4:])}:{line}"
        table.add_row(way, address, op.may, op.limit or "", where)
    Console(width=None if sys.stdout.isatty() else 200).print(table)


@app.command()
def contract(
    *,
    check: Annotated[bool, typer.Option("--check", help="Only tell whether a file is out of date.")] = False,
) -> None:
    """Write what the server promises: OpenAPI, AsyncAPI, reference pages, TypeScript."""
    from chatroom import features
    from chatroom.contract import files
    from chatroom.contract.surface import collect
    from chatroom.http.dialects import SURFACES
    from chatroom.settings import Settings

    root = Path(__file__).parent.parent
    made = files.generate(collect(features.operations.values(), features.events, SURFACES), Settings)
    if not check:
        files.write(root, made)
    elif names := files.outdated(root, made):
        typer.echo("Out of date, run `make contract`: " + ", ".join(names), err=True)
        raise typer.Exit(1)


@app.command()
def bench(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False
) -> None:
    """Measure in a minute what this machine can carry, with a server of its own on loopback."""
    from chatroom.bench import short
    from chatroom.bench.load import NotRun

    try:
        short.show(as_json=as_json)
    except NotRun as error:
        typer.echo(f"not run: {error}", err=True)
        raise typer.Exit(1) from None


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)
