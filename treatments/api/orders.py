"""Treatment orders over HTTP: signed when made, revoked, never edited."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.api.base import ApiView
from clinic.api.pagination import filters, paged
from clinic.api.permissions import ANY_STAFF, PRACTITIONERS, RolesByMethod
from clinic.api.render import key, local, named, one_of, person, word
from clinic.api.schema import ACTS, NamedShown, PersonShown, describe, page_of
from clinic.api.strict import NoInput, Strict, read
from clinic.api.versions import answer, etag_of
from clinic.selectors.people import site_named
from patients.selectors.records import all_found, found, lesions_visible_to, patients_visible_to
from treatments.api.items import CODE, ItemInput
from treatments.models import OrderItem, TreatmentOrder
from treatments.models.orders import ACTIVE, EXPIRED, ORDER_STATUSES
from treatments.selectors.records import orders_visible_to
from treatments.services.orders import revoke_order, sign_order


class OrderInput(Strict):
    """Work for a patient at a site; every item is signed for."""

    patient = serializers.UUIDField()
    site = serializers.CharField(max_length=CODE)
    items = ItemInput(many=True, allow_empty=False, max_length=50)


class OrderItemShown(serializers.Serializer[Any]):
    """One item: what is done to lesions that share region and depth, or at a body site."""

    treatment = serializers.SlugField()
    lesions = serializers.ListField(child=serializers.UUIDField())
    body_site = serializers.SlugField(allow_null=True)
    depth = serializers.CharField()
    region = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())


class OrderShown(serializers.Serializer[Any]):
    """An order; visits on it start before it expires."""

    id = serializers.UUIDField()
    patient = NamedShown()
    site = serializers.SlugField()
    items = OrderItemShown(many=True)
    status = serializers.ChoiceField(ORDER_STATUSES)
    signed_by = PersonShown()
    profession = serializers.CharField()
    signed_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()


class RevokedShown(OrderShown):
    """An order that was revoked, and the visits that stood on it and now need another signature."""

    moved = serializers.ListField(child=serializers.UUIDField())


class Orders(ApiView):
    """The orders of the patients whom the caller may see."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF, "POST": PRACTITIONERS}

    @describe(
        "Orders",
        shown=page_of(OrderShown),
        query={"patient": "Patient id.", "site": "Site code.", "status": "active, used, revoked or expired."},
        paging=True,
    )
    def get(self, request: Request) -> Response:
        """One page."""
        now = timezone.now()
        asked = filters(request, {"patient": key, "site": word, "status": one_of(*ORDER_STATUSES)})
        rows = orders_visible_to(request.user).filter(_wanted(asked, now))
        return paged(request, rows, lambda order: show_order(order, now=now))

    @describe("Sign an order", taken=OrderInput, shown=OrderShown, status=201, refuses=ACTS)
    def post(self, request: Request) -> Response:
        """Signed by the caller, who holds all of it here without supervision."""
        now = timezone.now()
        given = read(OrderInput, request)
        patient = found(patients_visible_to(request.user), given["patient"])
        site = site_named(given["site"])
        all_found(lesions_visible_to(request.user), [lesion for item in given["items"] for lesion in item.lesions])
        order = sign_order(actor=request.user, patient=patient, site=site, items=given["items"], now=now)
        return answer(show_order(found(orders_visible_to(request.user), order.pk), now=now), status=201)


class OneOrder(ApiView):
    """An order."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe("An order", shown=OrderShown)
    def get(self, request: Request, order: UUID) -> Response:
        """Show it."""
        return answer(show_order(found(orders_visible_to(request.user), order), now=timezone.now()))


class Revoke(ApiView):
    """An order is taken back."""

    roles: ClassVar[RolesByMethod] = {"POST": PRACTITIONERS}

    @describe("Revoke an order", taken=NoInput, shown=RevokedShown, refuses=ACTS)
    def post(self, request: Request, order: UUID) -> Response:
        """The visits on it that are not done need another signature."""
        now = timezone.now()
        read(NoInput, request)
        row = found(orders_visible_to(request.user), order)
        _, moved = revoke_order(actor=request.user, order=row, now=now)
        shown = show_order(found(orders_visible_to(request.user), order), now=now)
        return answer(shown | {"moved": [str(visit) for visit in moved]}, etag=etag_of(shown))


def show_order(order: TreatmentOrder, *, now: datetime) -> dict[str, Any]:
    """The order as OrderShown, its moments in the zone of its site."""
    zone = order.site.zone
    return {
        "id": str(order.id),
        "patient": named(order.patient),
        "site": order.site.code,
        "items": _items(list(order.items.all())),
        "status": EXPIRED if order.status == ACTIVE and order.expires_at <= now else order.status,
        "signed_by": person(order.signed_by),
        "profession": order.profession,
        "signed_at": local(order.signed_at, zone),
        "expires_at": local(order.expires_at, zone),
    }


def _items(rows: list[OrderItem]) -> list[dict[str, Any]]:
    groups: dict[int, list[OrderItem]] = {}
    for row in rows:
        groups.setdefault(row.group, []).append(row)
    return [
        {
            "treatment": first.treatment.code,
            "lesions": list(dict.fromkeys(str(row.lesion_id) for row in group if row.lesion_id)),
            "body_site": first.body_site.code if first.body_site else None,
            "depth": first.depth,
            "region": first.region,
            "scopes": list(dict.fromkeys(row.scope for row in group)),
        }
        for group in groups.values()
        for first in group[:1]
    ]


def _wanted(asked: dict[str, Any], now: datetime) -> Q:
    wanted = Q(patient=asked["patient"]) if "patient" in asked else Q()
    if "site" in asked:
        wanted &= Q(site__code=asked["site"])
    status = asked.get("status")
    if status == ACTIVE:
        wanted &= Q(status=ACTIVE, expires_at__gt=now)
    elif status == EXPIRED:
        wanted &= Q(status=EXPIRED) | Q(status=ACTIVE, expires_at__lte=now)
    elif status:
        wanted &= Q(status=status)
    return wanted
