"""What a service or the database refuses, as sentences for a form."""

from typing import Any, Final

from django.db import DatabaseError, IntegrityError
from django.db.models import ProtectedError, RestrictedError

from clinic.errors import DomainError, Malformed

REFUSED: Final = (DomainError, DatabaseError, ProtectedError, RestrictedError)

SENTENCES: Final = {
    "room_name_is_unique_at_its_site": "The site has a room of this name already.",
    "device_name_is_unique_at_its_site": "The site has a device of this name already.",
    "membership_is_given_once": "They hold this role there already.",
    "weekly_rule_ends_after_it_starts": "The rule ends after it starts, on the same day.",
    "weekly_rule_is_of_one_resource": "A rule is of one practitioner, one room or one device.",
    "closure_lasts": "A closure ends after it begins.",
    "time_off_lasts": "Time off ends after it begins.",
    "planned_shift_lasts": "A shift ends after it begins.",
    "grant_lasts_at_most_24_months": "A grant lasts at most 24 months; renew it after that.",
    "policy_row_is_approved_by_another_person": "Whoever verified the row does not approve it: that takes another person.",
    "free_consultation_has_no_price": "The free consultation has no price.",
}
BY_STATE: Final = {
    "23502": "Something that has to be there is missing.",
    "23503": "Something else still refers to it, or what it refers to is gone.",
    "23505": "There is one like it already.",
    "40001": "Two changes met and nothing was changed: please try again.",
    "40P01": "Two changes met and nothing was changed: please try again.",
    "42501": "Only the database itself writes this.",
    "55P03": "Two changes met and nothing was changed: please try again.",
}


def sentences(error: Exception) -> list[str]:
    """Why it was refused: every reason of a service, or the rule that the database kept."""
    if isinstance(error, Malformed):
        return [f"{field}: {detail}" for field, detail in error.fields.items()] or [error.detail]
    if isinstance(error, DomainError):
        return [f"{reason.detail} {reason.mend}".strip() for reason in error.reasons] or [error.detail]
    if isinstance(error, ProtectedError | RestrictedError):
        return [BY_STATE["23503"]]
    return [_of_the_database(error)]


def _of_the_database(error: Exception) -> str:
    cause: Any = error.__cause__
    name = getattr(getattr(cause, "diag", None), "constraint_name", None) or ""
    state = getattr(cause, "sqlstate", None) or ""
    if name in SENTENCES:
        return SENTENCES[name]
    if state in BY_STATE and (state not in ("23503", "23505") or "_" not in name or name.endswith(("_fk", "_key", "_uniq"))):
        return BY_STATE[state]
    if name:
        return f"The database keeps this rule: {name.replace('_', ' ')}."
    if isinstance(error, IntegrityError):
        return "A rule of the database refuses this."
    return "The database did not take this: nothing was changed."
