"""The gateway of text messages over HTTP: signed, taken once, and silent in the logs."""

import logging
import time

import pytest
from rest_framework.test import APIClient

from appointments.models import InboundText
from patients.models import StoppedNumber
from tests.clinic.tokens import client_of
from tests.factories import a_patient, a_site, a_user
from tests.factories_contact import PHONE, a_sent_text, a_texted_patient
from tests.signing import SECRET, signed

pytestmark = pytest.mark.django_db
INBOUND = "/api/v1/integrations/sms/inbound/"
RECEIPTS = "/api/v1/integrations/sms/receipts/"
TEXTS = "/api/v1/inbound-texts/"
STOP = {"id": "g-1", "from": "(614) 555-0199", "text": "STOP"}
RECEIPT = {"id": "r-1", "provider_id": "p-1", "state": "delivered", "at": "2026-01-12T17:00:00Z"}


@pytest.fixture(autouse=True)
def secret(settings):
    settings.INBOUND_SECRET = SECRET


class TestInbound:
    def test_answers_how_the_text_was_understood(self):
        a_texted_patient()

        answer = signed(INBOUND, STOP)

        assert (answer.status_code, answer.json()["meaning"]) == (200, "stop")
        assert str(StoppedNumber.objects.get().phone) == PHONE

    def test_takes_one_that_is_handed_over_again_and_does_nothing(self):
        first, again = signed(INBOUND, STOP), signed(INBOUND, STOP)

        assert (again.status_code, again.json()) == (200, first.json())
        assert InboundText.objects.count() == 1

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"from": "nobody"}, "from"),
            ({"from": None}, "from"),
            ({"text": 7}, "text"),
            ({"text": "x" * 4001}, "text"),
            ({"id": ""}, "id"),
            ({"sender": "x"}, "sender"),
        ],
    )
    def test_names_the_field_that_cannot_be_read(self, change, field):
        answer = signed(INBOUND, STOP | change)

        assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (400, [field])

    @pytest.mark.parametrize(
        "body", [b"", b"\xff\xfe\x00", b"{", b"[]", b'"STOP"', b'{"id": "\\u0000"}', b'{"text": "\\ud800"}', b"[" * 30_000]
    )
    def test_answers_what_is_no_json_with_400(self, body):
        assert signed(INBOUND, body).status_code == 400

    def test_refuses_a_huge_body_before_it_is_read(self):
        answer = signed(INBOUND, STOP | {"text": "x" * 70_000})

        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize(("url", "body"), [(INBOUND, STOP), (RECEIPTS, RECEIPT)])
class TestTheSignature:
    @pytest.mark.parametrize(
        "headers",
        [
            {"X-Signature": ""},
            {"X-Signature": "0" * 64},
            {"X-Signature": "ü" * 64},
            {"X-Timestamp": str(int(time.time()) - 1)},
            {"X-Timestamp": ""},
            {"X-Timestamp": "now"},
            {"Authorization": "Bearer nonsense", "X-Signature": "0"},
        ],
    )
    def test_that_is_wrong_is_401_and_nothing_happens(self, url, body, headers):
        answer = signed(url, body, **headers)

        assert (answer.status_code, answer.json()["code"]) == (401, "wrong_signature")
        assert not InboundText.objects.exists()

    @pytest.mark.parametrize("age", [301, -301, 86_400])
    def test_of_another_time_is_401(self, url, body, age):
        assert signed(url, body, stamp=str(int(time.time()) - age)).status_code == 401

    @pytest.mark.parametrize("stamp", ["", "soon", "1e9", "-5", "9" * 40])
    def test_over_something_that_is_no_time_is_401(self, url, body, stamp):
        assert signed(url, body, stamp=stamp).status_code == 401

    def test_by_another_secret_is_401(self, url, body):
        assert signed(url, body, secret="another").status_code == 401

    def test_of_another_body_is_401(self, url, body):
        right = signed(url, body).wsgi_request.headers

        again = signed(url, body | {"id": "other"}, **{"X-Signature": right["X-Signature"]})

        assert again.status_code == 401

    def test_cannot_be_judged_while_no_secret_is_set_so_that_it_is_tried_again(self, url, body, settings):
        settings.INBOUND_SECRET = ""

        answer = signed(url, body, secret="")

        assert (answer.status_code, bool(answer["Retry-After"])) == (503, True)

    def test_is_asked_of_whoever_has_a_token_too(self, url, body):
        assert client_of(a_user("manager")).post(url, body).status_code == 401

    def test_is_of_a_post_alone(self, url, body):
        assert APIClient().get(url).status_code in (401, 405)


class TestReceipts:
    def test_mark_the_message(self):
        message = a_sent_text()

        answer = signed(RECEIPTS, RECEIPT)

        message.refresh_from_db()
        assert (answer.status_code, message.state, message.delivered_at.year) == (202, "delivered", 2026)

    def test_of_a_failure_say_so_to_the_desk(self):
        message = a_sent_text()

        signed(RECEIPTS, RECEIPT | {"state": "failed"})

        message.refresh_from_db()
        assert (message.state, message.reason_not_sent) == ("failed", "the gateway could not deliver it")

    def test_of_an_unknown_message_are_202_and_do_nothing(self):
        message = a_sent_text()

        answer = signed(RECEIPTS, RECEIPT | {"provider_id": "p-2"})

        message.refresh_from_db()
        assert (answer.status_code, message.state) == (202, "sent")

    @pytest.mark.parametrize(
        ("change", "field"), [({"state": "sent"}, "state"), ({"at": "yesterday"}, "at"), ({"provider_id": ""}, "provider_id")]
    )
    def test_names_the_field_that_cannot_be_read(self, change, field):
        answer = signed(RECEIPTS, RECEIPT | change)

        assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (400, [field])


class TestLogs:
    def test_hold_no_number_and_no_word_of_what_came(self, caplog, capsys):
        patient = a_texted_patient()
        with caplog.at_level(logging.DEBUG):
            signed(INBOUND, STOP | {"text": "canary words"})
            signed(INBOUND, STOP | {"text": "STOP canary", "from": "nobody"})
            signed(INBOUND, STOP | {"id": "g-2", "text": "canary"}, secret="wrong")
            signed(INBOUND, STOP | {"id": "g-3"})

        logged = caplog.text + "".join(capsys.readouterr())
        assert "canary" not in logged
        assert "5550199" not in logged
        assert patient.family_name not in logged


class TestReadingThem:
    @pytest.fixture(autouse=True)
    def some(self):
        a_texted_patient()
        signed(INBOUND, STOP | {"text": "see you at 3"})
        signed(INBOUND, STOP | {"id": "g-2"})

    def test_shows_the_latest_first_with_the_patients_of_the_number(self):
        patient = a_texted_patient()

        rows = client_of(a_user()).get(TEXTS).json()["results"]

        assert [row["meaning"] for row in rows] == ["stop", "other"]
        assert (rows[1]["text"], rows[1]["phone"]) == ("see you at 3", PHONE)
        assert str(patient.pk) in rows[0]["patients"]

    def test_narrows_them_to_a_patient_and_a_meaning(self):
        desk, other = client_of(a_user()), a_patient()

        assert [row["text"] for row in desk.get(TEXTS, {"meaning": "other"}).json()["results"]] == ["see you at 3"]
        assert desk.get(TEXTS, {"patient": str(other.pk)}).json()["results"] == []

    def test_pages_through_them(self):
        desk = client_of(a_user())

        first = desk.get(TEXTS, {"limit": 1, "ordering": "received_at"}).json()
        second = desk.get(first["next"]).json()

        assert [page["results"][0]["meaning"] for page in (first, second)] == ["other", "stop"]

    def test_hides_them_from_other_sites(self):
        elsewhere = client_of(a_user(site=a_site("jersey-city")))

        assert elsewhere.get(TEXTS).json()["results"] == []

    @pytest.mark.parametrize("role", ["front_desk", "practitioner", "manager", "medical_director"])
    def test_is_for_all_staff(self, role):
        assert client_of(a_user(role)).get(TEXTS).status_code == 200

    def test_is_for_nobody_without_a_token(self):
        assert APIClient().get(TEXTS).status_code == 401
