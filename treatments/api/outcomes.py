"""Outcomes over HTTP: figures with their intervals, and the same as a plot."""

from dataclasses import asdict
from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.api.base import ApiView
from clinic.api.pagination import filters
from clinic.api.permissions import ANY_STAFF, RolesByMethod
from clinic.api.render import moment, one_of, word
from clinic.api.schema import choice, describe
from clinic.errors import Malformed
from treatments.policies.outcomes import CLINIC, ENOUGH, GROUPINGS
from treatments.policies.plots import Bar, interval_plot
from treatments.selectors.outcomes import Asked, Outcome, outcomes_visible_to

MEASURES = {
    "cleared": "Cleared at the visit",
    "recurred": "Recurred after it was cleared",
    "marked": "Scar or change of pigment",
}
PARAMETERS = {
    "by": choice("by", GROUPINGS, "What the groups are; clinic where nothing is said."),
    "site": "Site code; all sites of the caller where nothing is said.",
    "from": "Cases whose first visit began then or later.",
    "to": "Cases whose first visit began before.",
}


class ShareShown(serializers.Serializer[Any]):
    """A share (0 to 1) of so many cases, with its 95 % interval after Wilson; null where there is no case."""

    of = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class MiddleShown(serializers.Serializer[Any]):
    """A median of so many values, with its 95 % interval from order statistics; null where there are too few."""

    of = serializers.IntegerField()
    median = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class GroupOutcomesShown(serializers.Serializer[Any]):
    """One clinic, practitioner or technique; `code` is the site's, the treatment's, or the username."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    code = serializers.CharField(allow_null=True)
    cases = serializers.IntegerField()
    cleared = ShareShown(help_text="Cleared at the first visit.")
    recurred = ShareShown(help_text="Came back, of those that were cleared at any visit.")
    marked = ShareShown(help_text="Left a scar or a change of pigment.")
    attempts = MiddleShown(help_text="Attempts for each lesion, over all visits.")
    days = MiddleShown(help_text="Days from the first visit until it was cleared.")
    rank = serializers.IntegerField(allow_null=True, help_text=f"By what was cleared; null with fewer than {ENOUGH} cases.")


class OutcomesShown(serializers.Serializer[Any]):
    """The groups that were treated, the best ranked first."""

    by = serializers.ChoiceField(GROUPINGS)
    results = GroupOutcomesShown(many=True)


class Outcomes(ApiView):
    """What became of lesions that were treated."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe("Outcomes with their intervals", shown=OutcomesShown, query=PARAMETERS)
    def get(self, request: Request) -> Response:
        """From signed logs; a practitioner sees herself by name, managers and directors see everybody."""
        asked = _asked(filters(request, _parsers(), paging=False))
        found = outcomes_visible_to(request.user, asked=asked)
        return Response({"by": asked.by, "results": [show_outcome(outcome) for outcome in found]})


class Plot(ApiView):
    """The same as a picture."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe(
        "Outcomes as a plot",
        shown=OpenApiTypes.STR,
        status=(200, "image/svg+xml"),
        query=PARAMETERS | {"of": choice("of", tuple(MEASURES), "Which share; cleared where nothing is said.")},
    )
    def get(self, request: Request) -> HttpResponse:
        """Shares on their intervals, every number also as text."""
        given = filters(request, _parsers() | {"of": one_of(*MEASURES)}, paging=False)
        measure = given.pop("of", "cleared")
        asked = _asked(given)
        bars = [_bar(outcome, measure) for outcome in outcomes_visible_to(request.user, asked=asked)]
        svg = interval_plot(title=f"{MEASURES[measure]}, by {asked.by}", bars=bars)
        return HttpResponse(svg, content_type="image/svg+xml; charset=utf-8", headers={"Cache-Control": "no-store"})


def show_outcome(outcome: Outcome) -> dict[str, Any]:
    """The group as GroupOutcomesShown."""
    figures = {name: value for name, value in asdict(outcome.summary).items() if name != "key"}
    return {"id": str(outcome.id), "name": outcome.name, "code": outcome.code} | figures


def _bar(outcome: Outcome, measure: str) -> Bar:
    share = getattr(outcome.summary, measure)
    return Bar(label=outcome.name, cases=share.of, share=share.share, low=share.low, high=share.high)


def _parsers() -> dict[str, Any]:
    return {"by": one_of(*GROUPINGS), "site": word, "from": moment, "to": moment}


def _asked(given: dict[str, Any]) -> Asked:
    first, last = given.get("from"), given.get("to")
    if first and last and first >= last:
        raise Malformed({"to": "The end is after the start."})
    return Asked(by=given.get("by", CLINIC), site=given.get("site"), first=first, last=last)
