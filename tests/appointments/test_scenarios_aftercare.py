"""From signed work to the answer of the patient, and to whoever has to call back."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from appointments.models import Message
from appointments.services.links import link_in
from clinic.base import uuid7
from clinic.models import Site
from tests import clinic_world as world
from tests.clinic.tokens import client_of
from tests.clinic_world import NOW, SmallClinic
from tests.factories_log import HALF_AN_HOUR, a_stay, consented, drafted, extracted
from treatments.models import AftercareReport
from treatments.services.log.signing import sign_procedure

TWO_DAYS_LATER = NOW + timedelta(days=2)
WELL = {
    "redness": "mild",
    "pain": "1",
    "discharge": "none",
    "fever": "no",
    "vision_changed": "no",
    "lid_swollen": "no",
    "words": "",
}
pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> SmallClinic:
    clinic = world.a_small_clinic(rooms=1)
    Site.objects.update(phone="+1 614 555 0100")
    return clinic


@pytest.fixture
def path(clinic) -> str:
    """Behind this address the patient is asked, two days after the work was signed."""
    draft = drafted(a_stay(consented(clinic.patient), clinic.derm), clinic.derm, extracted(clinic.lesion))
    sign_procedure(actor=clinic.derm.user, procedure=draft, now=NOW + HALF_AN_HOUR)
    asks = Message.objects.get(kind="P08", recipient=clinic.patient)
    address = link_in(message=asks, key="check_in", visit=None, now=TWO_DAYS_LATER)
    return "/" + address.split("/", 3)[3]


def answer(path: str, **answers: str):
    with time_machine.travel(TWO_DAYS_LATER, tick=False):
        return Client().post(path, {"submission": str(uuid7()), **WELL, **answers})


def pressing(user) -> list[dict]:
    with time_machine.travel(TWO_DAYS_LATER, tick=False):
        return client_of(user).get("/api/v1/tasks/", {"mine": "true"}).json()["results"]


class TestARedFlag:
    def test_stands_first_on_the_list_of_whoever_did_the_work(self, clinic, path):
        answer(path, fever="yes")

        [first, *rest] = pressing(clinic.derm.user)
        assert (first["kind"], first["urgent"], first["assignee"]) == ("aftercare_red_flag", True, str(clinic.derm.user_id))
        assert first["subject"] == str(AftercareReport.objects.get().pk)
        assert [task["kind"] for task in rest] == ["review_procedure"]

    def test_leads_from_the_task_to_the_answers(self, clinic, path):
        answer(path, discharge="pus", words="It smells.")
        [first, *_] = pressing(clinic.derm.user)

        with time_machine.travel(TWO_DAYS_LATER, tick=False):
            shown = client_of(clinic.derm.user).get(f"/api/v1/aftercare-reports/{first['subject']}/")

        assert shown.json()["words"] == "It smells."

    def test_is_nothing_for_the_desk_while_the_performer_is_here(self, clinic, path):
        answer(path, fever="yes")

        assert pressing(clinic.desk) == []

    def test_tells_the_patient_what_to_do(self, clinic, path):
        response = answer(path, vision_changed="yes")

        with time_machine.travel(TWO_DAYS_LATER, tick=False):
            text = Client().get(response.url).content.decode()
        assert "Call us now: +1 614 555 0100" in text


class TestAnyAnswer:
    def test_keeps_the_question_from_being_asked_again(self, clinic, path):
        answer(path)

        assert set(Message.objects.filter(kind="P08").values_list("state", "reason_not_sent")) == {
            ("withdrawn", "the patient has answered")
        }

    def test_leaves_the_review_in_two_weeks(self, clinic, path):
        answer(path)

        assert [task["kind"] for task in pressing(clinic.derm.user)] == ["review_procedure"]
