"""An order is used while all of its items stand in visits, and open again when one is freed."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Exists, OuterRef

from appointments.models import AppointmentItem
from treatments.models import OrderItem, TreatmentOrder
from treatments.models.orders import ACTIVE, USED


def settle_orders(*, item_ids: Collection[UUID | None]) -> None:
    """Bring the status of the orders of these items in line with the visits that hold them."""
    ids = [item for item in item_ids if item]
    if not ids:
        return
    holding = AppointmentItem.objects.filter(order_item=OuterRef("pk"), holds_order=True)
    free = OrderItem.objects.filter(~Exists(holding), order=OuterRef("pk"))
    orders = TreatmentOrder.objects.filter(items__in=ids, status__in=[ACTIVE, USED])
    orders.filter(~Exists(free), status=ACTIVE).update(status=USED)
    orders.filter(Exists(free), status=USED).update(status=ACTIVE)
