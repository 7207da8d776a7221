"""`patients/{id}/export/`: everything that is held about one patient, and nothing about anybody else."""

import base64
import json
import uuid

import pytest
from django.db import connection
from rest_framework.test import APIClient

from appointments.selectors.record import DERIVED, ways_to_a_patient
from clinic.models import Task
from patients.models import Contraindication, SkinProfile
from tests.clinic.tokens import client_of
from tests.factories import NOON, a_lesion, a_patient, a_practitioner, a_site, a_user, a_visit
from tests.factories_consents import a_consent
from tests.factories_photos import a_photo
from tests.factories_records import a_complication, a_log, a_referral, an_assessment, an_order
from tests.patients.charting import a_diagnosis
from tests.patients.drawings import a_drawing

pytestmark = pytest.mark.django_db
KINDS = ("", "page/", "pdf/")
REFERRING = """
WITH RECURSIVE about (name) AS (
  SELECT 'patients_patient'::regclass::oid
  UNION
  SELECT c.conrelid FROM pg_constraint c JOIN about a ON c.confrelid = a.name WHERE c.contype = 'f')
SELECT name::regclass::text FROM about
"""
NAMING = """
SELECT table_name FROM information_schema.columns
 WHERE table_schema = 'public' AND column_name IN ('patient_id', 'lesion_id', 'appointment_id', 'encounter_id', 'procedure_id')
   AND table_name !~ 'event$'
"""


def url_of(patient, kind: str = "") -> str:
    return f"/api/v1/patients/{patient.pk}/export/{kind}"


def exported(patient) -> dict[str, list[dict]]:
    """The rows by the kind of their table."""
    answer = client_of(a_user()).get(url_of(patient)).json()
    return {section["kind"]: section["rows"] for section in answer["records"]}


def a_full_record():
    """A patient of whom much is held."""
    visit = a_visit()
    lesion = visit.items.get().lesion
    derm = a_practitioner(name="Dr Lee")
    an_assessment(lesion, signed_by=derm, diagnosis=a_diagnosis(), note="Round & hard")
    an_order(lesion, signed_by=derm)
    a_referral(lesion, opened_by=derm)
    a_complication(a_log((lesion, "complete"), performed_by=derm), lesion=lesion)
    a_consent(visit.patient, signature_image=a_drawing())
    profile = SkinProfile.objects.create(patient=visit.patient)
    Contraindication.objects.create(profile=profile, code="keloid", since="2026-06-01")
    return visit.patient


class TestTheTables:
    def held(self) -> set[str]:
        return {model._meta.db_table for model in (*ways_to_a_patient(), *DERIVED)}

    def asked(self, statement: str) -> set[str]:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return {name for [name] in cursor.fetchall()}

    def test_are_all_that_lead_to_a_patient_by_the_keys_of_the_database(self):
        assert self.asked(REFERRING) <= self.held()

    def test_are_all_that_name_a_patient_or_what_is_of_one(self):
        assert self.asked(NAMING) <= self.held()

    def test_are_none_of_the_clinic_itself(self):
        assert not {name for name in self.held() if name.startswith(("clinic_", "treatments_treatment_sites"))}


class TestTheRecord:
    def test_holds_the_rows_of_every_table(self):
        records = exported(a_full_record())

        assert {kind for kind, rows in records.items() if rows} == {
            "appointments.appointment",
            "appointments.appointmentitem",
            "patients.assessment",
            "patients.assessment_lesions",
            "patients.consent",
            "patients.contraindication",
            "patients.lesion",
            "patients.patient",
            "patients.referral",
            "patients.referredlesion",
            "patients.skinprofile",
            "treatments.complication",
            "treatments.encounter",
            "treatments.orderitem",
            "treatments.procedure",
            "treatments.procedureitem",
            "treatments.procedureoutcome",
            "treatments.treatmentorder",
        }

    def test_holds_nothing_of_anybody_else(self):
        patient, other = a_full_record(), a_full_record()

        text = json.dumps(exported(patient))

        assert str(patient.pk) in text
        for rows in (other.lesions, other.appointments, other.encounters, other.orders, other.procedures, other.consents):
            assert str(rows.get().pk) not in text

    def test_names_people_and_words_of_catalogues(self):
        patient = a_full_record()

        [assessment] = exported(patient)["patients.assessment"]

        assert assessment["diagnosis"] == {"id": str(a_diagnosis().pk), "name": "Milium", "code": "milium"}
        assert (assessment["signed_by"]["name"], assessment["patient"]["name"]) == ("Dr Lee", patient.name)

    def test_refers_within_itself_by_id(self):
        patient = a_full_record()

        [outcome] = exported(patient)["treatments.procedureoutcome"]

        assert outcome["lesion"] == str(patient.lesions.get().pk)

    def test_tells_moments_in_the_time_of_the_patients_site(self):
        [visit] = exported(a_full_record())["appointments.appointment"]

        assert visit["during"] == {"start": "2027-01-12T12:00:00-05:00", "end": "2027-01-12T12:30:00-05:00"}

    def test_holds_the_signature_as_it_was_drawn(self):
        patient = a_full_record()

        [consent] = exported(patient)["patients.consent"]

        assert base64.b64decode(consent["signature_image"]) == bytes(patient.consents.get().signature_image)

    def test_holds_the_tasks_about_what_is_in_it(self):
        patient = a_full_record()
        for subject in (patient.lesions.get().pk, uuid.uuid4()):
            Task.objects.create(kind="referral", subject=subject, site=a_site(), role="front_desk", due_at=NOON)

        assert [task["subject"] for task in exported(patient)["clinic.task"]] == [str(patient.lesions.get().pk)]


class TestOnPaper:
    def page(self, patient) -> str:
        return client_of(a_user()).get(url_of(patient, "page/")).content.decode()

    def test_tells_what_happened_and_everything_else_in_words(self):
        patient = a_full_record()

        page = self.page(patient)

        for piece in (patient.name, "Assessed: Milium", "Done: lancet-extraction", "<b>Note:</b> Round &amp; hard", "Dr Lee"):
            assert piece in page

    def test_shows_the_signature_as_a_picture(self):
        assert '<img src="data:image/png;base64,' in self.page(a_full_record())

    def test_shows_a_photo_as_a_picture(self):
        assert '<img src="data:image/jpeg;base64,' in self.page(a_photo().patient)

    def test_shows_no_picture_that_was_removed(self):
        photo = a_photo(bytes_removed_at=NOON, bytes_removed_because="consent_withdrawn")

        page = self.page(photo.patient)

        assert "<img" not in page
        assert "Photo taken" in page

    def test_escapes_whatever_somebody_typed(self):
        lesion = a_lesion()
        an_assessment(lesion, note="<script>alert(1)</script>")

        assert "<script" not in self.page(lesion.patient)

    def test_is_the_same_page_as_pdf(self):
        answer = client_of(a_user()).get(url_of(a_full_record(), "pdf/"))

        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
        assert answer.content.startswith(b"%PDF-")

    @pytest.mark.parametrize("kind", KINDS)
    def test_is_kept_by_nobody_on_the_way(self, kind):
        assert client_of(a_user()).get(url_of(a_patient(), kind))["Cache-Control"] == "no-store"


class TestWhoMayHaveIt:
    @pytest.mark.parametrize("kind", KINDS)
    def test_nobody_of_another_site(self, kind):
        patient, stranger = a_patient(), client_of(a_user(site=a_site("jersey-city")))

        known, random = (stranger.get(f"/api/v1/patients/{key}/export/{kind}") for key in (patient.pk, uuid.uuid4()))

        assert (known.status_code, known.content) == (404, random.content)

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize(
        ("role", "status"),
        [("front_desk", 200), ("practitioner", 200), ("manager", 200), ("medical_director", 200), (None, 403)],
    )
    def test_all_of_the_staff(self, kind, role, status):
        assert client_of(a_user(role)).get(url_of(a_patient(), kind)).status_code == status

    @pytest.mark.parametrize("kind", KINDS)
    def test_asks_for_a_token(self, kind):
        assert APIClient().get(url_of(a_patient(), kind)).status_code == 401
