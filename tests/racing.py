"""Many people at once, each over a connection of their own, and what the database says afterwards."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier

from django.db import connection

from appointments.models import ResourceClaim
from clinic.errors import DomainError

BOOKED = "booked"


@contextmanager
def room_for(clients: int) -> Iterator[None]:
    """A pool in which every client finds a connection."""
    pool = connection.settings_dict["OPTIONS"]["pool"]
    usual = dict(pool)
    connection.close()
    connection.close_pool()
    pool |= {"max_size": clients + 10, "timeout": 60}
    yield
    connection.close()
    connection.close_pool()
    pool |= usual


def together(works: Sequence[Callable[[], object]]) -> list[str]:
    """All at the same moment; for each `booked` or the code of its refusal."""
    start = Barrier(len(works))

    def run(work: Callable[[], object]) -> str:
        try:
            start.wait()
            work()
        except DomainError as refusal:
            return refusal.code
        finally:
            connection.close()
        return BOOKED

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]


def overlaps() -> int:
    """How many pairs of claims of different visits take the same at the same time."""
    rows = list(ResourceClaim.objects.values_list("resource", "during", "appointment"))
    return sum(
        a[0] == b[0] and a[2] != b[2] and a[1].lower < b[1].upper and b[1].lower < a[1].upper
        for number, a in enumerate(rows)
        for b in rows[:number]
    )
