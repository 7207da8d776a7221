"""How waiting looks in calls and answers."""

from datetime import time
from typing import Any

from rest_framework import serializers

from appointments.api.serializers import MOST_ITEMS, REFERENCE
from appointments.models import WaitlistEntry, WaitlistOffer
from appointments.models.waitlist import ENTRY_STATES, MOST_URGENT, OFFER_STATES
from appointments.selectors.waitlist import asked_by
from clinic.api.render import local, named, person
from clinic.api.schema import NamedShown, PersonShown
from clinic.api.strict import Day, Strict
from treatments.api.items import CODE, ItemInput

HOUR = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


class EntryInput(Strict):
    """
    Who waits for what; by anybody who may where no practitioner is named.

    Any day of the week (Monday is 1) and any hour unless told; from today on and for 90 days. The higher priority is served first.
    """

    patient = serializers.UUIDField()
    site = serializers.CharField(max_length=CODE)
    treatments = ItemInput(many=True, allow_empty=False, max_length=MOST_ITEMS)
    practitioner = serializers.CharField(max_length=REFERENCE, required=False, allow_null=True)
    order = serializers.UUIDField(required=False, allow_null=True)
    weekdays = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=7), required=False, allow_null=True, max_length=7
    )
    earliest = serializers.RegexField(HOUR, required=False, allow_null=True)
    latest = serializers.RegexField(HOUR, required=False, allow_null=True)
    until = Day(required=False, allow_null=True)
    priority = serializers.IntegerField(min_value=0, max_value=MOST_URGENT, required=False, default=0)

    def get_fields(self) -> dict[str, Any]:
        """With `from`, which Python keeps for itself."""
        return super().get_fields() | {"from": Day(required=False, allow_null=True)}


class WishShown(serializers.Serializer[Any]):
    """One item that is wished for."""

    treatment = serializers.SlugField()
    lesions = serializers.ListField(child=serializers.UUIDField())
    body_site = serializers.SlugField(allow_null=True)
    depth = serializers.CharField(allow_null=True)
    minutes = serializers.IntegerField(allow_null=True)


class EntryShown(serializers.Serializer[Any]):
    """Somebody who waits; hours are those of the site's clock."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(ENTRY_STATES)
    site = serializers.SlugField()
    patient = NamedShown()
    practitioner = PersonShown(allow_null=True)
    treatments = WishShown(many=True)
    order = serializers.UUIDField(allow_null=True)
    weekdays = serializers.ListField(child=serializers.IntegerField())
    earliest = serializers.CharField(allow_null=True)
    latest = serializers.CharField(allow_null=True)
    until = serializers.DateField()
    priority = serializers.IntegerField()
    created_by = serializers.UUIDField()
    created_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        """With `from`, which Python keeps for itself."""
        return super().get_fields() | {"from": serializers.DateField()}


class OfferShown(serializers.Serializer[Any]):
    """A time that was offered, and until when; the visit is held meanwhile."""

    id = serializers.UUIDField()
    entry = serializers.UUIDField()
    appointment = serializers.UUIDField()
    state = serializers.ChoiceField(OFFER_STATES)
    offered_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    practitioner = PersonShown()
    room = NamedShown()


def show_entry(entry: WaitlistEntry) -> dict[str, Any]:
    """An entry read by `with_wishes` as EntryShown."""
    zone = entry.site.zone
    return {
        "id": str(entry.id),
        "state": entry.state,
        "site": entry.site.code,
        "patient": named(entry.patient),
        "practitioner": person(entry.practitioner) if entry.practitioner else None,
        "treatments": [_wish(item) for item in asked_by(entry)],
        "order": entry.order_id and str(entry.order_id),
        "weekdays": entry.weekdays,
        "earliest": _hour(entry.earliest),
        "latest": _hour(entry.latest),
        "from": entry.first_on.isoformat(),
        "until": entry.last_on.isoformat(),
        "priority": entry.priority,
        "created_by": str(entry.created_by_id),
        "created_at": local(entry.created_at, zone),
        "ended_at": local(entry.ended_at, zone),
    }


def show_offer(offer: WaitlistOffer) -> dict[str, Any]:
    """An offer with its visit, in the time of the site."""
    visit = offer.appointment
    zone = visit.site.zone
    return {
        "id": str(offer.id),
        "entry": str(offer.entry_id),
        "appointment": str(visit.id),
        "state": offer.state,
        "offered_at": local(offer.offered_at, zone),
        "expires_at": local(offer.expires_at, zone),
        "ended_at": local(offer.ended_at, zone),
        "start": local(visit.start, zone),
        "end": local(visit.end, zone),
        "practitioner": person(visit.practitioner),
        "room": named(visit.room),
    }


def _wish(item: Any) -> dict[str, Any]:
    return {
        "treatment": item.treatment,
        "lesions": [str(lesion) for lesion in item.lesions],
        "body_site": item.body_site,
        "depth": item.depth,
        "minutes": item.minutes,
    }


def hour_of(text: str | None) -> time | None:
    """The time of day that HOUR has read."""
    return time.fromisoformat(text) if text else None


def _hour(hour: time | None) -> str | None:
    return hour and hour.isoformat(timespec="minutes")
