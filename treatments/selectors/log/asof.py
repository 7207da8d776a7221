"""Rows as they were at a moment, read from the append-only history: never from what stands today."""

from datetime import datetime
from typing import Any

from django.db.models import Model


def rows_as_of(model: type[Model], *, at: datetime, **identity: Any) -> list[Any]:
    """
    The rows of that model as the database had recorded them by then, as event rows with the columns of the model.

    :param identity: what never changes about a row: its id, or whom it belongs to.
    """
    events = model.history.rel.related_model.objects.filter(pgh_created_at__lte=at, **identity)
    last = events.order_by("pgh_obj_id", "-pgh_id").distinct("pgh_obj_id")
    return [event for event in last if event.pgh_label != "delete"]
