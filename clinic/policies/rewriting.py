"""How derived rows with a period follow their sources from now on, while what is past stays as it was."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from datetime import datetime
from typing import Generic, TypeVar

from clinic.policies.periods import BEGINNING, FOREVER, Period, intersect, union

A = TypeVar("A", bound=Hashable)
Id = TypeVar("Id", bound=Hashable)


class Rewriting(Generic[Id, A]):
    """Which rows go, and which come; every other row stays untouched."""

    def __init__(self, *, existing: Iterable[tuple[Id, A, Period]], wanted: Iterable[tuple[A, Period]], now: datetime) -> None:
        """`existing` holds the rows that reach now or further; time before now is theirs, time from now on the wanted."""
        rows = list(existing)
        target = settled(existing=((what, period) for _, what, period in rows), wanted=wanted, now=now)
        standing = {(what, period) for _, what, period in rows}
        self.gone: list[Id] = [row for row, what, period in rows if (what, period) not in target]
        self.coming: list[tuple[A, Period]] = [row for row in target if row not in standing]


def settled(
    *, existing: Iterable[tuple[A, Period]], wanted: Iterable[tuple[A, Period]], now: datetime
) -> dict[tuple[A, Period], None]:
    """(existing before now) + (wanted from now on), joined where equals touch; a dict for its order."""
    pieces: dict[A, list[Period]] = defaultdict(list)
    for what, period in existing:
        pieces[what] += intersect([period], [(BEGINNING, now)])
    for what, period in wanted:
        pieces[what] += intersect([period], [(now, FOREVER)])
    return {(what, period): None for what, periods in pieces.items() for period in union(periods)}
