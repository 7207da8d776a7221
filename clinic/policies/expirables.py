"""Papers that end: which of them nothing follows on, how many days are left, and which step of telling is due."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

LICENCE, CERTIFICATION, AGREEMENT, GRANT = "licence", "certification", "agreement", "grant"
PAPERS: Final = (LICENCE, CERTIFICATION, AGREEMENT, GRANT)
VALID, ENDING, ENDED = "valid", "ending", "ended"
STATES: Final = (VALID, ENDING, ENDED)
DAY: Final = timedelta(days=1)
WHAT: Final = {
    LICENCE: "The {0} licence of {holder} ({1})",
    CERTIFICATION: "The {0} training of {holder}",
    AGREEMENT: "The supervision agreement of {holder} with {supervisor}",
    GRANT: "The grant of {0} to {holder}",
}


@dataclass(frozen=True, kw_only=True)
class Paper:
    """
    A paper with its last valid day, and what another one needs to follow on it.

    `line` are the words that both have in common, `covers` what it allows beneath them (for an agreement each site, act
    and level), `supervisor` the other party of an agreement. One that does not count (yet) can end, but renews nothing.
    """

    id: UUID
    kind: str
    holder: UUID
    line: tuple[str, ...]
    first: date
    last: date
    counts: bool = True
    covers: frozenset[tuple[str, str, str]] = frozenset()
    supervisor: UUID | None = None
    sites: frozenset[UUID] = frozenset()


def unrenewed(papers: Iterable[Paper]) -> list[Paper]:
    """Those that no other paper of their line carries beyond their last day; of two that end alike, the later filed."""
    lines: dict[tuple[object, ...], list[Paper]] = {}
    for paper in papers:
        lines.setdefault(_line(paper), []).append(paper)
    return [paper for line in lines.values() for paper in line if not any(_follows(other, paper) for other in line)]


def days_left(*, last: date, today: date) -> int:
    """How many days after today are still valid: 0 on the last valid day, below that once it has ended."""
    return (last - today).days


def due_step(left: int, *, steps: Sequence[int]) -> int | None:
    """
    Of steps in days before the end, the one that is due with so many days left: the latest that was reached.

    None before the first, and once it has ended.
    """
    reached = [step for step in steps if left <= step]
    return min(reached) if reached and left >= 0 else None


def state_of(left: int, *, steps: Sequence[int]) -> str:
    """How it stands with so many days left."""
    if left < 0:
        return ENDED
    return ENDING if left <= max(steps, default=0) else VALID


def said_of(paper: Paper, *, holder: str, supervisor: str, left: int, visits: int) -> str:
    """What is told of a paper that ends: which, when, and how much is booked beyond it; staff by name, nobody else."""
    words = [word.replace("_", " ") for word in paper.line]
    what = WHAT[paper.kind].format(*words, holder=holder, supervisor=supervisor)
    when = {0: "today", 1: "in 1 day"}.get(left, f"in {left} days")
    beyond = {0: "No visit is", 1: "1 visit is"}.get(visits, f"{visits} visits are")
    return f"{what} ends with {paper.last.isoformat()}, {when}. {beyond} booked beyond it."


def _line(paper: Paper) -> tuple[object, ...]:
    return (paper.kind, paper.holder, paper.supervisor, paper.line)


def _follows(other: Paper, paper: Paper) -> bool:
    lasts = (other.last, other.id) > (paper.last, paper.id)
    return other.counts and lasts and other.first <= paper.last + DAY and other.covers >= paper.covers
