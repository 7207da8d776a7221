"""What a new row of the policy may say at all: some lines no vote moves."""

from dataclasses import asdict, dataclass
from typing import Any

from clinic.errors import RuleBroken
from clinic.policies.matrix import ALLOW, ALLOW_IF, ANY, PHYSICIAN_ONLY, PRIVILEGE, REFUSE, SUPERVISED, UNCLEAR
from clinic.scopes import ACTS, BODY, DEPTHS, EYELID, EYELID_PROFESSIONS, FACE, HANDS_ON, LEVELS, PROFESSIONS, REGIONS

CELL_EFFECTS = (ALLOW, SUPERVISED, PRIVILEGE, REFUSE)
LAW_EFFECTS = (ALLOW_IF, REFUSE, PHYSICIAN_ONLY, UNCLEAR)


@dataclass(frozen=True, kw_only=True)
class CellProposal:
    """A new version of one cell; `citation` says where it comes from."""

    profession: str
    act: str
    depth: str
    region: str
    effect: str
    citation: str
    supervision: str = "none"
    requires: tuple[str, ...] = ()
    relaxable: bool = False
    url: str = ""
    text_as_of: str = ""
    certainty: str = ""

    @property
    def identity(self) -> dict[str, str]:
        """The words that all versions of the cell share."""
        return {"profession": self.profession, "act": self.act, "depth": self.depth, "region": self.region}

    @property
    def fields(self) -> dict[str, Any]:
        """The columns of its row."""
        return asdict(self) | {"requires": list(self.requires)}


@dataclass(frozen=True, kw_only=True)
class LawProposal:
    """What the law of a jurisdiction says (`*` for any jurisdiction, profession or act; blank: any tier, any depth)."""

    jurisdiction: str
    profession: str
    act: str
    effect: str
    citation: str
    tier: str = ""
    max_depth: str = ""
    supervision: str = ""
    region_exclusions: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    url: str = ""
    text_as_of: str = ""
    certainty: str = ""

    @property
    def identity(self) -> dict[str, str]:
        """The words that all versions of the row share."""
        return {"jurisdiction": self.jurisdiction, "profession": self.profession, "act": self.act, "tier": self.tier}

    @property
    def fields(self) -> dict[str, Any]:
        """The columns of its row."""
        lists = {"region_exclusions": list(self.region_exclusions), "conditions": list(self.conditions)}
        return asdict(self) | lists


def require_possible_cell(cell: CellProposal) -> None:
    """
    Refuse a cell that contradicts itself or that the clinic never allows.

    :raises RuleBroken: `optometrist_excluded`, `eyelid_restricted`, `not_relaxable` or `policy_contradictory`.
    """
    _require_source(cell.citation)
    if cell.effect not in CELL_EFFECTS or cell.supervision not in LEVELS:
        raise _contradictory(
            f"A cell's effect is one of {', '.join(CELL_EFFECTS)}; its supervision one of {', '.join(LEVELS)}."
        )
    if (cell.effect == SUPERVISED) != (cell.supervision != "none"):
        raise _contradictory("A supervised cell names a level of supervision; every other cell names none.")
    permits = cell.effect != REFUSE or cell.relaxable
    if cell.profession == "optometrist" and permits:
        raise RuleBroken(
            "optometrist_excluded", "Optometrists do no work on milia here; no version of the policy changes that."
        )
    if cell.act in HANDS_ON and cell.region == EYELID and cell.profession not in EYELID_PROFESSIONS and permits:
        raise RuleBroken(
            "eyelid_restricted", "Hands-on work on the eyelid stays with dermatologists and ophthalmologists in every version."
        )
    if cell.relaxable and cell.region not in (FACE, BODY):
        raise RuleBroken("not_relaxable", "The law of a place relaxes nothing at or around the eye.")


def require_possible_law(law: LawProposal) -> None:
    """
    Refuse a row of law whose words mean nothing.

    :raises RuleBroken: `policy_contradictory`.
    """
    _require_source(law.citation)
    known = (
        (law.profession in (*PROFESSIONS, ANY), "profession"),
        (law.act in (*ACTS, ANY), "act"),
        (law.effect in LAW_EFFECTS, "effect"),
        (law.max_depth in ("", *DEPTHS), "max_depth"),
        (law.supervision in ("", *LEVELS), "supervision"),
        (set(law.region_exclusions) <= set(REGIONS), "region_exclusions"),
    )
    if unknown := [field for holds, field in known if not holds]:
        raise _contradictory(f"These words of the row are not known: {', '.join(unknown)}.")
    if law.effect != ALLOW_IF and (law.max_depth or law.supervision):
        raise _contradictory("Only a row that allows names a deepest depth or a level of supervision.")


def _require_source(citation: str) -> None:
    if not citation.strip():
        raise RuleBroken("source_missing", "A row of the policy names its source.")


def _contradictory(detail: str) -> RuleBroken:
    return RuleBroken("policy_contradictory", detail)
