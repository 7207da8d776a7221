"""Stays of patients over HTTP: made at check-in, read here."""

from typing import ClassVar
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from clinic.api.base import ApiView
from clinic.api.pagination import filters, paged
from clinic.api.permissions import ANY_STAFF, RolesByMethod
from clinic.api.render import key, one_of, word
from clinic.api.schema import choice, describe, page_of
from clinic.api.versions import answer
from patients.selectors.records import found
from treatments.api.log.shapes import EncounterShown
from treatments.api.log.shown import show_encounter
from treatments.models.encounters import ENCOUNTER_STATUSES
from treatments.selectors.log.records import encounters_visible_to


class Encounters(ApiView):
    """The stays of the patients whom the caller may see."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe(
        "Stays of patients",
        shown=page_of(EncounterShown),
        query={
            "patient": "Patient id.",
            "appointment": "The visit that the patient came for.",
            "site": "Site code.",
            "status": choice("status", ENCOUNTER_STATUSES, "Its status."),
        },
        paging=True,
    )
    def get(self, request: Request) -> Response:
        """One page."""
        allowed = {"patient": key, "appointment": key, "site": word, "status": one_of(*ENCOUNTER_STATUSES)}
        asked = filters(request, allowed)
        if "site" in asked:
            asked["site__code"] = asked.pop("site")
        return paged(request, encounters_visible_to(request.user).filter(**asked), show_encounter)


class OneEncounter(ApiView):
    """A stay."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe("A stay", shown=EncounterShown)
    def get(self, request: Request, encounter: UUID) -> Response:
        """Show it."""
        return answer(show_encounter(found(encounters_visible_to(request.user), encounter)))
