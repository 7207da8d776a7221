"""A patient's timeline over HTTP: the lesions as they are, and everything that happened, in one answer."""

from typing import Any, ClassVar
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from appointments.policies.timeline import KINDS, told
from appointments.selectors.timeline import Happening, happenings_of
from clinic.api.base import ApiView
from clinic.api.pagination import filters
from clinic.api.permissions import ANY_STAFF, RolesByMethod
from clinic.api.render import key, local, named
from clinic.api.schema import NamedShown, PersonShown, describe
from patients.api.shown import LesionShown, show_lesion
from patients.selectors.records import lesions_visible_to, visible_patient


class EventShown(serializers.Serializer[Any]):
    """
    One event; `id` is of what it is about (the visit, the assessment, the consent), `lesions` those that it names.

    `at` has the offset of the event's site, of the patient's where it has none. A visit stands at its start, also one to come.
    """

    at = serializers.DateTimeField(allow_null=True)
    kind = serializers.ChoiceField(KINDS)
    id = serializers.UUIDField()
    title = serializers.CharField()
    detail = serializers.CharField(allow_blank=True)
    lesions = serializers.ListField(child=serializers.UUIDField())
    by = PersonShown(allow_null=True)
    site = serializers.SlugField(allow_null=True)


class TimelineShown(serializers.Serializer[Any]):
    """A patient's lesions, and the events from the latest back to the first: all of them, never a page."""

    patient = NamedShown()
    lesions = LesionShown(many=True)
    events = EventShown(many=True)


class Timeline(ApiView):
    """What happened to a patient."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe("What happened to a patient", shown=TimelineShown, query={"lesion": "Only events that name this lesion."})
    def get(self, request: Request, patient: UUID) -> Response:
        """The whole of it, or the story of one lesion."""
        asked = filters(request, {"lesion": key}, paging=False)
        owner = visible_patient(request.user, patient)
        lesions = list(lesions_visible_to(request.user).filter(patient=owner).order_by("id"))
        events = happenings_of(owner)
        if lesion := asked.get("lesion"):
            lesions = [row for row in lesions if row.pk == lesion]
            events = [event for event in events if lesion in event.lesions]
        return Response(
            {
                "patient": named(owner),
                "lesions": [show_lesion(row) for row in lesions],
                "events": [show_event(event) for event in events],
            }
        )


def show_event(event: Happening) -> dict[str, Any]:
    """The event as EventShown."""
    title, detail = told(event.kind, event.data)
    return {
        "at": local(event.at, event.zone),
        "kind": event.kind,
        "id": str(event.id),
        "title": title,
        "detail": detail,
        "lesions": [str(lesion) for lesion in event.lesions],
        "by": _person(event),
        "site": event.site,
    }


def _person(event: Happening) -> dict[str, str] | None:
    if event.by is None:
        return None
    who, name, username = event.by
    return {"id": str(who), "name": name} | ({"username": username} if username else {})
