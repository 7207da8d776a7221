"""The nightly look at all authority: what ended by the calendar, and whether anything drifted from its sources."""

from datetime import datetime
from uuid import UUID

from clinic.models import Practitioner
from clinic.services.changes import change_authority
from clinic.services.credentials.licences import expire_licences

AT_ONCE = 50
"""How many practitioners are held at a time: their bookings wait as long as their authority is rewritten."""


def sweep_authority(*, now: datetime) -> list[UUID]:
    """Expire licences and rewrite everybody's authority from its sources; returns the visits that had to move."""
    moved = expire_licences(now=now)
    everybody = list(Practitioner.objects.order_by("id").values_list("id", flat=True))
    for first in range(0, len(everybody), AT_ONCE):
        _, more = change_authority(
            practitioners=everybody[first : first + AT_ONCE],
            actor=None,
            reason="authority_swept",
            now=now,
            change=lambda: None,
        )
        moved += more
    return moved
