"""What the views of all papers share."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from clinic.api.permissions import ANY_STAFF, MANAGERS, RolesByMethod
from clinic.api.render import local
from clinic.api.schema import PersonShown
from clinic.api.strict import Day, Strict

UTC_ZONE = ZoneInfo("UTC")
STAFF_READ_MANAGERS_FILE: RolesByMethod = {"GET": ANY_STAFF, "POST": MANAGERS}
STAFF_READ_MANAGERS_CHANGE: RolesByMethod = {"GET": ANY_STAFF, "PATCH": MANAGERS, "DELETE": MANAGERS}
PRACTITIONER_FILTER = "Id or username of a practitioner."


def choice(name: str, words: Iterable[str], said: str) -> OpenApiParameter:
    """A query parameter that is one of these words."""
    return OpenApiParameter(name, OpenApiTypes.STR, enum=list(words), description=said)


class DaysInput(Strict):
    """The right days; what is left out stays. Both are inclusive."""

    valid_from = Day(required=False)
    valid_through = Day(required=False)


class PaperShown(serializers.Serializer[Any]):
    """A paper of a practitioner; its days are inclusive and end at midnight where it is used."""

    id = serializers.UUIDField()
    practitioner = PersonShown()
    valid_from = serializers.DateField()
    valid_through = serializers.DateField()


class BreaksShown(serializers.Serializer[Any]):
    """The visits that would need somebody else."""

    breaks = serializers.ListField(child=serializers.UUIDField())


def moved_shown(visits: Iterable[UUID]) -> dict[str, list[str]]:
    """`{moved}`."""
    return {"moved": [str(visit) for visit in visits]}


def breaks_shown(visits: Iterable[UUID]) -> dict[str, list[str]]:
    """`{breaks}`."""
    return {"breaks": [str(visit) for visit in visits]}


def days_shown(paper: Any) -> dict[str, str]:
    """The days of a paper."""
    return {"valid_from": paper.valid_from.isoformat(), "valid_through": paper.valid_through.isoformat()}


def moment_shown(at: datetime | None) -> str | None:
    """A moment that belongs to no site: UTC."""
    return local(at, UTC_ZONE)


def id_shown(key: UUID | None) -> str | None:
    """An id, or nothing."""
    return str(key) if key else None
