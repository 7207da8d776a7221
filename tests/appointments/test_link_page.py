"""`/l/<token>/`: what somebody sees who opens the link of a message."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appointments.models import Link
from tests.factories import NOON, a_patient, a_site, a_visit, span
from tests.factories_links import SENT_AT, a_follow_up, a_message, a_token

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _when_it_was_sent():
    with time_machine.travel(SENT_AT, tick=False):
        yield


@pytest.fixture
def client():
    return Client()


def path(token: str, step: str = "l") -> str:
    return f"/{step}/{token}/"


def text_of(page) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


def at_pearl(**fields):
    a_site(name="Pearl Columbus", address="1 Main St\nColumbus", phone="+1 614 555 0100")
    return a_visit(patient=a_patient(**fields))


class TestVisit:
    def test_shows_day_time_clinic_and_telephone(self, client):
        page = client.get(path(a_token(a_message(at_pearl()))))

        said = text_of(page)
        assert page.status_code == 200
        assert "Booked: we expect you. Day Tuesday, January 12, 2027 Time 12:00 PM If" in said
        assert "Clinic Pearl Columbus Address 1 Main St Columbus Telephone +1 614 555 0100" in said

    def test_shows_the_visit_as_it_is_after_a_move(self, client):
        message = a_message(at_pearl())
        token = a_token(message)
        message.appointment.during = message.appointment.blocked = span(60 * 24)
        message.appointment.save()

        assert "Wednesday, January 13, 2027" in text_of(client.get(path(token)))

    def test_shows_that_it_is_cancelled(self, client):
        message = a_message(at_pearl())
        token = a_token(message)
        message.appointment.status = "cancelled"
        message.appointment.save()

        said = text_of(client.get(path(token)))
        assert "This appointment is cancelled." in said
        assert "would like another time" not in said

    def test_speaks_the_language_of_the_patient(self, client):
        page = client.get(path(a_token(a_message(at_pearl(language="es")))))

        assert "Reservada: le esperamos. Día martes 12 de enero de 2027 Hora 12:00 p. m." in text_of(page)
        assert '<html lang="es">' in page.content.decode()

    def test_names_the_zone_for_somebody_in_another_one(self, client):
        page = client.get(path(a_token(a_message(at_pearl(time_zone="Pacific/Honolulu")))))

        assert "12:00 PM (New York time)" in text_of(page)

    def test_names_neither_the_patient_nor_what_is_done(self, client):
        page = client.get(path(a_token(a_message(at_pearl(given_name="Adaline", family_name="Quux")))))

        said = text_of(page).lower()
        assert not any(word in said for word in ("adaline", "quux", "lancet", "extraction", "cheek"))


class TestGuidance:
    def test_shows_what_the_message_is_about(self, client):
        said = text_of(client.get(path(a_token(a_message(at_pearl()), "aftercare"))))

        assert "Do not pick, press or squeeze the spots" in said
        assert "Keep them clean" in said
        assert "when a spot becomes hot" in said
        assert "Pearl Columbus" in said

    def test_speaks_the_language_of_the_patient(self, client):
        message = a_follow_up(a_patient(language="es"), kind="P12")

        assert "Siga como se planeó" in text_of(client.get(path(a_token(message, "progress"))))


class TestEnded:
    @pytest.mark.parametrize(
        "end",
        [
            {"expires_at": SENT_AT, "purpose": "guidance"},
            {"used_at": SENT_AT, "purpose": "visit"},
            {"revoked_at": SENT_AT, "purpose": "visit"},
        ],
    )
    def test_says_whom_to_call_and_nothing_else(self, client, end):
        token = a_token(a_message(at_pearl()), "aftercare" if end.pop("purpose") == "guidance" else "confirmation")
        Link.objects.update(**end)

        page = client.get(path(token))

        assert page.status_code == 410
        assert "It has expired, or was used. Call us" in text_of(page)
        assert "+1 614 555 0100" in text_of(page)
        assert "January" not in text_of(page)

    def test_a_day_after_the_visit(self, client):
        token = a_token(a_message(at_pearl(language="es")))

        with time_machine.travel(NOON + timedelta(days=2), tick=False):
            page = client.get(path(token))

        assert page.status_code == 410
        assert "Ha caducado o ya se usó." in text_of(page)


class TestUnknown:
    @pytest.mark.parametrize("token", ["A" * 22, "x", "%00", "ñ", "a" * 3000])
    def test_is_not_there(self, client, token):
        page = client.get(path(token))

        assert page.status_code == 404
        assert "There is nothing here" in text_of(page)

    def test_a_token_of_another_purpose_answers_as_an_unknown_one(self, client):
        check_in = client.get(path(a_token(a_follow_up(), "check_in")))

        assert check_in.status_code == 404
        assert check_in.content == client.get(path("A" * 22)).content

    def test_a_token_opens_nothing_under_another_path(self, client):
        token = a_token(a_message(at_pearl()))

        assert {client.get(path(token, step)).status_code for step in ("c", "o")} == {404}


class TestEveryPage:
    @pytest.fixture(params=[200, 410, 404])
    def page(self, request, client):
        token = a_token(a_message(at_pearl()))
        if request.param == 410:
            Link.objects.update(used_at=SENT_AT)
        page = client.get(path("A" * 22 if request.param == 404 else token))
        assert page.status_code == request.param
        return page

    def test_is_kept_indexed_and_passed_on_by_nobody(self, page):
        assert page["Cache-Control"] == "no-store"
        assert page["X-Robots-Tag"].startswith("noindex")
        assert page["Referrer-Policy"] == "no-referrer"
        assert not page.cookies

    def test_runs_nothing_and_loads_nothing_but_its_style(self, page):
        policy = page["Content-Security-Policy"]
        content = page.content.decode()

        assert "default-src 'none'" in policy
        assert "style-src 'self'" in policy
        assert "script" not in policy
        assert "<script" not in content
        assert "<img" not in content
        assert "style=" not in content
        assert re.findall(r'(?:href|src)="([^"]+)"', content)[0] == "/static/appointments/link.css"

    def test_fits_a_small_screen(self, page):
        assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in page.content.decode()


class TestMethods:
    @pytest.mark.parametrize("method", ["get", "head", "options"])
    def test_looking_changes_nothing(self, client, method):
        token = a_token(a_message(at_pearl()))
        before = Link.objects.values().get()

        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = getattr(client, method)(path(token))

        assert answer.status_code == 200
        assert [query["sql"] for query in queries if not query["sql"].startswith("SELECT")] == []
        assert Link.objects.values().get() == before

    @pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
    def test_nothing_else_is_taken(self, client, method):
        assert getattr(client, method)(path(a_token(a_message(at_pearl())))).status_code == 405

    def test_the_token_stands_in_no_log(self, client, caplog):
        token = a_token(a_message(at_pearl()))

        with caplog.at_level("DEBUG"):
            client.get(path(token))

        assert "GET /l/.../" in caplog.text
        assert token not in caplog.text
