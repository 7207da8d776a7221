"""What the floors below announce, and what visits do about it: inside the same transaction."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from anymail.signals import AnymailTrackingEvent, EventType, tracking
from django.dispatch import receiver
from django.utils import timezone

from appointments.models import AppointmentItem
from appointments.models.messages import DELIVERED, FAILED
from appointments.selectors.expiring import visits_beyond
from appointments.selectors.merges import open_orders_of_both, visits_at_once
from appointments.services import causes
from appointments.services.follow_up import replan, withdraw_about
from appointments.services.receipts import Receipt, note_complaint, note_receipt
from appointments.services.ripple import (
    judge_lesions_again,
    set_adrift,
    set_adrift_on_orders_of_other_lesions,
    set_adrift_what_lost_its_ground,
)
from clinic.errors import Refusal
from clinic.models import User
from clinic.policies.protocol import EMAIL, Rule
from clinic.selectors.expirables import Ending
from clinic.signals import authority_changed, protocol_changed, visits_beyond_asked
from patients.models import Lesion, Patient
from patients.signals import lesion_noted, lesion_reclassified, lesions_settled, merge_asked
from treatments.models import AftercareReport, HomeCarePlan, Procedure, TreatmentPlan
from treatments.signals import (
    aftercare_reported,
    home_care_ended,
    home_care_started,
    order_revoked,
    plan_completed,
    procedure_signed,
)

EMAIL_EVENTS = {
    EventType.DELIVERED: (DELIVERED, ""),
    EventType.BOUNCED: (FAILED, "the mailbox sent it back"),
    EventType.REJECTED: (FAILED, "the mail provider refused to send it"),
    EventType.FAILED: (FAILED, "the mail provider could not send it"),
    EventType.COMPLAINED: (DELIVERED, ""),
}
"""What becomes of a message; a complaint is about one that arrived. The words of a mail server may hold an address."""


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
    causes.follow_reclassified(lesions=lesions, now=now)
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


@receiver(procedure_signed)
def follow_signed_procedure(sender: Any, *, procedure: Procedure, now: datetime, **_: Any) -> None:
    """Work was done and signed: what follows it begins."""
    causes.follow_procedure(procedure=procedure, now=now)


@receiver(home_care_started)
def follow_started_home_care(sender: Any, *, home_care: HomeCarePlan, now: datetime, **_: Any) -> None:
    """A version of home care was begun."""
    causes.follow_home_care(home_care=home_care, now=now)


@receiver(home_care_ended)
def end_follow_up_of_home_care(sender: Any, *, home_care: HomeCarePlan, actor: User, now: datetime, **_: Any) -> None:
    """A version of home care was stopped, completed or superseded."""
    causes.end_home_care(home_care=home_care, actor=actor, now=now)


@receiver(plan_completed)
def follow_completed_plan(sender: Any, *, plan: TreatmentPlan, now: datetime, **_: Any) -> None:
    """The treatment is closed."""
    causes.follow_plan(plan=plan, now=now)


@receiver(lesion_noted)
def follow_noted_lesion(sender: Any, *, lesion: Lesion, now: datetime, **_: Any) -> None:
    """A lesion was charted."""
    causes.follow_lesion(lesion=lesion, now=now)


@receiver(lesions_settled)
def end_follow_up_of_settled_lesions(sender: Any, *, lesions: Collection[UUID], reason: str, now: datetime, **_: Any) -> None:
    """Lesions are not merely watched any more."""
    causes.settle_lesions(lesions=lesions, reason=reason, now=now)


@receiver(protocol_changed)
def bring_messages_to_the_protocol(sender: Any, *, before: Rule, after: Rule, now: datetime, **_: Any) -> dict[str, Any]:
    """A row has its next version: what waits under it goes over to that."""
    return replan(before=before, after=after, now=now)


@receiver(tracking)
def note_what_became_of_an_email(sender: Any, *, event: AnymailTrackingEvent, **_: Any) -> None:
    """The mail provider reports: the message is delivered or failed, and whoever complains gets no more e-mail."""
    now = timezone.now()
    state, reason = EMAIL_EVENTS.get(event.event_type, ("", ""))
    if state and event.message_id:
        named = event.message_id.strip("<>")
        note_receipt(
            receipt=Receipt(
                provider_ids=(named, f"<{named}>"), channel=EMAIL, state=state, at=event.timestamp or now, reason=reason
            ),
            now=now,
        )
    if event.event_type == EventType.COMPLAINED and event.recipient:
        note_complaint(address=event.recipient, now=now)
