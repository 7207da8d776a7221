"""What everything is measured against: SELECT 1 and a plain table, in the same run, by turns with what is measured."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any, ClassVar
from uuid import uuid4

from django.db import connection, transaction
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from appointments.api.asking import wanted
from appointments.api.serializers import BookingInput
from appointments.selectors.verdicts import Request as Wanted
from clinic.api.base import ApiView
from clinic.api.permissions import ANY_STAFF, RolesByMethod
from clinic.api.strict import read

PLAIN = """
CREATE TABLE IF NOT EXISTS bench_visit (
  id uuid PRIMARY KEY, patient uuid, site uuid, practitioner uuid, starts timestamptz, minutes integer, status text);
CREATE TABLE IF NOT EXISTS bench_item (id uuid PRIMARY KEY, visit uuid REFERENCES bench_visit, lesion uuid, treatment uuid);
"""


@dataclass(frozen=True, kw_only=True)
class Effort:
    """How often things are done: blocks of repetitions, cases for the oracle, clients, moves, messages."""

    blocks: int
    times: int
    slow_times: int
    cases: int
    bookings: int
    requests: int
    clients: int
    moves: int
    messages: int


FULL = Effort(
    blocks=5, times=50, slow_times=6, cases=10_000, bookings=30, requests=300, clients=200, moves=1000, messages=1_000_000
)
SMOKE = Effort(blocks=1, times=3, slow_times=1, cases=200, bookings=3, requests=12, clients=12, moves=24, messages=300)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """
    One line of the table: what was measured, how it is shown, what was to be reached and whether it was.

    :param raw: what the figure was made from, in the units of its names; kept in the JSON file.
    :param scaling: a ratio that should not grow with the history, where there is one.
    """

    what: str
    shown: str
    target: str
    reached: bool | None
    raw: Mapping[str, Any]
    scaling: float | None = None


@dataclass(frozen=True, kw_only=True)
class Timing:
    """Seconds of one call: the median of the blocks' medians, and the least of all (what is left on a machine without neighbours)."""

    usual: float
    least: float


def by_turns(subjects: Mapping[str, Callable[[], object]], *, blocks: int, times: int) -> dict[str, Timing]:
    """Time each, after a warm-up: within a block they take turns."""
    for call in subjects.values():
        call()
    seen: dict[str, list[list[float]]] = {name: [] for name in subjects}
    for _ in range(blocks):
        block: dict[str, list[float]] = {name: [] for name in subjects}
        for _ in range(times):
            for name, call in subjects.items():
                began = time.perf_counter()
                call()
                block[name].append(time.perf_counter() - began)
        for name, values in block.items():
            seen[name].append(values)
    return {name: Timing(usual=median(map(median, rows)), least=min(map(min, rows))) for name, rows in seen.items()}


def select_one() -> None:
    """One round trip."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchall()


def make_plain_tables() -> None:
    """Two tables that refuse nothing, to compare a booking with."""
    with connection.cursor() as cursor:
        cursor.execute(PLAIN)


@transaction.atomic
def store_plainly(asked: Wanted) -> dict[str, Any]:
    """What a booking system without promises does: two rows, read back."""
    visit, work = uuid4(), asked.work
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bench_visit VALUES (%s, %s, %s, %s, %s, %s, 'booked')",
            [visit, work.patient.id, work.site.id, asked.practitioner.id, asked.start, work.minutes],
        )
        for row in work.rows:
            cursor.execute(
                "INSERT INTO bench_item VALUES (%s, %s, %s, %s)",
                [uuid4(), visit, row.lesion.id if row.lesion else None, row.treatment.id],
            )
        cursor.execute(
            "SELECT v.id, v.starts, v.minutes, v.status, array_agg(i.lesion) FROM bench_visit v"
            " JOIN bench_item i ON i.visit = v.id WHERE v.id = %s GROUP BY v.id",
            [visit],
        )
        key, starts, minutes, status, lesions = cursor.fetchone()
    return {
        "id": str(key),
        "start": starts.isoformat(),
        "minutes": minutes,
        "status": status,
        "lesions": list(map(str, lesions)),
    }


class SelectOne(ApiView):
    """The same stack (middleware, token, roles, renderer) around a SELECT 1."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF, "POST": ANY_STAFF}
    schema = None

    def get(self, request: Request) -> Response:
        """One."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return Response({"one": cursor.fetchone()[0]})


class Plain(ApiView):
    """The booking view without its promises: it reads the same request and stores it in plain tables."""

    roles: ClassVar[RolesByMethod] = {"POST": ANY_STAFF}
    schema = None

    def post(self, request: Request) -> Response:
        """Store what was asked."""
        asked = wanted(request.user, read(BookingInput, request), now=timezone.now())
        return Response(store_plainly(asked), status=201)
