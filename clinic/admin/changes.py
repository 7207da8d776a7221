"""The history of one row, made readable."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model

from clinic.models import User

OURS = ("pgh_", "id")


@dataclass(frozen=True, kw_only=True)
class Change:
    """One event: what became what, when, by whom and why."""

    at: datetime
    kind: str
    who: str
    why: str
    values: list[tuple[str, Any, Any]]


def changes_of(row: Model, *, most: int = 200) -> list[Change]:
    """The newest changes of the row first; none for what is not tracked."""
    if not hasattr(row, "history"):
        return []
    events = list(row.history.order_by("-pgh_id")[: most + 1])
    names = _names(events)
    before = [*events[1:], None]
    return [_change(event, older, names) for event, older in list(zip(events, before, strict=True))[:most]]


def _names(events: list[Any]) -> dict[str, str]:
    ids = {(event.pgh_context or {}).get("user") for event in events} - {None}
    return {str(user.pk): user.get_username() for user in User.objects.filter(pk__in=ids)}


def _change(event: Any, older: Any, names: dict[str, str]) -> Change:
    context = event.pgh_context or {}
    columns = [column.attname for column in event._meta.concrete_fields if not column.name.startswith(OURS)]
    values = [(name, getattr(older, name, None), getattr(event, name)) for name in columns]
    return Change(
        at=event.pgh_created_at,
        kind=event.pgh_label,
        who=names.get(context.get("user"), ""),
        why=context.get("why", ""),
        values=[(name.removesuffix("_id"), old, new) for name, old, new in values if old != new],
    )
