"""What survived what: a row for each scenario, and the table that `make soak` writes into the documentation."""

import os
import platform
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.machine import ROOT

SOAK = os.environ.get("SOAK") == "1"
DOCUMENT = ROOT / "docs" / "messages.md"
BEGIN, END = "<!-- the table of make soak -->\n", "<!-- its end -->\n"
HEAD = ("promise", "what happened", "due", "sent", "lost", "sent twice", "twice after the key")


@dataclass(frozen=True, kw_only=True)
class Row:
    """
    One scenario. `due` are those that should have left, `lost` those of them that did not.

    `again` were handed over a second time, as their worker died before it could say so; `doubled` of them reached somebody.
    """

    promise: str
    what: str
    due: int
    sent: int
    lost: int
    again: int
    doubled: int


def row_of(promise: str, what: str, *, keys: Collection[str], taken: Sequence[dict[str, Any]]) -> Row:
    """Compare what should have left with what those who take messages have noted, which tell a repetition by its key."""
    wanted = set(keys)
    ours = [line for line in taken if line["key"] in wanted]
    reached = Counter(line["key"] for line in ours if not line["again"])
    return Row(
        promise=promise,
        what=what,
        due=len(wanted),
        sent=len(reached),
        lost=len(wanted - set(reached)),
        again=len(ours) - reached.total(),
        doubled=sum(times > 1 for times in reached.values()),
    )


def write_table(rows: Sequence[Row]) -> None:
    """Between the markers of the document, in the order of the promises."""
    lines = [HEAD, ("---",) * len(HEAD)]
    for row in sorted(rows, key=lambda row: row.promise):
        figures = (row.due, row.sent, row.lost, row.again, row.doubled)
        lines.append((row.promise, row.what, *(f"{figure:,}" for figure in figures)))
    table = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    size = "at full size" if SOAK else "small, as by `make test`"
    measured = f"\nRun {size} on {datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()}.\n"
    before, _, rest = DOCUMENT.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    DOCUMENT.write_text(f"{before}{BEGIN}{table}{measured}{END}{after}")
