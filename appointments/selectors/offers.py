"""What was offered to somebody, behind the link of their message."""

from datetime import datetime

from appointments.models import WaitlistOffer
from appointments.policies.links import OFFER
from appointments.selectors.links import open_link


def offer_behind(*, token: str, now: datetime) -> WaitlistOffer | None:
    """The offer that the token opens, whatever became of it, with its visit, patient and who let them wait; None for any other token."""
    opened = open_link(token=token, now=now)
    if opened is None or opened.link.purpose != OFFER:
        return None
    offers = WaitlistOffer.objects.select_related("patient", "entry__created_by", "appointment__site", "appointment__patient")
    return offers.get(pk=opened.link.owner)
