"""What the calls about plans and home care take."""

from typing import Any

from rest_framework import serializers

from clinic.api.strict import Day, Strict
from clinic.scopes import REGIONS
from treatments.policies.plans.words import (
    DONE,
    EXTENTS,
    OUTCOMES,
    PREGNANCY_ANSWERS,
    SKIPPED,
    STEP_KINDS,
    STRENGTHS,
    TIMES,
    TWICE_DAILY,
)
from treatments.selectors.planning import NewStep
from treatments.selectors.routines import NewItem

CODE, NOTE = 50, 4000
"""Characters at most."""
MOST_STEPS, MOST_ITEMS, MOST_LESIONS = 50, 30, 50
MOST_MINUTES = 240
ANSWERS = tuple(word for word in PREGNANCY_ANSWERS if word)


def lesions_field() -> serializers.ListField:
    """Ids of lesions, each once."""
    return serializers.ListField(child=serializers.UUIDField(), required=False, max_length=MOST_LESIONS)


def each_once(lesions: list[Any]) -> tuple[Any, ...]:
    """
    The lesions as services take them.

    :raises ValidationError: when one is named twice.
    """
    if len(set(lesions)) < len(lesions):
        raise serializers.ValidationError({"lesions": "A lesion is named twice."})
    return tuple(lesions)


class PlanStepInput(Strict):
    """A step; `treatment` for what is done by hand, `lesions` where it is about some."""

    kind = serializers.ChoiceField(STEP_KINDS)
    treatment = serializers.CharField(max_length=CODE, required=False, allow_null=True)
    lesions = lesions_field()
    due_from = Day(required=False, allow_null=True)
    due_until = Day(required=False, allow_null=True)
    note = serializers.CharField(max_length=NOTE, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> NewStep:
        """As services take it."""
        first, last = attrs.get("due_from"), attrs.get("due_until")
        if first and last and first > last:
            raise serializers.ValidationError({"due_until": "It ends before it begins."})
        return NewStep(**attrs | {"lesions": each_once(attrs.get("lesions", []))})


class PlanChange(Strict):
    """What a draft says."""

    outcome = serializers.ChoiceField(OUTCOMES, required=False, allow_blank=True)
    note = serializers.CharField(max_length=NOTE, required=False, allow_blank=True)
    steps = PlanStepInput(many=True, required=False, max_length=MOST_STEPS)


class PlanInput(PlanChange):
    """A plan for a patient at a site; `consultation` is the encounter that it came out of, with its outcome."""

    patient = serializers.UUIDField()
    site = serializers.CharField(max_length=CODE)
    consultation = serializers.UUIDField(required=False, allow_null=True)
    steps = PlanStepInput(many=True, max_length=MOST_STEPS)


class PlanStopInput(Strict):
    """Why it is stopped."""

    reason = serializers.CharField(max_length=NOTE)


class CarriedOutInput(Strict):
    """What a step was carried out with: a signed log, or the referral that it asked for."""

    procedure = serializers.UUIDField(required=False, allow_null=True)
    referral = serializers.UUIDField(required=False, allow_null=True)


class StepCloseInput(CarriedOutInput):
    """How a step ended: done (at which stay, with which signed log, home care or referral) or skipped."""

    state = serializers.ChoiceField((DONE, SKIPPED), required=False)
    encounter = serializers.UUIDField(required=False, allow_null=True)
    home_care_plan = serializers.UUIDField(required=False, allow_null=True)


class CareItemInput(Strict):
    """A class of ingredients, where, how strong and how often (7: daily)."""

    ingredient = serializers.CharField(max_length=CODE)
    region = serializers.ChoiceField(REGIONS)
    strength = serializers.ChoiceField(STRENGTHS, required=False, allow_blank=True)
    extent = serializers.ChoiceField(EXTENTS, required=False)
    per_week = serializers.IntegerField(min_value=1, max_value=TWICE_DAILY, required=False)
    time_of_day = serializers.ChoiceField(TIMES, required=False)
    minutes = serializers.IntegerField(min_value=1, max_value=MOST_MINUTES, required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> NewItem:
        """As services take it."""
        return NewItem(**attrs)


class HomeCareChange(Strict):
    """What home care says; `pregnancy_answer` is what the patient said when asked before a retinoid."""

    items = CareItemInput(many=True, required=False, max_length=MOST_ITEMS)
    lesions = lesions_field()
    pregnancy_answer = serializers.ChoiceField(ANSWERS, required=False, allow_blank=True)
    note = serializers.CharField(max_length=NOTE, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """As services take it."""
        return attrs | ({"lesions": each_once(attrs["lesions"])} if "lesions" in attrs else {})


class HomeCareInput(HomeCareChange):
    """Home care for a patient at a site, perhaps as part of a treatment plan."""

    patient = serializers.UUIDField()
    site = serializers.CharField(max_length=CODE)
    plan = serializers.UUIDField(required=False, allow_null=True)
    items = CareItemInput(many=True, max_length=MOST_ITEMS)
