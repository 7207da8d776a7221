"""`message-texts/`: read by all staff, tried and published by managers."""

import pytest
from rest_framework.test import APIClient

from appointments.models import MessageText
from appointments.services.reference import load_texts
from clinic.base import uuid7
from tests.clinic.tokens import client_of
from tests.factories import a_user
from tests.factories_texts import SMS_BODY, a_published_text

URL = "/api/v1/message-texts/"
GIVEN = {"key": "confirmation", "channel": "sms", "language": "en", "body": SMS_BODY}

pytestmark = pytest.mark.django_db


def codes(response) -> list[str]:
    return [reason["code"] for reason in response.json()["reasons"]]


class TestMessageTexts:
    def test_shows_every_version_page_by_page(self):
        load_texts()
        client = client_of(a_user())

        first = client.get(URL, {"limit": 100}).json()
        second = client.get(first["next"]).json()

        rows = first["results"] + second["results"]
        assert len({row["id"] for row in rows}) == MessageText.objects.count() > 100
        assert second["next"] is None

    def test_shows_what_is_in_force_at_a_moment(self):
        load_texts()
        client_of(a_user("manager")).post(URL, GIVEN)

        query = {"key": "confirmation", "channel": "sms", "language": "en"}
        shown = client_of(a_user()).get(URL, query | {"at": "2199-01-01T00:00:00Z"}).json()["results"]

        assert [(row["version"], row["body"]) for row in shown] == [(2, SMS_BODY)]
        assert len(client_of(a_user()).get(URL, query).json()["results"]) == 2

    @pytest.mark.parametrize("query", [{"key": "birthday"}, {"channel": "fax"}, {"language": "fr"}, {"at": "now"}, {"q": "x"}])
    def test_refuses_what_it_cannot_read(self, query):
        response = client_of(a_user()).get(URL, query)

        assert (response.status_code, response.json()["code"]) == (400, "malformed")

    def test_shows_one(self):
        row = a_published_text()

        response = client_of(a_user()).get(f"{URL}{row.pk}/")

        assert response.json() == {
            "id": str(row.pk),
            "key": "confirmation",
            "channel": "sms",
            "language": "en",
            "version": 1,
            "subject": "",
            "body": SMS_BODY,
            "in_force_from": "2027-01-12T17:00:00+00:00",
            "published_by": None,
        }
        assert response["ETag"]

    def test_knows_no_other(self):
        assert client_of(a_user()).get(f"{URL}{uuid7()}/").status_code == 404


class TestPublishing:
    def test_puts_the_next_version_on_file(self):
        manager = a_user("manager")

        response = client_of(manager).post(URL, GIVEN | {"in_force_from": "2199-01-01T00:00:00Z"})

        assert response.status_code == 201
        assert response.json()["published_by"] == str(manager.pk)
        assert MessageText.objects.get().version == 1

    def test_is_refused_with_every_reason(self):
        response = client_of(a_user("manager")).post(URL, GIVEN | {"body": "peel, reply CANCEL"})

        assert response.status_code == 422
        assert {"health_word", "reply_cancel", "place_missing"} == set(codes(response))
        assert all(reason["source"] and reason["mend"] for reason in response.json()["reasons"])

    @pytest.mark.parametrize(
        "given",
        [{"key": "birthday"}, {"version": 7}, {"body": ""}, {"body": None}, {"in_force_from": "soon"}, {"language": "fr"}],
    )
    def test_refuses_what_it_cannot_read(self, given):
        assert client_of(a_user("manager")).post(URL, GIVEN | given).status_code == 400


class TestPreview:
    def test_shows_how_it_would_look_and_writes_nothing(self):
        response = client_of(a_user("manager")).post(f"{URL}preview/", GIVEN)

        assert response.status_code == 200
        assert response.json()["body"].startswith("Pearl Clinic: Alex, ")
        assert (response.json()["allowed"], response.json()["reasons"]) == (True, [])
        assert not MessageText.objects.exists()

    def test_says_why_it_may_not_be_sent(self):
        response = client_of(a_user("manager")).post(f"{URL}preview/", GIVEN | {"body": f"{SMS_BODY} 😀"})

        assert (response.status_code, response.json()["allowed"], codes(response)) == (200, False, ["not_gsm7"])


class TestAccess:
    @pytest.mark.parametrize(
        ("role", "reads", "writes"),
        [
            ("front_desk", 200, 403),
            ("practitioner", 200, 403),
            ("manager", 200, 201),
            ("medical_director", 200, 403),
            (None, 403, 403),
        ],
    )
    def test_is_for_the_staff_and_publishing_for_managers(self, role, reads, writes):
        row = a_published_text(version=9)
        client = client_of(a_user(role))

        assert [client.get(URL).status_code, client.get(f"{URL}{row.pk}/").status_code] == [reads, reads]
        assert client.post(URL, GIVEN).status_code == writes
        assert client.post(f"{URL}preview/", GIVEN).status_code == (200 if writes == 201 else writes)

    def test_asks_for_a_token(self):
        client = APIClient()

        assert {client.get(URL).status_code, client.post(URL, GIVEN).status_code} == {401}
        assert client.post(f"{URL}preview/", GIVEN).status_code == 401
