"""What somebody says to an offer; the staff say it for them."""

from datetime import datetime

from appointments.models import Appointment, WaitlistOffer
from appointments.models.waitlist import DECLINED
from appointments.services.holds import confirm_hold, release_hold
from clinic.models import User


def accept_offer(*, actor: User, offer: WaitlistOffer, now: datetime) -> Appointment:
    """
    Book what was offered, judged once more.

    :raises Conflict: `hold_expired` once the offer is over, `illegal_transition` when it was answered before.
    :raises DomainError: as booking does; the offer then stays open.
    """
    return confirm_hold(actor=actor, visit=offer.appointment, now=now)


def decline_offer(*, offer: WaitlistOffer, now: datetime) -> Appointment:
    """
    Give the time to the next one; who declines waits on, and is not offered that time again.

    :raises Conflict: as `accept_offer` does.
    """
    return release_hold(visit=offer.appointment, reason="The offer was declined", now=now, offer=DECLINED)
