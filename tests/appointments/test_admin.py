"""Visits in the admin: looked at by leaders, written by nobody."""

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from appointments.models import (
    Appointment,
    AppointmentItem,
    Authority,
    FreedSlot,
    Message,
    MessageText,
    ResourceClaim,
    WaitlistEntry,
    WaitlistItem,
    WaitlistOffer,
)
from appointments.services.course import cancel_appointment
from appointments.services.reference import load_texts
from appointments.services.waitlist.offering import offer_freed
from clinic.models import Opening, Privilege, Shift
from patients.models import Lesion, Patient
from tests import clinic_world as world
from tests.clinic_world import NOW, after, book
from tests.factories_waitlist import CHEEK, waits

pytestmark = pytest.mark.django_db
LOOKED_AT = (
    Appointment,
    AppointmentItem,
    Message,
    MessageText,
    ResourceClaim,
    Authority,
    Privilege,
    Shift,
    Opening,
    Patient,
    Lesion,
)


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def clinic():
    return world.a_small_clinic()


@pytest.fixture
def visit(clinic):
    return book(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion)


@pytest.fixture(params=["manager", "director", "superuser"])
def leader(request, clinic):
    """Everybody who comes in; the superuser manages the site."""
    role = "medical_director" if request.param == "director" else "manager"
    user = world.a_user(role, clinic.site, is_staff=True, is_superuser=request.param == "superuser")
    client = Client()
    client.force_login(user)
    return client


def url(model, page="changelist", *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


class TestVisits:
    def test_have_a_page_without_a_save_button(self, leader, visit):
        page = leader.get(url(Appointment, "change", visit.pk))

        assert page.status_code == 200
        assert 'name="_save"' not in page.content.decode()
        assert 'class="deletelink"' not in page.content.decode()

    def test_are_not_written_by_a_post(self, leader, visit):
        answer = leader.post(url(Appointment, "change", visit.pk), {"status": "completed"})

        assert (answer.status_code, Appointment.objects.get().status) == (403, "booked")

    def test_are_neither_added_nor_deleted(self, leader, visit):
        added = leader.post(url(Appointment, "add"), {})
        deleted = leader.post(url(Appointment, "delete", visit.pk), {"post": "yes"})

        assert (added.status_code, deleted.status_code, Appointment.objects.count()) == (403, 403, 1)

    def test_of_another_site_are_not_shown_to_a_manager(self, visit):
        other = world.open_site("newark", jurisdiction="US-NJ")
        client = Client()
        client.force_login(world.a_user("manager", other, is_staff=True))

        listed = client.get(url(Appointment)).content.decode()
        answer = client.get(url(Appointment, "change", visit.pk))

        assert str(visit.pk) not in listed
        assert answer.status_code == 302

    def test_show_their_history(self, leader, visit):
        page = leader.get(url(Appointment, "history", visit.pk)).content.decode()

        assert "insert" in page


class TestWhatVisitsLeanOn:
    @pytest.mark.parametrize("model", LOOKED_AT)
    def test_is_looked_at_and_never_written(self, leader, visit, model):
        load_texts()
        row = model.objects.order_by("pk").first()

        pages = [leader.get(url(model)), leader.get(url(model, "change", row.pk))]
        answers = [
            leader.post(url(model, "add"), {}),
            leader.post(url(model, "change", row.pk), {}),
            leader.post(url(model, "delete", row.pk), {"post": "yes"}),
        ]

        assert [page.status_code for page in pages] == [200, 200]
        assert [answer.status_code for answer in answers] == [403, 403, 403]

    @pytest.mark.parametrize("model", [Appointment.history.rel.related_model, Patient.history.rel.related_model])
    def test_history_is_never_written(self, leader, visit, model):
        row = model.objects.order_by("pk").first()

        assert leader.get(url(model, "change", row.pk)).status_code == 200
        assert leader.post(url(model, "change", row.pk), {}).status_code == 403


class TestTheWaitlist:
    @pytest.fixture
    def entry(self, clinic):
        """A time was offered to them, and another one was freed since."""
        visits = [book(clinic.desk, world.a_patient(), after(day), clinic.derm, CHEEK) for day in (1, 2)]
        entry = waits(clinic)
        for visit in visits:
            cancel_appointment(actor=clinic.desk, visit=visit, reason="Has caught a cold", now=NOW)
            if visit is visits[0]:
                offer_freed(now=NOW)
        return entry

    @pytest.mark.parametrize(
        "model", [WaitlistEntry, WaitlistItem, WaitlistOffer, FreedSlot, WaitlistEntry.history.rel.related_model]
    )
    def test_is_looked_at_and_never_written(self, leader, entry, model):
        row = model.objects.order_by("pk").first()

        pages = [leader.get(url(model)), leader.get(url(model, "change", row.pk))]
        answers = [leader.post(url(model, "change", row.pk), {}), leader.post(url(model, "delete", row.pk), {"post": "yes"})]

        assert [page.status_code for page in pages] == [200, 200]
        assert [answer.status_code for answer in answers] == [403, 403]

    def test_of_another_site_is_not_shown_to_a_manager(self, entry):
        other = world.open_site("newark", jurisdiction="US-NJ")
        client = Client()
        client.force_login(world.a_user("manager", other, is_staff=True))

        assert client.get(url(WaitlistEntry, "change", entry.pk)).status_code == 302
        assert client.get(url(FreedSlot, "change", FreedSlot.objects.get().pk)).status_code == 302
