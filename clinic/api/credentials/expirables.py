"""Papers that end, over HTTP."""

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.api.base import ApiView
from clinic.api.pagination import filters
from clinic.api.permissions import DIRECTORS, MANAGERS, RolesByMethod
from clinic.api.render import person, word
from clinic.api.schema import PersonShown, describe
from clinic.api.versions import answer
from clinic.policies.expirables import PAPERS, STATES, state_of
from clinic.selectors.expirables import Ending, endings, expiry_steps, visits_beyond
from clinic.selectors.people import managed_sites

MOST_DAYS: Final = 731


class ExpirableShown(serializers.Serializer[Any]):
    """
    A paper that nothing follows on; `visits_beyond` are booked beyond its last valid day and lean on it.

    `of` says which: profession, jurisdiction and tier of a licence, the kind of a training, the scope of a grant.
    """

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(PAPERS)
    practitioner = PersonShown()
    of = serializers.ListField(child=serializers.CharField())
    site = serializers.SlugField()
    ends_on = serializers.DateField()
    days_left = serializers.IntegerField()
    state = serializers.ChoiceField(STATES)
    visits_beyond = serializers.IntegerField()


class ExpirablesShown(serializers.Serializer[Any]):
    """What ends first comes first."""

    results = ExpirableShown(many=True)


class Expirables(ApiView):
    """Licences, trainings, supervision agreements and grants that end."""

    roles: ClassVar[RolesByMethod] = {"GET": MANAGERS | DIRECTORS}

    @describe(
        "What ends at the sites that I manage, or ended within the last year and was not renewed",
        shown=ExpirablesShown,
        query={
            "site": "Site code.",
            "within_days": OpenApiParameter(
                "within_days",
                {"type": "integer", "minimum": 0, "maximum": MOST_DAYS},
                description="Within so many days from today; unless it is said, as far as it is told before the end.",
            ),
        },
    )
    def get(self, request: Request) -> Response:
        """All of it."""
        asked = filters(request, {"site": word, "within_days": _days}, paging=False)
        sites = managed_sites(request.user)
        if "site" in asked:
            sites = sites.filter(code=asked["site"])
        steps = expiry_steps()
        within = asked.get("within_days", max(steps, default=0))
        found = endings(now=timezone.now(), within=within, sites=sites)
        counts = visits_beyond(found)
        return answer({"results": [_shown(one, steps, counts.get((one.paper.id, one.site.pk), 0)) for one in found]})


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 4 and int(text) <= MOST_DAYS):
        raise ValueError(f"This is a whole number from 0 to {MOST_DAYS}.")
    return int(text)


def _shown(ending: Ending, steps: Sequence[int], visits: int) -> dict[str, Any]:
    return {
        "id": str(ending.paper.id),
        "kind": ending.paper.kind,
        "practitioner": person(ending.holder),
        "of": [word for word in ending.paper.line if word not in {"", str(ending.site.pk)}],
        "site": ending.site.code,
        "ends_on": ending.paper.last.isoformat(),
        "days_left": ending.left,
        "state": state_of(ending.left, steps=steps),
        "visits_beyond": visits,
    }
