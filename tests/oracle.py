"""
What the authority matrix and the rows of law say, read by other eyes than the product's.

It knows the two data files and nothing of the product: the tests compare both.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DATA = Path(__file__).resolve().parents[1] / "clinic" / "data"
DOCTORS = ["dermatologist", "ophthalmologist", "physician_other", "pediatrician"]
FREED = ["esthetician", "advanced_esthetician"]
TRAININGS = {"lancet_extraction": "lancet", "chemical_peel": "peel", "laser_resurfacing": "laser", "radiofrequency": "rf"}


@dataclass(frozen=True)
class Papers:
    """What one practitioner has in hand for a visit."""

    profession: str
    state: str
    licence_counts: bool = True
    trained: bool = True
    granted: bool = True
    supervised: str = "on site"
    """on site, elsewhere (an agreement, but not present), nobody"""


@cache
def cells() -> dict[tuple[str, str, str, str], dict]:
    """The matrix by profession, act, depth and region."""
    rows = json.loads((DATA / "matrix.json").read_text())
    return {(row["profession"], row["act"], row["depth"], row["region"]): row for row in rows}


@cache
def laws() -> list[dict]:
    return json.loads((DATA / "jurisdictions.json").read_text())


def level_of(
    papers: Papers, *, act: str, depth: str, region: str, at_state: str, approved: tuple[tuple[str, str, str], ...] = ()
) -> str | None:
    """
    Under which supervision the work is allowed at a site in that state; None where it is refused.

    `approved` names the rows of law that a manager verified and the director approved: (state, profession, act).
    """
    if not papers.licence_counts or papers.state != at_state:
        return None
    cell = cells()[papers.profession, act, depth, region]
    bearing = _bearing(papers.profession, act, at_state, approved)
    if any(_forbids(law, papers.profession, depth) for law in bearing):
        return None
    effect, level, needs = cell["effect"], cell["supervision"], list(cell["requires"])
    if effect == "refuse":
        if not _is_relaxed(cell, bearing, approved):
            return None
        level = "none" if papers.profession in FREED else "direct"
        needs.append(f"training:{TRAININGS[act]}")
    if not papers.trained and any(need.startswith("training:") for need in needs):
        return None
    if not papers.granted and (effect == "privilege" or "privilege" in needs):
        return None
    if level == "general" and papers.supervised == "nobody":
        return None
    if level in ("direct", "personal") and papers.supervised != "on site":
        return None
    return level


def asks_for_grant(profession: str, act: str, depth: str, region: str) -> bool:
    cell = cells()[profession, act, depth, region]
    return cell["effect"] == "privilege" or "privilege" in cell["requires"]


def is_for_children(profession: str, act: str, depth: str, region: str) -> bool:
    return "patient_under_18" in cells()[profession, act, depth, region]["requires"]


def _bearing(profession: str, act: str, state: str, approved) -> list[dict]:
    """The rows of that state, and the general ones that no approved row of the state has put aside."""
    fitting = [law for law in laws() if law["profession"] in (profession, "*") and law["act"] in (act, "*")]
    local = [law for law in fitting if law["jurisdiction"] == state]
    general = [law for law in fitting if law["jurisdiction"] == "*" and (state, law["profession"], law["act"]) not in approved]
    return local + general


def _forbids(law: dict, profession: str, depth: str) -> bool:
    if law["effect"] == "physician_only":
        return profession not in DOCTORS
    if law["effect"] in ("refuse", "unclear"):
        return True
    return bool(law["max_depth"]) and _deeper(depth, law["max_depth"])


def _deeper(depth: str, limit: str) -> bool:
    ranks = {
        "none": -1,
        "stratum_corneum": 0,
        "epidermal": 1,
        "superficial": 1,
        "dermal": 2,
        "medium": 2,
        "ablative": 3,
        "deep": 3,
    }
    return ranks[depth] > ranks[limit]


def _is_relaxed(cell: dict, bearing: list[dict], approved) -> bool:
    named = [
        law
        for law in bearing
        if law["effect"] == "allow_if" and (law["jurisdiction"], law["profession"], law["act"]) in approved
    ]
    return bool(named) and cell["relaxable"] and cell["region"] in ("face", "body")
