"""What PostgreSQL refuses about consents and their texts, whoever writes."""

from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from patients.models import Consent, ConsentText
from tests.factories import a_patient
from tests.factories_consents import LONG_AGO, a_consent, a_text

pytestmark = pytest.mark.django_db
WITH_ITS_HASH = "body = 'Other', sha256 = encode(sha256(convert_to(title || E'\\n\\nOther', 'UTF8')), 'hex')"
ON_HER_BIRTHDAY = datetime(2026, 1, 5, 15, tzinfo=UTC)


def refused_by(statement: str, *values: object) -> str:
    """The name of the rule that refuses the statement."""
    with pytest.raises(DatabaseError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
    return refused.value.__cause__.diag.constraint_name


def refused_row(**fields: object) -> str:
    """The name of the rule that refuses such a consent."""
    patient = fields.pop("patient", None) or a_patient()
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        a_consent(patient, **fields)
    return refused.value.__cause__.diag.constraint_name


class TestASignedConsent:
    @pytest.mark.parametrize(
        "change",
        [
            "kind = 'photos'",
            "signer_name = 'Somebody Else'",
            "signer_role = 'guardian', signer_relationship = 'mother'",
            "signature_name = 'X'",
            "signed_at = signed_at - interval '1 day'",
            "text_sha256 = repeat('0', 64)",
            "withdrawn_at = now(), withdrawn_by_id = recorded_by_id, withdrawal_reason = 'r', signer_name = 'Other'",
        ],
    )
    def test_is_never_changed(self, change):
        consent = a_consent(a_patient())

        assert (
            refused_by(f"UPDATE patients_consent SET {change} WHERE id = %s", consent.pk) == "signed_consent_is_never_changed"
        )

    def test_moves_to_no_other_patient(self):
        consent, other = a_consent(a_patient()), a_patient()

        statement = "UPDATE patients_consent SET patient_id = %s WHERE id = %s"
        assert refused_by(statement, other.pk, consent.pk) == "row_changes_its_patient_by_a_merge"

    def test_is_never_deleted(self):
        consent = a_consent(a_patient())

        assert refused_by("DELETE FROM patients_consent WHERE id = %s", consent.pk) == "signed_consent_is_never_changed"

    def test_is_never_emptied_away(self):
        a_consent(a_patient())
        connection.check_constraints()

        assert refused_by("TRUNCATE patients_consent CASCADE") == "signed_consent_is_never_changed"

    def test_is_withdrawn_once(self):
        consent = a_consent(a_patient())
        given = {"withdrawn_at": datetime.now(UTC), "withdrawn_by": consent.recorded_by, "withdrawal_reason": "No more"}
        Consent.objects.filter(pk=consent.pk).update(**given)

        taken_back = "UPDATE patients_consent SET withdrawn_at = NULL, withdrawn_by_id = NULL, withdrawal_reason = ''"
        assert refused_by(taken_back) == "signed_consent_is_never_changed"
        assert refused_by("UPDATE patients_consent SET withdrawal_reason = 'x'") == "signed_consent_is_never_changed"

    def test_is_withdrawn_with_a_reason(self):
        a_consent(a_patient())

        statement = "UPDATE patients_consent SET withdrawn_at = now(), withdrawn_by_id = recorded_by_id"
        assert refused_by(statement) == "consent_is_withdrawn_with_a_reason"

    def test_is_withdrawn_after_it_was_signed(self):
        a_consent(a_patient())

        statement = (
            "UPDATE patients_consent SET withdrawn_at = signed_at - interval '1 s', withdrawn_by_id = recorded_by_id,"
            " withdrawal_reason = 'r'"
        )
        assert refused_by(statement) == "consent_is_withdrawn_after_it_is_signed"


class TestANewConsent:
    def test_of_a_minor_is_not_signed_by_the_minor(self):
        child = a_patient(birth_date=date(2015, 1, 1), guardian_name="Mo")

        assert refused_row(patient=child) == "consent_is_signed_by_who_may"

    def test_is_ones_own_from_the_eighteenth_birthday_on(self):
        grown = a_patient(birth_date=date(2008, 1, 5))
        not_yet = a_patient(birth_date=date(2008, 1, 6))

        assert a_consent(grown, signed_at=ON_HER_BIRTHDAY).pk
        assert refused_row(patient=not_yet, signed_at=ON_HER_BIRTHDAY) == "consent_is_signed_by_who_may"

    def test_of_an_adult_is_not_signed_by_a_guardian(self):
        grown = a_patient(guardian_name="Mo", guardian_relationship="mother")
        ward = a_patient(guardian_name="Mo", guardian_relationship="Legal guardian", guardian_for_adult=True)

        assert refused_row(patient=grown, signer_role="guardian") == "consent_is_signed_by_who_may"
        assert a_consent(ward, signer_role="guardian").pk

    def test_of_an_adult_is_signed_by_a_legal_guardian_with_a_name_only(self):
        change = "UPDATE patients_patient SET guardian_for_adult = true"
        for guardian in (
            {"guardian_name": "Mo", "guardian_relationship": "mother"},
            {"guardian_relationship": "legal guardian"},
        ):
            a_patient(**guardian)

            assert refused_by(change) == "guardianship_of_an_adult_is_legal"

    def test_carries_the_hash_of_its_text(self):
        assert refused_row(text_sha256="0" * 64) == "consent_is_to_the_text_as_shown"

    def test_is_to_a_text_of_its_kind(self):
        assert refused_row(kind="photos", text=a_text("lancet_extraction")) == "consent_is_to_the_text_as_shown"

    def test_is_to_a_text_that_was_in_force(self):
        later = a_text(version=2, in_force_from=datetime(2027, 1, 1, tzinfo=UTC))

        assert refused_row(text=later, signed_at=LONG_AGO) == "consent_is_to_a_text_in_force"

    @pytest.mark.parametrize(
        ("fields", "rule"),
        [
            ({"signature_name": ""}, "consent_has_one_signature"),
            ({"signature_name": "Ada", "signature_image": b"png"}, "consent_has_one_signature"),
            ({"signer_name": ""}, "consent_names_its_signer"),
            ({"signer_role": "nurse"}, "consent_is_signed_by_patient_or_guardian"),
        ],
    )
    def test_says_who_signed_how(self, fields, rule):
        assert refused_row(**fields) == rule

    def test_says_how_the_guardian_is_related(self):
        child = a_patient(birth_date=date(2015, 1, 1), guardian_name="Mo")

        assert refused_row(patient=child, signer_role="guardian", signer_relationship="") == "consent_names_its_signer"


class TestAText:
    @pytest.mark.parametrize("change", ["version = 9", "in_force_from = now()", "language = 'es'", WITH_ITS_HASH])
    def test_is_never_changed_once_somebody_signed_it(self, change):
        text = a_consent(a_patient()).text

        statement = f"UPDATE patients_consenttext SET {change} WHERE id = %s"
        assert refused_by(statement, text.pk) == "signed_text_is_never_changed"

    def test_is_never_deleted_once_somebody_signed_it(self):
        text = a_consent(a_patient()).text

        assert refused_by("DELETE FROM patients_consenttext WHERE id = %s", text.pk) == "signed_text_is_never_changed"

    def test_that_nobody_signed_may_still_go(self):
        text = a_text()

        text.delete()

        assert not ConsentText.objects.exists()

    def test_carries_the_hash_of_its_own_words(self):
        text = a_text()

        statement = "UPDATE patients_consenttext SET body = 'Other' WHERE id = %s"
        assert refused_by(statement, text.pk) == "consent_text_has_its_own_hash"
