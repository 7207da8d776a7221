"""What a link in a message opens, and for how long."""

from datetime import datetime, timedelta
from typing import Final

from appointments.policies.texts import ABOUT_A_TIME

VISIT, CHECK_IN, OFFER, GUIDANCE = "visit", "check_in", "offer", "guidance"
PURPOSES: Final = (VISIT, CHECK_IN, OFFER, GUIDANCE)
PATHS: Final = {VISIT: "l", GUIDANCE: "l", CHECK_IN: "c", OFFER: "o"}
"""The first step of the address; a token answers under that of its purpose alone."""
GUIDED: Final = ("preparation", "bring")
"""These name a visit, and lead to something to read."""
BEYOND_THE_VISIT: Final = timedelta(days=1)
TO_READ: Final = timedelta(days=90)
TO_ANSWER: Final = timedelta(days=14)
TO_DECIDE: Final = timedelta(days=1)

LIVE, EXPIRED, USED, REVOKED = "live", "expired", "used", "revoked"


def purpose_of(key: str) -> str:
    """What the link in a message of this key opens."""
    if key == "check_in":
        return CHECK_IN
    if key == "slot_offer":
        return OFFER
    return VISIT if key in ABOUT_A_TIME and key not in GUIDED else GUIDANCE


def expires_at(*, purpose: str, visit_ends_at: datetime | None, now: datetime) -> datetime:
    """Until when a new link opens: a day beyond the visit, two weeks for an answer, three months to read (UTC)."""
    if purpose == VISIT and visit_ends_at is not None:
        return max(visit_ends_at, now) + BEYOND_THE_VISIT
    return now + (TO_ANSWER if purpose == CHECK_IN else TO_READ)


def state_of(
    *,
    expires_at: datetime,
    used_at: datetime | None,
    revoked_at: datetime | None,
    visit_ends_at: datetime | None,
    now: datetime,
) -> str:
    """Whether the link still opens; one of a visit follows it to a later day."""
    if revoked_at is not None:
        return REVOKED
    if used_at is not None:
        return USED
    end = max(expires_at, visit_ends_at + BEYOND_THE_VISIT) if visit_ends_at else expires_at
    return LIVE if now < end else EXPIRED
