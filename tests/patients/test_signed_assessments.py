"""A signed assessment stays as it was signed, whoever writes: PostgreSQL refuses by name."""

import pytest
from django.db import connection

from patients.models import Assessment
from patients.services.assessments import cosign_assessment
from patients.services.reference import load_catalogues
from tests.factories import a_lesion
from tests.factories_lesions import NOW, signed
from tests.patients.charting import a_clinician
from tests.refusing import refused_as, sql

pytestmark = pytest.mark.django_db
MILIUM = {"diagnosis": "milium", "certainty": "confirmed"}


@pytest.fixture(autouse=True)
def catalogues():
    load_catalogues()


@pytest.fixture
def assessment() -> Assessment:
    """Of a PA, awaiting the second signature."""
    return signed(a_lesion(), actor=a_clinician("physician_assistant"), **MILIUM)


class TestRawSql:
    @pytest.mark.parametrize(
        "change",
        [
            "note = 'x'",
            "certainty = 'refuted'",
            "depth = 'dermal'",
            "suspected = '{wart}'",
            "signed_at = now()",
            "lesion_count = 2",
            "id = uuidv7()",
            "note = note",
        ],
    )
    def test_changes_nothing(self, assessment, change):
        name = refused_as(lambda: sql(f"UPDATE patients_assessment SET {change} WHERE id = %s", assessment.pk))

        assert name == "signed_assessment_is_not_changed"

    @pytest.mark.parametrize(
        "statement",
        [
            "DELETE FROM patients_assessment_lesions",
            "DELETE FROM patients_assessment",
            "UPDATE patients_assessment_lesions SET id = id + 1000",
            "TRUNCATE patients_assessment_lesions CASCADE",
            "TRUNCATE patients_assessment CASCADE",
        ],
    )
    def test_takes_nothing_away(self, assessment, statement):
        connection.check_constraints()

        assert refused_as(lambda: sql(statement)) == "signed_assessment_is_not_changed"

    def test_adds_no_second_lesion(self, assessment):
        other = a_lesion(assessment.patient)

        assert refused_as(lambda: assessment.lesions.add(other)) == "assessment_keeps_its_lesions"

    def test_adds_no_lesion_of_another_patient(self, assessment):
        assert refused_as(lambda: assessment.lesions.add(a_lesion())) == "assessment_is_of_one_patient"

    @pytest.mark.parametrize("field", ["excluded", "suspected"])
    def test_names_no_look_alike_that_nobody_knows(self, assessment, field):
        unknown = Assessment(
            patient=assessment.patient,
            signed_by=assessment.signed_by,
            profession="dermatologist",
            signed_at=NOW,
            lesion_count=1,
            **{field: ["measles"]},
        )

        assert refused_as(unknown.save) == "assessment_names_known_diagnoses"


class TestTheCosignature:
    def test_is_taken_once(self, assessment):
        cosign_assessment(actor=a_clinician(), assessment=assessment, now=NOW)

        again = "UPDATE patients_assessment SET cosigned_by_id = %s WHERE id = %s"
        name = refused_as(lambda: sql(again, a_clinician().practitioner.pk, assessment.pk))

        assert name == "signed_assessment_is_not_changed"

    @pytest.mark.parametrize("change", ["cosigned_by_id = NULL, cosigned_at = NULL", "cosigned_at = now()"])
    def test_is_not_taken_back(self, assessment, change):
        cosign_assessment(actor=a_clinician(), assessment=assessment, now=NOW)

        name = refused_as(lambda: sql(f"UPDATE patients_assessment SET {change} WHERE id = %s", assessment.pk))

        assert name == "signed_assessment_is_not_changed"

    def test_brings_nothing_else_with_it(self, assessment):
        both = "UPDATE patients_assessment SET cosigned_by_id = %s, cosigned_at = now(), note = 'x' WHERE id = %s"

        name = refused_as(lambda: sql(both, a_clinician().practitioner.pk, assessment.pk))

        assert name == "signed_assessment_is_not_changed"

    def test_has_its_moment(self, assessment):
        by = a_clinician().practitioner.pk

        name = refused_as(lambda: sql("UPDATE patients_assessment SET cosigned_by_id = %s WHERE id = %s", by, assessment.pk))

        assert name == "assessment_is_cosigned_at_a_moment"

    def test_is_not_the_signers_own(self, assessment):
        own = "UPDATE patients_assessment SET cosigned_by_id = signed_by_id, cosigned_at = now()"

        assert refused_as(lambda: sql(own)) == "assessment_is_cosigned_by_another"


class TestADiagnosis:
    @pytest.mark.parametrize("profession", ["esthetician", "medical_aesthetician", "registered_nurse", "optometrist"])
    @pytest.mark.parametrize("certainty", ["confirmed", "refuted"])
    def test_is_settled_by_nobody_who_may_not_diagnose(self, assessment, profession, certainty):
        settled = Assessment(
            patient=assessment.patient,
            signed_by=assessment.signed_by,
            profession=profession,
            signed_at=NOW,
            diagnosis=assessment.diagnosis,
            certainty=certainty,
            lesion_count=1,
        )

        assert refused_as(settled.save) == "diagnosis_is_settled_by_a_profession_that_diagnoses"

    def test_is_named_where_it_is_settled(self, assessment):
        unnamed = Assessment(
            patient=assessment.patient,
            signed_by=assessment.signed_by,
            profession="dermatologist",
            signed_at=NOW,
            certainty="confirmed",
            lesion_count=1,
        )

        assert refused_as(unnamed.save) == "settled_assessment_names_its_diagnosis"
