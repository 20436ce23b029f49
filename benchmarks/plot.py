"""Plots with logarithmic axes, as SVG that needs no library and can be compared as text."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape

import msgspec

_WIDTH, _HEIGHT = 800, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 300, 16, 52
#: Apart for people who see few colours, too (Okabe and Ito, 2008); on white and on black.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_GREY = "#888888"


class Series(msgspec.Struct, frozen=True):
    """One line: ``values`` at ``sizes``, all above zero."""

    label: str
    sizes: Sequence[float]
    values: Sequence[float]


class _Axis(msgspec.Struct, frozen=True):
    """From the decades of what is shown to pixels."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Where a value is."""
        part = (math.log10(value) - self.low) / (self.high - self.low)
        return self.start + part * (self.end - self.start)

    @property
    def ticks(self) -> list[float]:
        """The powers of ten."""
        return [10.0**n for n in range(math.ceil(self.low), math.floor(self.high) + 1)]


def slope(sizes: Sequence[float], values: Sequence[float]) -> float:
    """That of the upper half of a line in the logarithms of both, by least squares."""
    start = (len(sizes) - 1) // 2
    x = [math.log(size) for size in sizes[start:]]
    y = [math.log(value) for value in values[start:]]
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    spread = sum((one - mean_x) ** 2 for one in x)
    pairs = zip(x, y, strict=True)
    return sum((one - mean_x) * (other - mean_y) for one, other in pairs) / spread


def draw(series: Sequence[Series], *, across: str, up: str) -> str:
    """The lines with their labels beside them."""
    xs = _axis([s for one in series for s in one.sizes], _LEFT, _WIDTH - _RIGHT, whole=False)
    ys = _axis([v for one in series for v in one.values], _HEIGHT - _BOTTOM, _TOP, whole=True)
    lines = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}"'
            f' font-family="sans-serif" font-size="13" fill="{_GREY}">'
        ),
        *_grid(xs, ys),
        _text((xs.start + xs.end) / 2, _HEIGHT - 12, across, anchor="middle"),
        (
            f'<g transform="rotate(-90 16 {_HEIGHT / 2:.0f})">'
            f"{_text(16, _HEIGHT / 2, up, anchor='middle')}</g>"
        ),
    ]
    for number, one in enumerate(series):
        lines += _line(one, number, xs, ys)
    return "\n".join((*lines, "</svg>", ""))


def _axis(values: Sequence[float], start: float, end: float, *, whole: bool) -> _Axis:
    low, high = math.log10(min(values)), math.log10(max(values))
    if whole:
        low, high = math.floor(low), math.ceil(high)
    return _Axis(low, max(high, low + 0.1), start, end)


def _grid(xs: _Axis, ys: _Axis) -> Iterator[str]:
    for tick in xs.ticks:
        x = xs.at(tick)
        yield _stroke(f"M{x:.1f} {ys.start}V{ys.end}", _GREY, 0.4)
        yield _text(x, ys.start + 18, f"{tick:g}", anchor="middle")
    for tick in ys.ticks:
        y = ys.at(tick)
        yield _stroke(f"M{xs.start} {y:.1f}H{xs.end}", _GREY, 0.4)
        yield _text(xs.start - 8, y + 4, f"{tick:g}", anchor="end")


def _line(one: Series, number: int, xs: _Axis, ys: _Axis) -> Iterator[str]:
    colour = _COLOURS[number % len(_COLOURS)]
    points = [(xs.at(s), ys.at(v)) for s, v in zip(one.sizes, one.values, strict=True)]
    yield _stroke("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points), colour, 2)
    for x, y in points:
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>'
    y = _TOP + 14 + 22 * number
    yield _stroke(f"M{xs.end + 14} {y}h16", colour, 2)
    yield _text(xs.end + 36, y + 4, one.label)


def _stroke(path: str, colour: str, width: float) -> str:
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>'


def _text(x: float, y: float, text: str, *, anchor: str = "start") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{escape(text)}</text>'
