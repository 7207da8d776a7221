"""Treatment plans: written, begun, gone through step by step, and stopped."""

from datetime import UTC, date, datetime, timedelta

import pytest

from clinic.errors import Conflict, Malformed, NotAllowed, RuleBroken
from clinic.models import Task
from tests.factories import a_lesion, a_patient, a_practitioner, a_site, a_user, a_visit, an_item, span
from tests.factories_plans import (
    NOW,
    a_clinic_with_catalogues,
    a_milium,
    a_plan,
    an_active_plan,
    an_author,
    an_extraction,
    home_care,
)
from treatments.models import Encounter, Treatment, TreatmentPlan
from treatments.selectors.facts import patient_facts
from treatments.selectors.planning import NewStep
from treatments.services.plans import activate_plan, redraft_plan, stop_plan
from treatments.services.steps import Means, close_step

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=10)
REFERRAL, ASSESSMENT = NewStep(kind="referral"), NewStep(kind="assessment", treatment="diagnosis")


@pytest.fixture(autouse=True)
def _clinic():
    a_clinic_with_catalogues()


def refusal(*args, **fields) -> list[str]:
    """The codes with which writing is refused."""
    with pytest.raises(RuleBroken) as refused:
        a_plan(*args, **fields)
    assert not TreatmentPlan.objects.exists()
    return [refused.value.code, *(reason.code for reason in refused.value.reasons)]


def a_stay(patient, *, free: bool = True) -> Encounter:
    """A stay of the patient; its visit is a free consultation, or a diagnosis."""
    code, act = ("free-consultation", "consult_free") if free else ("diagnosis", "diagnose_lesion")
    during = span(0 if free else 60)
    visit = a_visit(a_practitioner(f"{act}/none@face"), patient=patient, items=(), during=during)
    treatment = Treatment.objects.get(code=code)
    an_item(visit, scope=f"{act}/none@face", treatment=treatment, lesion=None, lesion_depth=None)
    encounter = Encounter.objects.create(patient=patient, site=visit.site, practitioner=visit.practitioner, started_at=NOW)
    type(visit).objects.filter(pk=visit.pk).update(encounter=encounter)
    return encounter


def waiting(*lesions) -> NewStep:
    return NewStep(kind="watchful_waiting", lesions=tuple(lesion.pk for lesion in lesions))


class TestWriting:
    def test_makes_a_draft_with_its_steps_in_order(self):
        lesion = a_milium(first_noted_on=date(2025, 1, 1))

        plan = a_plan(None, ASSESSMENT, an_extraction(lesion), NewStep(kind="review"), patient=lesion.patient)

        assert (plan.status, plan.profession, plan.warnings) == ("draft", "dermatologist", [])
        assert [step.kind for step in plan.steps.order_by("position")] == ["assessment", "extraction", "review"]

    @pytest.mark.parametrize(
        ("profession", "region", "code"),
        [
            ("dermatologist", "eyelid", None),
            ("ophthalmologist", "eyelid", None),
            ("ophthalmologist", "face", "privilege_missing"),
            ("physician_assistant", "face", None),
            ("physician_assistant", "eyelid", "privilege_missing"),
            ("esthetician", "face", None),
            ("esthetician", "eyelid", "privilege_missing"),
            ("pediatrician", "face", "privilege_missing"),
            ("registered_nurse", "face", "privilege_missing"),
            ("optometrist", "eyelid", "optometrist_excluded"),
        ],
    )
    def test_is_for_who_may_see_the_patient_for_a_consultation(self, profession, region, code):
        lesion = a_lesion(region=region)
        step = NewStep(kind="watchful_waiting", lesions=(lesion.pk,))

        if code:
            assert refusal(an_author(profession), step, patient=lesion.patient)[0] == code
        else:
            assert a_plan(an_author(profession), step, patient=lesion.patient).profession == profession

    def test_refuses_to_extract_what_nobody_has_confirmed(self):
        lesion = a_lesion()

        assert refusal(None, an_extraction(lesion), patient=lesion.patient)[0] == "diagnosis_unconfirmed"
        assert a_plan(None, ASSESSMENT, an_extraction(lesion), patient=lesion.patient).warnings[0]["gate"] == "G09"

    def test_tells_what_the_author_may_not_and_what_does_not_hold_at_once(self):
        lesion = a_lesion(region="eyelid", suspicious=True)

        codes = refusal(an_author("esthetician"), an_extraction(lesion), patient=lesion.patient)

        assert codes[1:] == ["privilege_missing", "diagnosis_unconfirmed", "lesion_suspicious"]

    def test_is_refused_for_a_lesion_of_another_patient(self):
        assert refusal(None, waiting(a_lesion()))[0] == "lesion_of_another_patient"

    def test_names_the_lesions_that_a_lancet_opens(self):
        with pytest.raises(Malformed) as refused:
            a_plan(None, ASSESSMENT, NewStep(kind="extraction", treatment="lancet-extraction"))

        assert set(refused.value.fields) == {"steps[1].lesions"}

    def test_is_for_practitioners(self):
        with pytest.raises(NotAllowed):
            a_plan(a_user("practitioner"))


class TestAConsultation:
    def test_ends_with_an_outcome(self):
        patient = a_patient()

        with pytest.raises(Malformed):
            a_plan(None, patient=patient, consultation=a_stay(patient))

    def test_that_was_free_is_known_as_such(self):
        patient = a_patient()

        plan = a_plan(None, REFERRAL, patient=patient, consultation=a_stay(patient), outcome="refer")
        other = a_plan(None, REFERRAL, patient=patient, consultation=a_stay(patient, free=False), outcome="refer")

        assert (plan.free, other.free) == (True, False)

    def test_of_an_esthetician_holds_no_hidden_diagnosis(self):
        lesion = a_lesion()
        consultation = a_stay(lesion.patient)

        codes = refusal(
            an_author("esthetician"),
            ASSESSMENT,
            an_extraction(lesion),
            patient=lesion.patient,
            consultation=consultation,
            outcome="extraction_planned",
        )

        assert codes[0] == "consultation_only"

    def test_has_one_plan(self):
        patient, actor = a_patient(), an_author()
        consultation = a_stay(patient)
        first = a_plan(actor, REFERRAL, patient=patient, consultation=consultation, outcome="refer")

        with pytest.raises(Conflict):
            a_plan(actor, REFERRAL, patient=patient, consultation=consultation, outcome="refer")
        stop_plan(actor=actor, plan=first, reason="Written twice.", now=NOW)

        assert a_plan(actor, REFERRAL, patient=patient, consultation=consultation, outcome="refer")

    def test_was_the_patients_own(self):
        assert refusal(None, consultation=a_stay(a_patient()), outcome="refer")[0] == "consultation_of_another_patient"

    def test_holds_no_procedure(self):
        lesion, actor = a_milium(), an_author()
        consultation = a_stay(lesion.patient)
        plan = an_active_plan(
            actor,
            an_extraction(lesion),
            patient=lesion.patient,
            consultation=consultation,
            outcome="extraction_planned",
        )

        with pytest.raises(RuleBroken) as refused:
            close_step(actor=actor, step=plan.steps.get(), means=Means(encounter=consultation), now=NOW)

        assert refused.value.reasons[0].gate == "G26"


class TestChangingADraft:
    def test_replaces_the_steps(self):
        actor = an_author()
        plan = a_plan(actor)

        redraft_plan(actor=actor, plan=plan, changes={"steps": [REFERRAL], "note": "To the eye clinic."}, now=NOW)

        plan.refresh_from_db()
        assert ([step.kind for step in plan.steps.all()], plan.note) == (["referral"], "To the eye clinic.")

    def test_is_the_authors(self):
        with pytest.raises(NotAllowed):
            redraft_plan(actor=an_author(), plan=a_plan(), changes={"note": "Mine."}, now=NOW)

    def test_ends_when_it_begins(self):
        actor = an_author()

        with pytest.raises(Conflict):
            redraft_plan(actor=actor, plan=an_active_plan(actor), changes={"note": "Late."}, now=NOW)


class TestWatchfulWaiting:
    def test_offers_the_extraction_six_months_after_the_lesion_was_first_noted(self):
        patient, actor = a_patient(), an_author()
        noted, unknown = a_lesion(patient, first_noted_on=date(2026, 10, 1)), a_lesion(patient)

        an_active_plan(actor, waiting(noted, unknown), patient=patient)

        tasks = {task.subject: (task.due_at, task.assignee) for task in Task.objects.filter(kind="offer_extraction")}
        assert tasks == {
            noted.pk: (datetime(2027, 4, 1, 13, tzinfo=UTC), actor),
            unknown.pk: (datetime(2027, 7, 12, 13, tzinfo=UTC), actor),
        }

    def test_offers_it_at_once_when_the_time_is_over(self):
        lesion = a_lesion(first_noted_on=date(2020, 1, 1))

        an_active_plan(None, waiting(lesion), patient=lesion.patient)

        assert Task.objects.get(kind="offer_extraction").due_at == NOW

    def test_of_a_draft_reminds_nobody(self):
        lesion = a_lesion()

        a_plan(None, waiting(lesion), patient=lesion.patient)

        assert not Task.objects.exists()

    @pytest.mark.parametrize("end", ["stop", "close"])
    def test_ends_with_the_plan_or_the_step(self, end):
        lesion, actor = a_lesion(), an_author()
        plan = an_active_plan(actor, waiting(lesion), REFERRAL, patient=lesion.patient)

        if end == "stop":
            stop_plan(actor=actor, plan=plan, reason="Moved away.", now=LATER)
        else:
            close_step(actor=actor, step=plan.steps.get(position=1), now=LATER)

        assert Task.objects.get(kind="offer_extraction").state == "done"


class TestSteps:
    def test_are_closed_one_after_the_other_and_the_last_completes_the_plan(self):
        actor = an_author()
        plan = an_active_plan(actor, ASSESSMENT, REFERRAL)
        first, second = plan.steps.order_by("position")

        with pytest.raises(Conflict):
            close_step(actor=actor, step=second, now=LATER)
        close_step(actor=actor, step=first, now=LATER)
        done = close_step(actor=actor, step=second, state="skipped", now=LATER)

        assert (done.status, done.ended_at) == ("completed", LATER)
        assert list(plan.steps.order_by("position").values_list("state", flat=True)) == ["done", "skipped"]

    def test_are_closed_once(self):
        actor = an_author()
        plan = an_active_plan(actor, ASSESSMENT, REFERRAL)
        step = plan.steps.get(position=1)
        close_step(actor=actor, step=step, now=LATER)

        with pytest.raises(Conflict):
            close_step(actor=actor, step=step, now=LATER)

    def test_of_a_draft_stay_open(self):
        actor = an_author()

        with pytest.raises(Conflict):
            close_step(actor=actor, step=a_plan(actor, REFERRAL).steps.get(), now=LATER)

    def test_of_home_care_name_the_plan_that_carries_them_out(self):
        actor, patient = an_author(), a_patient()
        plan = an_active_plan(actor, NewStep(kind="home_care"), patient=patient)
        care = home_care(actor, patient=patient)

        close_step(actor=actor, step=plan.steps.get(), means=Means(home_care=care), now=LATER)

        assert plan.steps.get().home_care == care

    def test_are_done_with_the_patient_only(self):
        actor = an_author()
        plan = an_active_plan(actor, REFERRAL)
        foreign = Encounter.objects.create(patient=a_patient(), site=a_site(), practitioner=actor.practitioner, started_at=NOW)

        with pytest.raises(RuleBroken) as refused:
            close_step(actor=actor, step=plan.steps.get(), means=Means(encounter=foreign), now=LATER)

        assert refused.value.code == "step_mismatch"

    @pytest.mark.parametrize("state", ["done", "skipped"])
    def test_name_only_what_carried_them_out(self, state):
        actor, patient = an_author(), a_patient()
        plan = an_active_plan(actor, REFERRAL, patient=patient)

        with pytest.raises(Malformed):
            close_step(
                actor=actor,
                step=plan.steps.get(),
                state=state,
                means=Means(home_care=home_care(actor, patient=patient)),
                now=LATER,
            )


class TestCourse:
    def test_begins_by_the_author_once(self):
        actor = an_author()
        plan = an_active_plan(actor)

        assert activate_plan(actor=actor, plan=plan, now=LATER).started_at == NOW
        with pytest.raises(NotAllowed):
            activate_plan(actor=an_author(), plan=a_plan(), now=NOW)

    def test_is_stopped_by_any_practitioner_once(self):
        plan = an_active_plan()

        stop_plan(actor=an_author(), plan=plan, reason="Moved away.", now=LATER)
        again = stop_plan(actor=an_author(), plan=plan, reason="Again.", now=LATER)

        assert (again.status, again.stop_reason) == ("stopped", "Moved away.")
        with pytest.raises(Conflict):
            activate_plan(actor=plan.author.user, plan=plan, now=LATER)

    def test_is_not_stopped_once_it_is_completed(self):
        actor = an_author()
        plan = an_active_plan(actor, REFERRAL)
        close_step(actor=actor, step=plan.steps.get(), now=LATER)

        with pytest.raises(Conflict):
            stop_plan(actor=actor, plan=plan, reason="Late.", now=LATER)


class TestTrialOfHomeCare:
    def test_counts_from_the_first_that_was_begun(self):
        patient = a_patient()
        before = patient_facts(patient).tried_home_care

        home_care(patient=patient)

        assert (before, patient_facts(patient).tried_home_care) == (False, True)
