"""What licences look like over HTTP, in and out."""

from typing import Any

from rest_framework import serializers

from clinic.api.credentials.shared import PaperShown
from clinic.api.schema import MovedShown
from clinic.api.strict import Day, Moment, Strict
from clinic.models.credentials import LICENCE_STATUSES, PENDING, VERIFICATION_METHODS
from clinic.scopes import PROFESSIONS

JURISDICTION = r"^[A-Z]{2}-[A-Z0-9]{1,3}$"
METHODS = {method.replace(" ", "_"): method for method in VERIFICATION_METHODS} | {m: m for m in VERIFICATION_METHODS}


class LicenceShown(PaperShown):
    """A licence and its state."""

    profession = serializers.ChoiceField(PROFESSIONS)
    tier = serializers.CharField(allow_blank=True)
    jurisdiction = serializers.CharField()
    number = serializers.CharField()
    status = serializers.ChoiceField(LICENCE_STATUSES)
    status_reason = serializers.CharField(allow_blank=True)
    suspended_from = serializers.DateTimeField(allow_null=True)
    suspended_until = serializers.DateTimeField(allow_null=True)
    verified_at = serializers.DateTimeField(allow_null=True)
    verified_by = serializers.UUIDField(allow_null=True)
    verification_method = serializers.CharField(allow_blank=True)


class LicenceMovedShown(LicenceShown, MovedShown):
    """A licence, and what moved."""


class LicenceActedShown(MovedShown):
    """The licence as it is now, and what moved."""

    licence = LicenceShown()


class LicenceInput(Strict):
    """A licence as it is written; the practitioner by id or username, days inclusive."""

    practitioner = serializers.CharField(max_length=150)
    profession = serializers.ChoiceField(PROFESSIONS)
    tier = serializers.CharField(max_length=100, required=False, allow_blank=True)
    jurisdiction = serializers.RegexField(JURISDICTION, help_text="ISO 3166-2, for instance US-OH.")
    number = serializers.CharField(max_length=100)
    valid_from = Day()
    valid_through = Day()
    status = serializers.ChoiceField([PENDING], required=False, help_text="A licence counts once it is verified.")


class CorrectionInput(Strict):
    """What was written wrongly, or has changed; what is left out stays."""

    tier = serializers.CharField(max_length=100, required=False, allow_blank=True)
    number = serializers.CharField(max_length=100, required=False)
    valid_from = Day(required=False)
    valid_through = Day(required=False)
    status = serializers.ChoiceField(LICENCE_STATUSES, required=False)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True)


class VerifyInput(Strict):
    """How the licence was confirmed at its source."""

    method = serializers.ChoiceField(sorted(METHODS))


class SpanInput(Strict):
    """From a moment (now, if none is given) until another (further notice)."""

    until = Moment(required=False, allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        """`from` as well, which is no name that Python takes."""
        return super().get_fields() | {"from": Moment(required=False, allow_null=True)}


class SuspendInput(SpanInput):
    """When, and why."""

    reason = serializers.CharField(max_length=500)


class ChangeInput(CorrectionInput, SpanInput):
    """A correction, or with `action` one of the acts on a licence."""

    action = serializers.ChoiceField(["verify", "suspend", "reinstate"], required=False)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """The name of an act alone will do."""
        return super().to_internal_value({"action": data} if isinstance(data, str) else data)


class PreviewInput(Strict):
    """The change to try."""

    change = ChangeInput()
