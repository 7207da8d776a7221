"""Registering patients, correcting them, and who sees them."""

from datetime import UTC, date, datetime

import pytest

from clinic.errors import Malformed, NotAllowed, RuleBroken
from patients.models import Patient
from patients.selectors.records import patients_visible_to
from patients.selectors.search import patients_found
from patients.services.assessments import NewAssessment, sign_assessment
from patients.services.patients import Guardian, NewPatient, correct_patient, register_patient
from tests.factories import LANCET_FACE, a_lesion, a_patient, a_practitioner, a_site, a_user, a_visit
from tests.patients.charting import a_clinician

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 1, 12, 17, 0, tzinfo=UTC)
A_CHILD = date(2016, 1, 12)


def told(**fields) -> NewPatient:
    defaults = {"registered_site": a_site(), "given_name": "Ada", "family_name": "Ng", "birth_date": date(1990, 5, 17)}
    return NewPatient(**defaults | fields)


def register(actor=None, **fields) -> Patient:
    return register_patient(actor=actor or a_user(), patient=told(**fields), now=NOW)


def correct(patient, actor=None, **changes) -> Patient:
    return correct_patient(actor=actor or a_user(), patient=patient, changes=changes, now=NOW)


class TestRegisterPatient:
    def test_takes_the_time_zone_of_the_site(self):
        assert register().time_zone == "America/New_York"

    def test_refuses_a_minor_without_a_guardian(self):
        with pytest.raises(RuleBroken) as refused:
            register(birth_date=date(2009, 1, 13))

        assert refused.value.code == "guardian_missing"

    def test_takes_who_turns_18_today_without_a_guardian(self):
        assert register(birth_date=date(2009, 1, 12)).guardian_name == ""

    def test_keeps_the_guardian_of_a_minor(self):
        child = register(birth_date=A_CHILD, guardian=Guardian(name="Mo Ng", phone="+16145550100"))

        assert (child.guardian_name, str(child.guardian_phone)) == ("Mo Ng", "+16145550100")

    def test_keeps_that_a_legal_guardianship_goes_on(self):
        ward = register(guardian=Guardian(name="Mo Ng", relationship="Legal guardian", for_adult=True))

        assert ward.guardian_for_adult

    def test_refuses_a_guardianship_that_goes_on_without_being_a_legal_one(self):
        with pytest.raises(Malformed) as refused:
            register(guardian=Guardian(name="Mo Ng", relationship="mother", for_adult=True))

        assert list(refused.value.fields) == ["guardian.for_adult"]

    def test_refuses_a_birth_date_that_is_yet_to_come_at_the_site(self):
        with pytest.raises(Malformed):
            register(birth_date=date(2027, 1, 13))

    def test_refuses_a_site_where_the_actor_does_not_work(self):
        with pytest.raises(NotAllowed):
            register(registered_site=a_site("jersey-city"))


class TestCorrectPatient:
    def test_changes_what_is_given(self):
        patient = correct(a_patient(email="old@example.org"), email="new@example.org")

        assert Patient.objects.get(pk=patient.pk).email == "new@example.org"

    def test_takes_a_guardian_away_whole(self):
        ward = a_patient(guardian_name="Mo Ng", guardian_relationship="legal guardian", guardian_for_adult=True)

        alone = correct(ward, guardian=None)

        assert (alone.guardian_name, alone.guardian_relationship, alone.guardian_for_adult) == ("", "", False)

    def test_lets_anybody_mend_the_birth_date_before_a_finding_is_signed(self):
        assert correct(a_patient(), birth_date=date(1991, 1, 1)).birth_date == date(1991, 1, 1)

    @pytest.mark.parametrize("profession", [None, "physician_assistant", "ophthalmologist"])
    def test_refuses_a_new_birth_date_of_a_charted_patient_to_all_but_dermatologists(self, profession):
        lesion = a_lesion()
        sign_assessment(actor=a_clinician(), lesions=[lesion.pk], assessment=NewAssessment(depth="dermal"), now=NOW)
        actor = a_clinician(profession) if profession else a_user()

        with pytest.raises(NotAllowed):
            correct(lesion.patient, actor, birth_date=date(1980, 1, 1))

    def test_lets_a_dermatologist_mend_the_birth_date_of_a_charted_patient(self):
        lesion, dermatologist = a_lesion(), a_clinician()
        sign_assessment(actor=dermatologist, lesions=[lesion.pk], assessment=NewAssessment(depth="dermal"), now=NOW)

        assert correct(lesion.patient, dermatologist, birth_date=date(1980, 1, 1)).birth_date == date(1980, 1, 1)

    def test_refuses_to_take_the_guardian_from_a_minor(self):
        child = a_patient(birth_date=A_CHILD, guardian_name="Mo Ng")

        with pytest.raises(RuleBroken):
            correct(child, guardian=None)

    def test_refuses_to_move_the_chart_to_a_site_where_the_actor_does_not_work(self):
        with pytest.raises(NotAllowed):
            correct(a_patient(), registered_site=a_site("jersey-city"))


class TestPatientsVisibleTo:
    def test_are_those_of_the_site_of_the_membership(self):
        here, elsewhere = a_patient(), a_patient(registered_site=a_site("jersey-city"))

        assert list(patients_visible_to(a_user())) == [here]
        assert elsewhere not in patients_visible_to(a_user())

    def test_are_those_who_had_a_visit_at_the_site(self):
        visitor = a_patient(registered_site=a_site("jersey-city"))
        a_visit(a_practitioner(LANCET_FACE), patient=visitor)

        assert list(patients_visible_to(a_user())) == [visitor]

    def test_are_all_for_the_medical_director(self):
        a_patient(registered_site=a_site("jersey-city"))

        assert patients_visible_to(a_user("medical_director")).count() == 1

    def test_are_none_for_a_superuser_without_a_membership(self):
        a_patient()

        assert not patients_visible_to(a_user(None, is_superuser=True)).exists()


class TestPatientsFound:
    @pytest.mark.parametrize(
        "q", ["ada", "Ada Love", "lovelace", "ADA@exam", "614 555", "+16145550199", "1990-05-17", "05/17/1990"]
    )
    def test_are_found_by_the_beginning_of_names_and_contacts(self, q):
        ada = a_patient(given_name="Ada", family_name="Lovelace", email="ada@example.org", phone="+16145550199")
        a_patient(given_name="Grace", family_name="Hopper", birth_date=date(1980, 1, 1))

        assert list(patients_found(a_user(), q)) == [ada]

    @pytest.mark.parametrize("q", ["dalove", "%", "_da", "0199 ada", "  "])
    def test_are_not_found_by_what_stands_elsewhere(self, q):
        a_patient(given_name="Ada", family_name="Lovelace", phone="+16145550199")

        assert list(patients_found(a_user(), q)) == []

    def test_are_never_those_of_other_sites(self):
        a_patient(given_name="Ada", registered_site=a_site("jersey-city"))

        assert list(patients_found(a_user(), "ada")) == []
