"""Steps of a plan and the signed log or referral that carried them out."""

import pytest
from django.db import DatabaseError, connection, transaction

from clinic.errors import Conflict, RuleBroken
from tests import clinic_world as world
from tests.clinic.tokens import client_of
from tests.clinic_world import NOW, SmallClinic
from tests.factories_log import HALF_AN_HOUR, LANCET, a_stay, consented, drafted, extracted
from tests.factories_records import a_referral
from treatments.models import PlanStep, Procedure, TreatmentPlan
from treatments.selectors.planning import NewPlan, NewStep
from treatments.services.log.drafting import NewItem, NewOutcome
from treatments.services.log.signing import sign_procedure
from treatments.services.plans import activate_plan, draft_plan, stop_plan
from treatments.services.steps import Means, close_step, tell_means

pytestmark = pytest.mark.django_db
LATER = NOW + HALF_AN_HOUR
REVIEW, REFERRAL = NewStep(kind="review"), NewStep(kind="referral")
PEEL = {
    "agent": "glycolic_acid",
    "percent": "30",
    "ph": "3.5",
    "layers": 1,
    "minutes": "3",
    "neutralised": True,
    "sunscreen_advice": True,
}


@pytest.fixture
def clinic() -> SmallClinic:
    small = world.a_small_clinic(rooms=1)
    consented(small.patient)
    return small


def extraction_of(*lesions) -> NewStep:
    return NewStep(kind="extraction", treatment="lancet-extraction", lesions=tuple(lesion.pk for lesion in lesions))


def a_plan(clinic: SmallClinic, *steps: NewStep) -> TreatmentPlan:
    who = clinic.derm.user
    plan = draft_plan(actor=who, patient=clinic.patient, site=clinic.site, plan=NewPlan(steps=steps), now=NOW)
    return activate_plan(actor=who, plan=plan, now=NOW)


def a_draft(clinic: SmallClinic, *items: NewItem) -> Procedure:
    return drafted(a_stay(clinic.patient, clinic.derm), clinic.derm, *(items or (extracted(clinic.lesion),)))


def signed(clinic: SmallClinic, *items: NewItem) -> Procedure:
    return sign_procedure(actor=clinic.derm.user, procedure=a_draft(clinic, *items), now=LATER)


def steps_of(plan: TreatmentPlan) -> list[PlanStep]:
    return list(plan.steps.order_by("position"))


class TestASignedLog:
    def test_closes_the_step_whose_turn_it_is(self, clinic):
        plan = a_plan(clinic, extraction_of(clinic.lesion), REVIEW)

        log = signed(clinic)

        step, review = steps_of(plan)
        assert (step.state, step.procedure, step.done_in, step.closed_by) == ("done", log, log.encounter, clinic.derm)
        assert (review.state, step.closed_at) == ("open", LATER)

    def test_completes_the_plan_with_its_last_step(self, clinic):
        plan = a_plan(clinic, extraction_of(clinic.lesion))

        signed(clinic)

        plan.refresh_from_db()
        assert (plan.status, plan.ended_at) == ("completed", LATER)

    def test_closes_several_steps_in_a_row(self, clinic):
        other = world.charted(clinic.patient)
        plan = a_plan(clinic, extraction_of(clinic.lesion), extraction_of(other))

        signed(clinic, extracted(clinic.lesion, other))

        assert [step.state for step in steps_of(plan)] == ["done", "done"]

    def test_leaves_a_step_open_of_which_something_is_left(self, clinic):
        other = world.charted(clinic.patient)
        plan = a_plan(clinic, extraction_of(clinic.lesion, other))
        outcomes = (
            NewOutcome(lesion=clinic.lesion.pk, result="complete"),
            NewOutcome(lesion=other.pk, result="not_done", reason="She felt unwell", attempts=0),
        )

        signed(clinic, extracted(clinic.lesion, other, outcomes=outcomes))

        assert [step.state for step in steps_of(plan)] == ["open"]

    def test_leaves_a_step_open_before_which_another_comes(self, clinic):
        plan = a_plan(clinic, REVIEW, extraction_of(clinic.lesion))

        signed(clinic)

        assert [step.state for step in steps_of(plan)] == ["open", "open"]

    def test_closes_one_step_of_a_course(self, clinic):
        peel = NewStep(kind="peel", treatment="superficial-peel")
        plan = a_plan(clinic, peel, peel, peel)
        item = NewItem(
            treatment="superficial-peel",
            body_site="cheek",
            settings={"peel": PEEL},
            checklist={"cleansed": True},
            instruments=LANCET,
        )

        signed(clinic, item)

        assert [step.state for step in steps_of(plan)] == ["done", "open", "open"]

    def test_is_told_of_steps_that_were_closed_at_its_stay(self, clinic):
        plan, draft = a_plan(clinic, extraction_of(clinic.lesion)), a_draft(clinic)
        close_step(actor=clinic.derm.user, step=plan.steps.get(), means=Means(encounter=draft.encounter), now=NOW)

        sign_procedure(actor=clinic.derm.user, procedure=draft, now=LATER)

        assert (plan.steps.get().procedure, plan.steps.get().closed_at) == (draft, NOW)

    def test_does_not_touch_the_plans_of_others_and_plans_that_ended(self, clinic):
        stopped = a_plan(clinic, extraction_of(clinic.lesion))
        stop_plan(actor=clinic.derm.user, plan=stopped, reason="Moved away.", now=NOW)
        drafted_only = draft_plan(
            actor=clinic.derm.user,
            patient=clinic.patient,
            site=clinic.site,
            plan=NewPlan(steps=(extraction_of(clinic.lesion),)),
            now=NOW,
        )

        signed(clinic)

        assert {stopped.steps.get().state, drafted_only.steps.get().state} == {"open"}


class TestTellingIt:
    def test_names_the_log_while_closing(self, clinic):
        log = signed(clinic)
        plan = a_plan(clinic, REFERRAL, NewStep(kind="extraction", treatment="lancet-extraction", lesions=(clinic.lesion.pk,)))
        first, second = steps_of(plan)
        close_step(actor=clinic.derm.user, step=first, state="skipped", now=LATER)

        close_step(actor=clinic.derm.user, step=second, means=Means(procedure=log), now=LATER)

        second.refresh_from_db()
        assert (second.procedure, second.done_in) == (log, log.encounter)

    def test_names_the_referral_that_a_step_asked_for(self, clinic):
        plan, referral = a_plan(clinic, REFERRAL), a_referral(clinic.lesion)

        close_step(actor=clinic.derm.user, step=plan.steps.get(), means=Means(referral=referral), now=LATER)

        assert plan.steps.get().referral == referral

    def test_can_be_done_afterwards_once(self, clinic):
        plan, one, other = a_plan(clinic, REFERRAL), a_referral(clinic.lesion), a_referral(clinic.lesion)
        step = plan.steps.get()
        close_step(actor=clinic.derm.user, step=step, now=NOW)

        for _ in range(2):
            tell_means(actor=clinic.derm.user, step=step, means=Means(referral=one))

        assert plan.steps.get().referral == one
        with pytest.raises(Conflict):
            tell_means(actor=clinic.derm.user, step=step, means=Means(referral=other))

    def test_refuses_a_step_that_is_open(self, clinic):
        plan = a_plan(clinic, REFERRAL)

        with pytest.raises(Conflict):
            tell_means(actor=clinic.derm.user, step=plan.steps.get(), means=Means(referral=a_referral(clinic.lesion)))

    def test_refuses_a_log_that_is_not_signed_or_tells_of_other_work(self, clinic):
        other = world.charted(clinic.patient)
        plan = a_plan(clinic, extraction_of(other))

        with pytest.raises(RuleBroken) as error:
            close_step(actor=clinic.derm.user, step=plan.steps.get(), means=Means(procedure=a_draft(clinic)), now=LATER)

        assert {reason.code for reason in error.value.reasons} == {"procedure_unsigned", "step_mismatch"}

    def test_refuses_what_belongs_to_another_patient(self, clinic):
        plan, foreign = a_plan(clinic, REFERRAL), a_referral(world.charted(world.a_patient()))

        with pytest.raises(RuleBroken) as error:
            close_step(actor=clinic.derm.user, step=plan.steps.get(), means=Means(referral=foreign), now=LATER)

        assert error.value.code == "step_mismatch"


class TestWhatPostgresqlRefuses:
    def refused(self, step: PlanStep, change: str, *values) -> str:
        with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE treatments_planstep SET {change} WHERE id = %s", [*values, step.pk])
        return error.value.__cause__.diag.constraint_name

    def closing(self, clinic: SmallClinic) -> str:
        return f"state = 'done', closed_at = now(), closed_by_id = '{clinic.derm.pk}', done_in_id = %s, procedure_id = %s"

    def test_a_log_of_another_patient(self, clinic):
        plan = a_plan(clinic, extraction_of(clinic.lesion))
        stranger = consented(world.a_patient())
        lesion = world.charted(stranger)
        draft = drafted(a_stay(stranger, clinic.derm), clinic.derm, extracted(lesion))
        log = sign_procedure(actor=clinic.derm.user, procedure=draft, now=LATER)

        refused = self.refused(plan.steps.get(), self.closing(clinic), log.encounter_id, log.pk)

        assert refused == "step_is_done_with_the_patient"

    def test_an_unsigned_log(self, clinic):
        plan, draft = a_plan(clinic, extraction_of(clinic.lesion)), a_draft(clinic)

        refused = self.refused(plan.steps.get(), self.closing(clinic), draft.encounter_id, draft.pk)

        assert refused == "step_is_done_with_a_signed_log"

    def test_a_referral_of_another_patient(self, clinic):
        plan, foreign = a_plan(clinic, REFERRAL), a_referral(world.charted(world.a_patient()))
        change = f"state = 'done', closed_at = now(), closed_by_id = '{clinic.derm.pk}', referral_id = %s"

        assert self.refused(plan.steps.get(), change, foreign.pk) == "step_is_done_with_a_referral_of_the_patient"

    def test_what_its_kind_does_not_ask_for(self, clinic):
        plan, referral = a_plan(clinic, extraction_of(clinic.lesion)), a_referral(clinic.lesion)
        change = f"state = 'done', closed_at = now(), closed_by_id = '{clinic.derm.pk}', referral_id = %s"

        assert self.refused(plan.steps.get(), change, referral.pk) == "step_is_carried_out_with_what_its_kind_asks"

    @pytest.mark.parametrize("change", ["referral_id = NULL", "note = 'Other.'", "state = 'skipped'"])
    def test_another_word_once_it_was_told(self, clinic, change):
        plan = a_plan(clinic, REFERRAL)
        means = Means(referral=a_referral(clinic.lesion))
        close_step(actor=clinic.derm.user, step=plan.steps.get(), means=means, now=NOW)

        assert self.refused(plan.steps.get(), change) == "step_is_closed_once"


class TestTheCalls:
    def url(self, plan: TreatmentPlan, step: PlanStep, act: str) -> str:
        return f"/api/v1/plans/{plan.pk}/steps/{step.pk}/{act}/"

    def test_show_what_carried_a_step_out(self, clinic):
        plan = a_plan(clinic, extraction_of(clinic.lesion), REFERRAL)
        log, referral = signed(clinic), a_referral(clinic.lesion)
        client = client_of(clinic.derm.user)

        answer = client.post(self.url(plan, steps_of(plan)[1], "complete"), {"referral": str(referral.pk)})

        first, second = answer.json()["steps"]
        assert (first["procedure"], second["referral"]) == (str(log.pk), str(referral.pk))
        assert answer.json()["status"] == "completed"

    def test_tell_it_afterwards(self, clinic):
        plan, referral = a_plan(clinic, REFERRAL), a_referral(clinic.lesion)
        client, step = client_of(clinic.derm.user), plan.steps.get()
        client.post(self.url(plan, step, "complete"), {})

        answer = client.post(self.url(plan, step, "carried-out"), {"referral": str(referral.pk)})

        assert (answer.status_code, answer.json()["steps"][0]["referral"]) == (200, str(referral.pk))

    @pytest.mark.parametrize("body", [{}, {"procedure": None}, {"home_care_plan": "x"}])
    def test_take_a_log_or_a_referral(self, clinic, body):
        plan = a_plan(clinic, REFERRAL)

        assert client_of(clinic.derm.user).post(self.url(plan, plan.steps.get(), "carried-out"), body).status_code == 400

    def test_are_told_in_the_timeline(self, clinic):
        plan = a_plan(clinic, extraction_of(clinic.lesion), REFERRAL)
        signed(clinic)
        means = Means(referral=a_referral(clinic.lesion))
        close_step(actor=clinic.derm.user, step=steps_of(plan)[1], means=means, now=LATER)

        events = client_of(clinic.desk).get(f"/api/v1/patients/{clinic.patient.pk}/timeline/").json()["events"]

        told = {event["title"]: event["detail"] for event in events if event["kind"] == "plan_step_closed"}
        assert told == {
            "Step of the plan done: extraction": "With the signed log",
            "Step of the plan done: referral": "With the referral to dermatology",
        }
