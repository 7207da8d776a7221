"""The courses of lesions and referrals. PostgreSQL holds the same tables and refuses every other step."""

from typing import Final

from clinic.errors import Conflict

WATCHING, PLANNED, IN_TREATMENT = "watching", "planned", "in_treatment"
RESOLVED, REFERRED, RECURRED = "resolved", "referred", "recurred"
LESION_STATUSES: Final = (WATCHING, PLANNED, IN_TREATMENT, RESOLVED, REFERRED, RECURRED)

LESION_TRANSITIONS: Final = {
    WATCHING: {PLANNED, IN_TREATMENT, RESOLVED, REFERRED},
    PLANNED: {WATCHING, IN_TREATMENT, RESOLVED, REFERRED},
    IN_TREATMENT: {WATCHING, PLANNED, RESOLVED, REFERRED},
    REFERRED: {WATCHING, PLANNED, IN_TREATMENT, RESOLVED},
    RESOLVED: {WATCHING, REFERRED, RECURRED},
    RECURRED: set(),
}
"""What comes back is a new record that names the one that recurred; a record that was resolved too early is watched again."""

OPEN, BOOKED, SEEN, CLOSED, DECLINED = "open", "booked", "seen", "closed", "declined"
REFERRAL_STATUSES: Final = (OPEN, BOOKED, SEEN, CLOSED, DECLINED)
FOLLOWED: Final = (OPEN, BOOKED, SEEN)
"""Somebody has to see to these."""

REFERRAL_TRANSITIONS: Final = {
    OPEN: {BOOKED, SEEN, CLOSED, DECLINED},
    BOOKED: {OPEN, SEEN, CLOSED, DECLINED},
    SEEN: {CLOSED},
    CLOSED: set(),
    DECLINED: set(),
}


def require_lesion_step(was: str, wanted: str, *, is_followed: bool = False) -> None:
    """
    A lesion goes from one status to the other; `is_followed` says that a referral of it has not ended.

    :raises Conflict: `illegal_transition`.
    """
    if was == wanted:
        return
    if wanted not in LESION_TRANSITIONS[was]:
        raise _illegal("lesion", was, wanted)
    if was == REFERRED and is_followed:
        raise Conflict("illegal_transition", "Its referral is still followed: say there what came of it.")


def require_referral_step(was: str, wanted: str) -> None:
    """
    A referral goes from one status to the other.

    :raises Conflict: `illegal_transition`.
    """
    if wanted not in REFERRAL_TRANSITIONS[was]:
        raise _illegal("referral", was, wanted)


def _illegal(what: str, was: str, wanted: str) -> Conflict:
    words = (was.replace("_", " "), wanted.replace("_", " "))
    return Conflict("illegal_transition", "A {} that is {} cannot become {}.".format(what, *words))
