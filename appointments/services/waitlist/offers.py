"""An offer is made with its message, and ended with it, in the transaction in which its visit is held, booked or given back."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from appointments.models import Appointment, WaitlistEntry, WaitlistOffer
from appointments.models.messages import OFFER
from appointments.models.waitlist import ACCEPTED, BOOKED, DECLINED, OFFERED, WAITING
from appointments.policies import links
from appointments.services.follow_up import Cause, follow, withdraw_about
from appointments.services.links import end_link


def make_offer(*, entry: WaitlistEntry, visit: Appointment, now: datetime) -> WaitlistOffer:
    """Offer the held visit to the one who waits until its hold ends, and tell them."""
    WaitlistEntry.objects.filter(pk=entry.pk).update(state=OFFERED)
    offer = WaitlistOffer.objects.create(
        entry=entry, patient_id=visit.patient_id, appointment=visit, offered_at=now, expires_at=visit.held_until
    )
    cause = Cause(subject=offer.pk, subject_kind=OFFER, patient=visit.patient, site=visit.site, at=visit.start)
    follow(event="slot_offered", cause=cause, now=now)
    return offer


def close_offers(*, visits: Collection[UUID], state: str, now: datetime) -> None:
    """
    End the open offers of these visits; who accepted waits no more, everybody else waits on.

    The visits are locked, and their claims are as they were: whoever waits for these waits for nothing else then.
    """
    offers = WaitlistOffer.objects.filter(appointment__in=visits, state=OFFERED)
    entries = dict(offers.select_for_update().order_by("id").values_list("id", "entry"))
    if not entries:
        return
    offers.update(state=state, ended_at=now)
    after = {"state": BOOKED, "ended_at": now} if state == ACCEPTED else {"state": WAITING}
    WaitlistEntry.objects.filter(pk__in=entries.values(), state=OFFERED).update(**after)
    for offer in entries:
        end_link(purpose=links.OFFER, owner=offer, used=state in (ACCEPTED, DECLINED), now=now)
    withdraw_about(subjects=list(entries), stop="offer_ended", reason=f"the offer was {state}", now=now)
