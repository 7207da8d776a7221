"""The policy that the product ships: the authority matrix and the rows of law, each with its source."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from clinic.models import PolicyRow
from clinic.models.policy import CELL, JURISDICTION
from clinic.policies.periods import FOREVER
from clinic.services.policy import change_policy

DATA = Path(__file__).resolve().parent.parent / "data"
SHIPPED_FROM = datetime(2020, 1, 1, tzinfo=UTC)


def load_policy(*, now: datetime) -> int:
    """Add every shipped cell and row of law that no version of is on file; returns how many came (0 when repeated)."""
    cells = set(PolicyRow.objects.filter(kind=CELL).values_list("profession", "act", "depth", "region"))
    laws = set(PolicyRow.objects.filter(kind=JURISDICTION).values_list("jurisdiction", "profession", "tier", "act"))
    missing = [
        row
        for row in shipped_policy()
        if (row.profession, row.act, row.depth, row.region) not in cells
        and (row.jurisdiction, row.profession, row.tier, row.act) not in laws
    ]
    if missing:
        change_policy(rows=missing, actor=None, reason="policy_loaded", now=now, change=lambda: _insert(missing))
    return len(missing)


def shipped_policy() -> Iterator[PolicyRow]:
    """Every cell and row of law as it is shipped, unsaved: in force from a moment before any visit, for good, unverified."""
    yield from _shipped_cells()
    yield from _shipped_laws()


def _insert(rows: list[PolicyRow]) -> None:
    PolicyRow.objects.bulk_create(rows)


def _shipped_cells() -> Iterator[PolicyRow]:
    for row in _read("matrix.json"):
        citation = row.pop("source")
        yield PolicyRow(kind=CELL, citation=citation, valid=_for_good(), **row)


def _shipped_laws() -> Iterator[PolicyRow]:
    for row in _read("jurisdictions.json"):
        optional = {name: row.pop(name) or "" for name in ("max_depth", "supervision", "url", "text_as_of", "certainty")}
        yield PolicyRow(kind=JURISDICTION, valid=_for_good(), **row, **optional)


def _for_good() -> DateTimeTZRange:
    return DateTimeTZRange(SHIPPED_FROM, FOREVER)


def _read(name: str) -> list[dict[str, Any]]:
    return json.loads((DATA / name).read_text(encoding="utf-8"))
