"""
What a licence lets its holder do in a jurisdiction: the authority matrix, tightened and relaxed by rows of law.

Default deny. Any row that applies may refuse or tighten, verified or not; only a verified and approved row that names
the jurisdiction relaxes, only a cell marked relaxable, never at or around the eye. The strictest applicable row wins.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from clinic.policies.matrix import (
    ALLOW,
    ALLOW_IF,
    ANY,
    PRIVILEGE,
    REFUSE,
    SUPERVISED,
    Cell,
    GateCode,
    JurisdictionRow,
    Key,
    Permission,
)
from clinic.scopes import BODY, DEPTH_RANK, EYELID, EYELID_PROFESSIONS, FACE, HANDS_ON, LEVELS, PIERCING, TRAINING

__all__ = [
    "Cell",
    "JurisdictionRow",
    "Key",
    "Permission",
    "applicable_rows",
    "permission_at",
    "refusal_codes",
    "resolve",
]

RELAXABLE_REGIONS: Final = frozenset({FACE, BODY})
RELAXED_TO_ALLOW: Final = frozenset({"esthetician", "advanced_esthetician"})
RELAXED_BY_ONE_LEVEL: Final = frozenset({"physician_assistant", "nurse_practitioner"})

EYELID_RESTRICTED: Final = ("G02", "eyelid_restricted")
OPTOMETRIST_EXCLUDED: Final = ("G03", "optometrist_excluded")
PRIVILEGE_MISSING: Final = ("G04", "privilege_missing")
PIERCING_NOT_PERMITTED: Final = ("G05", "piercing_not_permitted")
DEPTH_NOT_PERMITTED: Final = ("G15", "depth_not_permitted")
NOT_IN_THE_MATRIX: Final = "Clinic policy: what the authority matrix does not name is refused"


def resolve(
    *, profession: str, tier: str, jurisdiction: str, cells: Iterable[Cell], rows: Iterable[JurisdictionRow]
) -> dict[Key, Permission]:
    """What a licence of this profession and tier may do there, one answer for each cell of the profession."""
    own = [cell for cell in cells if cell.profession == profession]
    applicable = applicable_rows(profession=profession, tier=tier, jurisdiction=jurisdiction, rows=rows)
    by_act = {act: [row for row in applicable if row.act in (act, ANY)] for act in {cell.act for cell in own}}
    answers = {cell.key: _judged(cell, by_act[cell.act]) for cell in own}
    may_pierce = _may_pierce(answers)
    for cell in own:
        if not answers[cell.key].permitted:
            refusals = _refusals(
                profession=profession,
                act=cell.act,
                region=cell.region,
                bars_piercing=not may_pierce or any(row.refuses_outright(profession) for row in by_act[cell.act]),
                too_deep=_is_too_deep(cell, own, by_act[cell.act]),
            )
            answers[cell.key] = _with_refusals(answers[cell.key], refusals)
    return answers


def permission_at(*, profession: str, permissions: Mapping[Key, Permission], act: str, depth: str, region: str) -> Permission:
    """The answer for one key of a resolution; a key that the matrix does not name is refused."""
    key = (act, depth, region)
    if key in permissions:
        return permissions[key]
    beside = [permission for permission in permissions.values() if (permission.act, permission.region) == (act, region)]
    refusals = _refusals(
        profession=profession,
        act=act,
        region=region,
        bars_piercing=not _may_pierce(permissions) or any(PIERCING_NOT_PERMITTED in other.refusals for other in beside),
        too_deep=any(other.permitted and DEPTH_RANK[other.depth] < DEPTH_RANK[depth] for other in beside),
    )
    unnamed = Permission(act, depth, region, REFUSE, "none", sources=(NOT_IN_THE_MATRIX,))
    return _with_refusals(unnamed, refusals)


def refusal_codes(
    *, profession: str, permissions: Mapping[Key, Permission], act: str, depth: str, region: str
) -> list[GateCode]:
    """Every (gate, code) for which that key is refused, by gate; empty where it is permitted."""
    answer = permission_at(profession=profession, permissions=permissions, act=act, depth=depth, region=region)
    return list(answer.refusals)


def applicable_rows(*, profession: str, tier: str, jurisdiction: str, rows: Iterable[JurisdictionRow]) -> list[JurisdictionRow]:
    """
    The rows that bear on such a licence there.

    A `*` row falls away where the jurisdiction has a verified and approved row for the very profession and act that
    it names. A row with a wildcard for either displaces nothing, and is not displaced: of two readings the stricter.
    """
    matching = [
        row
        for row in rows
        if row.jurisdiction in (jurisdiction, ANY)
        and row.profession in (profession, ANY)
        and (not row.tier or row.tier == tier)
    ]
    settled = {
        (row.profession, row.act)
        for row in matching
        if row.jurisdiction != ANY and row.in_force_to_relax and ANY not in (row.profession, row.act)
    }
    return [row for row in matching if row.jurisdiction != ANY or (row.profession, row.act) not in settled]


def _judged(cell: Cell, rows: Sequence[JurisdictionRow]) -> Permission:
    """The cell relaxed and tightened by the rows of its act; a refused one does not carry its codes yet."""
    effect, supervision, requires = _relaxed(cell, rows)
    refusing = [row for row in rows if row.refuses(cell)]
    if refusing or effect == REFUSE:
        return Permission(
            *cell.key,
            effect=REFUSE,
            supervision="none",
            sources=_cited(cell, refusing),
            row_ids=tuple(row.id for row in refusing),
        )
    level = max((row.supervision for row in rows if row.supervision), key=LEVELS.index, default="none")
    if LEVELS.index(level) > LEVELS.index(supervision):
        requires += ("privilege",) if effect == PRIVILEGE else ()
        effect, supervision = SUPERVISED, level
    return Permission(
        *cell.key,
        effect=effect,
        supervision=supervision,
        requires=tuple(dict.fromkeys(requires)),
        sources=_cited(cell, rows),
        conditions=tuple(dict.fromkeys(condition for row in rows for condition in row.conditions)),
        row_ids=tuple(row.id for row in rows),
    )


def _relaxed(cell: Cell, rows: Sequence[JurisdictionRow]) -> tuple[str, str, tuple[str, ...]]:
    """Effect, supervision and requirements once rows in force relaxed the cell; the tightening by all rows comes after."""
    relaxing = [row for row in rows if _may_relax(row, cell)]
    if relaxing and cell.effect == REFUSE:
        training = (f"training:{TRAINING[cell.act]}",) if cell.act in TRAINING else ()
        effect, level = (ALLOW, "none") if cell.profession in RELAXED_TO_ALLOW else (SUPERVISED, "direct")
        return effect, level, (*cell.requires, *training)
    names_a_level = any(row.supervision for row in relaxing)
    if names_a_level and cell.effect == SUPERVISED and cell.profession in RELAXED_BY_ONE_LEVEL:
        lowered = LEVELS[LEVELS.index(cell.supervision) - 1]
        return ALLOW if lowered == "none" else SUPERVISED, lowered, cell.requires
    return cell.effect, cell.supervision, cell.requires


def _may_relax(row: JurisdictionRow, cell: Cell) -> bool:
    """Whether this row of law may loosen that cell at all."""
    return (
        cell.relaxable
        and cell.region in RELAXABLE_REGIONS
        and cell.profession != "optometrist"
        and row.jurisdiction != ANY
        and row.effect == ALLOW_IF
        and row.in_force_to_relax
        and not row.refuses(cell)
    )


def _is_too_deep(cell: Cell, own: Iterable[Cell], rows: Sequence[JurisdictionRow]) -> bool:
    """Whether the same act is permitted in that region at a shallower depth, by a cell or as deep as a row goes."""
    if any(row.refuses_outright(cell.profession) or cell.region in row.region_exclusions for row in rows):
        return False
    limits = [DEPTH_RANK[row.max_depth] for row in rows if row.max_depth]
    return any(
        min([DEPTH_RANK[other.depth], *limits]) < DEPTH_RANK[cell.depth]
        for other in own
        if (other.act, other.region) == (cell.act, cell.region) and _relaxed(other, rows)[0] != REFUSE
    )


def _may_pierce(permissions: Mapping[Key, Permission]) -> bool:
    return any(permission.permitted and permission.act in PIERCING for permission in permissions.values())


def _refusals(*, profession: str, act: str, region: str, bars_piercing: bool, too_deep: bool) -> tuple[GateCode, ...]:
    """The codes of a refused key, by gate: the plain one only where no other says more."""
    reasons = (
        (EYELID_RESTRICTED, act in HANDS_ON and region == EYELID and profession not in EYELID_PROFESSIONS),
        (OPTOMETRIST_EXCLUDED, profession == "optometrist"),
        (PIERCING_NOT_PERMITTED, act in PIERCING and bars_piercing),
        (DEPTH_NOT_PERMITTED, too_deep),
    )
    return tuple(reason for reason, holds in reasons if holds) or (PRIVILEGE_MISSING,)


def _with_refusals(answer: Permission, refusals: tuple[GateCode, ...]) -> Permission:
    gate, code = refusals[0]
    return replace(answer, gate=gate, code=code, refusals=refusals)


def _cited(cell: Cell, rows: Iterable[JurisdictionRow]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([cell.source, *(row.citation for row in rows)]))
