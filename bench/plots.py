"""Charts as SVG text: lines over logarithmic axes, and groups of bars. Legible on light and on dark pages."""

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
_FEW: Final = 2  # decades; an axis of no more is marked at 2 and 5 as well
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
        _text(14, 40, f"{unit}, logarithmic", 'class="unit"'),
    ]
    return "\n".join([head, *titles, *parts, *_legend(series), "</svg>\n"])


class _Axis:
    """A logarithmic axis that maps numbers to places between `start` and `end`."""

    def __init__(self, numbers: Sequence[float], start: float, end: float) -> None:
        positive = [number for number in numbers if number > 0] or [1.0]
        self._low = math.floor(math.log10(min(positive)) + 1e-9)
        self._high = max(math.ceil(math.log10(max(positive)) - 1e-9), self._low + 1)
        self._start, self._end = start, end

    def at(self, number: float) -> float:
        part = (math.log10(max(number, 10.0**self._low)) - self._low) / (self._high - self._low)
        return self._start + part * (self._end - self._start)

    @property
    def ticks(self) -> list[float]:
        steps = (1, 2, 5) if self._high - self._low <= _FEW else (1,)
        between = [step * 10.0**power for power in range(self._low, self._high) for step in steps]
        return [*between, 10.0**self._high]


def _grid(axis: _Axis) -> list[str]:
    parts = []
    for tick in axis.ticks:
        y = axis.at(tick)
        parts.append(f'<line x1="{_LEFT}" x2="{_RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(_text(_LEFT - 6, y + 4, short(tick), 'text-anchor="end"'))
    return parts


def lines(title: str, unit: str, below: str, series: Sequence[Line]) -> str:
    """Draw lines; both axes are logarithmic. `below` says what x is."""
    y_axis = _Axis([y for one in series for _, y in one.points], _BOTTOM, _TOP)
    xs = sorted({x for one in series for x, _ in one.points})
    x_axis = _Axis(xs, _LEFT + 20, _RIGHT - 20)
    parts = _grid(y_axis) + [_text(x_axis.at(x), _BOTTOM + 18, short(x), 'text-anchor="middle"') for x in xs]
    parts.append(_text((_LEFT + _RIGHT) / 2, _BOTTOM + 36, below, 'text-anchor="middle" class="unit"'))
    for one in series:
        places = [(x_axis.at(x), y_axis.at(y)) for x, y in one.points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        dash = ' stroke-dasharray="5 3"' if one.dashed else ""
        parts.append(f'<polyline points="{path}" fill="none" stroke="{one.colour}" stroke-width="2"{dash}/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{one.colour}"/>' for x, y in places]
    return _document(title, unit, parts, series)


def bars(title: str, unit: str, groups: Sequence[str], series: Sequence[Bars]) -> str:
    """Draw groups of bars with their values over a logarithmic axis."""
    axis = _Axis([y for one in series for y in one.values if y], _BOTTOM, _TOP)
    parts = _grid(axis)
    width = (_RIGHT - _LEFT) / max(len(groups), 1)
    bar = width * 0.86 / len(series)
    for group, name in enumerate(groups):
        x = _LEFT + group * width
        parts.append(_text(x + width / 2, _BOTTOM + 18, name, 'text-anchor="middle"'))
        for at, one in enumerate(series):
            value = one.values[group]
            if value is None:
                continue
            y, left = axis.at(value), x + width * 0.07 + at * bar
            shape = f'x="{left:.1f}" y="{y:.1f}" width="{bar - 2:.1f}" height="{_BOTTOM - y:.1f}"'
            parts.append(f'<rect {shape} fill="{one.colour}"/>')
            middle = left + bar / 2 - 1
            parts.append(_text(middle, y - 3, short(value), 'text-anchor="middle" font-size="10"'))
    return _document(title, unit, parts, series)
