"""The acceptance scenarios of the clinical model, as far as they concern charting; each test carries its number."""

import pytest

from clinic.errors import NotAllowed, RuleBroken
from clinic.models import Task
from patients.models import BodySite, Lesion
from patients.services.assessments import NewAssessment, sign_assessment
from patients.services.lesions import NewLesion, note_lesion
from patients.services.referral_looks import follow_referrals
from patients.services.referrals import close_referral
from patients.services.reports import NewReport, accept_report, report_lesion
from tests import clinic_world as world
from tests.clinic_world import NOW, SmallClinic, after, book, codes, judged
from tests.refusing import refused_as
from treatments.selectors.work import Asked, work_of

pytestmark = pytest.mark.django_db
LANCET_PERIOCULAR = "lancet_extraction/epidermal@periocular"


@pytest.fixture
def clinic() -> SmallClinic:
    return world.a_small_clinic()


def assessed(signer, *lesions, **finding):
    keys = [lesion.id for lesion in lesions]
    return sign_assessment(actor=signer.user, lesions=keys, assessment=NewAssessment(**finding), now=NOW)[0]


def noted(clinic: SmallClinic, body_site: str, laterality: str = "left") -> Lesion:
    lesion = NewLesion(body_site=body_site, laterality=laterality)
    return note_lesion(actor=clinic.derm.user, patient=clinic.patient, lesion=lesion, now=NOW)


class TestScenario09:
    @pytest.fixture
    def reported(self, clinic):
        """What the patient told: a bump under the eye."""
        told = NewReport(body_site="under_eye", laterality="left", words="A white bump under my eye.")
        return report_lesion(actor=clinic.desk, patient=clinic.patient, report=told, now=NOW)

    @pytest.fixture
    def assistant(self, clinic):
        """Trained, supervised directly, and granted the region around the eye."""
        assistant = world.hire("physician_assistant", site=clinic.site, trainings=("lancet",))
        world.agree(clinic.derm, assistant)
        world.grant(assistant, LANCET_PERIOCULAR)
        return assistant

    def test_scenario_09_what_a_patient_reports_can_not_be_booked(self, clinic, reported):
        with pytest.raises(Exception, match="no such thing"):
            work_of(
                patient=clinic.patient,
                site=clinic.site,
                asked=[Asked(treatment="lancet-extraction", lesions=(reported.pk,))],
            )

        assert set(Lesion.objects.filter(patient=clinic.patient)) == {clinic.lesion}

    def test_scenario_09_accepted_it_is_judged_at_the_eyelid(self, clinic, reported, assistant):
        lesion = accept_report(actor=clinic.derm.user, report=reported, now=NOW)

        answer = judged(clinic.derm.user, clinic.patient, after(), assistant, lesion)

        assert {"region_unverified", "diagnosis_unconfirmed"} <= codes(answer.reasons)

    def test_scenario_09_verified_by_a_dermatologist_the_assistant_takes_it(self, clinic, reported, assistant):
        lesion = accept_report(actor=clinic.derm.user, report=reported, now=NOW)
        found = {"region": "periocular", "region_verified": True, "depth": "epidermal"}
        assessed(clinic.derm, lesion, diagnosis="milium", certainty="confirmed", **found)

        assert book(clinic.derm.user, clinic.patient, after(), assistant, lesion).status == "booked"


class TestScenario11:
    @pytest.mark.parametrize("body_site", ["eyelid_right_upper", "eyelid_left_lower", "canthus_medial", "cheek"])
    def test_scenario_11_one_record_for_both_sides_is_refused(self, clinic, body_site):
        with pytest.raises(RuleBroken) as refused:
            noted(clinic, body_site, "bilateral")

        assert refused.value.code == "split_by_side"

    def test_scenario_11_the_database_refuses_it_too(self, clinic):
        rows = Lesion.objects.filter(pk=clinic.lesion.pk)

        assert refused_as(lambda: rows.update(laterality="bilateral")) == "lesion_has_one_side"

    def test_scenario_11_two_records_are_assessed_and_coded_apart(self, clinic):
        right, left = (noted(clinic, f"eyelid_{side}_upper", side) for side in ("right", "left"))

        assessed(clinic.derm, right, diagnosis="milium", certainty="confirmed")

        stored = {row.pk: row for row in Lesion.objects.filter(pk__in=[right.pk, left.pk])}
        assert [stored[row.pk].diagnosis_certainty for row in (right, left)] == ["confirmed", "none"]
        sites = BodySite.objects.filter(pk__in=[right.body_site_id, left.body_site_id]).order_by("code")
        assert [(site.icd10cm, site.hcpcs) for site in sites] == [("H02.824", "E1"), ("H02.821", "E3")]


class TestScenario12:
    def test_scenario_12_who_may_not_diagnose_confirms_no_first_milium(self, clinic):
        esthetician, lesion = world.hire("esthetician", site=clinic.site), noted(clinic, "nose")

        with pytest.raises(NotAllowed):
            assessed(esthetician, lesion, diagnosis="milium", certainty="confirmed")

        assert Lesion.objects.get(pk=lesion.pk).diagnosis_certainty == "none"


class TestScenario13:
    @pytest.fixture
    def referral(self, clinic):
        """An esthetician thinks that it might be molluscum."""
        esthetician = world.hire("esthetician", site=clinic.site)
        assessment = assessed(esthetician, clinic.lesion, diagnosis="molluscum_contagiosum", certainty="provisional")
        return assessment.referrals.get()

    def test_scenario_13_the_flag_opens_a_referral_that_is_followed(self, clinic, referral):
        follow_referrals(now=after(15))

        asked = set(Task.objects.filter(subject=referral.pk, state="open").values_list("kind", flat=True))
        assert (referral.to, referral.status) == ("dermatology", "open")
        assert asked == {"book_referral", "follow_referral"}

    def test_scenario_13_closing_it_lifts_nothing(self, clinic, referral):
        close_referral(actor=clinic.derm.user, referral=referral, outcome="cleared", now=NOW)

        answer = judged(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion)

        assert "lesion_suspicious" in codes(answer.reasons)

    def test_scenario_13_a_dermatologist_clears_it(self, clinic, referral):
        assessed(clinic.derm, clinic.lesion, diagnosis="milium", certainty="confirmed", suspicious=False)

        assert book(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion).status == "booked"

    def test_scenario_13_a_visit_that_was_booked_is_set_adrift(self, clinic):
        visit = book(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion)

        assessed(clinic.derm, clinic.lesion, suspected=["basal_cell_carcinoma"])

        visit.refresh_from_db()
        assert visit.status == "needs_reassignment"

    def test_scenario_13_other_lesions_stay_bookable(self, clinic, referral):
        other = world.charted(clinic.patient, body_site="nose")

        assert book(clinic.derm.user, clinic.patient, after(), clinic.derm, other).status == "booked"


class TestScenario14:
    def test_scenario_14_any_clinician_may_say_that_they_are_neonatal_and_no_procedure_is_booked(self, clinic):
        visit = book(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion)
        nurse = world.hire("registered_nurse", site=clinic.site)

        assessed(nurse, clinic.lesion, milia_type="neonatal")

        visit.refresh_from_db()
        answer = judged(clinic.derm.user, clinic.patient, after(2), clinic.derm, clinic.lesion)
        assert (visit.status, "neonatal_no_procedure" in codes(answer.reasons)) == ("needs_reassignment", True)


class TestScenario18:
    def test_scenario_18_lesions_of_two_patients_are_in_no_assessment(self, clinic):
        stranger = world.charted(world.a_patient(clinic.site))

        with pytest.raises(RuleBroken) as refused:
            assessed(clinic.derm, clinic.lesion, stranger, diagnosis="milium", certainty="confirmed")

        assert refused.value.code == "lesion_of_another_patient"
