"""A course of visits of one patient: booked together, or none of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from uuid import UUID

import pghistory

from appointments.models import Appointment
from appointments.policies.violations import CONFLICTS
from appointments.selectors.requests import Request
from appointments.selectors.verdicts import Verdict, verdict
from appointments.services.booking import as_it_is_now, leans_on, store
from appointments.services.guarded import Overtaken, guarded, share, until_settled
from appointments.services.refusing import kind_of
from clinic.errors import DomainError, Refusal, by_gate


@dataclass(frozen=True, kw_only=True)
class OfVisit(Refusal):
    """Why one visit of the course may not be: `visit` counts them as they were asked for, from 0."""

    visit: int

    def as_dict(self) -> dict[str, str | int]:
        """The reason, with the visit."""
        return super().as_dict() | {"visit": self.visit}


def book_series(*, requests: Sequence[Request]) -> list[Appointment]:
    """
    Book all of these visits, or none; each is judged as if those that begin before it were booked already.

    :raises DomainError: with every reason of every visit, each an OfVisit; rules first, then what is taken.
    """
    by_start = sorted(range(len(requests)), key=lambda place: requests[place].start)
    keys: set[UUID] = set()

    def attempt(_: bool) -> list[Appointment]:
        if not keys:
            keys.update(_first_guess(requests))
        with guarded(), pghistory.context(why="booked as a course"):
            share(*keys)
            return _store(requests, by_start, keys)

    return until_settled(attempt)


def refused(reasons: Iterable[OfVisit]) -> DomainError:
    """The error that tells all of them: by gate, what is taken last."""
    ranked = sorted(by_gate(list(reasons)), key=lambda reason: reason.code in CONFLICTS)
    error = kind_of(ranked[0].code)(ranked[0].code, ranked[0].detail, reasons=ranked)
    told: dict[str, list[str]] = {}
    for reason in sorted(ranked, key=lambda reason: reason.visit):
        told.setdefault(f"visits[{reason.visit}]", []).append(reason.detail)
    error.fields = {field: " ".join(details) for field, details in told.items()}
    return error


def of_visit(refusal: Refusal, *, visit: int) -> OfVisit:
    """The same reason, told of that visit."""
    return OfVisit(**{field.name: getattr(refusal, field.name) for field in fields(Refusal)}, visit=visit)


def _first_guess(requests: Sequence[Request]) -> set[UUID]:
    """What the visits would lean on, each by itself: shared before the first of them is written, as every booking does."""
    judged = [(request, verdict(request=replace(request, nearest=False))) for request in requests]
    return {key for request, answer in judged if answer.team for key in leans_on(request.work, answer.team, answer)}


def _store(requests: Sequence[Request], by_start: Sequence[int], keys: set[UUID]) -> list[Appointment]:
    """In the order of their starts, in which two courses of disjoint visits never wait for each other both ways."""
    visits: dict[int, Appointment] = {}
    reasons: list[OfVisit] = []
    for place in by_start:
        request = as_it_is_now(requests[place])
        judged = verdict(request=replace(request, nearest=False))
        if judged.allowed:
            _require_shared(request, judged, keys)
            visits[place] = store(request, judged)
        else:
            reasons += [of_visit(reason, visit=place) for reason in judged.reasons]
    if reasons:
        raise refused(reasons)
    return [visits[place] for place in range(len(requests))]


def _require_shared(request: Request, judged: Verdict, keys: set[UUID]) -> None:
    """Whoever comes in only because of an earlier visit of the course is shared with the others, from the beginning."""
    more = leans_on(request.work, judged.team, judged) - keys
    if more:
        keys |= more
        raise Overtaken("claim_is_free")
