"""The command line. Every command raises `exits.CommandError` where it cannot go on; `main` alone says so."""

import errno
import inspect
import os
import sys
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from chatroom import __version__
from chatroom.exits import BadArgument, BadSetting, BadSettings, CommandError, sentences
from chatroom.usage import bad_argument

RESEAL_BATCH: Final = 200  # rows of one transaction
# What a file system has against a file of ours; anything else is a fault of ours and shows where it is.
_OUTSIDE: Final = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT)
ROLES: Final = ("user", "moderator", "admin")
app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Chatroom: a real-time community server.",
)


def main() -> None:
    """Run the command line. Whatever ends a command early is said here, in one form, with its exit code."""
    try:
        sys.exit(app(prog_name="chatroom", standalone_mode=False))
    except typer.Abort:
        sys.exit(130)
    except typer.TyperException as error:
        refused: CommandError = bad_argument(error)
    except CommandError as error:
        refused = error
    except OSError as error:
        if error.errno not in _OUTSIDE or not error.filename:
            raise
        refused = CommandError(str(error.filename), f"cannot be used: {os.strerror(error.errno)}")
    for sentence in sentences(refused):
        print(sentence, file=sys.stderr)
    sys.exit(refused.code)


@app.callback(invoke_without_command=True)
def start(
    ctx: typer.Context,
    *,
    version: Annotated[bool, typer.Option("--version", "-V", help="Print the version and stop.")] = False,
) -> None:
    """Chatroom: a real-time community server."""
    if version:
        typer.echo(__version__)
        raise typer.Exit
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


def _must_be_ready(settings: Any) -> None:
    """Raise `db.Unavailable` unless there is a database with the schema of this version.

    A file that no server has made would be made here, in the wrong folder perhaps.
    """
    from chatroom.db import Unavailable
    from chatroom.db.migrate import must_be_newest
    from chatroom.db.url import parse

    target = parse(settings.database)
    if target.dialect == "sqlite" and not Path(target.url.database or "").is_file():
        raise Unavailable(f"there is no {target.url.database}; a server makes it when it first starts")
    must_be_newest(settings.database)


@app.command()
def serve(
    port: Annotated[
        str | None, typer.Option(help="The port to listen on, instead of PORT.", metavar="NUMBER")
    ] = None,
    host: Annotated[
        str | None, typer.Option(help="The address to listen on, instead of HOST.", metavar="ADDRESS")
    ] = None,
) -> None:
    """Bring the database up to date and serve everything on one port until SIGTERM or Ctrl+C."""
    from chatroom.serve import run
    from chatroom.settings import load

    options = {name: value for name, value in (("port", port), ("host", host)) if value is not None}
    try:
        settings = load(**options)
    except BadSettings as error:
        faults = [fault for fault in error.faults if fault.name.lower() in options]
        if faults:
            raise BadArgument(f"--{faults[0].name.lower()}", faults[0].why) from None
        raise
    run(settings)


@app.command()
def migrate() -> None:
    """Bring the database up to date and stop. A SQLite that a server uses is left alone: stop that server first."""
    from chatroom.db import Unavailable
    from chatroom.db.exclusive import hold
    from chatroom.db.migrate import upgrade
    from chatroom.features import tables
    from chatroom.serve import prepare
    from chatroom.settings import load

    settings = load()
    prepare(settings.data)
    with settings.database_named():
        try:
            with hold(settings.database):
                upgrade(settings.database, tables)
        except Unavailable as error:
            try:
                _must_be_ready(settings)  # a server that has brought it up to date may go on with it
            except Unavailable:
                raise error from None
    typer.echo("The database is up to date.")


@app.command()
def role(
    who: Annotated[str, typer.Argument(help="The e-mail address or phone number of a member.")],
    role: Annotated[str, typer.Argument(help=f"What they shall be: {', '.join(ROLES)}.")],
) -> None:
    """Make a member a moderator or an admin, or a user again: the first admin comes from here.

    A running server knows within a second. Who loses rights is signed out.
    """
    import asyncio

    from chatroom.core.errors import Problem
    from chatroom.settings import load

    if role not in ROLES:
        raise BadArgument("ROLE", f"must be one of {', '.join(ROLES)}")
    settings = load()
    try:
        with settings.database_named():
            _must_be_ready(settings)
            handle = asyncio.run(_give_role(settings, who, role))
    except Problem as problem:
        why = "is the address or number of no member" if problem.code == "not_found" else problem.message
        raise BadArgument("WHO", why) from None
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
    from chatroom.settings import load

    letters = list(Outbox(load().data / OUTBOX, system))
    for letter in letters:
        typer.echo(f"{letter.at}  {letter.way} to {letter.to}  {letter.subject}\n  {letter.text}")
    if not letters:
        typer.echo("Nothing was written into the outbox of this CHATROOM_DATA.", err=True)


@app.command()
def rotate_keys() -> None:
    """Seal everything anew with the newest ENCRYPTION_KEY; run it again when it was interrupted.

    Give the earlier keys in ENCRYPTION_KEY_OLD, here and to the running servers; take them away when this is done.
    """
    import asyncio

    from chatroom.settings import load

    settings = load()
    try:
        with settings.database_named():
            _must_be_ready(settings)
            asyncio.run(_rotate_keys(settings))
    except ValueError:
        raise BadSetting("ENCRYPTION_KEY_OLD", "lacks a key that something is still sealed with") from None


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
        table.add_row(way, address, op.may.name, op.limit or "", where)
    Console(width=None if sys.stdout.isatty() else 200).print(table)


@app.command()
def contract(
    *,
    check: Annotated[bool, typer.Option("--check", help="Only tell whether a file is out of date.")] = False,
) -> None:
    """Write what the server promises: OpenAPI, AsyncAPI, reference pages, TypeScript. In a checkout of the source."""
    from chatroom import features
    from chatroom.contract import files
    from chatroom.contract.surface import collect
    from chatroom.gateway.chat.dialects import SPOKEN
    from chatroom.http.dialects import SURFACES
    from chatroom.settings import Settings

    root = Path(__file__).parent.parent
    if not (root / "pyproject.toml").is_file():
        raise BadArgument("contract", "writes into a checkout of the source, which this is not")
    made = files.generate(
        collect(features.operations.values(), features.events, SURFACES, features.kinds, SPOKEN), Settings
    )
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
        raise CommandError("bench", f"not run: {error}") from None


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)
