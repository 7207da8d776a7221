"""From what a caller names to what the rules judge; whatever the caller may not see does not exist."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from appointments.api.serializers import FEW_STARTS, edge
from appointments.selectors.requests import Request as Wanted
from appointments.selectors.slots import MICROSECOND, Search
from appointments.selectors.verdicts import HORIZON
from clinic.api.permissions import ANY_STAFF, DIRECTORS
from clinic.errors import Malformed, NotAllowed
from clinic.models import Practitioner, Site, User
from clinic.selectors.people import has_role, practitioner_named, site_named
from patients.models import Patient
from patients.selectors.records import all_found, found, lesions_visible_to, visible_owner, visible_patient
from treatments.selectors.overrides import UsableOverride, usable_overrides
from treatments.selectors.records import orders_visible_to, overrides_visible_to
from treatments.selectors.work import Asked, Work, work_of


def wanted(user: User, given: dict[str, Any], *, now: datetime) -> Wanted:
    """
    What a verdict or a booking asks.

    :raises NotFound: for whatever does not exist, or is not the caller's to see.
    :raises RuleBroken: `treatment_not_offered`.
    """
    site = site_named(given["site"], user=user)
    patient = visible_patient(user, given["patient"])
    supervisor = practitioner_if_named(given.get("supervisor"))
    return Wanted(
        booker=user,
        work=work_asked(user, patient, site, given["treatments"]),
        start=given["start"].at,
        skipped=given["start"].is_skipped(site.zone),
        now=now,
        practitioner=practitioner_if_named(given.get("practitioner")),
        supervisor=supervisor.id if supervisor else None,
        order=open_order(user, given.get("order")),
        overrides=_overrides(user, patient, site, given.get("overrides"), now),
    )


def searched(user: User, given: dict[str, Any], *, now: datetime, anywhere: bool = False) -> Search:
    """
    What a slot search asks.

    :param anywhere: items need no place and are judged as if on the eyelid.
    :raises NotFound: as for `wanted`.
    :raises Malformed: unless the search ends after it begins.
    """
    site = site_named(given["site"], user=user)
    patient = _searched_patient(user, given)
    work = work_asked(user, patient, site, given["treatments"], anywhere=anywhere)
    first, last = _window(given, site, now)
    return Search(
        booker=user,
        work=work,
        first=first,
        last=last,
        now=now,
        limit=given.get("limit", FEW_STARTS),
        practitioner=practitioner_if_named(given.get("practitioner")),
        order=open_order(user, given.get("order")),
        overrides=_overrides(user, patient, site, given.get("overrides"), now) if patient else (),
    )


def practitioner_if_named(reference: str | None) -> Practitioner | None:
    """The practitioner of that id or username, if one is named."""
    return practitioner_named(reference) if reference else None


def works_at(user: User, site: Site, roles: frozenset[str] = ANY_STAFF) -> bool:
    """Whether the user holds one of the roles at that site; a medical director does everywhere."""
    return has_role(user, roles, site=site) or has_role(user, roles & DIRECTORS)


def require_work_at(user: User, site: Site, roles: frozenset[str] = ANY_STAFF) -> None:
    """
    Refuse unless the user works there in one of these roles.

    :raises NotAllowed: `not_permitted`.
    """
    if not works_at(user, site, roles):
        raise NotAllowed("not_permitted", "Your role does not include this at that site.")


def _searched_patient(user: User, given: dict[str, Any]) -> Patient | None:
    if given.get("patient"):
        return visible_patient(user, given["patient"])
    lesions = [lesion for item in given["treatments"] for lesion in item.lesions]
    if not lesions:
        return None
    return visible_owner(user, lesions)


def work_asked(user: User, patient: Patient | None, site: Site, asked: list[Asked], *, anywhere: bool = False) -> Work:
    """
    The work of these items, for that patient or (None) for any adult.

    :raises NotFound: for lesions that the caller may not see.
    """
    work = work_of(patient=patient, site=site, asked=asked, anywhere=anywhere)
    others = {lesion.id for line in work.lines for lesion in line.lesions if patient is None or lesion.patient_id != patient.id}
    if others:
        all_found(lesions_visible_to(user), others)
    return work


def open_order(user: User, order: UUID | None) -> UUID | None:
    """The order of that id, if one is named and the caller may see it."""
    return found(orders_visible_to(user).prefetch_related(None), order).id if order else None


def _overrides(user: User, patient: Patient, site: Site, ids: list[UUID] | None, now: datetime) -> tuple[UsableOverride, ...]:
    if not ids:
        return ()
    all_found(overrides_visible_to(user), ids)
    return usable_overrides(patient=patient, site=site, now=now, ids=ids)


def _window(given: dict[str, Any], site: Site, now: datetime) -> tuple[datetime, datetime]:
    first = edge(given.get("from"), site.zone) or now
    ends = given.get("to")
    until = edge(ends, site.zone) or first + HORIZON
    if ends and not isinstance(ends, datetime):
        until = edge(ends + timedelta(days=1), site.zone)
    if until <= first:
        raise Malformed({"to": "The search ends after it begins."})
    return first, until - MICROSECOND
