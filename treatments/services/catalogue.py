"""The catalogue as the clinic keeps it: minutes, prices and where a treatment is offered."""

from collections.abc import Collection
from decimal import Decimal

import pghistory
from django.db import transaction

from clinic.errors import RuleBroken
from clinic.models import Site, User
from treatments.models import Treatment


@transaction.atomic
def correct_treatment(
    *,
    actor: User,
    treatment: Treatment,
    name: str,
    minutes: int,
    buffer_before: int,
    buffer_after: int,
    price: Decimal,
    downtime_days: int,
    sites: Collection[Site],
    active: bool,
) -> Treatment:
    """
    Change what a treatment takes and costs, and where it is offered; visits that are booked keep their minutes and price.

    What it is judged as (its acts) and the equipment that it needs are not the clinic's to change here.

    :raises RuleBroken: `treatment_takes_time`, `price_negative`.
    """
    if minutes < 1:
        raise RuleBroken("treatment_takes_time", "A treatment takes at least a minute.")
    if price < 0:
        raise RuleBroken("price_negative", "A price is not below zero.")
    current = Treatment.objects.select_for_update().get(pk=treatment.pk)
    current.name, current.minutes, current.active = name, minutes, active
    current.buffer_before, current.buffer_after = buffer_before, buffer_after
    current.price, current.downtime_days = price, downtime_days
    with pghistory.context(user=str(actor.pk), why="treatment_corrected"):
        current.save(update_fields=["name", "minutes", "buffer_before", "buffer_after", "price", "downtime_days", "active"])
        current.sites.set(sites)
    return current
