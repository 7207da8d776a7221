"""
Free starts against an oracle that walks through the day minute by minute, in zones whose clocks change.

The oracle keeps sets of whole UTC minutes: when somebody is there, when somebody or something is taken. It knows nothing
of ranges, of SQL or of the product's arithmetic.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appointments.models import Appointment, ResourceClaim
from appointments.selectors.slots import Search, search_slots
from appointments.selectors.teams import shown_teams
from appointments.services.booking import book_appointment
from appointments.services.course import cancel_appointment
from clinic.errors import DomainError
from clinic.models import Opening, Practitioner, Room, Site, User, WeeklyRule
from clinic.services.presence import rebuild_presence
from patients.models import Patient
from tests import clinic_world as world
from treatments.selectors.work import Asked, work_of

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
BEFORE, AFTER = 5, 10
DAYS = {
    "America/New_York": [date(2027, 3, 14), date(2027, 11, 7), date(2027, 11, 6)],
    "Europe/London": [date(2027, 3, 28), date(2027, 10, 31)],
    "Australia/Lord_Howe": [date(2027, 4, 4), date(2027, 10, 3), date(2027, 10, 2)],
    "Asia/Kathmandu": [date(2027, 5, 5)],
    "Africa/Casablanca": [date(2027, 2, 7), date(2027, 3, 14)],
    "America/Santiago": [date(2027, 4, 3), date(2027, 4, 4), date(2027, 9, 5)],
    "Pacific/Apia": [date(2027, 4, 4), date(2027, 9, 26)],
    "Asia/Beirut": [date(2027, 3, 28), date(2027, 10, 30), date(2027, 10, 31)],
    "UTC": [date(2027, 6, 1)],
}
QUIET = settings(
    deadline=None,
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)

wall_times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 5, 15, 20, 30, 45, 50]))
windows = st.tuples(wall_times, wall_times).filter(lambda pair: pair[0] < pair[1])
places = st.sampled_from([(zone, day) for zone, days in DAYS.items() for day in days])
moments = st.integers(0, 24 * 60)


@dataclass
class Day:
    """One day at the site as the oracle sees it: who and what is there and free, as sets of UTC minutes."""

    zone: ZoneInfo
    day: date
    grid: int
    there: dict[object, set[int]] = field(default_factory=dict)
    taken: dict[object, set[int]] = field(default_factory=dict)

    @property
    def minutes(self) -> range:
        """From local midnight until that of the next day."""
        return range(minute_of(self.midnight(0)), minute_of(self.midnight(1)))

    def midnight(self, days: int) -> datetime:
        return datetime.combine(self.day + timedelta(days=days), time(), tzinfo=self.zone)

    def wall(self, minute: int) -> datetime:
        return moment_of(minute).astimezone(self.zone).replace(tzinfo=None)

    def first_at(self, wall: time) -> int:
        """The first minute at which the clock shows this time or a later one on this day."""
        wanted = datetime.combine(self.day, wall)
        return next((minute for minute in self.minutes if self.wall(minute) >= wanted), self.minutes.stop)

    def within(self, window: tuple[time, time]) -> set[int]:
        return set(range(self.first_at(window[0]), self.first_at(window[1])))

    def is_free(self, whose: object, start: int, stop: int) -> bool:
        return self.is_untaken(whose, start, stop) and all(minute in self.there[whose] for minute in range(start, stop))

    def is_untaken(self, whose: object, start: int, stop: int) -> bool:
        return not any(minute in self.taken.get(whose, ()) for minute in range(start, stop))

    def take(self, visit: Appointment) -> None:
        """Enter a booked visit: its people and things, for as long as each is taken."""
        blocked = minutes_of(visit.start - BEFORE * MINUTE, visit.end + AFTER * MINUTE)
        for whose in (visit.practitioner_id, visit.room_id):
            self.taken.setdefault(whose, set()).update(blocked)
        for whose in (visit.patient_id, visit.seat_id):
            self.taken.setdefault(whose, set()).update(minutes_of(visit.start, visit.end))


def minute_of(moment: datetime) -> int:
    return int(moment.timestamp()) // 60


def moment_of(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, tz=UTC)


def minutes_of(start: datetime, end: datetime) -> range:
    return range(minute_of(start), minute_of(end))


@dataclass
class Clinic:
    """What stands before the first example."""

    site: Site
    desk: User
    patient: Patient
    people: list[Practitioner]
    rooms: list[Room]
    now: datetime = datetime(2027, 1, 12, 17, tzinfo=UTC)

    def works(self, person: Practitioner, day: Day, window: tuple[time, time]) -> None:
        """Present in this window of that weekday, through a weekly rule."""
        WeeklyRule.objects.create(
            practitioner=person,
            site=self.site,
            weekday=day.day.weekday(),
            starts=window[0],
            ends=window[1],
            valid_from=day.day,
            valid_through=day.day,
        )
        day.there.setdefault(person.id, set()).update(day.within(window))

    def is_open(self, room: Room, day: Day, window: tuple[time, time]) -> None:
        """The room can be used in this window only."""
        minutes = day.within(window)
        Opening.objects.filter(resource=room.id).delete()
        if minutes:
            during = DateTimeTZRange(moment_of(min(minutes)), moment_of(max(minutes) + 1))
            Opening.objects.create(resource=room.id, site=self.site, during=during)
        day.there[room.id] = minutes

    def set_clock(self, zone: str, grid: int) -> None:
        self.site.time_zone, self.site.grid_minutes = zone, grid
        self.site.save()


@pytest.fixture
def clinic() -> Clinic:
    site = world.open_clinic(rooms=2)
    return Clinic(
        site=site,
        desk=world.front_desk(site),
        patient=world.a_patient(site),
        people=[world.a_dermatologist(site=site, shift=None) for _ in range(2)],
        rooms=list(site.rooms.order_by("name")),
    )


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens within is rolled back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def a_day(clinic: Clinic, draw, *, grid: int) -> Day:
    """A day with drawn windows for people and rooms."""
    zone, on = draw(places)
    day = Day(zone=ZoneInfo(zone), day=on, grid=grid)
    clinic.set_clock(zone, grid)
    for person in clinic.people:
        day.there[person.id] = set()
        for window in draw(st.lists(windows, min_size=1, max_size=2)):
            clinic.works(person, day, window)
    rebuild_presence(practitioners=[person.id for person in clinic.people], now=day.midnight(-2), horizon_days=6)
    for room in clinic.rooms:
        clinic.is_open(room, day, draw(windows))
    return day


def offered(clinic: Clinic, day: Day, item: Asked, people: Sequence[Practitioner | None] = (None,)) -> set[tuple[int, object]]:
    """What the product offers on that day, as (UTC minute, practitioner)."""
    found = set()
    for person in people:
        search = Search(
            booker=clinic.desk,
            work=work_of(patient=clinic.patient, site=clinic.site, asked=[item]),
            first=day.midnight(0),
            last=moment_of(day.minutes.stop - 1),
            now=clinic.now,
            limit=1000,
            practitioner=person,
        )
        found |= {(minute_of(team.start), team.practitioner) for team in search_slots(search=search).teams}
    return found


def expected(clinic: Clinic, day: Day, minutes: int) -> set[tuple[int, object]]:
    """What the oracle finds free."""
    return {
        (start, person.id) for start in on_grid(day) for person in clinic.people if fits(clinic, day, person, start, minutes)
    }


def on_grid(day: Day) -> Iterator[int]:
    return (minute for minute in day.minutes if day.wall(minute).minute % day.grid == 0)


def fits(clinic: Clinic, day: Day, person: Practitioner, start: int, minutes: int) -> bool:
    begins, ends = start - BEFORE, start + minutes + AFTER
    return (
        day.is_free(person.id, begins, ends)
        and day.is_untaken(clinic.patient.id, start, start + minutes)
        and any(day.is_free(room.id, begins, ends) for room in clinic.rooms)
    )


def booked(
    clinic: Clinic, day: Day, minute: int, person: Practitioner, item: Asked, patient: Patient | None = None
) -> Appointment | None:
    """The visit, entered into the oracle's day too; None when the product refuses it."""
    patient = patient or world.a_patient(clinic.site)
    request = world.ask(clinic.desk, patient, moment_of(minute), person, item, site=clinic.site, now=clinic.now)
    try:
        visit = book_appointment(request=request)
    except DomainError:
        return None
    day.take(visit)
    return visit


def comedones(minutes: int) -> Asked:
    return Asked(treatment="comedone-extraction", body_site="cheek", minutes=minutes)


lengths = st.sampled_from([10, 20, 30, 45, 60, 90])
grids = st.sampled_from([5, 15])


@QUIET
@given(data=st.data(), grid=grids, minutes=lengths)
def test_the_same_starts_are_offered_as_the_oracle_finds(clinic, data, grid, minutes):
    with undone():
        day = a_day(clinic, data.draw, grid=grid)
        for offset, place, length in data.draw(st.lists(st.tuples(moments, st.integers(0, 1), lengths), max_size=4)):
            booked(clinic, day, day.minutes.start + offset, clinic.people[place], comedones(length))
        for offset in data.draw(st.lists(moments, max_size=1)):
            booked(clinic, day, day.minutes.start + offset, clinic.people[0], comedones(10), patient=clinic.patient)

        found = offered(clinic, day, comedones(minutes))

        assert found == expected(clinic, day, minutes)


@QUIET
@given(data=st.data(), minutes=lengths)
def test_what_is_offered_can_be_booked_and_nothing_else_can(clinic, data, minutes):
    with undone():
        day = a_day(clinic, data.draw, grid=15)
        for offset, length in data.draw(st.lists(st.tuples(moments, lengths), max_size=2)):
            booked(clinic, day, day.minutes.start + offset, clinic.people[0], comedones(length))
        found = offered(clinic, day, comedones(minutes))
        starts = list(on_grid(day))
        chosen = data.draw(st.lists(st.sampled_from(starts), min_size=3, max_size=6, unique=True))
        chosen += [start for start, _ in sorted(found, key=str)[:2]]

        for start in chosen:
            for person in clinic.people:
                with undone():
                    visit = booked(clinic, Day(day.zone, day.day, 15), start, person, comedones(minutes), clinic.patient)
                    assert (visit is not None) == ((start, person.id) in found)


@QUIET
@given(data=st.data(), minutes=lengths)
def test_a_booking_adds_no_start_and_cancelling_it_gives_the_same_ones_back(clinic, data, minutes):
    with undone():
        day = a_day(clinic, data.draw, grid=15)
        before = offered(clinic, day, comedones(minutes))
        person = data.draw(st.sampled_from(clinic.people))
        visit = booked(clinic, day, data.draw(st.sampled_from(day.minutes)), person, comedones(30))

        with_it = offered(clinic, day, comedones(minutes))

        assert with_it <= before
        assert with_it == expected(clinic, day, minutes)
        if visit:
            cancel_appointment(actor=clinic.desk, visit=visit, reason="ill", now=clinic.now)
            assert offered(clinic, day, comedones(minutes)) == before


@QUIET
@given(data=st.data(), minutes=lengths)
def test_a_start_is_the_same_instant_however_it_is_shown(clinic, data, minutes):
    with undone():
        day = a_day(clinic, data.draw, grid=15)
        work = work_of(patient=clinic.patient, site=clinic.site, asked=[comedones(minutes)])
        search = Search(
            booker=clinic.desk,
            work=work,
            first=day.midnight(0),
            last=moment_of(day.minutes.stop - 1),
            now=clinic.now,
            limit=50,
        )
        teams = search_slots(search=search).teams

        shown = shown_teams(teams, work=work)

        told = [datetime.fromisoformat(team["start"]) for team in shown]
        assert told == [team.start for team in teams]
        assert all(start.utcoffset() == start.astimezone(day.zone).utcoffset() for start in told)


@pytest.fixture
def supervised() -> Clinic:
    """Two aestheticians under one dermatologist who must be there, and who has a place for one of them at a time."""
    site = world.open_clinic(rooms=2)
    boss = world.a_dermatologist(site=site, shift=None)
    boss.max_supervisees = 1
    boss.save()
    people = [world.hire("medical_aesthetician", site=site, trainings=["lancet"], shift=None) for _ in range(2)]
    for person in people:
        world.agree(boss, person)
    return Clinic(
        site=site, desk=boss.user, patient=world.a_patient(site), people=people, rooms=list(site.rooms.order_by("name"))
    )


@QUIET
@given(data=st.data(), minutes=lengths)
def test_supervised_work_is_offered_while_the_supervisor_is_there_with_a_free_place(supervised, data, minutes):
    clinic, boss = supervised, supervised.desk.practitioner
    with undone():
        day = a_day(clinic, data.draw, grid=15)
        clinic.works(boss, day, data.draw(windows))
        rebuild_presence(practitioners=[boss.id], now=day.midnight(-2), horizon_days=6)
        for offset, place in data.draw(st.lists(st.tuples(moments, st.integers(0, 1)), max_size=3)):
            patient = world.a_patient(clinic.site)
            booked(clinic, day, day.minutes.start + offset, clinic.people[place], lancet(patient, 30), patient)

        found = offered(clinic, day, lancet(clinic.patient, minutes), people=clinic.people)

        seat = boss.seats.get(number=1).id
        day.there[seat] = day.there[boss.id]
        assert found == {
            (start, person) for start, person in expected(clinic, day, minutes) if day.is_free(seat, start, start + minutes)
        }


def lancet(patient: Patient, minutes: int) -> Asked:
    lesion = patient.lesions.first() or world.charted(patient)
    return Asked(treatment="lancet-extraction", lesions=(lesion.id,), minutes=minutes)


def test_claims_never_overlap_after_many_bookings(clinic):
    day = Day(zone=ZoneInfo("America/New_York"), day=date(2027, 3, 14), grid=5)
    clinic.set_clock("America/New_York", 5)
    for person in clinic.people:
        clinic.works(person, day, (time(0), time(12)))
    rebuild_presence(practitioners=[person.id for person in clinic.people], now=day.midnight(-2), horizon_days=6)

    for number in range(40):
        booked(clinic, day, day.minutes.start + 35 * number % 600, clinic.people[number % 2], comedones(30))

    claims = sorted(ResourceClaim.objects.values_list("resource", "during__startswith", "during__endswith"))
    assert len(claims) > 20
    assert all(a[0] != b[0] or a[2] <= b[1] for a, b in pairwise(claims))
