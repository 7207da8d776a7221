"""Visits: who may see them, and what was asked for in them."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from uuid import UUID

from django.db.models import F, Prefetch, Q, QuerySet

from appointments.models import Appointment, AppointmentItem
from clinic.models import Site, User
from clinic.policies.periods import midnight
from clinic.selectors.people import visible_sites
from patients.selectors.records import patients_visible_to
from treatments.policies.gates.shape import LANCET
from treatments.selectors.work import Asked, Work, work_of


def appointments_visible_to(user: User) -> QuerySet[Appointment]:
    """The visits of the patients whom this person may see."""
    return Appointment.objects.filter(
        Q(site__in=visible_sites(user).values("id"))
        | Q(patient__in=patients_visible_to(user).select_related(None).values("pk"))
    )


def with_names(visits: QuerySet[Appointment]) -> QuerySet[Appointment]:
    """With all that is shown of a visit, its items as `rows`: a page of them takes two queries."""
    items = AppointmentItem.objects.select_related("treatment", "body_site").annotate(order=F("order_item__order"))
    return visits.select_related("patient", "site", "practitioner__user", "room", "supervisor__user").prefetch_related(
        Prefetch("items", items.order_by("id"), to_attr="rows")
    )


def of_day(visits: QuerySet[Appointment], *, day: date, sites: Iterable[Site]) -> QuerySet[Appointment]:
    """Those that begin on that day of the calendar at their site."""
    wanted = Q(pk__in=[])
    for site in sites:
        begins, ends = (midnight(on, zone=site.zone) for on in (day, day + timedelta(days=1)))
        wanted |= Q(site=site, during__startswith__gte=begins, during__startswith__lt=ends)
    return visits.filter(wanted)


def asked_of(visit: Appointment) -> dict[UUID, Asked]:
    """The items of a visit as they were asked for, by their group, in the order of booking."""
    rows = visit.items.select_related("treatment", "body_site").order_by("id")
    return {group: _asked(of_it) for group, of_it in by_group(rows).items()}


def by_group(rows: Iterable[AppointmentItem]) -> dict[UUID, list[AppointmentItem]]:
    """The rows of each item, in their order."""
    groups: dict[UUID, list[AppointmentItem]] = {}
    for row in rows:
        groups.setdefault(row.group, []).append(row)
    return groups


def work_of_visit(visit: Appointment, asked: Sequence[Asked] | None = None) -> Work:
    """The work of the visit as the chart and the catalogue have it today."""
    items = asked if asked is not None else list(asked_of(visit).values())
    return work_of(patient=visit.patient, site=visit.site, asked=items)


def _asked(rows: Sequence[AppointmentItem]) -> Asked:
    first = rows[0]
    lesions = tuple(dict.fromkeys(row.lesion_id for row in rows if row.lesion_id))
    return Asked(
        treatment=first.treatment.code,
        lesions=lesions,
        body_site=first.body_site.code if first.body_site else None,
        depth=first.depth if first.act == LANCET else None,
        minutes=first.minutes if first.minutes != first.treatment.minutes else None,
        group=first.group,
    )
