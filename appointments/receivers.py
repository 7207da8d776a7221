"""What the floors below announce, and what visits do about it: inside the same transaction."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.dispatch import receiver

from appointments.models import AppointmentItem
from appointments.selectors.expiring import visits_beyond
from appointments.selectors.merges import open_orders_of_both, visits_at_once
from appointments.services.follow_up import withdraw_about
from appointments.services.ripple import (
    judge_lesions_again,
    set_adrift,
    set_adrift_on_orders_of_other_lesions,
    set_adrift_what_lost_its_ground,
)
from clinic.errors import Refusal
from clinic.selectors.expirables import Ending
from clinic.signals import authority_changed, visits_beyond_asked
from patients.models import Patient
from patients.signals import lesion_reclassified, merge_asked
from treatments.models import AftercareReport
from treatments.signals import aftercare_reported, order_revoked


@receiver(authority_changed)
def move_visits_without_authority(
    sender: Any, *, practitioners: Collection[UUID], keys: Collection[UUID], reason: str, now: datetime, **_: Any
) -> list[UUID]:
    """Papers, policy or presence changed: visits that lean on them and are covered no more are set adrift."""
    return set_adrift_what_lost_its_ground(keys=[*practitioners, *keys], reason=reason, now=now)


@receiver(visits_beyond_asked)
def count_visits_beyond(sender: Any, *, endings: Collection[Ending], **_: Any) -> dict[tuple[UUID, UUID], int]:
    """Papers end: how much is booked beyond them."""
    return visits_beyond(endings)


@receiver(lesion_reclassified)
def move_visits_of_reclassified_lesions(
    sender: Any, *, lesions: Collection[UUID], reason: str, now: datetime, **_: Any
) -> list[UUID]:
    """The chart changed: visits of the lesion that it no longer allows are set adrift."""
    moved = set_adrift_what_lost_its_ground(keys=lesions, reason=reason, now=now)
    moved += set_adrift_on_orders_of_other_lesions(lesions=lesions, reason=reason, now=now)
    return [*moved, *judge_lesions_again(lesions=lesions, reason=reason, now=now)]


@receiver(order_revoked)
def move_visits_of_revoked_order(sender: Any, *, order: UUID, reason: str, now: datetime, **_: Any) -> list[UUID]:
    """The signature is gone: visits on the order are set adrift."""
    items = AppointmentItem.objects.filter(order_item__order=order, holds_order=True)
    return set_adrift(visits=list(items.values_list("appointment", flat=True).distinct()), reason=reason, now=now)


@receiver(aftercare_reported)
def ask_no_more_what_was_answered(sender: Any, *, report: AftercareReport, now: datetime, **_: Any) -> None:
    """The patient has told of the healing: what still waits to ask for it is not sent."""
    withdraw_about(subjects=[report.procedure_id], stop="answered", reason="the patient has answered", now=now)


@receiver(merge_asked)
def tell_what_a_merge_meets(sender: Any, *, duplicate: Patient, into: Patient, **_: Any) -> list[Refusal]:
    """Charts are to be merged: nobody is in two visits at once, and open orders of both go on."""
    return [*visits_at_once(duplicate, into), *open_orders_of_both(duplicate, into)]
