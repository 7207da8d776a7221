"""The printed consent: complete, escaped, and kept by nobody on the way."""

import logging
from datetime import UTC, datetime

import pytest

from clinic.pdf import pdf_of
from tests.clinic.tokens import client_of
from tests.factories import a_patient, a_user
from tests.factories_consents import a_consent, a_text
from tests.patients.drawings import a_drawing

pytestmark = pytest.mark.django_db
SIGNED_AT = datetime(2026, 7, 1, 14, 5, tzinfo=UTC)


@pytest.fixture
def desk():
    return client_of(a_user())


def page(client, consent, kind="page"):
    return client.get(f"/api/v1/consents/{consent.pk}/{kind}/")


class TestPage:
    def test_shows_text_signer_time_at_the_site_and_hash(self, desk):
        consent = a_consent(a_patient(given_name="Ada", family_name="Lovelace"), signed_at=SIGNED_AT)

        shown = page(desk, consent).content.decode()

        for piece in (consent.text.title, consent.text.body, "Ada Lovelace", "2026-07-01 10:05 EDT", consent.text_sha256):
            assert piece in shown

    def test_speaks_the_language_of_the_text(self, desk):
        shown = page(desk, a_consent(a_patient(), text=a_text(language="es"))).content.decode()

        assert '<html lang="es">' in shown
        assert "Firmado por" in shown

    def test_escapes_whatever_somebody_typed(self, desk):
        patient = a_patient(given_name="<script>alert(1)</script>")

        shown = page(desk, a_consent(patient, signature_name='"><img src=x onerror=y>')).content.decode()

        assert "<script>" not in shown
        assert "<img" not in shown
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown

    def test_shows_a_drawn_signature_as_a_picture(self, desk):
        shown = page(desk, a_consent(a_patient(), signature_image=a_drawing())).content.decode()

        assert '<img src="data:image/png;base64,' in shown

    def test_says_that_it_was_withdrawn_and_why(self, desk):
        consent = a_consent(a_patient())
        desk.post(f"/api/v1/consents/{consent.pk}/withdraw/", {"reason": "Changed my mind"})

        shown = page(desk, consent).content.decode()

        assert "Withdrawn" in shown
        assert "Changed my mind" in shown

    def test_is_stored_by_nobody_and_runs_nothing(self, desk):
        answer = page(desk, a_consent(a_patient()))

        assert (answer["Content-Type"], answer["Cache-Control"]) == ("text/html; charset=utf-8", "no-store")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'self'" in answer["Content-Security-Policy"]

    def test_keeps_to_the_policy_of_the_project(self, desk):
        shown = page(desk, a_consent(a_patient())).content.decode()

        assert "<style" not in shown
        assert "style=" not in shown
        assert '<link rel="stylesheet" href="/static/patients/paper.css">' in shown


class TestPdf:
    def test_is_the_same_page(self, desk):
        answer = page(desk, a_consent(a_patient(), signature_image=a_drawing()), "pdf")

        assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (200, "application/pdf", "no-store")
        assert answer.content.startswith(b"%PDF-")

    def test_reaches_for_nothing_outside(self, caplog):
        caplog.set_level(logging.ERROR, logger="weasyprint")

        made = pdf_of(html='<img src="file:///etc/hostname"><img src="http://127.0.0.1:9/x">', css="")

        assert made.startswith(b"%PDF-")
        assert caplog.text.count("Failed to load image") == 2
