"""How plans, home care and ingredient classes look in answers."""

from typing import Any

from rest_framework import serializers

from clinic.api.render import local, named, person
from clinic.api.schema import NamedShown, PersonShown, ReasonShown
from clinic.scopes import REGIONS
from treatments.models import HomeCareItem, HomeCarePlan, IngredientClass, PlanStep, TreatmentPlan
from treatments.policies.plans.ladder import NIGHTS
from treatments.policies.plans.words import (
    EXTENTS,
    FAMILIES,
    HOME_CARE_STATUSES,
    OUTCOMES,
    PLAN_STATUSES,
    PREGNANCY_ANSWERS,
    STEP_KINDS,
    STEP_STATES,
    STRENGTHS,
    TIMES,
)


class IngredientShown(serializers.Serializer[Any]):
    """A class of ingredients: strengths by region and extent, uses a week at most, minutes, texts by language."""

    code = serializers.SlugField()
    names = serializers.DictField(child=serializers.CharField())
    family = serializers.ChoiceField(FAMILIES)
    prescription = serializers.BooleanField()
    most_per_week = serializers.IntegerField()
    times = serializers.ListField(child=serializers.ChoiceField(TIMES))
    minutes = serializers.ListField(child=serializers.IntegerField(), allow_null=True)
    suits = serializers.ChoiceField(("oily", "dry"), allow_null=True)
    strengths = serializers.DictField()
    directions = serializers.DictField(child=serializers.CharField(allow_blank=True))
    source = serializers.CharField()


class PlanStepShown(serializers.Serializer[Any]):
    """One step, and how it ended: at which stay, and with which home care, signed log or referral."""

    id = serializers.UUIDField()
    position = serializers.IntegerField()
    kind = serializers.ChoiceField(STEP_KINDS)
    treatment = serializers.SlugField(allow_null=True)
    lesions = serializers.ListField(child=serializers.UUIDField())
    due_from = serializers.DateField(allow_null=True)
    due_until = serializers.DateField(allow_null=True)
    note = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(STEP_STATES)
    closed_by = PersonShown(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    encounter = serializers.UUIDField(allow_null=True)
    home_care_plan = serializers.UUIDField(allow_null=True)
    procedure = serializers.UUIDField(allow_null=True)
    referral = serializers.UUIDField(allow_null=True)


class PlanShown(serializers.Serializer[Any]):
    """A treatment plan; `warnings` is what was told when it was last judged."""

    id = serializers.UUIDField()
    patient = NamedShown()
    site = serializers.SlugField()
    author = PersonShown()
    profession = serializers.CharField()
    status = serializers.ChoiceField(PLAN_STATUSES)
    consultation = serializers.UUIDField(allow_null=True)
    free_consultation = serializers.BooleanField()
    outcome = serializers.ChoiceField(OUTCOMES, allow_null=True)
    note = serializers.CharField(allow_blank=True)
    steps = PlanStepShown(many=True)
    warnings = ReasonShown(many=True)
    written_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    stop_reason = serializers.CharField(allow_null=True)


class RungShown(serializers.Serializer[Any]):
    """From that day on, that many nights."""

    number = serializers.IntegerField()
    from_on = serializers.DateField()
    nights = serializers.ChoiceField(NIGHTS)


class HomeCareItemShown(serializers.Serializer[Any]):
    """One line of the routine; a retinoid has its ladder once it is begun."""

    ingredient = serializers.SlugField()
    family = serializers.ChoiceField(FAMILIES)
    prescription = serializers.BooleanField()
    strength = serializers.ChoiceField(STRENGTHS, allow_null=True)
    region = serializers.ChoiceField(REGIONS)
    extent = serializers.ChoiceField(EXTENTS)
    per_week = serializers.IntegerField()
    time_of_day = serializers.ChoiceField(TIMES)
    minutes = serializers.IntegerField(allow_null=True)
    ladder = RungShown(many=True)


class HomeCareShown(serializers.Serializer[Any]):
    """One version of home care; `series` is the same for all versions, `warnings` what was told when it was last judged."""

    id = serializers.UUIDField()
    series = serializers.UUIDField()
    version = serializers.IntegerField()
    patient = NamedShown()
    site = serializers.SlugField()
    author = PersonShown()
    profession = serializers.CharField()
    supervisor = PersonShown(allow_null=True)
    plan = serializers.UUIDField(allow_null=True)
    status = serializers.ChoiceField(HOME_CARE_STATUSES)
    lesions = serializers.ListField(child=serializers.UUIDField())
    items = HomeCareItemShown(many=True)
    pregnancy_answer = serializers.ChoiceField([word for word in PREGNANCY_ANSWERS if word], allow_null=True)
    note = serializers.CharField(allow_blank=True)
    warnings = ReasonShown(many=True)
    written_at = serializers.DateTimeField()
    starts_on = serializers.DateField(allow_null=True)
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    stop_reason = serializers.CharField(allow_null=True)


def show_ingredient(row: IngredientClass) -> dict[str, Any]:
    """The class as IngredientShown."""
    return {
        "code": row.code,
        "names": row.names,
        "family": row.family,
        "prescription": row.prescription,
        "most_per_week": row.most_per_week,
        "times": row.times,
        "minutes": row.minutes,
        "suits": row.suits or None,
        "strengths": row.strengths,
        "directions": row.directions,
        "source": row.source,
    }


def show_plan(plan: TreatmentPlan) -> dict[str, Any]:
    """The plan as PlanShown, its moments in the zone of its site."""
    zone = plan.site.zone
    return {
        "id": str(plan.id),
        "patient": named(plan.patient),
        "site": plan.site.code,
        "author": person(plan.author),
        "profession": plan.profession,
        "status": plan.status,
        "consultation": _key(plan.consultation_id),
        "free_consultation": plan.free,
        "outcome": plan.outcome or None,
        "note": plan.note,
        "steps": [_step(step, plan) for step in plan.steps.all()],
        "warnings": plan.warnings,
        "written_at": local(plan.written_at, zone),
        "started_at": local(plan.started_at, zone),
        "ended_at": local(plan.ended_at, zone),
        "stop_reason": plan.stop_reason or None,
    }


def show_home_care(row: HomeCarePlan) -> dict[str, Any]:
    """The version as HomeCareShown, its moments in the zone of its site."""
    zone = row.site.zone
    return {
        "id": str(row.id),
        "series": str(row.series),
        "version": row.version,
        "patient": named(row.patient),
        "site": row.site.code,
        "author": person(row.author),
        "profession": row.profession,
        "supervisor": person(row.supervisor) if row.supervisor else None,
        "plan": _key(row.plan_id),
        "status": row.status,
        "lesions": [str(target.lesion_id) for target in row.targets.all()],
        "items": [_item(item) for item in row.items.all()],
        "pregnancy_answer": row.pregnancy_answer or None,
        "note": row.note,
        "warnings": row.warnings,
        "written_at": local(row.written_at, zone),
        "starts_on": _day(row.starts_on),
        "started_at": local(row.started_at, zone),
        "ended_at": local(row.ended_at, zone),
        "stop_reason": row.stop_reason or None,
    }


def _step(step: PlanStep, plan: TreatmentPlan) -> dict[str, Any]:
    return {
        "id": str(step.id),
        "position": step.position,
        "kind": step.kind,
        "treatment": step.treatment.code if step.treatment else None,
        "lesions": [str(target.lesion_id) for target in step.targets.all()],
        "due_from": _day(step.due_from),
        "due_until": _day(step.due_until),
        "note": step.note,
        "state": step.state,
        "closed_by": person(step.closed_by) if step.closed_by else None,
        "closed_at": local(step.closed_at, plan.site.zone),
        "encounter": _key(step.done_in_id),
        "home_care_plan": _key(step.home_care_id),
        "procedure": _key(step.procedure_id),
        "referral": _key(step.referral_id),
    }


def _item(item: HomeCareItem) -> dict[str, Any]:
    return {
        "ingredient": item.ingredient.code,
        "family": item.family,
        "prescription": item.prescription,
        "strength": item.strength or None,
        "region": item.region,
        "extent": item.extent,
        "per_week": item.per_week,
        "time_of_day": item.time_of_day,
        "minutes": item.minutes,
        "ladder": [
            {"number": rung.number, "from_on": rung.from_on.isoformat(), "nights": rung.nights} for rung in item.rungs.all()
        ],
    }


def _key(key: Any) -> str | None:
    return str(key) if key else None


def _day(day: Any) -> str | None:
    return day.isoformat() if day else None
