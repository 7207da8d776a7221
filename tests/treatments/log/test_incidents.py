"""Incidents: told over HTTP, reviewed by somebody else, closed with measures."""

import pytest
from rest_framework.test import APIClient

from clinic.models import Task
from tests import clinic_world as world
from tests.clinic.tokens import client_of
from tests.clinic_world import SmallClinic
from tests.factories_log import a_stay, drafted, extracted
from treatments.models import Encounter

pytestmark = pytest.mark.django_db
INCIDENTS = "/api/v1/incidents/"


@pytest.fixture
def clinic() -> SmallClinic:
    return world.a_small_clinic(rooms=1)


@pytest.fixture
def stay(clinic) -> Encounter:
    return a_stay(clinic.patient, clinic.derm)


@pytest.fixture
def derm(clinic) -> APIClient:
    return client_of(clinic.derm.user)


@pytest.fixture
def director(clinic) -> APIClient:
    return client_of(world.a_director(clinic.site))


def told(stay: Encounter, **fields) -> dict:
    lesions = [str(key) for key in stay.patient.lesions.values_list("pk", flat=True)]
    body = {"encounter": str(stay.pk), "kind": "depth_not_permitted", "what_happened": "It lay deeper.", "lesions": lesions}
    return body | fields


def reported(client: APIClient, stay: Encounter) -> str:
    answer = client.post(INCIDENTS, told(stay))
    assert answer.status_code == 201, answer.json()
    return f"{INCIDENTS}{answer.json()['id']}/"


class TestReporting:
    def test_answers_what_was_told(self, clinic, stay, derm):
        shown = derm.get(reported(derm, stay)).json()

        assert (shown["status"], shown["kind"], shown["what_happened"]) == ("open", "depth_not_permitted", "It lay deeper.")
        assert (shown["lesions"], shown["reported_by"]["username"]) == ([str(clinic.lesion.pk)], "derm")

    def test_puts_it_before_the_medical_director(self, clinic, stay, derm):
        reported(derm, stay)

        assert Task.objects.get(kind="review_incident").role == "medical_director"

    def test_names_the_draft_that_could_not_be_signed(self, clinic, stay, derm):
        draft = drafted(stay, clinic.derm, extracted(clinic.lesion, checklist={}))
        refused = derm.post(f"/api/v1/procedures/{draft.pk}/sign/").json()

        answer = derm.post(INCIDENTS, refused["incident"]["body"])

        assert (answer.status_code, answer.json()["procedure"]) == (201, str(draft.pk))
        assert derm.get(f"/api/v1/procedures/{draft.pk}/").json()["incidents"] == [answer.json()["id"]]

    def test_refuses_the_lesion_of_another_patient(self, clinic, stay, derm):
        foreign = world.charted(world.a_patient(clinic.site))

        answer = derm.post(INCIDENTS, told(stay, lesions=[str(foreign.pk)]))

        assert (answer.status_code, answer.json()["code"]) == (422, "lesion_of_another_patient")

    def test_refuses_a_draft_of_another_stay(self, clinic, stay, derm):
        draft = drafted(a_stay(clinic.patient, clinic.derm), clinic.derm, extracted(clinic.lesion))

        answer = derm.post(INCIDENTS, told(stay, procedure=str(draft.pk)))

        assert (answer.status_code, answer.json()["code"]) == (422, "not_of_this_visit")

    @pytest.mark.parametrize(
        ("change", "field"),
        [({"what_happened": ""}, "what_happened"), ({"kind": "Oh no!"}, "kind"), ({"status": "closed"}, "status")],
    )
    def test_names_the_field_that_cannot_be_read(self, stay, derm, change, field):
        answer = derm.post(INCIDENTS, told(stay, **change))

        assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (400, [field])


class TestItsCourse:
    def test_is_reviewed_and_closed(self, stay, derm, director):
        address = reported(derm, stay)

        reviewed = director.post(f"{address}review/", {"finding": "The chart was wrong."}).json()
        closed = director.post(f"{address}close/", {"measures": "Depth is looked at twice."}).json()

        assert (reviewed["status"], reviewed["finding"]) == ("reviewed", "The chart was wrong.")
        assert (closed["status"], closed["measures"]) == ("closed", "Depth is looked at twice.")
        assert Task.objects.get(kind="review_incident").state == "done"

    def test_is_not_reviewed_by_its_reporter(self, stay, derm):
        assert derm.post(f"{reported(derm, stay)}review/", {"finding": "All well."}).status_code == 403

    def test_is_not_reviewed_twice(self, stay, derm, director):
        address = reported(derm, stay)
        director.post(f"{address}review/", {"finding": "The chart was wrong."})

        assert director.post(f"{address}review/", {"finding": "It was right."}).status_code == 409

    def test_is_not_closed_before_it_was_reviewed(self, stay, derm, director):
        answer = director.post(f"{reported(derm, stay)}close/", {"measures": "None."})

        assert (answer.status_code, answer.json()["code"]) == (409, "illegal_transition")

    def test_is_not_closed_without_measures(self, stay, derm, director):
        address = reported(derm, stay)
        director.post(f"{address}review/", {"finding": "The chart was wrong."})

        assert director.post(f"{address}close/", {}).json()["code"] == "measures_missing"


@pytest.mark.parametrize(
    ("role", "reads", "reports", "reviews"),
    [
        ("front_desk", 200, 403, 403),
        ("manager", 200, 403, 200),
        ("practitioner", 200, 201, 200),
        ("medical_director", 200, 201, 200),
    ],
)
def test_who_may_call(clinic, stay, derm, role, reads, reports, reviews):
    address = reported(derm, stay)
    client = client_of(world.a_user(role, clinic.site))

    answers = (
        client.get(INCIDENTS),
        client.post(INCIDENTS, told(stay, kind="other")),
        client.post(f"{address}review/", {"finding": "So."}),
    )

    assert [answer.status_code for answer in answers] == [reads, reports, reviews]
