"""Charts as SVG text: lines and groups of bars whose heights start at zero. Legible on light and on dark pages."""

import math
from collections.abc import Sequence
from html import escape
from typing import Final, NamedTuple

_WIDTH: Final = 720
_LEFT: Final = 60
_RIGHT: Final = 705
_TOP: Final = 54
_BOTTOM: Final = 290
_LEGEND: Final = 348
_COLUMN: Final = 325
_MARKS: Final = 5  # the most steps of an axis
_STYLE: Final = (
    "<style>rect.paper{fill:#ffffff}text{fill:#1b1f24}text.unit{fill:#555b61}line{stroke:#d8dbde}"
    "@media (prefers-color-scheme: dark){rect.paper{fill:#15191e}text{fill:#e8eaed}text.unit{fill:#a9b0b7}"
    "line{stroke:#39414a}}</style>"
)


class Line(NamedTuple):
    """One line of a chart."""

    label: str
    colour: str
    points: Sequence[tuple[float, float]]
    dashed: bool = False


class Bars(NamedTuple):
    """The bars of one colour, one in each group; None leaves a gap."""

    label: str
    colour: str
    values: Sequence[float | None]


def short(number: float) -> str:
    """Write a number in few characters: 16.5M, 306k, 97."""
    for size, mark in ((1e6, "M"), (1e3, "k")):
        if number >= size:
            return f"{number / size:.3g}{mark}"
    return f"{number:.3g}"


def _text(x: float, y: float, text: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{escape(text)}</text>'


def _legend(series: Sequence[Line | Bars]) -> list[str]:
    parts = []
    for at, one in enumerate(series):
        x, y = _LEFT + at % 2 * _COLUMN, _LEGEND + at // 2 * 20
        stroke = ' stroke-dasharray="5 3"' if isinstance(one, Line) and one.dashed else ""
        parts.append(
            f'<path d="M{x} {y - 4}h22" stroke="{one.colour}" stroke-width="{3 if stroke else 8}"{stroke}/>'
        )
        parts.append(_text(x + 30, y, one.label))
    return parts


def _document(title: str, unit: str, parts: Sequence[str], series: Sequence[Line | Bars]) -> str:
    height = _LEGEND + (len(series) + 1) // 2 * 20
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-label="{escape(title, quote=True)}" font-family="sans-serif" font-size="12">{_STYLE}'
        f'<rect class="paper" width="{_WIDTH}" height="{height}" rx="6"/>'
    )
    titles = [
        _text(14, 22, title, 'font-size="15" font-weight="bold"'),
        _text(14, 40, unit, 'class="unit"'),
    ]
    return "\n".join([head, *titles, *parts, *_legend(series), "</svg>\n"])


class _Axis:
    """A linear axis from zero, with round steps up to at least the greatest number."""

    def __init__(self, numbers: Sequence[float]) -> None:
        most = max(numbers, default=0) or 1.0
        power = 10.0 ** math.floor(math.log10(most / _MARKS))
        self._step = next(
            step * power for step in (1, 2, 5, 10) if step * power * _MARKS >= most * (1 - 1e-9)
        )
        self._count = math.ceil(most / self._step - 1e-9)

    def at(self, number: float) -> float:
        return _BOTTOM - number / (self._step * self._count) * (_BOTTOM - _TOP)

    @property
    def ticks(self) -> list[float]:
        return [self._step * count for count in range(self._count + 1)]


def _grid(axis: _Axis) -> list[str]:
    parts = []
    for tick in axis.ticks:
        y = axis.at(tick)
        parts.append(f'<line x1="{_LEFT}" x2="{_RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(_text(_LEFT - 6, y + 4, short(tick), 'text-anchor="end"'))
    return parts


def _places(xs: Sequence[float]) -> dict[float, float]:
    """Where each x stands: by its logarithm, for each is several times the one before."""
    low, high = math.log10(xs[0]), math.log10(xs[-1])
    width = _RIGHT - _LEFT - 40
    return {x: _LEFT + 20 + (math.log10(x) - low) / ((high - low) or 1) * width for x in xs}


def lines(title: str, unit: str, below: str, series: Sequence[Line]) -> str:
    """Draw lines from zero over what `below` names, which stands by its logarithm and says so."""
    axis = _Axis([y for one in series for _, y in one.points])
    at = _places(sorted({x for one in series for x, _ in one.points}) or [1.0])
    parts = _grid(axis) + [_text(x, _BOTTOM + 18, short(of), 'text-anchor="middle"') for of, x in at.items()]
    note = f"{below} (logarithmic)"
    parts.append(_text((_LEFT + _RIGHT) / 2, _BOTTOM + 36, note, 'text-anchor="middle" class="unit"'))
    for one in series:
        places = [(at[x], axis.at(y)) for x, y in one.points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        dash = ' stroke-dasharray="5 3"' if one.dashed else ""
        parts.append(f'<polyline points="{path}" fill="none" stroke="{one.colour}" stroke-width="2"{dash}/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{one.colour}"/>' for x, y in places]
    return _document(title, unit, parts, series)


def bars(title: str, unit: str, groups: Sequence[str], series: Sequence[Bars]) -> str:
    """Draw groups of bars with their values. Each group has its own scale, which starts at zero, and the plot says so.

    What the groups measure differs by a hundred times: on one scale only the greatest would be seen, and on a
    logarithmic one the lengths of bars would mean nothing.
    """
    parts = [f'<line x1="{_LEFT}" x2="{_RIGHT}" y1="{_BOTTOM}" y2="{_BOTTOM}"/>']
    width = (_RIGHT - _LEFT) / max(len(groups), 1)
    bar = width * 0.86 / len(series)
    for group, name in enumerate(groups):
        x = _LEFT + group * width
        most = max((one.values[group] or 0 for one in series), default=0) or 1.0
        parts.append(_text(x + width / 2, _BOTTOM + 18, name, 'text-anchor="middle"'))
        for at, one in enumerate(series):
            value = one.values[group]
            if value is None:
                continue
            height = value / most * (_BOTTOM - _TOP - 12)
            y, left = _BOTTOM - height, x + width * 0.07 + at * bar
            shape = f'x="{left:.1f}" y="{y:.1f}" width="{bar - 2:.1f}" height="{height:.1f}"'
            parts.append(f'<rect {shape} fill="{one.colour}"/>')
            middle = left + bar / 2 - 1
            parts.append(_text(middle, y - 3, short(value), 'text-anchor="middle" font-size="10"'))
    return _document(title, f"{unit}; each group has its own scale from zero", parts, series)
