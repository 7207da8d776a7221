"""Practitioners and what they may do, over HTTP."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.api.base import ApiView
from clinic.api.credentials.shared import choice
from clinic.api.pagination import filters, paged
from clinic.api.permissions import ANY_STAFF, RolesByMethod
from clinic.api.render import bounds, moment, one_of, person, word
from clinic.api.schema import BoundsShown, PersonShown, describe, page_of
from clinic.api.versions import answer
from clinic.models import Practitioner, Privilege
from clinic.scopes import LEVELS, PROFESSIONS, parts
from clinic.selectors.authority import RefusedScope, privileges_of, professions_of, refused_scopes, workplaces_of
from clinic.selectors.credentials import practitioners_on_file
from clinic.selectors.people import practitioner_named, site_named


class PractitionerShown(PersonShown):
    """Who treats; `sites` are those of the roster."""

    professions = serializers.ListField(child=serializers.ChoiceField(PROFESSIONS))
    sites = serializers.ListField(child=serializers.SlugField())
    max_supervisees = serializers.IntegerField()
    active = serializers.BooleanField()


class PrivilegeShown(serializers.Serializer[Any]):
    """Licence, training, policy and grant together allow this."""

    scope = serializers.CharField()
    act = serializers.CharField()
    region = serializers.CharField()
    depth = serializers.CharField()
    site = serializers.SlugField()
    profession = serializers.ChoiceField(PROFESSIONS)
    supervision = serializers.ChoiceField(LEVELS)
    valid = BoundsShown()
    sources = serializers.ListField(child=serializers.CharField())


class RefusedShown(serializers.Serializer[Any]):
    """A scope that is not held, and one reason why."""

    scope = serializers.CharField()
    code = serializers.CharField()
    source = serializers.CharField()


class PrivilegesShown(serializers.Serializer[Any]):
    """What somebody may do at a moment, and what not."""

    results = PrivilegeShown(many=True)
    refused = RefusedShown(many=True)


class Practitioners(ApiView):
    """All practitioners."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe(
        "Practitioners",
        shown=page_of(PractitionerShown),
        query={
            "profession": choice("profession", PROFESSIONS, "Licensed in this profession."),
            "site": "On the roster of this site.",
            "active": choice("active", ["true", "false"], "Whether they are on the staff."),
        },
        paging=True,
    )
    def get(self, request: Request) -> Response:
        """One page."""
        allowed = {"profession": one_of(*PROFESSIONS), "site": word, "active": one_of("true", "false")}
        asked = filters(request, allowed)
        if "active" in asked:
            asked["active"] = asked["active"] == "true"
        return paged(request, practitioners_on_file(now=timezone.now(), **asked), render_all=show_practitioners)


class OnePractitioner(ApiView):
    """A practitioner."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe("A practitioner, by id or username", shown=PractitionerShown)
    def get(self, request: Request, practitioner: str) -> Response:
        """Show them."""
        [shown] = show_practitioners([practitioner_named(practitioner)])
        return answer(shown)


class Privileges(ApiView):
    """What a practitioner may do."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe(
        "What they may do at a moment, and for everything else, why not",
        shown=PrivilegesShown,
        query={"at": "A moment with its offset; now, if none is given.", "site": "Site code; every site, if none is given."},
    )
    def get(self, request: Request, practitioner: str) -> Response:
        """Both lists."""
        asked = filters(request, {"at": moment, "site": word}, paging=False)
        who = practitioner_named(practitioner)
        site = site_named(asked["site"]) if "site" in asked else None
        at = asked.get("at") or timezone.now()
        held = privileges_of(practitioner=who, at=at, site=site)
        refused = refused_scopes(practitioner=who, at=at, site=site)
        return answer({"results": [show_privilege(row) for row in held], "refused": [show_refused(row) for row in refused]})


def show_practitioners(rows: Iterable[Practitioner]) -> list[dict[str, Any]]:
    """A page of practitioners, in three queries more."""
    shown = list(rows)
    ids = [row.pk for row in shown]
    professions, sites = professions_of(practitioners=ids), workplaces_of(practitioners=ids, now=timezone.now())
    return [
        person(row)
        | {
            "professions": professions.get(row.pk, []),
            "sites": sites.get(row.pk, []),
            "max_supervisees": row.max_supervisees,
            "active": row.active,
        }
        for row in shown
    ]


def show_privilege(privilege: Privilege) -> dict[str, Any]:
    """The privilege, its moments in the zone of its site."""
    act, depth, region = parts(privilege.scope)
    return {
        "scope": privilege.scope,
        "act": act,
        "region": region,
        "depth": depth,
        "site": privilege.site.code,
        "profession": privilege.profession,
        "supervision": privilege.supervision,
        "valid": bounds(privilege.valid, privilege.site.zone),
        "sources": privilege.sources,
    }


def show_refused(row: RefusedScope) -> dict[str, str]:
    """The scope with one reason."""
    return {"scope": row.scope, "code": row.refusal.code, "source": row.refusal.source}
