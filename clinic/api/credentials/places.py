"""Sites and rooms over HTTP."""

from typing import Any, ClassVar
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.api.base import ApiView
from clinic.api.pagination import filters, paged
from clinic.api.permissions import ANY_STAFF, RolesByMethod
from clinic.api.render import named, word
from clinic.api.schema import NamedShown, describe, page_of
from clinic.api.versions import answer
from clinic.models import Room, Site
from clinic.selectors.credentials import rooms_on_file, sites_on_file, the_one
from clinic.selectors.people import site_named


class SiteShown(serializers.Serializer[Any]):
    """A site: IANA time zone, ISO 3166-2 jurisdiction."""

    code = serializers.SlugField()
    name = serializers.CharField()
    time_zone = serializers.CharField()
    jurisdiction = serializers.CharField()


class RoomShown(NamedShown):
    """A room and the equipment that stands in it."""

    site = serializers.SlugField()
    equipment = serializers.ListField(child=serializers.CharField())


class Sites(ApiView):
    """Where the clinic works."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe("Sites", shown=page_of(SiteShown), paging=True)
    def get(self, request: Request) -> Response:
        """One page."""
        filters(request, {})
        return paged(request, sites_on_file(), show_site, ordering=("code",))


class OneSite(ApiView):
    """A site."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe("A site", shown=SiteShown)
    def get(self, request: Request, site: str) -> Response:
        """Show it."""
        return answer(show_site(site_named(site)))


class Rooms(ApiView):
    """All rooms in use."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe("Rooms", shown=page_of(RoomShown), query={"site": "Site code."}, paging=True)
    def get(self, request: Request) -> Response:
        """One page."""
        return paged(request, rooms_on_file(**filters(request, {"site": word})), show_room)


class OneRoom(ApiView):
    """A room."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe("A room", shown=RoomShown)
    def get(self, request: Request, room: UUID) -> Response:
        """Show it."""
        return answer(show_room(the_one(rooms_on_file(), room)))


def show_site(site: Site) -> dict[str, Any]:
    """The site."""
    return {"code": site.code, "name": site.name, "time_zone": site.time_zone, "jurisdiction": site.jurisdiction}


def show_room(room: Room) -> dict[str, Any]:
    """The room."""
    return named(room) | {"site": room.site.code, "equipment": room.equipment}
