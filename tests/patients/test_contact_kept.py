"""What PostgreSQL refuses about words on messages and stopped numbers, whoever writes."""

import pytest
from django.db import DatabaseError, connection, transaction

from patients.models import ContactConsent, StoppedNumber
from tests.factories import a_patient
from tests.factories_consents import a_consent
from tests.factories_contact import BEFORE, PHONE, a_stopped_number, a_word

pytestmark = pytest.mark.django_db


def refused_by(statement: str, *values: object) -> str:
    """The name of the rule that refuses the statement."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(DatabaseError) as refused, transaction.atomic():
            cursor.execute(statement, values)
    return refused.value.__cause__.diag.constraint_name


def refused_row(**fields: object) -> str:
    """The name of the rule that refuses such a word."""
    patient = a_patient()
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        a_word(patient, **fields)
    return refused.value.__cause__.diag.constraint_name


class TestAWord:
    @pytest.mark.parametrize("change", ["granted = NOT granted", "at = now()", "source = 'x'", "channel = 'portal'"])
    def test_is_never_changed(self, change):
        word = a_word(a_patient())

        statement = f"UPDATE patients_contactconsent SET {change} WHERE id = %s"
        assert refused_by(statement, word.pk) == "contact_consent_is_never_changed"

    @pytest.mark.parametrize("statement", ["DELETE FROM patients_contactconsent", "TRUNCATE patients_contactconsent"])
    def test_is_never_removed(self, statement):
        a_word(a_patient())

        assert refused_by(statement) == "contact_consent_is_never_changed"
        assert ContactConsent.objects.exists()

    def test_moves_to_no_other_patient(self):
        word, other = a_word(a_patient()), a_patient()

        statement = "UPDATE patients_contactconsent SET patient_id = %s WHERE id = %s"
        assert refused_by(statement, other.pk, word.pk) in (
            "contact_consent_is_never_changed",
            "row_changes_its_patient_by_a_merge",
        )

    @pytest.mark.parametrize(
        ("fields", "rule"),
        [
            ({"channel": "pigeon"}, "contact_consent_is_about_a_known_channel"),
            ({"consent_class": "internal"}, "contact_consent_is_about_a_known_class"),
            ({"source": ""}, "contact_consent_names_its_source"),
            ({"consent_class": "marketing", "consent": None}, "marketing_needs_written_consent"),
        ],
    )
    def test_makes_sense(self, fields, rule):
        assert refused_row(**fields) == rule

    def test_leans_on_no_signature_of_another_patient(self):
        word, foreign = a_word(a_patient()), a_consent(a_patient(), "sms")

        statement = """INSERT INTO patients_contactconsent (patient_id, channel, consent_class, granted, at, source, consent_id)
                       VALUES (%s, 'sms', 'treatment', true, now(), 'x', %s)"""
        assert refused_by(statement, word.patient_id, foreign.pk) == "contact_consent_is_signed_by_the_patient"


class TestAStoppedNumber:
    @pytest.mark.parametrize(
        "statement",
        [
            "DELETE FROM patients_stoppednumber",
            "TRUNCATE patients_stoppednumber",
            "UPDATE patients_stoppednumber SET phone = '+16145550100'",
            "UPDATE patients_stoppednumber SET stopped_at = now()",
        ],
    )
    def test_is_kept_as_it_is(self, statement):
        a_stopped_number()

        assert refused_by(statement) == "stopped_number_is_kept"

    def test_is_restarted_once(self):
        a_stopped_number(restarted_at=BEFORE)

        assert refused_by("UPDATE patients_stoppednumber SET restarted_at = NULL") == "stopped_number_is_kept"

    def test_stands_once_at_a_time(self):
        a_stopped_number()

        statement = "INSERT INTO patients_stoppednumber (phone, stopped_at, source) VALUES (%s, now(), 'x')"
        assert refused_by(statement, PHONE) == "number_is_stopped_once_at_a_time"

    def test_is_a_number(self):
        statement = "INSERT INTO patients_stoppednumber (phone, stopped_at, source) VALUES ('614 555', now(), 'x')"
        assert refused_by(statement) == "stopped_number_is_in_e164"
        assert not StoppedNumber.objects.exists()


class TestAPatient:
    def test_prefers_a_channel_that_there_is(self):
        patient = a_patient()

        statement = "UPDATE patients_patient SET preferred_channel = 'pigeon' WHERE id = %s"
        assert refused_by(statement, patient.pk) == "patient_prefers_a_known_channel"
