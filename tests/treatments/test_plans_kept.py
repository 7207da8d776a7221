"""What PostgreSQL refuses about plans and home care, whoever writes."""

from collections.abc import Callable
from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from clinic.base import uuid7
from patients.models import Contraindication, SkinProfile
from tests.factories import a_lesion, a_patient, a_site
from tests.factories_plans import (
    NOW,
    SUNSCREEN,
    TODAY,
    a_care,
    a_clinic_with_catalogues,
    a_draft,
    a_milium,
    a_plan,
    a_retinoid,
    an_active_plan,
    an_author,
    an_extraction,
    contraindicated,
    home_care,
)
from treatments.models import Encounter, HomeCareItem, HomeCareLesion, HomeCarePlan, PlanStep, PlanStepLesion, TreatmentPlan
from treatments.selectors.planning import NewStep
from treatments.services.home_care_course import stop_home_care

pytestmark = pytest.mark.django_db
WAITING = NewStep(kind="watchful_waiting")


@pytest.fixture(autouse=True)
def _clinic():
    a_clinic_with_catalogues()


def sql(statement: str, *values) -> Callable[[], None]:
    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)

    return run


def refused(act: Callable[[], object]) -> str:
    """The constraint that refuses it."""
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        act()
    return error.value.__cause__.diag.constraint_name


class TestHomeCareThatWasStarted:
    @pytest.mark.parametrize(
        "change",
        ["note = 'More.'", "starts_on = '2026-01-01'", "author_id = uuidv7()", "version = 7", "pregnancy_answer = ''"],
    )
    def test_is_not_rewritten(self, change):
        row = home_care()

        statement = f"UPDATE treatments_homecareplan SET {change} WHERE id = %s"

        assert refused(sql(statement, row.pk)) == "home_care_plan_is_fixed_once_started"

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE treatments_homecareitem SET strength = 'medium' WHERE plan_id = %s",
            "DELETE FROM treatments_homecareitem WHERE plan_id = %s AND family = 'sunscreen'",
            "UPDATE treatments_retinoidrung SET from_on = '2026-01-01' WHERE plan_id = %s",
            "DELETE FROM treatments_homecarelesion WHERE plan_id = %s",
            "DELETE FROM treatments_homecareplan WHERE id = %s",
        ],
    )
    def test_keeps_all_of_its_parts(self, statement):
        lesion = a_lesion()
        row = home_care(patient=lesion.patient, care=a_care(lesions=(lesion.pk,)))

        assert refused(sql(statement, row.pk)) == "home_care_plan_is_fixed_once_started"

    def test_takes_no_further_item(self):
        row, item = home_care(), HomeCareItem.objects.filter(family="sunscreen").first()
        item.pk, item.position, item.region = uuid7(), 9, "body"

        assert refused(lambda: item.save(force_insert=True)) == "home_care_plan_is_fixed_once_started"
        assert row.items.count() == 2

    def test_is_not_taken_up_again_once_it_has_ended(self):
        row = home_care()
        stop_home_care(actor=row.author.user, home_care=row, reason="Irritated.", now=NOW)

        statement = "UPDATE treatments_homecareplan SET status = 'active' WHERE id = %s"

        assert refused(sql(statement, row.pk)) == "ended_home_care_is_not_changed"

    def test_does_not_become_a_draft_again(self):
        statement = "UPDATE treatments_homecareplan SET status = 'draft' WHERE id = %s"

        assert refused(sql(statement, home_care().pk)) == "home_care_plan_is_fixed_once_started"


class TestHomeCareThatBegins:
    START = "UPDATE treatments_homecareplan SET status = 'active', starts_on = '2027-01-12', started_at = now() WHERE id = %s"

    def test_was_a_draft(self):
        row = a_draft()
        row.pk, row.series, row.status, row.starts_on, row.started_at = uuid7(), uuid7(), "active", TODAY, NOW

        assert refused(lambda: row.save(force_insert=True)) == "home_care_begins_as_a_draft"

    def test_holds_no_retinoid_while_pregnancy_is_on_file(self):
        row = a_draft()
        contraindicated(row.patient, "pregnant")

        assert refused(sql(self.START, row.pk)) == "retinoid_is_never_begun_in_pregnancy"

    def test_holds_no_retinoid_while_nobody_has_asked(self):
        row = a_draft()
        HomeCarePlan.objects.filter(pk=row.pk).update(pregnancy_answer="")

        assert refused(sql(self.START, row.pk)) == "retinoid_is_never_begun_in_pregnancy"

    def test_holds_something(self):
        row = a_draft()
        row.items.all().delete()

        assert refused(sql(self.START, row.pk)) == "active_home_care_has_items"

    def test_protects_the_skin_from_the_sun(self):
        row = a_draft()
        row.items.filter(family="sunscreen").delete()

        assert refused(sql(self.START, row.pk)) == "skin_that_burns_is_protected"

    def test_counts_exfoliants_together(self):
        scrub = a_retinoid(ingredient="gentle_scrub", strength="", per_week=1)
        acid = a_retinoid(ingredient="aha_leave_on", per_week=2)
        row = a_draft(care=a_care(scrub, acid, SUNSCREEN))
        row.items.filter(family="scrub").update(per_week=2)

        assert refused(sql(self.START, row.pk)) == "exfoliants_together_are_used_three_times_a_week_at_most"

    def test_is_the_only_one_of_the_patient(self):
        actor, patient = an_author(), a_patient()
        home_care(actor, patient=patient)
        row = a_draft(actor, patient=patient)

        assert refused(sql(self.START, row.pk)) == "patient_follows_one_home_care_plan"

    def test_is_not_skipped_to_its_end(self):
        statement = "UPDATE treatments_homecareplan SET status = 'completed' WHERE id = %s"

        assert refused(sql(statement, a_draft().pk)) == "home_care_follows_its_course"


class TestItemsOfADraft:
    @pytest.mark.parametrize(
        ("change", "constraint"),
        [
            ("strength = 'high'", "strong_retinoid_stays_on_the_spot"),
            ("strength = 'high', extent = 'spot', region = 'periocular'", "nothing_strong_comes_near_the_eye"),
            ("region = 'eyelid'", "nothing_strong_comes_near_the_eye"),
            ("region = 'periocular'", "nothing_strong_comes_near_the_eye"),
            ("family = 'moisturiser'", "home_care_item_is_of_its_ingredient"),
            ("prescription = true", "home_care_item_is_of_its_ingredient"),
            ("per_week = 15", "home_care_item_is_used"),
        ],
    )
    def test_stay_within_what_is_never_exceeded(self, change, constraint):
        row = a_draft()

        statement = f"UPDATE treatments_homecareitem SET {change} WHERE plan_id = %s AND family = 'retinoid'"

        assert refused(sql(statement, row.pk)) == constraint

    @pytest.mark.parametrize(
        ("code", "constraint"),
        [
            ("gentle_scrub", "exfoliants_and_masks_are_used_three_times_a_week_at_most"),
            ("petroleum_jelly", "home_care_uses_nothing_to_avoid"),
        ],
    )
    def test_are_of_a_class_that_is_used_so(self, code, constraint):
        row = a_draft()

        statement = """
            UPDATE treatments_homecareitem i SET ingredient_id = c.id, family = c.family, prescription = c.prescription,
                   per_week = 7, strength = ''
              FROM treatments_ingredientclass c WHERE c.code = %s AND i.plan_id = %s AND i.family = 'retinoid'
        """

        assert refused(sql(statement, code, row.pk)) == constraint

    def test_name_lesions_of_the_patient(self):
        row, foreign = a_draft(), a_lesion()

        def act() -> None:
            HomeCareLesion.objects.create(plan=row, patient=row.patient, lesion=foreign, region="face")

        assert refused(act) == "home_care_lesion_is_of_the_patient"


class TestPregnancyThatIsRecordedLater:
    def test_waits_until_the_retinoid_is_stopped(self):
        row = home_care()
        profile = SkinProfile.objects.create(patient=row.patient)

        def act() -> None:
            Contraindication.objects.create(profile=profile, code="pregnant", since=TODAY)

        assert refused(act) == "pregnancy_ends_a_retinoid_first"
        stop_home_care(actor=row.author.user, home_care=row, reason="Pregnant.", now=NOW)
        act()

    def test_is_not_prolonged_over_a_retinoid(self):
        row = home_care()
        profile = SkinProfile.objects.create(patient=row.patient)
        over = Contraindication.objects.create(profile=profile, code="pregnant", since=date(2026, 1, 1), until=date(2026, 9, 1))

        statement = "UPDATE patients_contraindication SET until = NULL WHERE id = %s"

        assert refused(sql(statement, over.pk)) == "pregnancy_ends_a_retinoid_first"


class TestAPlanThatIsActive:
    @pytest.mark.parametrize(
        "change", ["note = 'More.'", "outcome = 'refer'", "author_id = uuidv7()", "free = true", "status = 'draft'"]
    )
    def test_is_not_rewritten(self, change):
        plan = an_active_plan()

        assert (
            refused(sql(f"UPDATE treatments_treatmentplan SET {change} WHERE id = %s", plan.pk)) == "plan_is_fixed_once_active"
        )

    def test_is_not_deleted(self):
        plan = an_active_plan()

        assert refused(sql("DELETE FROM treatments_treatmentplan WHERE id = %s", plan.pk)) == "plan_is_fixed_once_active"

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE treatments_planstep SET kind = 'referral' WHERE plan_id = %s",
            "UPDATE treatments_planstep SET due_from = '2020-01-01' WHERE plan_id = %s",
            "DELETE FROM treatments_planstep WHERE plan_id = %s",
        ],
    )
    def test_keeps_its_steps(self, statement):
        assert refused(sql(statement, an_active_plan().pk)) == "step_is_closed_once"

    def test_takes_no_further_step_or_lesion(self):
        lesion = a_lesion()
        plan = an_active_plan(None, WAITING, patient=lesion.patient)

        def a_step() -> None:
            PlanStep.objects.create(plan=plan, patient=plan.patient, position=9, kind="referral")

        def its_lesion() -> None:
            PlanStepLesion.objects.create(step=plan.steps.get(), patient=plan.patient, lesion=lesion)

        assert (refused(a_step), refused(its_lesion)) == ("step_is_closed_once", "step_lesions_are_fixed_once_active")

    def test_does_not_close_a_step_twice(self):
        plan = an_active_plan()
        closing = "UPDATE treatments_planstep SET state = %s, closed_at = now(), closed_by_id = %s WHERE plan_id = %s"
        sql(closing, "done", plan.author_id, plan.pk)()

        assert refused(sql(closing, "skipped", plan.author_id, plan.pk)) == "step_is_closed_once"

    def test_has_steps(self):
        plan = a_plan(None, WAITING)
        plan.steps.all().delete()

        statement = "UPDATE treatments_treatmentplan SET status = 'active', started_at = now() WHERE id = %s"

        assert refused(sql(statement, plan.pk)) == "active_plan_has_steps"

    def test_was_a_draft(self):
        plan = a_plan()
        plan.pk, plan.status = uuid7(), "active"

        assert refused(lambda: plan.save(force_insert=True)) == "plan_begins_as_a_draft"


class TestOutcomes:
    def test_are_a_closed_list(self):
        plan = a_plan()

        statement = "UPDATE treatments_treatmentplan SET outcome = 'cured' WHERE id = %s"

        assert refused(sql(statement, plan.pk)) == "consultation_ends_with_a_known_outcome"

    def test_follow_a_consultation_of_the_patient(self):
        plan = a_plan()
        foreign = Encounter.objects.create(patient=a_patient(), site=a_site(), practitioner=plan.author, started_at=NOW)

        def act() -> None:
            TreatmentPlan.objects.filter(pk=plan.pk).update(consultation=foreign, outcome="refer")

        assert refused(act) == "consultation_is_of_the_patient"

    def test_of_a_free_consultation_hold_no_procedure_done_there(self):
        lesion, actor = a_milium(), an_author()
        stay = Encounter.objects.create(patient=lesion.patient, site=a_site(), practitioner=actor.practitioner, started_at=NOW)
        plan = a_plan(actor, an_extraction(lesion), patient=lesion.patient, consultation=stay, outcome="extraction_planned")
        TreatmentPlan.objects.filter(pk=plan.pk).update(free=True)
        TreatmentPlan.objects.filter(pk=plan.pk).update(status="active", started_at=NOW)

        def act() -> None:
            plan.steps.update(state="done", closed_at=NOW, closed_by=plan.author, done_in=stay)

        assert refused(act) == "free_consultation_holds_no_procedure"
