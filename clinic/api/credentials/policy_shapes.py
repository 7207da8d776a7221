"""What rows of the policy look like over HTTP, in and out."""

from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers

from clinic.api.schema import BoundsShown, MovedShown
from clinic.api.strict import Strict
from clinic.models.policy import CELL, EFFECTS, JURISDICTION
from clinic.policies.matrix import ANY
from clinic.policies.proposals import CELL_EFFECTS, LAW_EFFECTS
from clinic.scopes import ACTS, DEPTHS, LEVELS, PROFESSIONS, REGIONS

KINDS = (CELL, JURISDICTION)


class PolicyRowShown(serializers.Serializer[Any]):
    """A cell of the matrix, or what the law of a place says (`*` for any); `valid` is null while a cell is proposed."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(KINDS)
    profession = serializers.CharField()
    act = serializers.CharField()
    depth = serializers.CharField(allow_blank=True)
    region = serializers.CharField(allow_blank=True)
    jurisdiction = serializers.CharField(allow_blank=True)
    tier = serializers.CharField(allow_blank=True)
    max_depth = serializers.CharField(allow_blank=True)
    region_exclusions = serializers.ListField(child=serializers.CharField())
    effect = serializers.ChoiceField(EFFECTS)
    supervision = serializers.CharField(allow_blank=True)
    requires = serializers.ListField(child=serializers.CharField())
    relaxable = serializers.BooleanField()
    conditions = serializers.ListField(child=serializers.CharField())
    source = serializers.CharField()
    url = serializers.CharField(allow_blank=True)
    text_as_of = serializers.CharField(allow_blank=True)
    certainty = serializers.CharField(allow_blank=True)
    version = serializers.IntegerField()
    valid = BoundsShown(allow_null=True)
    verified = serializers.BooleanField()
    verified_by = serializers.UUIDField(allow_null=True)
    verified_at = serializers.DateTimeField(allow_null=True)
    approved = serializers.BooleanField()
    approved_by = serializers.UUIDField(allow_null=True)
    approved_at = serializers.DateTimeField(allow_null=True)


class PolicyRowMovedShown(PolicyRowShown, MovedShown):
    """A row, and what moved."""


class SourceInput(Strict):
    """Where a row comes from; `source` is the rule or the guideline itself."""

    source = serializers.CharField(source="citation", max_length=1000)
    url = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    text_as_of = serializers.CharField(max_length=100, required=False, allow_blank=True)
    certainty = serializers.CharField(max_length=100, required=False, allow_blank=True)


class CellInput(SourceInput):
    """A new version of a cell of the matrix."""

    kind = serializers.ChoiceField([CELL])
    profession = serializers.ChoiceField(PROFESSIONS)
    act = serializers.ChoiceField(ACTS)
    depth = serializers.ChoiceField(DEPTHS)
    region = serializers.ChoiceField(REGIONS)
    effect = serializers.ChoiceField(CELL_EFFECTS)
    supervision = serializers.ChoiceField(LEVELS, required=False)
    requires = serializers.ListField(child=serializers.CharField(max_length=100), required=False, max_length=20)
    relaxable = serializers.BooleanField(required=False)


class LawInput(SourceInput):
    """What the law of a place says; `*` for any jurisdiction, profession or act."""

    kind = serializers.ChoiceField([JURISDICTION])
    jurisdiction = serializers.RegexField(r"^(\*|[A-Z]{2}-[A-Z0-9]{1,3})$")
    profession = serializers.ChoiceField([*PROFESSIONS, ANY])
    tier = serializers.CharField(max_length=100, required=False, allow_blank=True)
    act = serializers.ChoiceField([*ACTS, ANY])
    effect = serializers.ChoiceField(LAW_EFFECTS)
    max_depth = serializers.ChoiceField(DEPTHS, required=False)
    supervision = serializers.ChoiceField(LEVELS, required=False)
    region_exclusions = serializers.ListField(child=serializers.ChoiceField(REGIONS), required=False, max_length=len(REGIONS))
    conditions = serializers.ListField(child=serializers.CharField(max_length=500), required=False, max_length=20)


PROPOSAL = PolymorphicProxySerializer(
    component_name="Proposal",
    serializers={CELL: CellInput, JURISDICTION: LawInput},
    resource_type_field_name="kind",
)
