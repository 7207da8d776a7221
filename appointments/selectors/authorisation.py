"""Who answers for restricted work: the practitioner who books it, or the signer of an order (G29)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from appointments.models import Appointment, AppointmentItem
from clinic.errors import Refusal
from clinic.models import User
from treatments.models import OrderItem
from treatments.models.orders import ACTIVE, USED
from treatments.selectors.performers import holders_of
from treatments.selectors.work import Row, Work

SOURCE = "Clinic policy: work that pierces the skin, or is hands-on at the eyelid, is booked by those licensed for it or on their order"
MEND = "Have it ordered by a practitioner who holds it at this site, or let them book it."

OPEN_ITEMS = """
SELECT i.id, i.order_id, o.signed_by_id, o.expires_at, i.treatment_id, coalesce(l.merged_into_id, i.lesion_id),
       i.body_site_id, i.scope
  FROM treatments_treatmentorder o JOIN treatments_orderitem i ON i.order_id = o.id
  LEFT JOIN patients_lesion l ON l.id = i.lesion_id
 WHERE o.patient_id = %(patient)s AND o.site_id = %(site)s AND o.status = ANY (%(statuses)s)
   AND o.expires_at > %(start)s AND (%(order)s::uuid IS NULL OR o.id = %(order)s::uuid) AND i.scope = ANY (%(scopes)s)
   AND NOT EXISTS (SELECT FROM appointments_appointmentitem a WHERE a.order_item_id = i.id AND a.holds_order)
 ORDER BY o.expires_at, i.id
"""


class OpenItem(NamedTuple):
    """Ordered work that stands in no visit; a lesion that became part of another counts as that one."""

    id: UUID
    order: UUID
    signed_by: UUID
    expires_at: datetime
    treatment_id: UUID
    lesion_id: UUID | None
    body_site_id: UUID | None
    scope: str


@dataclass(frozen=True, kw_only=True)
class Authorisation:
    """Who answers for one row, as what, and on which item of an order."""

    practitioner: UUID | None = None
    profession: str | None = None
    order_item: UUID | None = None
    order: UUID | None = None
    expires_at: datetime | None = None


NOBODY = Authorisation()


@dataclass(frozen=True, kw_only=True)
class Authorised:
    """The authorisation of each row of the work, in its order, and what is missing."""

    rows: tuple[Authorisation, ...]
    refusals: tuple[Refusal, ...]

    @property
    def expires_at(self) -> datetime | None:
        """The visit has to start before this moment."""
        return min((row.expires_at for row in self.rows if row.expires_at), default=None)


def authorise(
    *,
    booker: User,
    work: Work,
    now: datetime,
    order: UUID | None = None,
    start: datetime | None = None,
    visit: Appointment | None = None,
) -> Authorised:
    """
    Find who answers for each row: who did so far (on a move), an order that fits, or the booker.

    Whoever it is must hold the scope at this site now, unsupervised. A named order is the only one looked at.
    """
    standing = list(visit.items.select_related("order_item__order", "order_item__lesion", "lesion")) if visit else []
    ordered = _open_items(work, now=now, order=order, start=start)
    booking = getattr(booker, "practitioner", None)
    people = {item.authorised_by_id for item in standing} | {item.signed_by for item in ordered}
    people = (people | ({booking.id} if booking else set())) - {None}
    holders = holders_of(scopes=work.scopes, site=work.site.id, people=list(people), now=now) if people else {}
    found = []
    for row in work.rows:
        candidates = [*_standing(row, standing, start or now), *_ordered(row, ordered)]
        candidates += [Authorisation(practitioner=booking.id)] if booking and row.restricted else []
        found.append(_first_lawful(row, candidates, holders))
        if found[-1].order_item:
            ordered = [item for item in ordered if item.id != found[-1].order_item]
            standing = [item for item in standing if item.order_item_id != found[-1].order_item]
    missing = [row for row, authorisation in zip(work.rows, found, strict=True) if row.restricted and authorisation is NOBODY]
    return Authorised(rows=tuple(found), refusals=(_order_required(work, missing, order),) if missing else ())


def _open_items(work: Work, *, now: datetime, order: UUID | None, start: datetime | None) -> list[OpenItem]:
    """The patient's ordered work at this site that stands in no visit yet, what expires first in front."""
    named = {
        "patient": work.patient.id,
        "site": work.site.id,
        "order": order,
        "scopes": work.scopes,
        "statuses": [ACTIVE, USED],
        "start": start or now,
    }
    with connection.cursor() as cursor:
        cursor.execute(OPEN_ITEMS, named)
        return [OpenItem(*row) for row in cursor.fetchall()]


def _standing(row: Row, standing: Sequence[AppointmentItem], start: datetime) -> list[Authorisation]:
    """Who answers for the same work in the visit that moves; its order goes with it, as long as that holds."""
    return [
        Authorisation(
            practitioner=item.authorised_by_id,
            order_item=item.order_item_id,
            order=item.order_item.order_id if item.order_item else None,
            expires_at=item.order_item.order.expires_at if item.order_item else None,
        )
        for item in standing
        if item.authorised_by_id
        and _still_holds(item, start)
        and (item.treatment_id, _lasting(item), item.scope) == (row.treatment.id, row.lesion and row.lesion.id, row.scope)
    ]


def _lasting(item: AppointmentItem | OrderItem) -> UUID | None:
    """The lesion that it is about today: what became part of another counts as that one."""
    return item.lesion and (item.lesion.merged_into_id or item.lesion_id)


def _still_holds(item: AppointmentItem, start: datetime) -> bool:
    order = item.order_item.order if item.order_item else None
    if order is None:
        return True
    return order.status in {ACTIVE, USED} and start < order.expires_at and _lasting(item.order_item) == _lasting(item)


def _ordered(row: Row, ordered: Sequence[OpenItem]) -> list[Authorisation]:
    place = (row.treatment.id, row.lesion and row.lesion.id, row.body_site and row.body_site.id, row.scope)
    return [
        Authorisation(practitioner=item.signed_by, order_item=item.id, order=item.order, expires_at=item.expires_at)
        for item in ordered
        if (item.treatment_id, item.lesion_id, item.body_site_id, item.scope) == place
    ]


def _first_lawful(
    row: Row, candidates: Sequence[Authorisation], holders: dict[UUID, list[tuple[str, set[str]]]]
) -> Authorisation:
    for candidate in candidates:
        for profession, scopes in holders.get(candidate.practitioner, []):
            if row.scope in scopes:
                return replace(candidate, profession=profession)
    return NOBODY


def _order_required(work: Work, missing: Sequence[Row], order: UUID | None) -> Refusal:
    names = ", ".join(sorted({row.treatment.name for row in missing}))
    which = "The order named does not cover" if order else "There is no open order for"
    return Refusal(
        code="order_required",
        gate="G29",
        detail=f"{which} {names} of this patient at {work.site.name}, and the one who books does not hold it there.",
        source=SOURCE,
        mend=MEND,
    )
