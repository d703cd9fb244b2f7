"""The table of `make bounds`, and its place in the document."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.security.bounds.measure import HEALTH, MEMORY, WORSE, Result

BEGIN: Final = "<!-- written by `make bounds`: begin -->"
END: Final = "<!-- written by `make bounds`: end -->"
_HEAD: Final = (
    "| what | as whom | memory at the peak, after | `/health`, worst | p99 of others, before and during "
    "| against an honest load of the size | cores | what it was told |\n|---|---|---|---|---|---|---|---|"
)


def beside(result: Result, control: Sequence[Result]) -> float:
    """The p99 beside an honest load for which the server uses as much of a core; 0 when none was measured."""
    points = sorted((each.share, each.p99) for each in control)
    if not points:
        return 0.0
    below = max((point for point in points if point[0] <= result.share), default=points[0])
    above = min((point for point in points if point[0] >= result.share), default=points[-1])
    if above[0] == below[0]:
        return below[1]
    part = (result.share - below[0]) / (above[0] - below[0])
    return below[1] + part * (above[1] - below[1])


def missed(result: Result, control: Sequence[Result]) -> list[str]:
    """The bars that a row does not keep."""
    bars = {
        "memory": result.peak > MEMORY,
        "health": result.health_own > HEALTH,
        "p99": bool(control) and result.p99 > WORSE * max(beside(result, control), result.quiet_p99),
        "others": bool(result.lost),
    }
    return [name for name, is_missed in bars.items() if is_missed]


def line(result: Result, control: Sequence[Result]) -> str:
    """A row."""
    told = ", ".join(f"{what} x{count}" for what, count in result.said.items()) or "nothing"
    reference = beside(result, control)
    cells = [
        result.name,
        ", ".join(result.who),
        f"{result.peak:+.0f}, {result.settled:+.0f} MB",
        f"{result.health_own * 1000:.0f} ms ({result.health * 1000:.0f})",
        f"{result.quiet_p99 * 1000:.1f}, {result.p99 * 1000:.1f} ms",
        f"{result.p99 / reference:.1f}x" if reference else "-",
        f"{result.share:.2f}",
        f"{told}; {result.opened} connections, {result.sent:.1f} MB",
        *([f"**missed: {', '.join(found)}**"] if (found := missed(result, control)) else []),
        *([f"others: {'; '.join(result.lost)}"] if result.lost else []),
    ]
    return f"| {' | '.join(cells)} |"


def render(results: Sequence[Result], control: Sequence[Result]) -> str:
    """The whole table."""
    seconds = max((result.seconds for result in results), default=0.0)
    said = f"{seconds:.0f} seconds a row. Beside honest loads: " + ", ".join(
        f"{each.p99 * 1000:.1f} ms at {each.share:.2f} cores" for each in control
    )
    return "\n".join([f"{said}.\n", _HEAD, *[line(result, control) for result in results]])


def write(document: Path, results: Sequence[Result], control: Sequence[Result]) -> None:
    """Put the table between its marks."""
    text = document.read_text()
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    document.write_text(f"{before}{BEGIN}\n\n{render(results, control)}\n\n{END}{after}")
