"""
The clinic that is measured: 4 sites, 200 practitioners, the coming 30 days three quarters full, and a long history.

Two sites have nothing free at all: the last one in any of the days, the one before it in the first two thirds of them.
Coming visits are inserted with the guard on, as anybody would. Finished visits occupy nothing and lean on nothing, so the
guard has no rows for them: they are written set-wise with the triggers off, and without their history rows. Times are UTC.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from clinic.models import Certification, Licence, Membership, Practitioner, Room, Site, StaffToken, User
from clinic.models.people import PRACTITIONER
from clinic.services.authority import rebuild_authority
from clinic.services.reference import load_policy
from clinic.services.tokens import digest_of
from patients.services import reference as charts
from treatments.models import Treatment
from treatments.services import reference as treatments

TREATMENT, ACT, DEPTH, REGION = "lancet-extraction", "lancet_extraction", "epidermal", "face"
SCOPE = f"{ACT}/{DEPTH}@{REGION}"
SITES = 4
DAYS = 30
OPENS, CLOSES = timedelta(hours=14), timedelta(hours=22)
PLACES, TAKEN = 10, 8
"""Visits that fit into a day of 8 hours (45 minutes each with their buffers), and how many of them are booked: 75 % of the time."""
BATCH = 250_000
EQUIPMENT = ["treatment_chair", "magnifier", "sharps_container"]

NAMES = """
CREATE TABLE IF NOT EXISTS bench_person (nth integer PRIMARY KEY, practitioner uuid, site uuid, room uuid);
CREATE TABLE IF NOT EXISTS bench_patient (nth integer PRIMARY KEY, patient uuid, lesion uuid);
CREATE TABLE IF NOT EXISTS bench_state (history integer, first timestamptz);
"""

USUAL_ROOM = """
SELECT array_agg(r.id ORDER BY r.id), (uuid_hash(%s::uuid) & 2147483647) %% count(*)
  FROM clinic_room r WHERE r.site_id = %s
"""

PRIVILEGES = """
INSERT INTO clinic_privilege (id, practitioner_id, site_id, profession, scope, supervision, valid, sources)
SELECT uuidv7(), b.practitioner, b.site, p.profession, p.scope, p.supervision, p.valid, p.sources
  FROM bench_person b
  JOIN bench_person one ON one.nth = 0
  JOIN clinic_privilege p ON p.practitioner_id = one.practitioner AND p.site_id = one.site
 WHERE b.nth > 0
"""

PRESENCE = """
INSERT INTO clinic_shift (id, practitioner_id, site_id, during)
SELECT uuidv7(), b.practitioner, b.site, tstzrange(d + %(opens)s, d + %(closes)s)
  FROM bench_person b, generate_series(%(first)s::timestamptz, %(last)s::timestamptz, interval '1 day') d;
INSERT INTO clinic_opening (id, resource, site_id, during)
SELECT uuidv7(), r.id, r.site_id, tstzrange(d + %(opens)s, d + %(closes)s)
  FROM clinic_room r, generate_series(%(first)s::timestamptz, %(last)s::timestamptz, interval '1 day') d;
"""

PATIENTS = """
WITH coming AS (
  SELECT n, uuidv7() AS patient, uuidv7() AS lesion, s.site
    FROM generate_series(%(first)s, %(last)s) n JOIN bench_person s ON s.nth = n %% %(people)s),
patients AS (
  INSERT INTO patients_patient (
    id, given_name, family_name, birth_date, email, phone, language, time_zone, preferred_channel, guardian_name,
    guardian_relationship, guardian_email, guardian_phone, email_consent_source, registered_site_id)
  SELECT patient, 'Ada', 'Patient ' || n, date '1950-01-01' + n %% 18000, 'patient' || n || '@example.org', '', 'en',
         'America/New_York', 'email', '', '', '', '', '', site FROM coming),
lesions AS (
  INSERT INTO patients_lesion (
    id, laterality, chart, depth, count, status, region, region_verified, diagnosis_certainty, suspicious,
    plaque_reviewed, body_site_id, diagnosis_id, patient_id, first_noted_on)
  SELECT lesion, 'right', '', %(depth)s, 1, 'planned', %(region)s, false, 'confirmed', false, false,
         (SELECT id FROM patients_bodysite WHERE code = 'cheek'), (SELECT id FROM patients_diagnosis WHERE code = 'milium'),
         patient, current_date - 200 FROM coming)
INSERT INTO bench_patient SELECT n, patient, lesion FROM coming
"""

VISITS = """
WITH coming AS MATERIALIZED (
  SELECT uuidv7() AS id, b.practitioner, b.site, b.room, p.patient, p.lesion, w.starts, %(booked)s::timestamptz AS booked
    FROM ({wanted}) w (nth, patient, starts) JOIN bench_person b ON b.nth = w.nth JOIN bench_patient p ON p.nth = w.patient),
visits AS (
  INSERT INTO appointments_appointment (
    id, profession, devices, supervision, during, blocked, status, revision, booked_at, previous_starts, price, currency,
    decision, reassignment_reason, cancel_reason, patient_id, practitioner_id, room_id, site_id)
  SELECT id, 'dermatologist', '{{}}', 'none', tstzrange(starts, starts + interval '30 min'),
         tstzrange(starts - interval '5 min', starts + interval '40 min'), %(status)s, 1, booked, '{{}}', 140, 'USD', '{{}}',
         '', '', patient, practitioner, room, site FROM coming)
INSERT INTO appointments_appointmentitem (
  id, "group", minutes, lesion_depth, act, depth, region, supervision, authorised_profession, authorised_at,
  holds_order, appointment_id, authorised_by_id, lesion_id, patient_id, treatment_id)
SELECT uuidv7(), uuidv7(), 30, %(depth)s, %(act)s, %(depth)s, %(region)s, 'none', 'dermatologist', booked, true, id,
       practitioner, lesion, patient, %(treatment)s FROM coming
"""

COMING = VISITS.format(
    wanted="""
  SELECT nth, ((%(day)s * 10 + place) * %(people)s + nth) %% %(patients)s, %(first)s::timestamptz + interval '15 min' + place * interval '45 min'
    FROM (SELECT b.nth, place, row_number() OVER (PARTITION BY b.nth ORDER BY hashint8(b.nth * 1000003 + %(day)s * 1009 + place * 17)) AS rank
            FROM bench_person b, generate_series(0, %(places)s - 1) place) q
   WHERE rank <= CASE WHEN nth >= %(full_from)s OR nth >= %(fuller_from)s AND %(day)s < %(fuller_days)s THEN %(places)s ELSE %(taken)s END"""
)

FREE = """
SELECT b.nth, p.patient, p.lesion, w.starts
  FROM (SELECT nth, ((day * 10 + place) * %(people)s + nth) %% %(patients)s AS patient,
               %(first)s::timestamptz + day * interval '1 day' + %(opens)s + interval '15 min' + place * interval '45 min' AS starts
          FROM (SELECT b.nth, day, place FROM bench_person b, generate_series(0, %(days)s - 1) day, generate_series(0, %(places)s - 1) place
                 WHERE b.nth < %(fuller_from)s) every) w
  JOIN bench_person b ON b.nth = w.nth JOIN bench_patient p ON p.nth = w.patient
 WHERE NOT EXISTS (SELECT FROM appointments_resourceclaim c
                    WHERE c.resource IN (b.practitioner, p.patient, b.room)
                      AND c.during && tstzrange(w.starts - interval '5 min', w.starts + interval '40 min'))
 ORDER BY hashint8(b.nth * 7919 + extract(epoch FROM w.starts)::bigint / 900), b.nth
"""

FINISHED = VISITS.format(
    wanted="""
  SELECT n %% %(people)s, n %% %(patients)s, %(began)s::timestamptz - (n / %(people)s) * interval '45 min'
    FROM generate_series(%(first)s, %(last)s) n"""
)

SECONDARY = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
 WHERE i.indrelid IN ('appointments_appointment'::regclass, 'appointments_appointmentitem'::regclass) AND NOT i.indisunique
"""


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
        given = _fullness(self.shape) | {
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
        given = _of_visits(clinic) | _fullness(clinic.shape)
        given |= {"day": day, "first": clinic.day(day) + OPENS, "booked": now, "status": "booked"}
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(COMING, given)
        if day == 0:
            tidy()


def _fullness(shape: Shape) -> dict[str, int]:
    site = shape.practitioners // SITES
    return {
        "places": PLACES,
        "taken": TAKEN,
        "full_from": site * 3,
        "fuller_from": site * 2,
        "fuller_days": shape.days * 2 // 3,
    }


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
