"""Server-side plots: plain SVG with a title, a description and every number as text, so that nothing depends on colour."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, LABELS, NUMBERS, ROW, TOP = 760, 220, 150, 30, 56
AXIS = WIDTH - LABELS - NUMBERS
TICKS = (0, 25, 50, 75, 100)


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One line of the plot: a share with its interval, 0 to 1 each; None where nothing is known."""

    label: str
    cases: int
    share: float | None
    low: float | None
    high: float | None


def interval_plot(*, title: str, bars: Sequence[Bar]) -> str:
    """Shares as dots on their 95 % intervals, one line each, in the order given."""
    height = TOP + ROW * max(len(bars), 1) + 16
    lines = [_line(bar, TOP + ROW * nth + ROW // 2) for nth, bar in enumerate(bars)]
    body = "".join(lines) or _text(LABELS, TOP + ROW // 2, "No cases yet", anchor="start")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'font-family="sans-serif" font-size="13" fill="#1b1b1b">'
        f"<title>{escape(title)}</title><desc>{escape(_described(bars))}</desc>"
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>'
        f'<text x="16" y="22" font-size="15" font-weight="bold">{escape(title)}</text>{_axis(height)}{body}</svg>'
    )


def _axis(height: int) -> str:
    return "".join(
        f'<line x1="{_x(tick / 100):.1f}" y1="{TOP - 6}" x2="{_x(tick / 100):.1f}" y2="{height - 12}" stroke="#d0d0d0"/>'
        + _text(_x(tick / 100), TOP - 12, f"{tick} %", anchor="middle")
        for tick in TICKS
    )


def _line(bar: Bar, y: int) -> str:
    named = _text(16, y + 4, bar.label if len(bar.label) <= 30 else f"{bar.label[:29]}…", anchor="start")
    told = _text(WIDTH - 16, y + 4, _numbers(bar), anchor="end")
    if bar.share is None or bar.low is None or bar.high is None:
        return named + told
    whisker = f'<line x1="{_x(bar.low):.1f}" y1="{y}" x2="{_x(bar.high):.1f}" y2="{y}" stroke="#1f5f8b" stroke-width="3"/>'
    return f'{named}{whisker}<circle cx="{_x(bar.share):.1f}" cy="{y}" r="6" fill="#1f5f8b"/>{told}'


def _numbers(bar: Bar) -> str:
    return f"no cases of {bar.cases}" if bar.share is None else f"{bar.share:.0%} of {bar.cases:,}"


def _described(bars: Sequence[Bar]) -> str:
    known = [bar for bar in bars if bar.share is not None and bar.low is not None and bar.high is not None]
    return "; ".join(f"{bar.label}: {_numbers(bar)}, 95 % interval {bar.low:.0%} to {bar.high:.0%}" for bar in known)


def _x(share: float) -> float:
    return LABELS + AXIS * share


def _text(x: float, y: float, text: str, *, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
