"""The catalogue of treatments over HTTP."""

from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.api.base import ApiView
from clinic.api.pagination import filters, paged
from clinic.api.permissions import ANY_STAFF, RolesByMethod
from clinic.api.render import word
from clinic.api.schema import describe, page_of
from clinic.scopes import HANDS_ON, PIERCING
from clinic.selectors.people import site_named
from treatments.models import Treatment
from treatments.selectors.records import offered_treatments


class MoneyShown(serializers.Serializer[Any]):
    """An amount."""

    amount = serializers.CharField()
    currency = serializers.CharField()


class TreatmentShown(serializers.Serializer[Any]):
    """A treatment; minutes and buffers are minutes."""

    code = serializers.SlugField()
    name = serializers.CharField()
    minutes = serializers.IntegerField()
    buffer_before = serializers.IntegerField()
    buffer_after = serializers.IntegerField()
    price = MoneyShown()
    pierces = serializers.BooleanField()
    hands_on = serializers.BooleanField()


class Treatments(ApiView):
    """What is offered."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe(
        "Treatments", shown=page_of(TreatmentShown), query={"site": "Only those offered at this site (code)."}, paging=True
    )
    def get(self, request: Request) -> Response:
        """One page, by code."""
        asked = filters(request, {"site": word})
        rows = offered_treatments()
        if "site" in asked:
            rows = rows.filter(sites=site_named(asked["site"]))
        return paged(request, rows, show_treatment, ordering=("code",))


def show_treatment(treatment: Treatment) -> dict[str, Any]:
    """The treatment as TreatmentShown."""
    acts = {row.act for row in treatment.acts.all()}
    return {
        "code": treatment.code,
        "name": treatment.name,
        "minutes": treatment.minutes,
        "buffer_before": treatment.buffer_before,
        "buffer_after": treatment.buffer_after,
        "price": {"amount": str(treatment.price), "currency": treatment.currency},
        "pierces": not acts.isdisjoint(PIERCING),
        "hands_on": not acts.isdisjoint(HANDS_ON),
    }
