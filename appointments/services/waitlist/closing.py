"""What becomes of an offer, and of who waits, when its hold ends; with the held visits locked, before their claims change."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from appointments.models import WaitlistEntry, WaitlistOffer
from appointments.models.waitlist import ACCEPTED, BOOKED, OFFERED, WAITING


def close_offers(*, visits: Collection[UUID], state: str, now: datetime) -> None:
    """End the open offers of these visits; who accepted waits no more, everybody else waits on."""
    offers = WaitlistOffer.objects.filter(appointment__in=visits, state=OFFERED)
    entries = list(offers.select_for_update().order_by("id").values_list("entry", flat=True))
    if not entries:
        return
    offers.update(state=state, ended_at=now)
    after = {"state": BOOKED, "ended_at": now} if state == ACCEPTED else {"state": WAITING}
    WaitlistEntry.objects.filter(pk__in=entries, state=OFFERED).update(**after)
