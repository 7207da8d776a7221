"""How referrals are asked for and shown."""

from typing import Any

from rest_framework import serializers

from clinic.api.render import local, named, person
from clinic.api.schema import NamedShown, PersonShown
from clinic.api.strict import Day, Moment, Strict
from patients.models import Referral
from patients.policies.courses import REFERRAL_STATUSES
from patients.policies.referring import DESTINATIONS, OUTCOMES, URGENCIES

NOTE, NAME = 4000, 200
"""Characters at most."""


class ReferralInput(Strict):
    """Which lesions of a patient, where to, how soon and why."""

    patient = serializers.UUIDField()
    lesions = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=50)
    to = serializers.ChoiceField(DESTINATIONS)
    urgency = serializers.ChoiceField(URGENCIES, required=False)
    reason = serializers.CharField(max_length=NOTE)


class ReferralBookingInput(Strict):
    """When the visit there is, and with whom."""

    booked_for = Moment()
    booked_with = serializers.CharField(max_length=NAME, required=False, allow_blank=True)


class ReferralSeenInput(Strict):
    """The day on which they saw the patient."""

    seen_on = Day()


class ReferralClosingInput(Strict):
    """What came of it."""

    outcome = serializers.ChoiceField(list(OUTCOMES))
    note = serializers.CharField(max_length=NOTE, required=False, allow_blank=True)


class ReferralDecliningInput(Strict):
    """Why it comes to nothing."""

    reason = serializers.CharField(max_length=NOTE)


class ReferralShown(serializers.Serializer[Any]):
    """A referral; `assessment` is the finding that opened it by itself, `ended_by` a user."""

    id = serializers.UUIDField()
    patient = NamedShown()
    site = serializers.SlugField()
    lesions = serializers.ListField(child=serializers.UUIDField())
    to = serializers.ChoiceField(DESTINATIONS)
    urgency = serializers.ChoiceField(URGENCIES)
    reason = serializers.CharField()
    assessment = serializers.UUIDField(allow_null=True)
    opened_by = PersonShown()
    opened_at = serializers.DateTimeField()
    status = serializers.ChoiceField(REFERRAL_STATUSES)
    booked_for = serializers.DateTimeField(allow_null=True)
    booked_with = serializers.CharField(allow_null=True)
    seen_on = serializers.DateField(allow_null=True)
    outcome = serializers.ChoiceField(list(OUTCOMES), allow_null=True)
    outcome_note = serializers.CharField(allow_null=True)
    decline_reason = serializers.CharField(allow_null=True)
    ended_by = serializers.UUIDField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


def show_referral(row: Referral) -> dict[str, Any]:
    """The referral as ReferralShown, its moments in the zone of its site."""
    zone = row.site.zone
    return {
        "id": str(row.id),
        "patient": named(row.patient),
        "site": row.site.code,
        "lesions": sorted(str(item.lesion_id) for item in row.items.all()),
        "to": row.to,
        "urgency": row.urgency,
        "reason": row.reason,
        "assessment": row.assessment_id and str(row.assessment_id),
        "opened_by": person(row.opened_by),
        "opened_at": local(row.opened_at, zone),
        "status": row.status,
        "booked_for": local(row.booked_for, zone),
        "booked_with": row.booked_with or None,
        "seen_on": row.seen_on.isoformat() if row.seen_on else None,
        "outcome": row.outcome or None,
        "outcome_note": row.outcome_note or None,
        "decline_reason": row.decline_reason or None,
        "ended_by": row.ended_by_id and str(row.ended_by_id),
        "ended_at": local(row.ended_at, zone),
    }
