"""Weekly rules come to an end, or are taken away; what is past of them stays."""

from collections.abc import Callable
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from django.db import transaction

from clinic.errors import RuleBroken
from clinic.models import User, WeeklyRule
from clinic.services.changes import hold
from clinic.services.presence import Moved, change_presence, delete, found

T = TypeVar("T")


@transaction.atomic
def end_weekly_rule(*, actor: User | None, rule: UUID, valid_through: date | None, now: datetime) -> tuple[WeeklyRule, Moved]:
    """
    Let the rule hold through that last day, or for good with None.

    :raises NotFound: if there is no such rule (any more).
    :raises RuleBroken: `ends_before_it_begins`.
    """
    held = found(WeeklyRule, rule)
    if valid_through is not None and valid_through < held.valid_from:
        raise RuleBroken("ends_before_it_begins", "The last day lies before the first: take the rule away instead.")

    def change() -> WeeklyRule:
        current = WeeklyRule.objects.select_for_update().get(pk=rule)
        current.valid_through = valid_through
        current.save(update_fields=["valid_through"])
        return current

    return _change(held, actor=actor, now=now, change=change)


@transaction.atomic
def withdraw_weekly_rule(*, actor: User | None, rule: UUID, now: datetime) -> Moved:
    """
    Take the rule away from now on.

    :raises NotFound: if there is no such rule (any more).
    """
    held = found(WeeklyRule, rule)
    return _change(held, actor=actor, now=now, change=lambda: delete(WeeklyRule, rule))[1]


def _change(rule: WeeklyRule, *, actor: User | None, now: datetime, change: Callable[[], T]) -> tuple[T, Moved]:
    hold(keys=[rule.site_id])
    people = [rule.practitioner_id] if rule.practitioner_id else []
    things = [key for key in (rule.room_id, rule.device_id) if key]
    return change_presence(actor=actor, reason="roster_changed", now=now, change=change, practitioners=people, resources=things)
