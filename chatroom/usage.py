"""A command line that cannot be understood, in the words that the rest of the program uses."""

from typing import Any

import typer

from chatroom.exits import BadArgument


def bad_argument(error: typer.TyperException) -> BadArgument:
    """Say what is wrong with the command line: typer's own sentences are of several forms, some pydantic's.

    Typer keeps the classes of its errors to itself, so they are told apart by their public attributes.
    """
    help_of = _help(getattr(error, "ctx", None))
    parameter = getattr(error, "param", None)
    option = getattr(error, "option_name", None)
    kind = type(error).__name__
    if kind == "NoSuchOption":
        return BadArgument(str(option), f"there is no such option; {help_of}")
    if option is not None:
        return BadArgument(str(option), f"needs a value, or takes none; {help_of}")
    if kind == "MissingParameter" and parameter is not None:
        return BadArgument(_name(parameter), f"is missing; {help_of}")
    if parameter is not None:
        return BadArgument(_name(parameter), f"has a value that cannot be used; {help_of}")
    if "No such command" in error.message:
        return BadArgument(error.message.split("'")[1], f"there is no such command; {help_of}")
    return BadArgument("arguments", f"there are more than this command takes; {help_of}")


def _name(parameter: Any) -> str:
    """An option as it is written, an argument as the help shows it."""
    if parameter.param_type_name == "option":
        return str(max(parameter.opts, key=len))
    return str(parameter.name).upper()


def _help(ctx: Any) -> str:
    return f"see `{ctx.command_path if ctx else 'chatroom'} --help`"
