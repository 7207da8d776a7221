"""`messages/`: the ledger, for those who may see the patient."""

from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from appointments.services.delivery import deliver_due
from appointments.services.messages import plan_booked
from clinic.base import uuid7
from tests.clinic.tokens import client_of
from tests.factories import NOON, a_patient, a_site, a_user, a_visit, span

BOOKED_AT = NOON - timedelta(days=3)
URL = "/api/v1/messages/"

pytestmark = pytest.mark.django_db


def planned(start: int = 0, **fields):
    visit = a_visit(during=span(start), **fields)
    plan_booked(visit=visit, now=BOOKED_AT)
    return visit


def kinds(response) -> list[str]:
    return [row["kind"] for row in response.json()["results"]]


class TestMessages:
    def test_shows_the_messages_of_a_visit_in_the_time_of_its_site(self):
        visit = planned(patient=a_patient(email=""))
        deliver_due(now=BOOKED_AT)

        response = client_of(a_user()).get(URL, {"appointment": visit.id})

        first = response.json()["results"][0]
        assert response.status_code == 200
        assert first.pop("id")
        assert first == {
            "kind": "P01",
            "channel": "email",
            "due_at": "2027-01-09T12:00:00-05:00",
            "state": "suppressed",
            "sent_at": None,
            "delivered_at": None,
            "to": "",
            "subject": str(visit.id),
            "subject_kind": "visit",
            "attempts": 0,
            "reason_not_sent": "there is no e-mail address",
        }

    def test_shows_those_of_one_patient(self):
        visit = planned()
        planned(60)

        response = client_of(a_user()).get(URL, {"patient": visit.patient_id})

        assert kinds(response) == ["P01", "P02", "P03"]

    def test_shows_nothing_of_a_patient_of_another_site_as_of_one_that_does_not_exist(self):
        visit = planned()
        stranger = client_of(a_user(site=a_site("jersey-city")))

        foreign = stranger.get(URL, {"patient": visit.patient_id})
        unknown = stranger.get(URL, {"patient": uuid7()})

        assert kinds(foreign) == []
        assert foreign.content == unknown.content

    @pytest.mark.parametrize("query", [{"patient": "Ada"}, {"state": "due"}])
    def test_refuses_what_it_cannot_read(self, query):
        response = client_of(a_user()).get(URL, query)

        assert (response.status_code, response.json()["code"]) == (400, "malformed")

    @pytest.mark.parametrize(("role", "status"), [("front_desk", 200), ("practitioner", 200), ("manager", 200), (None, 403)])
    def test_is_for_the_staff(self, role, status):
        assert client_of(a_user(role)).get(URL).status_code == status

    def test_asks_for_a_token(self):
        assert APIClient().get(URL).status_code == 401

    def test_takes_few_queries_however_many_there_are(self, django_assert_max_num_queries):
        client = client_of(a_user())
        for number in range(8):
            planned(30 * number)

        with django_assert_max_num_queries(6):
            client.get(URL)
