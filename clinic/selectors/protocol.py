"""The protocol in force: as the product ships it, with the rows that the clinic changed in their place."""

import json
from functools import cache
from pathlib import Path

from django.forms.models import model_to_dict

from clinic.errors import NotFound
from clinic.models import ProtocolRow
from clinic.policies.protocol import Rule, rule_from

SHIPPED = Path(__file__).resolve().parent.parent / "data" / "protocol.json"


@cache
def shipped_rules() -> dict[str, Rule]:
    """The first version of every row, by code."""
    return {row["code"]: rule_from(row) for row in json.loads(SHIPPED.read_text(encoding="utf-8"))}


def rules_in_force() -> dict[str, Rule]:
    """Every row as it stands now, by code; rows that are switched off included."""
    changed = ProtocolRow.objects.filter(superseded_at__isnull=True)
    return shipped_rules() | {row.code: rule_of(row) for row in changed}


def rules_of(*events: str) -> list[Rule]:
    """The active rows that any of these events causes, by code."""
    rules = rules_in_force().values()
    return sorted((rule for rule in rules if rule.active and set(events) & set(rule.events)), key=lambda rule: rule.code)


def rule_coded(code: str) -> Rule:
    """
    The row as it stands now.

    :raises NotFound: for an unknown code.
    """
    rule = rules_in_force().get(code)
    if rule is None:
        raise NotFound
    return rule


def rule_of(row: ProtocolRow) -> Rule:
    """The row as rules read it."""
    return rule_from(model_to_dict(row))
