"""Filling the calendars: about half of every practitioner's day, and two hours of each stay free in one piece."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from appointments.demo.authorities import Authorities, Permitted
from appointments.demo.charts import Book
from appointments.demo.diary import Diary, Equipment, Place, Span
from appointments.demo.offers import Candidate, Offer, Pool
from appointments.demo.staff import ENDS, STAFF, STARTS, Member
from clinic.models import Device, Practitioner, Room, Seat, Site
from patients.models import Patient
from treatments.models import Treatment
from treatments.policies.dates import birthday
from treatments.policies.gates.patients import ADULT
from treatments.selectors.work import Work

DAY = (ENDS.hour - STARTS.hour) * 60
GRID, LEFT_FREE = 15, 120
"""Minutes."""
FILLED = 0.62
LESS_ASKED_FOR = {"pediatrician": 0.25, "ophth": 0.45, "director": 0.5}
TRIES = 5


@dataclass(frozen=True, kw_only=True)
class Plan:
    """
    A visit that fits: who, what, where and when, and two draws that decide its story once the clock is known.

    `free_from` is the minute of the shift from which the practitioner is free again.
    """

    practitioner: Practitioner
    work: Work
    permitted: Permitted
    place: Place
    start: datetime
    free_from: int
    fate: float
    lead_days: int


@dataclass(frozen=True, kw_only=True)
class Floor:
    """A site while its calendars are filled."""

    book: Book
    site: Site
    pool: Pool
    equipment: Equipment
    authorities: Authorities


def plan_visits(book: Book, patients: Sequence[Patient]) -> list[Plan]:
    """The visits of all sites, day by day."""
    ground = book.ground
    authorities = Authorities(list(ground.people.values()))
    plans = []
    for site in ground.sites.values():
        floor = Floor(
            book=book, site=site, pool=Pool(book, site, patients), equipment=_equipment(site), authorities=authorities
        )
        for day in ground.days(site):
            plans += _day(floor, day)
    return plans


def _equipment(site: Site) -> Equipment:
    seats: dict[UUID, list[Seat]] = defaultdict(list)
    for seat in Seat.objects.order_by("number"):
        seats[seat.practitioner_id].append(seat)
    rooms = sorted(Room.objects.filter(site=site), key=lambda room: (len(room.equipment), room.name))
    return Equipment(rooms=rooms, devices=Device.objects.filter(site=site).order_by("name"), seats=seats)


def _day(floor: Floor, day: date) -> Iterator[Plan]:
    diary = Diary(equipment=floor.equipment)
    coming: set[UUID] = set()
    there = [member for member in STAFF if member.profession and member.sites[0] == floor.site.code]
    floor.book.ground.chance.shuffle(there)
    for member in there:
        yield from _calendar(floor, member, day, diary, coming)


def _calendar(floor: Floor, member: Member, day: date, diary: Diary, coming: set[UUID]) -> Iterator[Plan]:
    """One practitioner's day, from its beginning on; a stretch of it stays free."""
    chance, person = floor.book.ground.chance, floor.book.ground.people[member.username]
    offers = floor.pool.suitable(floor.authorities.acts_of(person))
    rest = chance.randrange(0, DAY - LEFT_FREE + 1, 2 * GRID)
    minute = 0
    while offers and minute < DAY:
        if rest <= minute < rest + LEFT_FREE:
            minute = rest + LEFT_FREE
            continue
        until = rest if minute < rest else DAY
        plan = None
        if chance.random() < LESS_ASKED_FOR.get(member.username, FILLED):
            plan = _visit(floor, member, day, diary, coming, offers, (minute, until))
        if plan is None:
            minute += chance.choice((GRID, 2 * GRID))
            continue
        coming.add(plan.work.patient.id)
        floor.pool.came(plan.work)
        minute = plan.free_from
        yield plan


def _visit(
    floor: Floor, member: Member, day: date, diary: Diary, coming: set[UUID], offers: list[Offer], within: Span
) -> Plan | None:
    """A visit that begins as early as can be in that time, taken down in the diary; None when nothing fits after some tries."""
    chance = floor.book.ground.chance
    for offer in chance.choices(offers, [offer.weight for offer in offers], k=TRIES):
        during, blocked = _minutes(floor.pool.treatments[offer.treatment], after=within[0])
        if blocked[1] <= within[1]:
            for one in floor.pool.candidates(offer, coming):
                plan = _fitting(floor, member, day, diary, one, during, blocked)
                if plan:
                    return plan
    return None


def _fitting(floor: Floor, member: Member, day: date, diary: Diary, one: Candidate, during: Span, blocked: Span) -> Plan | None:
    """The visit, if the practitioner may do it then, the rooms allow it and no gate stands in the way."""
    person = floor.book.ground.people[member.username]
    start, end = (_opening(floor.site, day) + timedelta(minutes=minute) for minute in during)
    is_child = day < birthday(one.patient.birth_date, ADULT)
    permitted = floor.authorities.permitted(person, floor.pool.scopes(one), start, end, children_only=is_child)
    if permitted is None or floor.pool.is_refused(one, day):
        return None
    supervisor = permitted.supervisor.id if permitted.supervisor else None
    treatment = floor.pool.treatments[one.offer.treatment]
    place = diary.place(
        words=treatment.equipment, kinds=treatment.devices, supervisor=supervisor, during=during, blocked=blocked
    )
    if place is None:
        return None
    diary.take([place.room.id, *(unit.id for unit in place.devices)], blocked)
    diary.take([place.seat.id] if place.seat else [], during)
    chance = floor.book.ground.chance
    return Plan(
        practitioner=person,
        work=floor.pool.work(one),
        permitted=permitted,
        place=place,
        start=start,
        free_from=blocked[1],
        fate=chance.random(),
        lead_days=chance.randint(1, 20),
    )


def _opening(site: Site, day: date) -> datetime:
    return datetime.combine(day, STARTS, tzinfo=site.zone).astimezone(UTC)


def _minutes(treatment: Treatment, *, after: int) -> tuple[Span, Span]:
    """The treatment at its first start on the grid after that minute, and the time that it blocks."""
    first = -(-(after + treatment.buffer_before) // GRID) * GRID
    end = first + treatment.minutes
    return (first, end), (first - treatment.buffer_before, end + treatment.buffer_after)
