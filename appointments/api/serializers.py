"""What the calls about visits take."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.dateparse import parse_datetime
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from appointments.policies.wall_clock import is_skipped
from clinic.api.strict import Day, Moment, Strict
from treatments.api.items import CODE, ItemInput

REFERENCE, REASON = 150, 500
"""Characters at most."""
MOST_ITEMS, MOST_MOVES, MOST_STARTS = 50, 1000, 100
FEW_STARTS = 20
FEWEST_OF_A_COURSE, MOST_OF_A_COURSE = 2, 10
MOST_DAYS_BETWEEN = 366


@dataclass(frozen=True, kw_only=True)
class Start:
    """A start in UTC, and how it was written (None: in UTC itself, which skips nothing)."""

    at: datetime
    written: datetime | None

    def is_skipped(self, zone: ZoneInfo) -> bool:
        """Whether it was written as a wall time that the zone skips."""
        return self.written is not None and is_skipped(self.written, zone=zone)


class StartField(Moment):
    """A whole minute, RFC 3339 with its offset."""

    default_error_messages = {"minute": "A visit starts at a whole minute."}

    def to_internal_value(self, value: Any) -> Start:
        """The start, and its wall time as written."""
        at = super().to_internal_value(value)
        if at.second or at.microsecond:
            self.fail("minute")
        written = None if value.upper().endswith("Z") else parse_datetime(value)
        return Start(at=at, written=written)


@extend_schema_field(OpenApiTypes.DATETIME)
class EdgeField(Moment):
    """A moment, or a date for the midnight of the site."""

    def to_internal_value(self, value: Any) -> datetime | date:
        """A moment in UTC, or the date."""
        if isinstance(value, str) and len(value) == len("2027-01-12"):
            return Day().to_internal_value(value)
        return super().to_internal_value(value)


class VerdictInput(Strict):
    """What is wanted, for whom, where and when; by anybody who may where no practitioner is named."""

    patient = serializers.UUIDField()
    site = serializers.CharField(max_length=CODE)
    practitioner = serializers.CharField(max_length=REFERENCE, required=False, allow_null=True)
    start = StartField()
    treatments = ItemInput(many=True, allow_empty=False, max_length=MOST_ITEMS)
    order = serializers.UUIDField(required=False, allow_null=True)
    overrides = serializers.ListField(child=serializers.UUIDField(), required=False, allow_null=True, max_length=MOST_ITEMS)


class BookingInput(VerdictInput):
    """As for a verdict; `acknowledged` names the warnings that the booker has read."""

    supervisor = serializers.CharField(max_length=REFERENCE, required=False, allow_null=True)
    acknowledged = serializers.ListField(
        child=serializers.CharField(max_length=CODE), required=False, allow_null=True, max_length=MOST_ITEMS
    )


class SeriesInput(Strict):
    """A course of visits of one patient; none of them is booked unless all are."""

    visits = BookingInput(many=True, min_length=FEWEST_OF_A_COURSE, max_length=MOST_OF_A_COURSE)


class ProposalInput(Strict):
    """What is wanted again and again: `count` visits from `first` on, `every_days` days apart."""

    patient = serializers.UUIDField()
    site = serializers.CharField(max_length=CODE)
    practitioner = serializers.CharField(max_length=REFERENCE, required=False, allow_null=True)
    treatments = ItemInput(many=True, allow_empty=False, max_length=MOST_ITEMS)
    order = serializers.UUIDField(required=False, allow_null=True)
    overrides = serializers.ListField(child=serializers.UUIDField(), required=False, allow_null=True, max_length=MOST_ITEMS)
    first = StartField()
    count = serializers.IntegerField(min_value=FEWEST_OF_A_COURSE, max_value=MOST_OF_A_COURSE)
    every_days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS_BETWEEN)


class SlotSearchInput(Strict):
    """What is looked for; from now and for 30 days unless told. Lesions name their patient, if nothing else does."""

    patient = serializers.UUIDField(required=False, allow_null=True)
    site = serializers.CharField(max_length=CODE)
    treatments = ItemInput(many=True, allow_empty=False, max_length=MOST_ITEMS)
    practitioner = serializers.CharField(max_length=REFERENCE, required=False, allow_null=True)
    order = serializers.UUIDField(required=False, allow_null=True)
    overrides = serializers.ListField(child=serializers.UUIDField(), required=False, allow_null=True, max_length=MOST_ITEMS)
    to = EdgeField(required=False, allow_null=True)
    limit = serializers.IntegerField(min_value=1, max_value=MOST_STARTS, required=False, default=FEW_STARTS)

    def get_fields(self) -> dict[str, Any]:
        """With `from`, which Python keeps for itself."""
        return super().get_fields() | {"from": EdgeField(required=False, allow_null=True)}


class RescheduleInput(Strict):
    """The new start, and who does it from now on (as before when nobody is named)."""

    start = StartField()
    practitioner = serializers.CharField(max_length=REFERENCE, required=False, allow_null=True)


class ReassignInput(Strict):
    """Who takes the visit, and when (as before when no start is named)."""

    practitioner = serializers.CharField(max_length=REFERENCE)
    start = StartField(required=False, allow_null=True)


class AddTreatmentInput(Strict):
    """One item more; of the patient's open orders the one that fits, unless one is named."""

    item = ItemInput()
    order = serializers.UUIDField(required=False, allow_null=True)


class RemoveTreatmentInput(Strict):
    """The id of the item that is taken off."""

    item = serializers.UUIDField()


class HandOverInput(Strict):
    """Who goes on with the visit."""

    practitioner = serializers.CharField(max_length=REFERENCE)


class ReasonInput(Strict):
    """Why."""

    reason = serializers.CharField(max_length=REASON)


class MoveInput(Strict):
    """One visit, who takes it, and when."""

    appointment = serializers.UUIDField()
    practitioner = serializers.CharField(max_length=REFERENCE)
    start = StartField()


class ApplyInput(Strict):
    """Visits that are given away, each for itself."""

    moves = MoveInput(many=True, allow_empty=False, max_length=MOST_MOVES)


def edge(value: datetime | date | None, zone: ZoneInfo) -> datetime | None:
    """The moment; of a date, its midnight in the zone."""
    if value is None or isinstance(value, datetime):
        return value
    return datetime(value.year, value.month, value.day, tzinfo=zone).astimezone(UTC)
