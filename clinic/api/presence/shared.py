"""What the views of presence share."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request

from clinic.api.pagination import filters
from clinic.api.permissions import ANY_STAFF, MANAGERS, RolesByMethod
from clinic.api.render import moment, word
from clinic.api.strict import Moment, Strict
from clinic.errors import Malformed
from clinic.selectors.people import practitioner_named

BY_START = ("starts", "id")
WHEN = {"from": "Only what ends after this moment.", "to": "Only what begins before this moment."}
STAFF_READ_MANAGERS_FILE: RolesByMethod = {"GET": ANY_STAFF, "POST": MANAGERS}
STAFF_READ_MANAGERS_END: RolesByMethod = {"GET": ANY_STAFF, "DELETE": MANAGERS}


class PeriodInput(Strict):
    """From `start` up to, not including, `end`."""

    start = Moment()
    end = Moment()


class PeriodShown(serializers.Serializer[Any]):
    """Something that lasts."""

    id = serializers.UUIDField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()


def asked_of(request: Request, **parsers: Callable[[str], Any]) -> dict[str, Any]:
    """The filters of a list; `from` and `to` as `start` and `end`."""
    asked = filters(request, {**parsers, "from": moment, "to": moment})
    renamed = {"start": asked.pop("from", None), "end": asked.pop("to", None)}
    if renamed["start"] and renamed["end"] and renamed["start"] >= renamed["end"]:
        raise Malformed({"to": "The end is after the start."})
    return asked | renamed


def practitioner(text: str) -> UUID:
    """The id of the practitioner of that id or username."""
    return practitioner_named(word(text)).id


def moved_shown(visits: list[UUID]) -> dict[str, list[str]]:
    """`{moved}`."""
    return {"moved": [str(visit) for visit in visits]}
