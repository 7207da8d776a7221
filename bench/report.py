"""The figures as a JSON file and as the table of the documentation."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.calibration import Figure

GROWTH = {
    "free starts, one practitioner, one day": 1.2,
    "free starts, any of 50, 30 days, first 20": 1.2,
    "booking in the services, all guarantees": 1.2,
}
"""At most so many times as long at the largest size as at the smallest, both against what was measured beside them."""
HEAD = """# Speed

Written by `make bench`. All figures are ratios within one run (what is measured takes turns with what it is compared with,
medians of blocks), so that they mean the same on another machine. The columns are finished visits in the history; the clinic
has 4 sites and 200 practitioners, and the coming 30 days are three quarters full (one site is full throughout).

"""

BEGIN, END = "<!-- the table of make bench -->", "<!-- its end -->"


def write_report(figures: Mapping[int, Sequence[Figure]], *, folder: Path) -> None:
    """Write `bench_results/bench.json` and `docs/bench.md` under the folder, and the table into its README, if it has one."""
    texts = {
        "bench_results/bench.json": _json(figures, _growth(figures)),
        "docs/bench.md": HEAD + table_of(figures) + _machine(),
    }
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    readme = folder / "README.md"
    if readme.exists() and BEGIN in readme.read_text():
        before, _, rest = readme.read_text().partition(BEGIN)
        _, _, after = rest.partition(END)
        readme.write_text(f"{before}{BEGIN}\n{table_of(figures)}{_machine()}{END}{after}")


def table_of(figures: Mapping[int, Sequence[Figure]]) -> str:
    """One line for each figure, one column for each size, then the growth between them."""
    return _table(figures, _growth(figures))


def _growth(figures: Mapping[int, Sequence[Figure]]) -> list[Figure]:
    """From the smallest to the largest size."""
    if len(figures) < 2:
        return []
    smallest, largest = min(figures), max(figures)
    before = {figure.what: figure.scaling for figure in figures[smallest]}
    return [
        Figure(
            what=f"growth from {_short(smallest)} to {_short(largest)}: {figure.what}",
            shown=f"{figure.scaling / before[figure.what]:.2f}x",
            target=f"{GROWTH[figure.what]}x",
            reached=figure.scaling / before[figure.what] <= GROWTH[figure.what],
            raw={"before": before[figure.what], "after": figure.scaling},
        )
        for figure in figures[largest]
        if figure.what in GROWTH and figure.scaling and before.get(figure.what)
    ]


def _table(figures: Mapping[int, Sequence[Figure]], growth: Sequence[Figure]) -> str:
    sizes = sorted(figures)
    lines = [["what", *map(_short, sizes), "to reach", "reached"], ["---"] * (len(sizes) + 3)]
    for figure in figures[sizes[0]]:
        row = [next((other for other in figures[size] if other.what == figure.what), None) for size in sizes]
        verdicts = {other.reached for other in row if other}
        shown = [other.shown if other else "" for other in row]
        lines.append([figure.what, *shown, figure.target, _mark(verdicts)])
    lines += [
        [figure.what, *[""] * (len(sizes) - 1), figure.shown, figure.target, _mark({figure.reached})] for figure in growth
    ]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _mark(verdicts: set[bool | None]) -> str:
    if verdicts == {None}:
        return ""
    return "no" if False in verdicts else "yes"


def _json(figures: Mapping[int, Sequence[Figure]], growth: Sequence[Figure]) -> str:
    shown: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "sizes": {str(size): [_plain(figure) for figure in found] for size, found in figures.items()},
        "growth": [_plain(figure) for figure in growth],
    }
    return json.dumps(shown, indent=2) + "\n"


def _plain(figure: Figure) -> dict[str, Any]:
    fields = {"what": figure.what, "shown": figure.shown, "target": figure.target, "reached": figure.reached}
    return fields | {"raw": dict(figure.raw)}


def _machine() -> str:
    return f"\nMeasured on {datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()}.\n"


def _short(size: int) -> str:
    return f"{size // 1_000_000}M" if size >= 1_000_000 else f"{size // 1000}k" if size >= 1000 else str(size)
