"""Who and what is there when, for lists and single rows."""

from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import F, Model, OuterRef, QuerySet, Subquery

from clinic.errors import NotFound
from clinic.models import Closure, PlannedShift, Shift, TimeOff

M = TypeVar("M", bound=Model)


def shifts_between(
    *, start: datetime | None = None, end: datetime | None = None, site: str | None = None, practitioner: UUID | None = None
) -> QuerySet[Shift]:
    """The shifts as they are: rosters less time off and closures, narrowed where asked; `starts` orders them."""
    given = {"site__code": site, "practitioner_id": practitioner}
    return _between(Shift.objects.select_related("practitioner__user", "site"), start, end, given)


def time_off_between(
    *, start: datetime | None = None, end: datetime | None = None, practitioner: UUID | None = None
) -> QuerySet[TimeOff]:
    """Time off, each with the `time_zone` of the site where the practitioner is on duty last."""
    latest = Shift.objects.filter(practitioner=OuterRef("practitioner")).order_by("-during")
    rows = TimeOff.objects.select_related("practitioner__user").annotate(
        time_zone=Subquery(latest.values("site__time_zone")[:1])
    )
    return _between(rows, start, end, {"practitioner_id": practitioner})


def closures_between(
    *, start: datetime | None = None, end: datetime | None = None, site: str | None = None, room: UUID | None = None
) -> QuerySet[Closure]:
    """Closures of sites, rooms and devices."""
    rows = Closure.objects.select_related("site", "room", "device")
    return _between(rows, start, end, {"site__code": site, "room_id": room})


def shift_of(shift: UUID) -> Shift | PlannedShift:
    """
    The shift that was filed, or the one that follows from the roster, of that id.

    :raises NotFound: if there is neither.
    """
    filed = PlannedShift.objects.select_related("practitioner__user", "site").filter(id=shift).first()
    return filed or the_one(shifts_between(), shift)


def the_one(rows: QuerySet[M], key: UUID) -> M:
    """
    The row of that id.

    :raises NotFound: if it is not among them.
    """
    found = rows.filter(id=key).first()
    if found is None:
        raise NotFound
    return found


def _between(rows: QuerySet[M], start: datetime | None, end: datetime | None, asked: dict[str, Any]) -> QuerySet[M]:
    given = {name: value for name, value in asked.items() if value is not None}
    if start or end:
        given["during__overlap"] = DateTimeTZRange(start, end)
    return rows.filter(**given).annotate(starts=F("during__startswith"))
