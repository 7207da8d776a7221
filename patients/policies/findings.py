"""What a signed assessment makes of a lesion, and who may sign what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from clinic.errors import Malformed, NotAllowed, RuleBroken
from clinic.scopes import DEPTH_RANK, EYELID, PERIOCULAR, judged_depth

NONE, PROVISIONAL, CONFIRMED, REFUTED = "none", "provisional", "confirmed", "refuted"
KINDS: Final = ("benign", "inflamed", "suspicious", "contagious")
GUARDED_TYPES: Final = frozenset({"neonatal", "en_plaque"})
ALARMING_KINDS: Final = frozenset({"suspicious", "contagious"})
ALONE: Final = "none"
"""The level of supervision of a diagnosis that counts at once; any other waits for a physician's second signature."""
COSIGNED_PROFESSIONS: Final = frozenset({"physician_assistant", "nurse_practitioner"})
DIAGNOSING: Final = (
    "dermatologist",
    "ophthalmologist",
    "physician_other",
    "pediatrician",
    "physician_assistant",
    "nurse_practitioner",
)
"""Nobody else confirms or refutes, whatever the policy says."""


@dataclass(frozen=True, kw_only=True)
class LesionState:
    """What rules judge about a lesion."""

    region: str
    region_verified: bool
    depth: str
    milia_type: str | None
    diagnosis: str | None
    certainty: str
    suspicious: bool
    plaque_reviewed: bool

    @property
    def authority_region(self) -> str:
        """Around the eye and not verified counts as the eyelid."""
        return EYELID if self.region == PERIOCULAR and not self.region_verified else self.region


@dataclass(frozen=True, kw_only=True)
class Finding:
    """
    What somebody found; None (and a certainty of `none` without a diagnosis) says nothing about that point.

    `excluded` and `suspected` are the codes of look-alikes.
    """

    diagnosis: str | None = None
    kind: str = ""
    certainty: str = NONE
    excluded: Sequence[str] = ()
    suspected: Sequence[str] = ()
    milia_type: str | None = None
    depth: str | None = None
    region: str | None = None
    region_verified: bool | None = None
    suspicious: bool | None = None

    @property
    def is_alarming(self) -> bool:
        """Whether it names something dangerous or contagious as possible."""
        return self.kind in ALARMING_KINDS and self.certainty != REFUTED

    @property
    def blocks(self) -> bool:
        """Whether the lesion is flagged by it: it may be dangerous or contagious, or the signer is not certain what it is."""
        return self.is_alarming or bool(self.suspected)


@dataclass(frozen=True, kw_only=True)
class Signer:
    """In which profession somebody signs; `diagnoses` holds the level of supervision of a diagnosis in each region."""

    profession: str
    diagnoses: Mapping[str, str]


def require_consistent(finding: Finding) -> None:
    """
    The points of a finding agree with each other.

    :raises Malformed: naming the point that does not.
    """
    if finding.diagnosis is None and finding.certainty != NONE:
        raise Malformed({"diagnosis": "Name the diagnosis that is provisional, confirmed or refuted."})
    if finding.is_alarming and finding.suspicious is False:
        raise Malformed({"suspicious": "A diagnosis that is dangerous or contagious is never unsuspicious."})
    _require_consistent_look_alikes(finding)


def require_alike(states: Sequence[LesionState], finding: Finding) -> None:
    """
    What a finding corrects about several lesions is the same for all of them before.

    :raises RuleBroken: `split_items`, naming what differs.
    """
    differs = {
        "region": bool(finding.region or finding.region_verified is not None) and len({state.region for state in states}) > 1,
        "depth": bool(finding.depth) and len({state.depth for state in states}) > 1,
    }
    if words := [word for word, holds in differs.items() if holds]:
        raise RuleBroken(
            "split_items",
            f"The lesions differ in {' and '.join(words)}, which this assessment corrects: sign one for each kind.",
        )


def state_after(state: LesionState, finding: Finding, signer: Signer) -> LesionState:
    """
    The lesion as the assessment leaves it.

    :raises NotAllowed: when it loosens a rule, or diagnoses, beyond what the signer may.
    """
    after = _described(state, finding)
    if finding.diagnosis is not None:
        diagnosis, certainty = _diagnosed(state, finding, signer.diagnoses.get(after.authority_region))
        after = replace(after, diagnosis=diagnosis, certainty=certainty)
    if after.milia_type != "en_plaque":
        after = replace(after, plaque_reviewed=False)
    elif signer.profession == "dermatologist":
        after = replace(after, plaque_reviewed=True)
    elif state.milia_type != "en_plaque":
        after = replace(after, plaque_reviewed=False)
    require_may_loosen(state, after, profession=signer.profession)
    return after


def require_may_loosen(before: LesionState, after: LesionState, *, profession: str | None) -> None:
    """
    Whatever loosens a rule is a dermatologist's to say; of a lesion on the lid, an ophthalmologist's too.

    :raises NotAllowed: naming what would be loosened.
    """
    loosened = loosened_rules(before, after)
    is_at_the_lid = before.region == EYELID and before.authority_region == EYELID
    if not loosened or profession == "dermatologist" or (profession == "ophthalmologist" and is_at_the_lid):
        return
    raise NotAllowed(
        "not_permitted",
        f"Only an assessment signed by a dermatologist (on the eyelid also an ophthalmologist) says {' and '.join(loosened)}.",
    )


def loosened_rules(before: LesionState, after: LesionState) -> list[str]:
    """What the change would let happen that was refused before, in words."""
    rules = {
        "that a lesion lies farther from the eye": _nearness(after.authority_region) < _nearness(before.authority_region),
        "that a region is verified": after.region_verified and not before.region_verified and after.region != EYELID,
        "that a lesion is shallower": _rank(after.depth) < _rank(before.depth),
        "that a lesion is not suspicious": before.suspicious and not after.suspicious,
        "that milia are not neonatal or en plaque": before.milia_type in GUARDED_TYPES
        and after.milia_type != before.milia_type,
        "that a refuted diagnosis stands again": before.certainty == REFUTED and after.certainty != REFUTED,
    }
    return [rule for rule, is_loosened in rules.items() if is_loosened]


def _require_consistent_look_alikes(finding: Finding) -> None:
    held = finding.diagnosis if finding.certainty != REFUTED else None
    if twice := sorted(set(finding.excluded) & set(finding.suspected)):
        raise Malformed({"suspected": f"Excluded and suspected at once: {', '.join(twice)}."})
    if held and held in finding.excluded:
        raise Malformed({"excluded": "The diagnosis itself is not excluded."})
    if finding.suspected and finding.certainty == CONFIRMED:
        raise Malformed({"suspected": "Who confirms a diagnosis suspects no other: exclude it, or stay provisional."})
    if finding.suspected and finding.suspicious is False:
        raise Malformed({"suspected": "A lesion about which something else is suspected is never unsuspicious."})


def _described(state: LesionState, finding: Finding) -> LesionState:
    """Everything but the diagnosis; a region that changes is verified only if the finding says so."""
    region = finding.region or state.region
    verified = state.region_verified if region == state.region else False
    return replace(
        state,
        region=region,
        region_verified=verified if finding.region_verified is None else finding.region_verified,
        depth=finding.depth or state.depth,
        milia_type=finding.milia_type or state.milia_type,
        suspicious=finding.blocks or (state.suspicious if finding.suspicious is None else finding.suspicious),
    )


def _diagnosed(state: LesionState, finding: Finding, level: str | None) -> tuple[str | None, str]:
    """The diagnosis and certainty that hold from now on; `level` is None for who may not diagnose in that region."""
    if level is None:
        return _remarked(state, finding)
    if finding.certainty == CONFIRMED and level != ALONE:
        stands = (state.diagnosis, state.certainty) == (finding.diagnosis, CONFIRMED)
        return finding.diagnosis, CONFIRMED if stands else PROVISIONAL
    return finding.diagnosis, finding.certainty


def _remarked(state: LesionState, finding: Finding) -> tuple[str | None, str]:
    """Who may not diagnose suspects, and names what nobody has named yet; an alarm about a settled diagnosis is the flag."""
    if finding.certainty in {CONFIRMED, REFUTED}:
        raise NotAllowed("not_permitted", "Your profession may suspect a diagnosis here, but neither confirm nor refute one.")
    if state.certainty in {CONFIRMED, REFUTED}:
        if finding.is_alarming or (state.diagnosis, state.certainty) == (finding.diagnosis, CONFIRMED):
            return state.diagnosis, state.certainty
    elif finding.is_alarming or state.diagnosis in {None, finding.diagnosis}:
        return finding.diagnosis, finding.certainty
    raise NotAllowed("not_permitted", "A diagnosis that was made is changed by somebody who may diagnose there.")


def _nearness(region: str) -> int:
    return {EYELID: 2, PERIOCULAR: 1}.get(region, 0)


def _rank(depth: str) -> int:
    return DEPTH_RANK[judged_depth(depth)]
