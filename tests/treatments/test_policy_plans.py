"""The rules of treatment plans, without a database."""

from datetime import date
from decimal import Decimal

import pytest

from tests.factories_plans import TODAY
from treatments.policies.facts import ItemFacts, LesionFacts, PatientFacts, TreatmentFacts
from treatments.policies.plans.ladder import has_climbed, ladder_from
from treatments.policies.plans.steps import PlanFacts, StepFacts, judge_plan, procedure_in_consultation

PATIENT = PatientFacts(id="p", birth_date=date(1990, 5, 17))
ACTS = {
    "lancet-extraction": (("lancet_extraction", "dermal"),),
    "comedone-extraction": (("comedone_extraction", "stratum_corneum"),),
    "superficial-peel": (("chemical_peel", "superficial"),),
    "medium-peel": (("chemical_peel", "medium"),),
    "laser-resurfacing": (("laser_resurfacing", "ablative"),),
    "clean-up": (("comedone_extraction", "stratum_corneum"), ("microdermabrasion", "superficial")),
    "diagnosis": (("diagnose_lesion", "none"),),
    "review": (("post_procedure_review", "none"),),
    "free-consultation": (("consult_free", "none"),),
}


def a_lesion(key: str = "1", **fields) -> LesionFacts:
    """A confirmed milium on the cheek that has been there for long."""
    defaults = {
        "patient_id": "p",
        "body_site": "cheek",
        "region": "face",
        "authority_region": "face",
        "region_verified": False,
        "depth": "epidermal",
        "diagnosis": "milium",
        "certainty": "confirmed",
        "first_noted_on": date(2025, 1, 1),
    }
    return LesionFacts(id=key, **defaults | fields)


def a_step(kind: str, treatment: str | None = None, *lesions: LesionFacts) -> StepFacts:
    item = None
    if treatment:
        facts = TreatmentFacts(code=treatment, name=treatment, acts=ACTS[treatment], minutes=30, price=Decimal(0))
        item = ItemFacts(treatment=facts, lesions=lesions)
    return StepFacts(kind=kind, lesions=lesions, item=item)


def judged(*steps: StepFacts, **fields):
    return judge_plan(PlanFacts(**{"patient": PATIENT, "steps": steps} | fields), on=TODAY)


def gates(*steps: StepFacts, **fields) -> list[tuple[str, str]]:
    """(gate, code) of what refuses the plan."""
    return [(refusal.gate, refusal.code) for refusal in judged(*steps, **fields).refusals]


UNSURE = a_lesion(diagnosis=None, certainty="none")


class TestSteps:
    @pytest.mark.parametrize(
        ("kind", "treatment", "fits"),
        [
            ("extraction", "lancet-extraction", True),
            ("extraction", "superficial-peel", False),
            ("extraction", None, False),
            ("peel", "superficial-peel", True),
            ("peel", "laser-resurfacing", False),
            ("adjunct", "laser-resurfacing", True),
            ("adjunct", "clean-up", True),
            ("assessment", "diagnosis", True),
            ("assessment", None, True),
            ("assessment", "lancet-extraction", False),
            ("review", "review", True),
            ("home_care", "review", False),
            ("watchful_waiting", None, True),
            ("referral", None, True),
        ],
    )
    def test_name_a_treatment_of_their_kind(self, kind, treatment, fits):
        assert (("", "step_mismatch") not in gates(a_step(kind, treatment))) is fits

    def test_there_is_at_least_one(self):
        assert gates() == [("", "nothing_planned")]


class TestTheGates:
    def test_let_a_confirmed_milium_be_extracted(self):
        answer = judged(a_step("extraction", "lancet-extraction", a_lesion()))

        assert (answer.refusals, answer.warnings) == ((), ())

    @pytest.mark.parametrize(
        ("lesion", "gate"),
        [
            (UNSURE, "G09"),
            (a_lesion(suspicious=True), "G10"),
            (a_lesion(milia_type="en_plaque"), "G13"),
        ],
    )
    def test_wait_for_an_assessment_that_comes_first(self, lesion, gate):
        extraction = a_step("extraction", "lancet-extraction", lesion)

        assert [refused for refused, _ in gates(extraction)] == [gate]
        assert gates(a_step("assessment"), extraction) == []
        assert gates(a_step("assessment", None, lesion), extraction) == []
        assert [refused for refused, _ in gates(a_step("assessment", None, a_lesion("2")), extraction)] == [gate]
        assert [warning.gate for warning in judged(a_step("assessment"), extraction).warnings] == [gate]

    def test_let_nobody_plan_for_a_newborns_milia(self):
        extraction = a_step("extraction", "lancet-extraction", a_lesion(milia_type="neonatal"))

        assert ("G11", "neonatal_no_procedure") in gates(a_step("assessment"), extraction)

    def test_let_a_settled_milium_not_be_treated_as_a_comedone(self):
        extraction = a_step("extraction", "comedone-extraction", a_lesion())

        assert gates(a_step("assessment"), extraction) == [("G30", "treatment_mismatch")]

    def test_leave_a_comedone_that_is_not_settled_to_the_assessment(self):
        assert gates(a_step("assessment"), a_step("extraction", "comedone-extraction", UNSURE)) == []

    def test_only_warn_of_what_is_soft_until_the_visit_is_booked(self):
        child = PatientFacts(id="p", birth_date=date(2015, 1, 1))

        answer = judged(a_step("extraction", "lancet-extraction", a_lesion()), patient=child)

        assert (answer.refusals, [warning.gate for warning in answer.warnings]) == ((), ["G12"])


class TestG27AdviceFirst:
    YOUNG = a_lesion(first_noted_on=date(2026, 12, 1))

    def told(self, lesion, **patient) -> list[str]:
        facts = PatientFacts(id="p", birth_date=PATIENT.birth_date, **patient)
        answer = judged(a_step("extraction", "lancet-extraction", lesion), patient=facts)
        assert not answer.refusals
        return [warning.code for warning in answer.warnings if warning.gate == "G27"]

    def test_is_told_for_a_young_milium_without_a_trial_of_home_care(self):
        assert self.told(self.YOUNG) == ["advice_first"]

    def test_is_not_told_after_a_trial_of_home_care(self):
        assert self.told(self.YOUNG, tried_home_care=True) == []

    def test_is_not_told_for_one_that_stayed(self):
        assert self.told(a_lesion()) == []


class TestG26FreeConsultation:
    @pytest.mark.parametrize("outcome", ["rx_retinoid", "extraction_planned", "adjunct_planned"])
    def test_ends_with_no_hidden_diagnosis_of_a_non_physician(self, outcome):
        steps = [a_step("assessment"), a_step("extraction", "lancet-extraction", UNSURE)]

        assert gates(*steps, outcome=outcome, free=True, diagnosing=False) == [("G26", "consultation_only")]

    @pytest.mark.parametrize("outcome", ["no_treatment", "home_care", "refer"])
    def test_may_end_with_anything_else(self, outcome):
        assert gates(a_step("referral"), outcome=outcome, free=True, diagnosing=False) == []

    @pytest.mark.parametrize(
        "fields",
        [{"free": True, "diagnosing": True}, {"free": False, "diagnosing": False}],
    )
    def test_binds_nobody_else(self, fields):
        assert gates(a_step("assessment"), outcome="extraction_planned", **fields) == []

    def test_may_plan_for_what_a_physician_has_confirmed(self):
        extraction = a_step("extraction", "lancet-extraction", a_lesion())

        assert gates(extraction, outcome="extraction_planned", free=True, diagnosing=False) == []

    @pytest.mark.parametrize(
        ("kind", "free", "refused"),
        [
            ("extraction", True, True),
            ("peel", True, True),
            ("adjunct", True, True),
            ("review", True, False),
            ("peel", False, False),
        ],
    )
    def test_holds_no_procedure(self, kind, free, refused):
        assert bool(procedure_in_consultation(kind=kind, is_free_consultation=free)) is refused


class TestTheLadder:
    def test_climbs_after_three_and_six_weeks_and_asks_after_twelve(self):
        days = [(rung.from_on - TODAY).days for rung in ladder_from(TODAY)]

        assert days == [0, 21, 42, 84]

    @pytest.mark.parametrize(("since", "climbed"), [(None, False), (date(2026, 10, 21), False), (date(2026, 10, 20), True)])
    def test_has_been_climbed_after_twelve_weeks(self, since, climbed):
        assert has_climbed(since=since, on=TODAY) is climbed
