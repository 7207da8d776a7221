"""Cancellations, offers, answers and bookings at once: each freed time ends with one owner, or free."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import time, timedelta
from functools import partial
from time import sleep

import pytest

from appointments.models import Appointment, FreedSlot, WaitlistEntry, WaitlistOffer
from appointments.policies.statuses import BOOKED as IS_BOOKED
from appointments.policies.statuses import HELD, LIVE
from appointments.services.booking import book_appointment
from appointments.services.course import cancel_appointment
from appointments.services.holds import expire_holds
from appointments.services.series import book_series
from appointments.services.waitlist.answers import accept_offer, decline_offer
from appointments.services.waitlist.entries import withdraw_entry
from appointments.services.waitlist.offering import offer_freed
from clinic.models import Licence
from clinic.services.credentials.licences import suspend_licence
from tests import clinic_world as world
from tests.clinic_world import NOW, SmallClinic, after, ask, book
from tests.committed import committed
from tests.factories_waitlist import CHEEK, waits
from tests.racing import BOOKED, deadlocks, overlaps, room_for, together

WORKERS, ROUNDS = 4, 12
SOME = 25 if os.environ.get("SOAK") else 8
TEN = (time(10), time(10, 30))


@pytest.fixture(scope="module")
def many_connections(django_db_setup, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock(), room_for(100):
        yield


@pytest.fixture
def clinic(many_connections, django_db_blocker) -> Iterator[SmallClinic]:
    """What is written is committed, and no two transactions deadlock."""
    with django_db_blocker.unblock(), committed():
        before = deadlocks()
        yield world.a_small_clinic(rooms=4)
        assert deadlocks() == before


def cancelling(clinic: SmallClinic, visit: Appointment) -> Callable[[], Appointment]:
    return partial(cancel_appointment, actor=clinic.desk, visit=visit, reason="Has caught a cold", now=NOW)


def accepting(clinic: SmallClinic, offer: WaitlistOffer) -> Callable[[], Appointment]:
    return partial(accept_offer, actor=clinic.desk, offer=offer, now=NOW)


def working() -> None:
    """A worker whom the doorbell wakes again and again."""
    for _ in range(ROUNDS):
        expire_holds(now=NOW)
        offer_freed(now=NOW)
        sleep(0.05)


def open_offers() -> list[WaitlistOffer]:
    return list(WaitlistOffer.objects.filter(state="offered").select_related("appointment").order_by("id"))


def assert_each_time_has_one_owner_or_none() -> None:
    live = Appointment.objects.filter(status__in=LIVE)
    owners = Counter(live.values_list("practitioner", "during__startswith"))
    assert set(owners.values()) <= {1}
    assert overlaps() == 0
    assert {offer.appointment_id for offer in open_offers()} == set(live.filter(status=HELD).values_list("id", flat=True))
    accepted = WaitlistOffer.objects.filter(state="accepted").values_list("appointment__status", flat=True)
    assert set(accepted) <= {IS_BOOKED}
    served = Counter(WaitlistOffer.objects.filter(state__in=["accepted", "offered"]).values_list("entry", flat=True))
    assert set(served.values()) <= {1}
    states = dict(WaitlistEntry.objects.values_list("id", "state"))
    assert {entry for entry, state in states.items() if state in ("booked", "offered")} == set(served)


def half_offered(clinic: SmallClinic, half: int) -> list[Appointment]:
    """At ten on so many days and as many more; more people wait than there are days. The first half is on offer, the rest booked."""
    visits = [book(clinic.desk, world.a_patient(), after(day), clinic.derm, CHEEK) for day in range(1, 2 * half + 1)]
    for number in range(2 * half + 5):
        waits(clinic, world.a_patient(), days=2 * half, between=TEN, now=NOW + timedelta(microseconds=number))
    for visit in visits[:half]:
        cancelling(clinic, visit)()
    assert offer_freed(now=NOW) == {"offered": half}
    return visits[half:]


class TestTheWaitlist:
    def test_under_fifty_cancellations_and_acceptances_gives_each_time_to_one(self, clinic):
        works = [cancelling(clinic, visit) for visit in half_offered(clinic, 25)]
        works += [accepting(clinic, offer) for offer in open_offers()]

        outcomes = together([*works, *[working] * WORKERS])

        assert Counter(outcomes) == {BOOKED: 50 + WORKERS}
        assert_each_time_has_one_owner_or_none()
        offer_freed(now=NOW)
        assert not FreedSlot.objects.exists()
        assert Counter(WaitlistOffer.objects.values_list("state", flat=True)) == {"accepted": 25, "offered": 25}

    def test_gives_each_offer_one_answer(self, clinic):
        """Two accept, one declines, and somebody else withdraws, all at once."""
        half_offered(clinic, SOME)
        offers = open_offers()
        works = [answer for offer in offers for answer in [accepting(clinic, offer)] * 2]
        works += [partial(decline_offer, offer=offer, now=NOW) for offer in offers]
        works += [partial(withdraw_entry, entry=offer.entry, now=NOW) for offer in offers]

        outcomes = together([*works, *[working] * WORKERS])

        assert set(outcomes) <= {BOOKED, "illegal_transition"}
        assert_each_time_has_one_owner_or_none()

    def test_and_the_desk_never_give_a_time_away_twice(self, clinic):
        visits = half_offered(clinic, SOME)
        wishes = [ask(clinic.desk, world.a_patient(), visit.start, clinic.derm, CHEEK) for visit in visits]
        works = [cancelling(clinic, visit) for visit in visits]
        works += [partial(book_appointment, request=wish) for wish in wishes]

        outcomes = together([*works, *[working] * WORKERS])

        assert set(outcomes) <= {BOOKED, "slot_taken"}
        assert_each_time_has_one_owner_or_none()

    def test_keeps_nothing_for_who_may_do_it_no_more(self, clinic):
        visits = half_offered(clinic, SOME)
        licence = Licence.objects.get(practitioner=clinic.derm)
        manager = world.a_manager()
        works = [cancelling(clinic, visit) for visit in visits]
        works += [accepting(clinic, offer) for offer in open_offers()]
        works.append(partial(suspend_licence, actor=manager, licence=licence, reason="The board says so.", now=NOW))

        outcomes = together([*works, *[working] * WORKERS])

        assert set(outcomes) <= {BOOKED, "illegal_transition", "licence_suspended"}
        assert not Appointment.objects.filter(status__in=[HELD, IS_BOOKED]).exists()
        assert not open_offers()


class TestSeries:
    def test_that_race_over_the_same_times_are_booked_whole_or_not_at_all(self, clinic):
        colleague = world.hire("dermatologist", site=clinic.site)
        people = [clinic.derm, colleague]
        days = range(1, 6)

        def course(number: int) -> Callable[[], object]:
            patient = world.a_patient()
            order = days if number % 2 else reversed(days)
            requests = [
                ask(clinic.desk, patient, after(day, minute=15 * (number % 3)), people[(day + number) % 2], CHEEK)
                for day in order
            ]
            return partial(book_series, requests=requests)

        outcomes = Counter(together([course(number) for number in range(20)]))

        assert set(outcomes) <= {BOOKED, "slot_taken"}
        assert outcomes[BOOKED] >= 1
        assert Appointment.objects.count() == 5 * outcomes[BOOKED]
        assert overlaps() == 0
