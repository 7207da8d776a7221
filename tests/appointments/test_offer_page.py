"""`/o/<token>/`: what somebody who waits sees of the time that is offered to them, and what their answer does."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from appointments.models import Appointment, Message, WaitlistEntry, WaitlistOffer
from appointments.services.course import cancel_appointment
from appointments.services.links import link_for
from appointments.services.waitlist.offering import offer_freed
from tests import clinic_world as world
from tests.clinic_world import NOW, after, book
from tests.factories_links import a_message, a_token
from tests.factories_waitlist import CHEEK, the_offer, waits

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def clinic():
    return world.a_small_clinic()


@pytest.fixture
def offer(clinic) -> WaitlistOffer:
    """Tomorrow at ten came free, and is kept for somebody who waits."""
    taken = book(clinic.desk, world.a_patient(), after(), clinic.derm, CHEEK)
    entry = waits(clinic)
    cancel_appointment(actor=clinic.desk, visit=taken, reason="Has caught a cold", now=NOW)
    offer_freed(now=NOW)
    return the_offer(entry)


def path_of(offer: WaitlistOffer) -> str:
    return "/" + link_for(purpose="offer", owner=offer.pk, until=NOW + timedelta(days=1)).split("/", 3)[3]


def text_of(page) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


def answered(offer: WaitlistOffer, answer: str):
    """The page on which the answer ends."""
    return Client(enforce_csrf_checks=True).post(path_of(offer), {"answer": answer}, follow=True)


def states(offer: WaitlistOffer) -> tuple[str, str, str]:
    offer, entry = WaitlistOffer.objects.get(pk=offer.pk), WaitlistEntry.objects.get(pk=offer.entry_id)
    return offer.state, entry.state, Appointment.objects.get(pk=offer.appointment_id).status


class TestLooking:
    def test_shows_the_time_and_until_when_it_is_kept(self, offer):
        page = Client().get(path_of(offer))

        said = text_of(page)
        assert page.status_code == 200
        assert "Day" in said
        assert "It is kept for you until" in said
        assert "Yes, book it for me" in said

    @pytest.mark.parametrize("method", ["get", "head", "options"])
    def test_answers_nothing(self, offer, method):
        before = states(offer)

        assert getattr(Client(), method)(path_of(offer)).status_code == 200
        assert states(offer) == before == ("offered", "offered", "held")

    def test_leaves_no_cookie_and_no_trace(self, offer):
        page = Client().get(path_of(offer))

        assert not page.cookies
        assert (page["Cache-Control"], page["Referrer-Policy"]) == ("no-store", "no-referrer")
        assert "default-src 'none'" in page["Content-Security-Policy"]

    def test_says_when_it_is_kept_no_more(self, offer):
        with time_machine.travel(offer.expires_at, tick=False):
            page = Client().get(path_of(offer))

        assert page.status_code == 410
        assert "You stay on the waiting list." in text_of(page)


class TestAnswering:
    def test_yes_books_it_and_shows_the_visit(self, offer):
        page = answered(offer, "accept")

        assert states(offer) == ("accepted", "booked", "booked")
        assert "Booked: we expect you." in text_of(page)
        assert Message.objects.filter(appointment=offer.appointment_id, kind="P01", state="due").exists()

    def test_no_gives_it_to_the_next_one(self, offer):
        page = answered(offer, "decline")

        assert states(offer) == ("declined", "waiting", "cancelled")
        assert "You let this time go. You stay on the waiting list." in text_of(page)

    def test_yes_twice_books_once(self, offer):
        answered(offer, "accept")

        page = answered(offer, "accept")

        assert page.status_code == 200
        assert "Booked: we expect you." in text_of(page)

    def test_yes_after_no_changes_nothing(self, offer):
        answered(offer, "decline")

        answered(offer, "accept")

        assert states(offer) == ("declined", "waiting", "cancelled")

    def test_too_late_says_so(self, offer):
        with time_machine.travel(offer.expires_at, tick=False):
            page = answered(offer, "accept")

        assert page.status_code == 410
        assert states(offer)[2] != "booked"

    def test_anything_else_asks_again(self, offer):
        page = answered(offer, "perhaps")

        assert page.status_code == 200
        assert states(offer) == ("offered", "offered", "held")

    def test_a_rule_that_refuses_is_told_without_saying_why(self, offer):
        world.noted_skin(offer.patient, "infection")

        page = answered(offer, "accept")

        assert page.status_code == 409
        assert "It could not be booked just now. Please call us." in text_of(page)
        assert "infection" not in text_of(page)
        assert states(offer) == ("offered", "offered", "held")


class TestUnknown:
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_is_not_there(self, method):
        assert getattr(Client(), method)("/o/AAAAAAAAAAAAAAAAAAAAAA/").status_code == 404

    def test_a_token_of_another_purpose_answers_as_an_unknown_one(self):
        token = a_token(a_message())

        assert Client().post(f"/o/{token}/", {"answer": "accept"}).status_code == 404

    def test_an_offer_is_not_shown_as_something_else(self, offer):
        assert Client().get(path_of(offer).replace("/o/", "/l/")).status_code == 404
