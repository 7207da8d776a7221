"""
The clinic that is measured: 4 sites, 200 practitioners, the coming 30 days three quarters full, and a long history.

Two sites have nothing free at all: the last one in any of the days, the one before it in the first two thirds of them.
Coming visits are inserted with the guard on, as anybody would. Finished visits occupy nothing and lean on nothing, so the
guard has no rows for them: they are written set-wise with the triggers off, and without their history rows. Times are UTC.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from bench.shape import ACT, CLOSES, DEPTH, EQUIPMENT, OPENS, REGION, SITES, TREATMENT, Clinic, Person, Shape
from bench.statements import COMING, FINISHED, NAMES, PATIENTS, PRESENCE, PRIVILEGES, SECONDARY, USUAL_ROOM
from clinic.models import Certification, Licence, Membership, Practitioner, Room, Site, StaffToken, User
from clinic.models.people import PRACTITIONER
from clinic.services.authority import rebuild_authority
from clinic.services.reference import load_policy
from clinic.services.tokens import digest_of
from patients.services import reference as charts
from treatments.models import Treatment
from treatments.services import reference as treatments

BATCH = 250_000


def found_clinic(shape: Shape, *, now: datetime) -> Clinic:
    """Open the sites and fill the coming days; the history is still empty."""
    with connection.cursor() as cursor:
        cursor.execute(NAMES)
    began = datetime(2026, 1, 1, tzinfo=UTC)
    load_policy(now=began)
    charts.load_catalogues()
    sites = [
        Site.objects.create(code=f"site-{n}", name=f"Site {n}", time_zone="America/New_York", jurisdiction="US-OH")
        for n in range(SITES)
    ]
    treatments.load_catalogues()
    people = _hire(shape, sites, began)
    clinic = Clinic(shape=shape, people=tuple(people), first=_midnight_after(now))
    _open(clinic)
    _register(clinic, shape.patients_for(0))
    _book(clinic, now)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_state VALUES (0, %s)", [clinic.first])
    tidy()
    return clinic


def known_clinic(shape: Shape) -> Clinic | None:
    """The clinic that an earlier run left in this database, if one did."""
    with connection.cursor() as cursor:
        cursor.execute(NAMES)
        cursor.execute("SELECT first FROM bench_state")
        if not (found := cursor.fetchone()):
            return None
        cursor.execute("SELECT nth, practitioner, site, room FROM bench_person ORDER BY nth")
        rows = cursor.fetchall()
    people = Practitioner.objects.select_related("user").in_bulk([row[1] for row in rows])
    return Clinic(shape=shape, people=tuple(_person(row, people[row[1]].user) for row in rows), first=found[0])


def grow_history(clinic: Clinic, *, to: int) -> None:
    """Add finished visits, with their items and patients, until there are so many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT history FROM bench_state")
        [done] = cursor.fetchone()
    if done >= to:
        return
    with _without_secondary_indexes(), without_triggers(), connection.cursor() as cursor:
        _register(clinic, clinic.shape.patients_for(to))
        for first in range(done, to, BATCH):
            given = _of_visits(clinic) | {
                "patients": clinic.shape.patients_for(to),
                "first": first,
                "last": min(first + BATCH, to) - 1,
                "began": clinic.first - timedelta(days=2),
                "booked": clinic.first - timedelta(days=3),
                "status": "completed",
            }
            cursor.execute(FINISHED, given)
        cursor.execute("UPDATE bench_state SET history = %s", [to])
    tidy()


def tidy() -> None:
    """What autovacuum does in its own time, done now: every size begins alike."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")


@contextmanager
def without_triggers() -> Iterator[None]:
    """One transaction in which neither guard nor history looks at what is written."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield


def _hire(shape: Shape, sites: list[Site], began: datetime) -> list[Person]:
    each = shape.practitioners // SITES
    users = User.objects.bulk_create(User(username=f"derm-{n}") for n in range(shape.practitioners))
    verifier = User.objects.create(username="verifier")
    people = Practitioner.objects.bulk_create(Practitioner(user=user, name=f"Practitioner {n}") for n, user in enumerate(users))
    homes = [sites[n // each] for n in range(shape.practitioners)]
    Membership.objects.bulk_create(
        Membership(user=user, site=site, role=PRACTITIONER) for user, site in zip(users, homes, strict=True)
    )
    years = {"valid_from": began.date(), "valid_through": (began + timedelta(days=3650)).date()}
    checked = {"verified_at": began, "verified_by": verifier, "verification_method": "board site", "status": "active"}
    Licence.objects.bulk_create(
        Licence(practitioner=person, profession="dermatologist", jurisdiction="US-OH", number=f"L-{n}", **years, **checked)
        for n, person in enumerate(people)
    )
    Certification.objects.bulk_create(
        Certification(practitioner=person, kind=kind, **years)
        for person in people
        for kind in ("lancet", "peel", "laser", "rf")
    )
    Room.objects.bulk_create(Room(site=site, name=f"Room {n}", equipment=EQUIPMENT) for site in sites for n in range(each))
    rooms = _usual_rooms([(person.id, site.id) for person, site in zip(people, homes, strict=True)])
    rows = [(n, person.id, homes[n].id, rooms[n]) for n, person in enumerate(people)]
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO bench_person VALUES (%s, %s, %s, %s)", rows)
        rebuild_authority(practitioners=[people[0].id], now=began)
        cursor.execute(PRIVILEGES)
    _give_tokens(users)
    return [_person(row, user) for row, user in zip(rows, users, strict=True)]


def _person(row: tuple[int, UUID, UUID, UUID], user: User) -> Person:
    nth, practitioner, site, room = row
    return Person(nth=nth, practitioner=practitioner, site=site, room=room, user=user, secret=_secret_of(user))


def _usual_rooms(people: list[tuple[UUID, UUID]]) -> list[UUID]:
    """For each person the first room that nobody before has, from where the search begins for them."""
    given: list[UUID] = []
    with connection.cursor() as cursor:
        for person, site in people:
            cursor.execute(USUAL_ROOM, [person, site])
            rooms, begin = cursor.fetchone()
            given.append(next(room for room in [*rooms[begin:], *rooms[:begin]] if room not in given))
    return given


def _give_tokens(users: list[User]) -> None:
    now = datetime.now(UTC)
    StaffToken.objects.bulk_create(
        StaffToken(
            user=user,
            digest=digest_of(_secret_of(user).encode()),
            created_at=now,
            last_used_at=now,
            expires_at=now + timedelta(days=30),
        )
        for user in users
    )


def _secret_of(user: User) -> str:
    return f"secret-of-{user.username}"


def _open(clinic: Clinic) -> None:
    given = {"opens": OPENS, "closes": CLOSES, "first": clinic.first, "last": clinic.last - timedelta(days=1)}
    with connection.cursor() as cursor:
        cursor.execute(PRESENCE, given)


def _register(clinic: Clinic, wanted: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM bench_patient")
        [known] = cursor.fetchone()
        if known < wanted:
            given = {"first": known, "last": wanted - 1, "people": clinic.shape.practitioners}
            cursor.execute(PATIENTS, given | {"depth": DEPTH, "region": REGION})


def _book(clinic: Clinic, now: datetime) -> None:
    """Day by day, each in one transaction; plans made for empty tables are thrown away after the first."""
    for day in range(clinic.shape.days):
        given = _of_visits(clinic) | clinic.shape.fullness
        given |= {"day": day, "first": clinic.day(day) + OPENS, "booked": now, "status": "booked"}
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(COMING, given)
        if day == 0:
            tidy()


def _of_visits(clinic: Clinic) -> dict[str, Any]:
    return {
        "people": clinic.shape.practitioners,
        "patients": clinic.shape.patients_for(0),
        "depth": DEPTH,
        "act": ACT,
        "region": REGION,
        "treatment": Treatment.objects.get(code=TREATMENT).id,
    }


@contextmanager
def _without_secondary_indexes() -> Iterator[None]:
    """Indexes are faster built at once than row by row; none of those that are unique is left out."""
    with connection.cursor() as cursor:
        cursor.execute(SECONDARY)
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
        yield
        cursor.execute("SET maintenance_work_mem = '256MB'")
        for _, definition in indexes:
            cursor.execute(definition)


def _midnight_after(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
