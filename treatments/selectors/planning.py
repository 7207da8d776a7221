"""A treatment plan as somebody wrote it, judged against the catalogue, the chart and the author's papers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from clinic.errors import Malformed, Refusal, RuleBroken
from clinic.models import Practitioner, Site
from clinic.scopes import PHYSICIANS, REGIONS
from patients.models import Lesion, Patient
from treatments.models import Treatment
from treatments.policies.plans.steps import PlanFacts, PlanJudgement, StepFacts, judge_plan
from treatments.selectors.authors import Authorship, authorship_anywhere, authorship_of
from treatments.selectors.facts import lesion_facts, patient_facts
from treatments.selectors.work import Asked, Line, work_of

CONSULTS = "consult_free"


@dataclass(frozen=True, kw_only=True)
class NewStep:
    """One step: its kind, the code of its treatment where it has one, its lesions, and the days between which it is due."""

    kind: str
    treatment: str | None = None
    lesions: tuple[UUID, ...] = ()
    due_from: date | None = None
    due_until: date | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class NewPlan:
    """What a plan says."""

    steps: Sequence[NewStep] = ()
    outcome: str = ""
    note: str = ""

    @property
    def lesions(self) -> list[UUID]:
        """All that its steps name, each once."""
        return list(dict.fromkeys(lesion for step in self.steps for lesion in step.lesions))


@dataclass(frozen=True, kw_only=True)
class Written:
    """A plan that was judged: who may write it (or why not), what stands against it, and the rows that its steps name."""

    author: Authorship
    judgement: PlanJudgement
    treatments: Mapping[str, Treatment]
    lesions: Mapping[UUID, Lesion]

    @property
    def reasons(self) -> list[Refusal]:
        """Everything for which it is refused."""
        return [*self.author.reasons, *self.judgement.refusals]

    @property
    def warnings(self) -> list[dict[str, str]]:
        """What is told about it, as it is kept."""
        return [warning.as_dict() for warning in self.judgement.warnings]


def written_plan(*, author: Practitioner, patient: Patient, site: Site, plan: NewPlan, free: bool, now: datetime) -> Written:
    """
    Judge the author and the plan; `free` says that it came out of a free consultation.

    :raises RuleBroken: `lesion_of_another_patient`, `treatment_not_offered`.
    :raises Malformed: naming the step that lacks its lesions.
    """
    wanted = plan.lesions
    lesions = {
        row.pk: row for row in Lesion.objects.filter(pk__in=wanted).select_related("body_site", "milia_type", "diagnosis")
    }
    _require_patients_own(patient, wanted, lesions)
    lines = _lines(patient, site, plan.steps)
    may = _authorship(author, site, lesions, now)
    facts = PlanFacts(
        patient=patient_facts(patient),
        steps=[
            StepFacts(
                kind=step.kind,
                lesions=tuple(lesion_facts(lesions[key]) for key in step.lesions),
                item=lines[position].facts if position in lines else None,
            )
            for position, step in enumerate(plan.steps)
        ],
        outcome=plan.outcome,
        free=free,
        diagnosing=may.profession in PHYSICIANS,
    )
    judgement = judge_plan(facts, on=now.astimezone(site.zone).date())
    treatments = {line.treatment.code: line.treatment for line in lines.values()}
    return Written(author=may, judgement=judgement, treatments=treatments, lesions=lesions)


def _require_patients_own(patient: Patient, wanted: Sequence[UUID], lesions: Mapping[UUID, Lesion]) -> None:
    if len(lesions) < len(wanted) or any(row.patient_id != patient.pk for row in lesions.values()):
        raise RuleBroken("lesion_of_another_patient", "A plan names lesions of its own patient only.")


def _lines(patient: Patient, site: Site, steps: Sequence[NewStep]) -> dict[int, Line]:
    """The steps that name a treatment, by their place, as the catalogue and the chart have them."""
    named = [(position, step) for position, step in enumerate(steps) if step.treatment]
    if not named:
        return {}
    asked = [Asked(treatment=step.treatment or "", lesions=step.lesions) for _, step in named]
    work = work_of(patient=patient, site=site, asked=asked, anywhere=True)
    for (position, step), line in zip(named, work.lines, strict=True):
        if line.treatment.lesion_rule == "required" and not step.lesions:
            raise Malformed({f"steps[{position}].lesions": f"{line.treatment.name} names the lesions that it treats."})
    return {position: line for (position, _), line in zip(named, work.lines, strict=True)}


def _authorship(author: Practitioner, site: Site, lesions: Mapping[UUID, Lesion], now: datetime) -> Authorship:
    """Whoever may see the patient for a consultation there plans; a plan without lesions, whoever may anywhere."""
    regions = sorted({row.authority_region for row in lesions.values()})
    if regions:
        keys = [(CONSULTS, "none", region) for region in regions]
        return authorship_of(practitioner=author, site=site, keys=keys, now=now)
    choices = [(CONSULTS, "none", region) for region in REGIONS]
    return authorship_anywhere(practitioner=author, site=site, choices=choices, now=now)
