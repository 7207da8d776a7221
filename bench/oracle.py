"""The slot search once more, in plain Python over rows read whole: minute by minute, no ranges, no windows, no SQL."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

MINUTE = 60
GRID = 15 * MINUTE
Period = tuple[float, float]
"""Seconds since 1970: comparing moments with a zone takes most of the time otherwise."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """Starts from `first` to before `last` for anybody of `people`, at most `limit` by start."""

    site: UUID
    people: tuple[UUID, ...]
    first: datetime
    last: datetime
    minutes: int
    before: int
    after: int
    limit: int
    scopes: tuple[str, ...]
    patient: UUID | None
    except_for: UUID | None


@dataclass(frozen=True, kw_only=True)
class Oracle:
    """Everything that the answer depends on."""

    shifts: dict[UUID, list[Period]]
    openings: dict[UUID, list[Period]]
    claims: dict[UUID, list[tuple[float, float, UUID]]]
    rooms: dict[UUID, list[UUID]]
    held: dict[tuple[UUID, UUID, str], list[Period]]
    patients: list[UUID]
    visits: list[UUID]

    @classmethod
    def read(cls) -> "Oracle":
        """As the tables are now."""
        return cls(
            shifts=_periods(
                "SELECT practitioner_id, extract(epoch FROM lower(during))::float8, extract(epoch FROM coalesce(upper(during), 'infinity'))::float8 FROM clinic_shift ORDER BY 1, 2"
            ),
            openings=_periods(
                "SELECT resource, extract(epoch FROM lower(during))::float8, extract(epoch FROM coalesce(upper(during), 'infinity'))::float8 FROM clinic_opening ORDER BY 1, 2"
            ),
            claims=_periods(
                "SELECT resource, extract(epoch FROM lower(during))::float8, extract(epoch FROM coalesce(upper(during), 'infinity'))::float8, appointment_id FROM appointments_resourceclaim ORDER BY 1, 2"
            ),
            rooms={
                site: [room for (room,) in rooms] for site, rooms in _periods("SELECT site_id, id FROM clinic_room").items()
            },
            held=_held(),
            patients=[row[0] for row in _rows("SELECT patient FROM bench_patient ORDER BY nth LIMIT 2000")],
            visits=[
                row[0] for row in _rows("SELECT DISTINCT appointment_id FROM appointments_resourceclaim ORDER BY 1 LIMIT 2000")
            ],
        )

    def has_start(self, question: Question, who: UUID, start: float) -> bool:
        """Whether this person and some room can have the visit from that start."""
        during = start, start + question.minutes * MINUTE
        blocked = start - question.before * MINUTE, during[1] + question.after * MINUTE
        return (
            all(_within(during, self.held.get((who, question.site, scope), [])) for scope in question.scopes)
            and _within(blocked, self.shifts.get(who, []))
            and self._is_free(question, who, blocked)
            and (question.patient is None or self._is_free(question, question.patient, during))
            and any(self.has_room(question, room, start) for room in self.rooms[question.site])
        )

    def has_room(self, question: Question, room: UUID, start: float) -> bool:
        """Whether this room is open and free for the visit with its buffers."""
        blocked = start - question.before * MINUTE, start + (question.minutes + question.after) * MINUTE
        return _within(blocked, self.openings.get(room, [])) and self._is_free(question, room, blocked)

    def _is_free(self, question: Question, resource: UUID, period: Period) -> bool:
        claims = self.claims.get(resource, [])
        place = max(0, bisect_left(claims, (period[0],)) - 1)
        for begins, ends, visit in claims[place:]:
            if begins >= period[1]:
                return True
            if ends > period[0] and visit != question.except_for:
                return False
        return True


def disagreement(oracle: Oracle, question: Question, found: Sequence[tuple[Any, ...]]) -> str:
    """What is wrong with the answer of the search; nothing where it is right."""
    offered = [(row[0].timestamp(), row[1]) for row in found]
    expected: list[tuple[float, UUID]] = []
    start = -(-question.first.timestamp() // GRID) * GRID
    last = question.last.timestamp()
    while start < last and len(expected) < question.limit:
        expected += [(start, who) for who in question.people if oracle.has_start(question, who, start)]
        start += GRID
    if [start for start, _ in offered] != [start for start, _ in expected[: question.limit]]:
        return f"{len(offered)} starts, expected {len(expected[: question.limit])}"
    if len(set(offered)) < len(offered) or not set(offered) <= set(expected):
        return "a start with somebody who cannot have it"
    if not all(oracle.has_room(question, row[7], row[0].timestamp()) for row in found):
        return "a start in a room that is taken"
    return ""


def _within(period: Period, periods: Sequence[Period]) -> bool:
    """Whether one of the periods, which are in order and apart, holds all of it."""
    place = bisect_right(periods, period[0], key=_begin) - 1
    return place >= 0 and period[1] <= periods[place][1]


def _begin(period: Period) -> float:
    return period[0]


def _rows(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def _periods(query: str) -> dict[UUID, list[Any]]:
    found = defaultdict(list)
    for key, *rest in _rows(query):
        found[key].append(tuple(rest))
    return dict(found)


def _held() -> dict[tuple[UUID, UUID, str], list[Period]]:
    found = defaultdict(list)
    for who, site, scope, begins, ends in _rows(
        "SELECT practitioner_id, site_id, scope, extract(epoch FROM lower(valid))::float8, extract(epoch FROM coalesce(upper(valid), 'infinity'))::float8 FROM clinic_privilege WHERE supervision = 'none' ORDER BY valid"
    ):
        found[who, site, scope].append((begins, ends))
    return dict(found)
