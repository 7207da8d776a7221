"""What is asked for, item by item: shared by orders and everything that books."""

from typing import Any

from rest_framework import serializers

from clinic.api.strict import Strict
from clinic.scopes import LESION_DEPTHS
from treatments.selectors.work import Asked

CODE = 50
"""Characters at most."""
MOST_MINUTES = 100_000
"""What can be read at all; what a visit may last is a rule."""


class ItemInput(Strict):
    """A treatment, and the lesions or the body site that it is for; `lesion` names a single one."""

    treatment = serializers.CharField(max_length=CODE)
    lesions = serializers.ListField(child=serializers.UUIDField(), required=False, allow_null=True, min_length=1, max_length=50)
    lesion = serializers.UUIDField(required=False, allow_null=True)
    body_site = serializers.CharField(max_length=CODE, required=False, allow_null=True)
    depth = serializers.ChoiceField(LESION_DEPTHS, required=False, allow_null=True)
    minutes = serializers.IntegerField(min_value=0, max_value=MOST_MINUTES, required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> Asked:
        """As services take it."""
        given = {name: value for name, value in attrs.items() if value is not None}
        single = given.pop("lesion", None)
        if single and "lesions" in given:
            raise serializers.ValidationError({"lesion": "Name the lesions in one field."})
        lesions = (single,) if single else tuple(given.pop("lesions", ()))
        if len(set(lesions)) < len(lesions):
            raise serializers.ValidationError({"lesions": "A lesion is named twice."})
        return Asked(lesions=lesions, **given)
