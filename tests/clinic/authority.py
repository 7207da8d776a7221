"""What the tests of authority share: the shipped matrix and law, a row of law, and questions put to them."""

import json
from dataclasses import replace
from pathlib import Path

import clinic
from clinic.policies.authority import Cell, JurisdictionRow, permission_at, refusal_codes, resolve
from clinic.scopes import parts

DATA = Path(clinic.__file__).parent / "data"
MATRIX = [Cell(**row | {"requires": tuple(row["requires"])}) for row in json.loads((DATA / "matrix.json").read_text())]
HERE, ELSEWHERE = "US-OH", "US-NJ"
LANCET_SC, LANCET_EPI, LANCET_DERM = (f"lancet_extraction/{d}@face" for d in ("stratum_corneum", "epidermal", "dermal"))
LIGHT_PEEL, MEDIUM_PEEL, LASER = (
    "chemical_peel/superficial@face",
    "chemical_peel/medium@face",
    "laser_resurfacing/ablative@face",
)


def a_row(**changes):
    """A verified and approved row of the site's own jurisdiction that lets estheticians use a lancet."""
    row = JurisdictionRow(
        jurisdiction=HERE,
        profession="esthetician",
        tier="",
        act="lancet_extraction",
        max_depth=None,
        effect="allow_if",
        supervision=None,
        region_exclusions=(),
        conditions=(),
        citation="Rule 1",
        verified=True,
        approved=True,
        id="row-1",
    )
    return replace(row, **changes)


EVERYWHERE = a_row(jurisdiction="*", effect="refuse", verified=False, approved=False, citation="Default", id="row-*")


def resolved(profession, *rows, tier="", cells=MATRIX):
    return resolve(profession=profession, tier=tier, jurisdiction=HERE, cells=cells, rows=rows)


def asked(profession, scope, *rows, tier="", cells=MATRIX):
    act, depth, region = parts(scope)
    permissions = resolved(profession, *rows, tier=tier, cells=cells)
    return permission_at(profession=profession, permissions=permissions, act=act, depth=depth, region=region)


def codes(profession, scope, *rows):
    act, depth, region = parts(scope)
    permissions = resolved(profession, *rows)
    return [
        code for _, code in refusal_codes(profession=profession, permissions=permissions, act=act, depth=depth, region=region)
    ]


def answer(permission):
    return permission.effect, permission.supervision
