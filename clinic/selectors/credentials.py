"""The papers on file and the rows of the policy, as the staff looks at them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from clinic.errors import NotFound
from clinic.models import (
    Certification,
    Grant,
    Licence,
    PolicyRow,
    Practitioner,
    Room,
    Site,
    SupervisionAgreement,
)
from clinic.selectors.people import as_uuid


def licences_on_file(*, practitioner: str | None = None, **fields: str) -> QuerySet[Licence]:
    """Licences, of one practitioner (id or username) if named, with these fields."""
    rows = Licence.objects.select_related("practitioner__user", "verified_by")
    return _of("practitioner", practitioner, rows.filter(**fields))


def certifications_on_file(*, practitioner: str | None = None, **fields: str) -> QuerySet[Certification]:
    """Trainings, of one practitioner if named."""
    return _of("practitioner", practitioner, Certification.objects.select_related("practitioner__user").filter(**fields))


def agreements_on_file(
    *, supervisor: str | None = None, supervisee: str | None = None, site: str | None = None
) -> QuerySet[SupervisionAgreement]:
    """Supervision agreements, of one supervisor, one supervisee or at one site if named."""
    rows = SupervisionAgreement.objects.select_related("supervisor__user", "supervisee__user").prefetch_related("sites")
    if site is not None:
        rows = rows.filter(
            Q(pk__in=SupervisionAgreement.sites.through.objects.filter(site__code=site).values("supervisionagreement"))
        )
    return _of("supervisor", supervisor, _of("supervisee", supervisee, rows))


def grants_on_file(*, practitioner: str | None = None, site: str | None = None, scope: str | None = None) -> QuerySet[Grant]:
    """Grants, of one practitioner, at one site or for one scope if named."""
    wanted = {"site__code": site, "scope": scope}
    rows = Grant.objects.select_related("practitioner__user", "site").filter(**_given(wanted))
    return _of("practitioner", practitioner, rows)


def policy_rows(*, at: datetime | None = None, verified: bool | None = None, **fields: str) -> QuerySet[PolicyRow]:
    """Rows of the policy with these fields: in force at a moment, and verified or not, if asked."""
    rows = PolicyRow.objects.filter(**fields)
    if at is not None:
        rows = rows.filter(valid__contains=at)
    return rows if verified is None else rows.filter(verified_at__isnull=not verified)


def practitioners_on_file(
    *, active: bool | None = None, profession: str | None = None, site: str | None = None, now: datetime
) -> QuerySet[Practitioner]:
    """Practitioners: active or not, licensed in a profession, on the roster of a site from now on, if asked."""
    rows = Practitioner.objects.select_related("user").filter(**_given({"active": active}))
    if profession is not None:
        rows = rows.filter(pk__in=Licence.objects.filter(profession=profession).values("practitioner"))
    if site is not None:
        rostered = Q(shifts__site__code=site, shifts__during__endswith__gt=now)
        member = Q(user__memberships__site__code=site, user__memberships__role="practitioner")
        rows = rows.filter(pk__in=Practitioner.objects.filter(rostered | member).values("pk"))
    return rows


def sites_on_file() -> QuerySet[Site]:
    """The sites where the clinic works."""
    return Site.objects.filter(active=True)


def rooms_on_file(*, site: str | None = None) -> QuerySet[Room]:
    """The rooms in use, of one site if named."""
    return Room.objects.select_related("site").filter(active=True, site__active=True, **_given({"site__code": site}))


def the_one(rows: QuerySet[Any], id_: UUID) -> Any:
    """
    The row of that id among these.

    :raises NotFound: if there is none.
    """
    row = rows.filter(pk=id_).first()
    if row is None:
        raise NotFound
    return row


def _of(field: str, reference: str | None, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Only the rows of the practitioner of that id or username."""
    if reference is None:
        return rows
    id_ = as_uuid(reference)
    return rows.filter(**({field: id_} if id_ else {f"{field}__user__username": reference}))


def _given(wanted: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in wanted.items() if value is not None}
