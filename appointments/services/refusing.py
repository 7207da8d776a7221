"""A refused verdict becomes the error that people see."""

from collections.abc import Sequence

from appointments.policies.violations import CONFLICTS, FORBIDDEN
from appointments.selectors.verdicts import Verdict
from clinic.errors import Conflict, DomainError, NotAllowed, Refusal, RuleBroken


class WorkRefused(RuleBroken):
    """A rule refuses the visit."""


class BookingNotAllowed(NotAllowed):
    """The booker may not book this work without an order."""


class SlotTaken(Conflict):
    """Somebody else holds what the visit needs."""


def illegal_transition(detail: str) -> Conflict:
    """The visit has come too far, or not far enough, for what is asked."""
    reason = Refusal(
        code="illegal_transition", detail=detail, source="The course of a visit", mend="Look at the visit as it is now."
    )
    return Conflict(reason.code, detail, reasons=[reason])


def hold_expired() -> Conflict:
    """The time was kept for a while, and the while is over."""
    reason = Refusal(
        code="hold_expired",
        detail="The time was kept until a moment that has passed.",
        source="Clinic policy: a time is kept for some minutes",
        mend="Choose a free start; it may still be free.",
    )
    return Conflict(reason.code, reason.detail, reasons=[reason])


def refuse(verdict: Verdict, alternatives: Sequence[dict] = ()) -> DomainError:
    """The error of the first reason, carrying all of them."""
    first: Refusal = verdict.reasons[0]
    return kind_of(first.code)(first.code, first.detail, reasons=verdict.reasons, alternatives=alternatives)


def kind_of(code: str) -> type[DomainError]:
    """The error that a refusal with this code becomes."""
    return SlotTaken if code in CONFLICTS else BookingNotAllowed if code in FORBIDDEN else WorkRefused
