"""How the look of a lesion, its cause and the warnings about it are read and shown."""

from typing import Any

from rest_framework import serializers

from clinic.api.schema import ReasonShown
from clinic.api.strict import Strict
from patients.models import Lesion
from patients.policies.appearance import CAUSES, COLOURS, Appearance, contradictions

TEXT = 500
"""Characters at most."""
FELT = ("hard", "dome_shaped", "painful", "red", "clustered", "picked")
SAID = ("colour", "products", "cause", "cause_note")


class AppearanceInput(Strict):
    """What was seen, felt and told about it; `picked` says that somebody has worked at it, `products` what was put on."""

    colour = serializers.ChoiceField(COLOURS, required=False, allow_blank=True, allow_null=True)
    hard = serializers.BooleanField(required=False, allow_null=True)
    dome_shaped = serializers.BooleanField(required=False, allow_null=True)
    painful = serializers.BooleanField(required=False, allow_null=True)
    red = serializers.BooleanField(required=False, allow_null=True)
    clustered = serializers.BooleanField(required=False, allow_null=True)
    picked = serializers.BooleanField(required=False, allow_null=True)
    products = serializers.CharField(max_length=TEXT, required=False, allow_blank=True, allow_null=True)
    cause = serializers.ChoiceField(CAUSES, required=False, allow_blank=True, allow_null=True)
    cause_note = serializers.CharField(max_length=TEXT, required=False, allow_blank=True, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Blank instead of null for texts."""
        return attrs | {name: "" for name in SAID if name in attrs and attrs[name] is None}


class AppearanceShown(serializers.Serializer[Any]):
    """What was seen, felt and told about it (null: nobody said), and what of that speaks against a milium."""

    colour = serializers.ChoiceField(COLOURS, allow_null=True)
    hard = serializers.BooleanField(allow_null=True)
    dome_shaped = serializers.BooleanField(allow_null=True)
    painful = serializers.BooleanField(allow_null=True)
    red = serializers.BooleanField(allow_null=True)
    clustered = serializers.BooleanField(allow_null=True)
    picked = serializers.BooleanField(allow_null=True)
    products = serializers.CharField(allow_null=True)
    cause = serializers.ChoiceField(CAUSES, allow_null=True)
    cause_note = serializers.CharField(allow_null=True)
    warnings = ReasonShown(many=True)


def show_appearance(lesion: Lesion) -> dict[str, Any]:
    """The look as AppearanceShown."""
    seen = Appearance(**{name: getattr(lesion, name) for name in ("colour", "hard", "dome_shaped", "painful", "red")})
    diagnosis = lesion.diagnosis.code if lesion.diagnosis else None
    warnings = contradictions(seen, diagnosis=diagnosis, certainty=lesion.diagnosis_certainty)
    return {
        **{name: getattr(lesion, name) for name in FELT},
        **{name: getattr(lesion, name) or None for name in SAID},
        "warnings": [warning.as_dict() for warning in warnings],
    }
