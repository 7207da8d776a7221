"""The protocol as a manager changes it: one row at a time, to a next version, tried before."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from clinic.errors import Conflict, RuleBroken
from clinic.models import ProtocolRow, User
from clinic.policies.protocol import CHANGEABLE, Rule, change_refusals
from clinic.selectors.protocol import rule_coded
from clinic.services.changes import POLICY, hold
from clinic.signals import protocol_changed


@transaction.atomic
def change_rule(*, actor: User, before: Rule, changes: Mapping[str, Any], now: datetime) -> tuple[Rule, dict[str, Any]]:
    """
    Write the version after `before` and bring what waits under it to what it says now; answers the row and what changed.

    :raises Conflict: `stale_version`, where somebody else has written it meanwhile.
    :raises RuleBroken: with every reason why the row would not hold: no source, unknown words, a loop ...
    """
    hold(keys=[POLICY])
    if rule_coded(before.code).version != before.version:
        raise Conflict("stale_version", "Somebody changed this since you read it: read it again.")
    after = replace(before, version=before.version + 1, **{name: changes[name] for name in CHANGEABLE if name in changes})
    if reasons := change_refusals(before, after):
        raise RuleBroken(reasons[0].code, reasons[0].detail, reasons=reasons)
    ProtocolRow.objects.filter(code=before.code, superseded_at__isnull=True).update(superseded_at=now)
    values = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(after).items()}
    ProtocolRow.objects.create(changed_by=actor, changed_at=now, **values)
    return after, _told(protocol_changed.send(sender=None, before=before, after=after, now=now))


def preview_rule(*, actor: User, before: Rule, changes: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What waits and would be moved, written or withdrawn by that change; nothing is written."""
    with transaction.atomic():
        _, effect = change_rule(actor=actor, before=before, changes=changes, now=now)
        transaction.set_rollback(True)
    return effect


def _told(answers: list[tuple[Any, Any]]) -> dict[str, Any]:
    effect: dict[str, Any] = {}
    for _, told in answers:
        effect |= told
    return effect
