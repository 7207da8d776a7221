"""Many people at once, each over a connection of their own: one is served, the others are told, nothing is lost."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from time import monotonic

import pytest
from django.db.models import Q

from appointments.models import Appointment, Authority, ResourceClaim
from appointments.selectors.verdicts import Request, verdict
from appointments.services.booking import book_appointment
from appointments.services.moving import reschedule_appointment
from clinic.models import Licence
from clinic.services.credentials.licences import reinstate_licence, suspend_licence
from tests import clinic_world as world
from tests.clinic_world import NOW, SmallClinic, after, ask, book
from tests.committed import committed
from tests.racing import BOOKED, deadlocks, overlaps, room_for, together
from treatments.selectors.work import Asked

CLIENTS = 50
REVIEW = Asked(treatment="comedone-extraction", body_site="cheek")
OF_30_45_60 = [Asked(treatment="comedone-extraction", body_site="cheek", minutes=minutes) for minutes in (30, 45, 60)]


@pytest.fixture(scope="module")
def many_connections(django_db_setup, django_db_blocker) -> Iterator[None]:
    """A pool in which every client finds a connection."""
    with django_db_blocker.unblock(), room_for(CLIENTS):
        yield


@pytest.fixture
def transactional_db(many_connections, django_db_blocker) -> Iterator[None]:
    """What is written is committed, for other connections to see, and gone afterwards."""
    with django_db_blocker.unblock(), committed():
        yield


@pytest.fixture
def clinic(transactional_db) -> SmallClinic:
    return world.a_small_clinic(rooms=4)


@pytest.fixture(autouse=True)
def without_deadlocks(clinic) -> Iterator[None]:
    before = deadlocks()
    yield
    assert deadlocks() == before


def booking(request: Request) -> Callable[[], Appointment]:
    return lambda: book_appointment(request=request)


class TestBooking:
    def test_one_slot_goes_to_one_of_fifty(self, clinic):
        """DB1."""
        patients = [world.a_patient() for _ in range(CLIENTS)]
        wishes = [ask(clinic.derm.user, who, after(), clinic.derm, world.charted(who)) for who in patients]

        outcomes = Counter(together([booking(wish) for wish in wishes]))

        assert outcomes == {BOOKED: 1, "slot_taken": CLIENTS - 1}
        assert Appointment.objects.count() == 1

    def test_staggered_wishes_never_overlap_and_nothing_free_is_refused(self, clinic):
        """DB2: starts on a grid of 5 minutes, for 30, 45 and 60 minutes."""
        wishes = [
            ask(
                clinic.desk,
                world.a_patient(),
                after(minute=0) + timedelta(minutes=(5 * 7 * number) % 240),
                clinic.derm,
                OF_30_45_60[number % 3],
            )
            for number in range(CLIENTS)
        ]
        began = monotonic()

        outcomes = together([booking(wish) for wish in wishes])

        lost = [wish for wish, outcome in zip(wishes, outcomes, strict=True) if outcome != BOOKED]
        assert set(outcomes) == {BOOKED, "slot_taken"}
        assert overlaps() == 0
        assert not any(verdict(request=wish).allowed for wish in lost)
        assert monotonic() - began < 60

    def test_the_last_room_goes_to_one(self, clinic):
        """DB3, rooms."""
        clinic.site.rooms.exclude(name="Room 1").update(active=False)
        people = [clinic.derm, *(world.hire("dermatologist", site=clinic.site) for _ in range(9))]
        wishes = [ask(clinic.desk, world.a_patient(), after(), people[n % 10], REVIEW) for n in range(CLIENTS)]

        outcomes = Counter(together([booking(wish) for wish in wishes]))

        assert outcomes == {BOOKED: 1, "slot_taken": CLIENTS - 1}

    def test_a_patient_is_in_one_place(self, clinic):
        """DB3, patients: everybody wants the same patient, with somebody else each, at starts that overlap."""
        people = [clinic.derm, *(world.hire("dermatologist", site=clinic.site) for _ in range(3))]
        wishes = [ask(clinic.desk, clinic.patient, after(minute=5 * (n % 5)), people[n % 4], REVIEW) for n in range(CLIENTS)]

        outcomes = Counter(together([booking(wish) for wish in wishes]))

        assert outcomes == {BOOKED: 1, "slot_taken": CLIENTS - 1}

    def test_three_who_may_take_three_of_fifty(self, clinic):
        """DB5: nobody names a practitioner."""
        for _ in range(2):
            world.hire("dermatologist", site=clinic.site)
        wishes = [ask(clinic.desk, world.a_patient(), after(), None, REVIEW) for _ in range(CLIENTS)]

        outcomes = Counter(together([booking(wish) for wish in wishes]))

        assert outcomes == {BOOKED: 3, "slot_taken": CLIENTS - 3}
        assert Appointment.objects.values("practitioner").distinct().count() == 3

    def test_one_order_is_used_once(self, clinic):
        order = world.order(clinic.derm, clinic.patient, [clinic.lesion])
        wishes = [
            ask(clinic.desk, clinic.patient, after(day), clinic.derm, clinic.lesion, order=order.id) for day in range(1, 21)
        ]

        outcomes = Counter(together([booking(wish) for wish in wishes]))

        assert outcomes == {BOOKED: 1, "order_required": 19}

    def test_one_override_is_used_once(self, clinic):
        child = world.a_patient(birth_date=clinic.patient.birth_date.replace(year=2017), guardian_name="Grace")
        lesion = world.charted(child)
        world.overridden(clinic.derm, child, "G12", "lancet-extraction")
        wishes = [ask(clinic.derm.user, child, after(day), clinic.derm, lesion) for day in range(1, 11)]

        outcomes = Counter(together([booking(wish) for wish in wishes]))

        assert outcomes == {BOOKED: 1, "pediatrician_first": 9}


class TestMoving:
    def test_nobody_loses_the_old_slot(self, clinic):
        """DB4: 50 moves of 25 visits into 5 gaps."""
        visits = [book(clinic.desk, world.a_patient(), after(day), clinic.derm, REVIEW) for day in range(1, 26)]
        gaps = [after(30, hour) for hour in range(9, 14)]
        old = {visit.id: visit.start for visit in visits}

        def moving(number: int) -> Callable[[], Appointment]:
            visit = Appointment.objects.select_related("patient", "site", "practitioner").get(pk=visits[number % 25].pk)
            start = gaps[number % 5]
            return lambda: reschedule_appointment(actor=clinic.desk, visit=visit, start=start, now=NOW)

        outcomes = together([moving(number) for number in range(CLIENTS)])

        after_all = {visit.id: visit.start for visit in Appointment.objects.filter(status=BOOKED)}
        moved = {visit: start for visit, start in after_all.items() if start != old[visit]}
        assert set(outcomes) <= {BOOKED, "slot_taken", "illegal_transition"}
        assert after_all.keys() == old.keys()
        assert sorted(moved.values()) == gaps
        assert overlaps() == 0
        assert ResourceClaim.objects.filter(kind="practitioner").count() == 25

    def test_two_who_want_each_others_place_both_keep_their_own(self, clinic):
        first, second = (book(clinic.desk, world.a_patient(), after(hour=hour), clinic.derm, REVIEW) for hour in (10, 14))

        def moving(visit: Appointment, to: Appointment) -> Callable[[], Appointment]:
            return lambda: reschedule_appointment(actor=clinic.desk, visit=visit, start=to.start, now=NOW)

        outcomes = together([moving(first, second), moving(second, first)])

        assert outcomes == ["slot_taken", "slot_taken"]
        assert Appointment.objects.filter(status=BOOKED, revision=1).count() == 2

    def test_a_circle_of_moves_ends(self, clinic):
        """Each wants a time that overlaps its own and its neighbour's, all at once."""
        visits = [book(clinic.desk, world.a_patient(), after(hour=9 + n), clinic.derm, REVIEW) for n in range(8)]

        def moving(number: int) -> Callable[[], Appointment]:
            visit = Appointment.objects.select_related("patient", "site", "practitioner").get(pk=visits[number].pk)
            start = visit.start + timedelta(minutes=20 if number % 2 else -20)
            return lambda: reschedule_appointment(actor=clinic.desk, visit=visit, start=start, now=NOW)

        outcomes = together([moving(number) for number in range(8)])

        assert set(outcomes) <= {BOOKED, "slot_taken"}
        assert Appointment.objects.filter(status=BOOKED).count() == 8
        assert overlaps() == 0


class TestSuspending:
    ROUNDS = 12

    def test_a_licence_that_is_suspended_while_it_is_booked_leaves_no_visit_behind(self, clinic):
        """LI2: visits of the practitioner, visits that they supervise, and visits on their authority."""
        assistant = world.hire("physician_assistant", site=clinic.site, trainings=["lancet"])
        colleague = world.a_dermatologist(site=clinic.site)
        world.agree(clinic.derm, assistant)
        licence = Licence.objects.get(practitioner=clinic.derm)
        leaning = Q(practitioner=clinic.derm) | Q(supervisor=clinic.derm) | Q(authorised_by=clinic.derm)
        outcomes: Counter[str] = Counter()

        for day in range(1, self.ROUNDS + 1):
            wishes = [
                ask(booker.user, patient, after(day, hour), performer, world.charted(patient))
                for hour, booker, performer in (
                    (9, colleague, clinic.derm),
                    (10, colleague, clinic.derm),
                    (11, colleague, assistant),
                    (12, clinic.derm, colleague),
                )
                for patient in [world.a_patient()]
            ]
            works = [booking(wish) for wish in wishes]
            works.insert(day % 5, lambda: suspend_licence(actor=None, licence=licence, reason="board", now=NOW))
            told = together(works)
            suspension = told.pop(day % 5)
            outcomes.update(told)

            assert suspension == BOOKED
            assert not Authority.objects.filter(leaning).exists()
            assert not Appointment.objects.filter(practitioner=clinic.derm, status=BOOKED).exists()
            adrift = Appointment.objects.filter(status="needs_reassignment", during__startswith__gte=after(day, 0))
            assert adrift.filter(needs_reassignment_since=NOW).count() == told.count(BOOKED)
            reinstate_licence(actor=None, licence=licence, now=NOW)

        assert set(outcomes) <= {BOOKED, "licence_suspended", "order_required", "supervisor_not_qualified", "supervisor_absent"}
