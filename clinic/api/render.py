"""How moments, periods and names look in answers, and how they are read from queries."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from rest_framework.serializers import ValidationError

from clinic.api.strict import Day, Moment
from clinic.errors import Malformed
from clinic.models import Practitioner
from clinic.selectors.people import as_uuid

LONGEST = timedelta(days=3660)


def local(moment: datetime | None, zone: ZoneInfo) -> str | None:
    """The moment with the offset of the zone (UTC where that is no whole number of minutes, which RFC 3339 cannot say)."""
    if moment is None:
        return None
    there = moment.astimezone(zone)
    offset = there.utcoffset() or timedelta(0)
    return (moment.astimezone(UTC) if offset % timedelta(minutes=1) else there).isoformat()


def bounds(period: Any, zone: ZoneInfo) -> dict[str, str | None]:
    """`{start, end}` of a period; an open end is null."""
    return {"start": local(period.lower, zone), "end": local(period.upper, zone)}


def person(practitioner: Practitioner) -> dict[str, str]:
    """`{id, name}` and the username where there is one; select_related("user") makes it free."""
    shown = named(practitioner)
    return shown | ({"username": practitioner.user.username} if practitioner.user else {})


def named(row: Any) -> dict[str, str]:
    """`{id, name}` of a room, a device or whatever has a name."""
    return {"id": str(row.id), "name": row.name}


def period(start: datetime, end: datetime, *, longest: timedelta = LONGEST) -> DateTimeTZRange:
    """
    The half-open period [start, end).

    :raises Malformed: unless it lasts, and no longer than `longest`.
    """
    if start >= end:
        raise Malformed({"end": "The end is after the start."})
    if end - start > longest:
        raise Malformed({"end": f"A period lasts {longest.days} days at most."})
    return DateTimeTZRange(start, end)


def key(text: str) -> UUID:
    """A uuid from a query."""
    if (found := as_uuid(text)) is None:
        raise ValueError("This is the id of a row.")
    return found


def word(text: str) -> str:
    """A short text from a query."""
    if len(text) > 200:
        raise ValueError("This is too long.")
    return text


def moment(text: str) -> datetime:
    """A moment from a query, with its offset, as UTC."""
    return _by_field(Moment(), text)


def day(text: str) -> date:
    """A date from a query."""
    return _by_field(Day(), text)


def one_of(*words: str) -> Callable[[str], str]:
    """A parser for one of these words."""

    def parse(text: str) -> str:
        if text not in words:
            raise ValueError(f"This is one of {', '.join(words)}.")
        return text

    return parse


def yes_or_no(text: str) -> bool:
    """`true` or `false` from a query."""
    return one_of("true", "false")(text) == "true"


def _by_field(field: Any, text: str) -> Any:
    try:
        return field.run_validation(text)
    except ValidationError as error:
        raise ValueError(str(error.detail[0])) from error
