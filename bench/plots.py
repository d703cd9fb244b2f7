"""Charts as SVG text: lines over a logarithmic axis, and groups of bars."""

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

Points = Sequence[tuple[float, float]]
_WIDTH: Final = 720
_HEIGHT: Final = 340
_LEFT: Final = 70
_RIGHT: Final = 500
_TOP: Final = 54
_BOTTOM: Final = 290
_COLOURS: Final = ("#0b6e4f", "#1f77b4", "#d1495b", "#b8860b", "#6a4c93", "#555555")


def _short(number: float) -> str:
    for size, mark in ((1e6, "M"), (1e3, "k")):
        if number >= size:
            return f"{number / size:g}{mark}"
    return f"{number:g}"


def _text(x: float, y: float, text: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{escape(text)}</text>'


def _document(title: str, unit: str, parts: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{escape(title, quote=True)}" font-family="sans-serif" font-size="12">'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>'
    )
    titles = [
        _text(_LEFT, 20, title, 'font-size="14" font-weight="bold"'),
        _text(8, 38, unit, 'fill="#555555"'),
    ]
    return "\n".join([head, *titles, *parts, "</svg>\n"])


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
        return [10.0**power for power in range(self._low, self._high + 1)]


def _grid(axis: _Axis) -> list[str]:
    parts = []
    for tick in axis.ticks:
        y = axis.at(tick)
        parts.append(f'<line x1="{_LEFT}" x2="{_RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#dddddd"/>')
        parts.append(_text(_LEFT - 6, y + 4, _short(tick), 'text-anchor="end"'))
    return parts


def _legend(names: Sequence[str]) -> list[str]:
    parts = []
    for at, name in enumerate(names):
        y = _TOP + 12 + at * 20
        parts.append(f'<rect x="{_RIGHT + 16}" y="{y - 10}" width="12" height="12" fill="{_COLOURS[at]}"/>')
        parts.append(_text(_RIGHT + 34, y, name))
    return parts


def lines(title: str, unit: str, below: str, series: Mapping[str, Points]) -> str:
    """Draw lines; both axes are logarithmic. `below` says what x is."""
    y_axis = _Axis([y for points in series.values() for _, y in points], _BOTTOM, _TOP)
    xs = sorted({x for points in series.values() for x, _ in points})
    x_axis = _Axis(xs, _LEFT, _RIGHT)
    parts = _grid(y_axis) + [_text(x_axis.at(x), _BOTTOM + 18, _short(x), 'text-anchor="middle"') for x in xs]
    parts.append(_text((_LEFT + _RIGHT) / 2, _BOTTOM + 38, below, 'text-anchor="middle" fill="#555555"'))
    for colour, points in zip(_COLOURS, series.values(), strict=False):
        places = [(x_axis.at(x), y_axis.at(y)) for x, y in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places]
    return _document(title, unit, parts + _legend(list(series)))


def bars(title: str, unit: str, groups: Sequence[str], series: Mapping[str, Sequence[float | None]]) -> str:
    """Draw groups of bars over a logarithmic axis; None leaves a gap."""
    axis = _Axis([y for values in series.values() for y in values if y], _BOTTOM, _TOP)
    parts = _grid(axis)
    width = (_RIGHT - _LEFT) / len(groups)
    bar = width * 0.8 / len(series)
    for group, name in enumerate(groups):
        x = _LEFT + group * width
        parts.append(_text(x + width / 2, _BOTTOM + 18, name, 'text-anchor="middle"'))
        for at, values in enumerate(series.values()):
            value = values[group]
            if value is None:
                continue
            y, left = axis.at(value), x + width * 0.1 + at * bar
            shape = f'x="{left:.1f}" y="{y:.1f}" width="{bar - 1:.1f}" height="{_BOTTOM - y:.1f}"'
            parts.append(f'<rect {shape} fill="{_COLOURS[at]}"/>')
    return _document(title, unit, parts + _legend(list(series)))
