"""Why a command ends without doing its work: a sentence that names what to mend, and an exit code of sysexits.h.

Whatever part finds the reason raises one of these; `chatroom.cli.main` alone prints it, as `chatroom: NAME: why`, and
ends the process. A sentence never quotes a value: it may be a secret.
"""

from typing import Final

USAGE: Final = 64  # EX_USAGE: the command line is wrong
UNAVAILABLE: Final = 69  # EX_UNAVAILABLE: something outside is away or taken; starting again may help
CUT_SHORT: Final = 75  # EX_TEMPFAIL: a server that was told to stop could not end everything in time
CONFIG_ERROR: Final = 78  # EX_CONFIG: do not restart, mend the settings


class CommandError(Exception):
    """Something outside that a command needs cannot be used: a database, a port, a folder. Exit 69.

    `name` is the setting or argument that says where it is, `why` the rest of the sentence.
    """

    code: int = UNAVAILABLE

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.name = name
        self.why = why


class BadArgument(CommandError):
    """A command was called wrongly. Exit 64. `name` is the argument, option or command."""

    code = USAGE


class BadSetting(CommandError):
    """A setting with which no command goes on. Exit 78. `name` is the variable."""

    code = CONFIG_ERROR


class BadSettings(CommandError):
    """All settings that are wrong, each in a line of its own. Exit 78."""

    code = CONFIG_ERROR

    def __init__(self, faults: list[BadSetting]) -> None:
        super().__init__(", ".join(fault.name for fault in faults), "; ".join(fault.why for fault in faults))
        self.faults = faults


def sentences(error: CommandError) -> list[str]:
    """What to print of an error, a line each."""
    return [f"chatroom: {fault}" for fault in (error.faults if isinstance(error, BadSettings) else [error])]
