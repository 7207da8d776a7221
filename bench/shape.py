"""What the clinic of the benchmark is like: how large, who works there, and what is free."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from bench.statements import FREE
from clinic.models import User

TREATMENT, ACT, DEPTH, REGION = "lancet-extraction", "lancet_extraction", "epidermal", "face"
SCOPE = f"{ACT}/{DEPTH}@{REGION}"
SITES = 4
DAYS = 30
OPENS, CLOSES = timedelta(hours=14), timedelta(hours=22)
PLACES, TAKEN = 10, 8
"""Visits that fit into a day of 8 hours (45 minutes each with their buffers), and how many of them are booked: 75 % of the time."""
EQUIPMENT = ["treatment_chair", "magnifier", "sharps_container"]


@dataclass(frozen=True, kw_only=True)
class Shape:
    """How large: practitioners at all sites, the days to come, and patients at least."""

    practitioners: int = 200
    days: int = DAYS
    patients: int = 10_000

    def patients_for(self, history: int) -> int:
        """One for ten finished visits, a whole number for each practitioner, so that nobody is in two places at once."""
        wanted = max(self.patients, history // 10)
        return -(-wanted // self.practitioners) * self.practitioners

    @property
    def fullness(self) -> dict[str, int]:
        """How many places of a day are taken, and from which practitioner and until which day all of them are."""
        site = self.practitioners // SITES
        return {
            "places": PLACES,
            "taken": TAKEN,
            "full_from": site * 3,
            "fuller_from": site * 2,
            "fuller_days": self.days * 2 // 3,
        }


@dataclass(frozen=True, kw_only=True)
class Person:
    """A practitioner with the site, the usual room and the secret of a token."""

    nth: int
    practitioner: UUID
    site: UUID
    room: UUID
    user: User
    secret: str


@dataclass(frozen=True, kw_only=True)
class Place:
    """A free place in somebody's day, and a patient with a lesion who is free then."""

    person: Person
    patient: UUID
    lesion: UUID
    start: datetime


@dataclass(frozen=True, kw_only=True)
class Clinic:
    """The clinic as it was made; `first` is the midnight (UTC) before its first day to come."""

    shape: Shape
    people: tuple[Person, ...]
    first: datetime

    @property
    def site(self) -> UUID:
        """The first site."""
        return self.people[0].site

    @property
    def here(self) -> list[Person]:
        """The practitioners of the first site."""
        return self.at(self.site)

    @property
    def last(self) -> datetime:
        """The midnight after the last day."""
        return self.day(self.shape.days)

    def at(self, site: UUID) -> list[Person]:
        """The practitioners of a site."""
        return [person for person in self.people if person.site == site]

    def day(self, number: int) -> datetime:
        """The midnight before that day, the first being 0."""
        return self.first + timedelta(days=number)

    def lesion_of(self, number: int) -> UUID:
        """The lesion of the patient of that number, who is registered where the practitioner of that number works."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT lesion FROM bench_patient WHERE nth = %s", [number])
            return cursor.fetchone()[0]

    def free_places(self, many: int) -> list[Place]:
        """So many places of the first two sites that nobody has yet, in no order that means anything; no two touch."""
        given = self.shape.fullness | {
            "people": self.shape.practitioners,
            "patients": self.shape.patients_for(0),
            "first": self.first,
            "opens": OPENS,
            "days": self.shape.days,
        }
        with connection.cursor() as cursor:
            cursor.execute(FREE + " LIMIT %(many)s", given | {"many": many})
            found = [Place(person=self.people[n], patient=p, lesion=lesion, start=at) for n, p, lesion, at in cursor.fetchall()]
        if len(found) < many:
            raise AssertionError(f"only {len(found)} of {many} places are free")
        return found
