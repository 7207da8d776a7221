"""Two records of one lesion become one: whatever either of them refused stays refused."""

from dataclasses import dataclass, replace
from typing import Final

from clinic.errors import Refusal
from clinic.scopes import DEPTH_RANK, EYELID, PERIOCULAR, judged_depth
from patients.policies.courses import RECURRED, RESOLVED
from patients.policies.findings import (
    CONFIRMED,
    GUARDED_TYPES,
    NONE,
    PROVISIONAL,
    REFUTED,
    LesionState,
)

STRICTNESS: Final = {CONFIRMED: 0, PROVISIONAL: 1, NONE: 2, REFUTED: 3}
SOURCE: Final = "Clinic policy: a record that joins two keeps the stricter of each"
ENDED: Final = frozenset({RESOLVED, RECURRED})


@dataclass(frozen=True, kw_only=True)
class Record:
    """A lesion record as far as a merge asks about it: `absorbs` says that others were merged into it already."""

    patient: str
    side: str
    status: str
    state: LesionState
    is_merged: bool = False
    absorbs: bool = False


def merge_refusals(*, lasting: Record, other: Record) -> list[Refusal]:
    """Why these two records are not made one, all at once; empty where nothing stands in the way."""
    if lasting.patient != other.patient:
        return [
            _refusal("lesion_of_another_patient", "The two records belong to different patients.", "Name two of one patient.")
        ]
    types = {lasting.state.milia_type, other.state.milia_type} & GUARDED_TYPES
    told = {
        "One of them is part of another record already.": lasting.is_merged or other.is_merged,
        "The record that would end has taken in others: merge the other way round, or take that merge back.": other.absorbs,
        "They lie on different sides.": _differ(lasting.side, other.side),
        "One of them is over, the other is not: note what came back as a recurrence.": _is_over(lasting) != _is_over(other),
        "One lies on the face and the other on the body.": _apart(lasting.state, other.state),
        "One is neonatal and the other a plaque.": len(types) > 1,
    }
    return [
        _refusal("lesions_differ", detail, "Correct the record that is wrong first, by an assessment where it takes one.")
        for detail, holds in told.items()
        if holds
    ]


def merged_state(lasting: LesionState, other: LesionState) -> LesionState:
    """What rules judge about the lesion from now on: nearer to the eye, deeper, flagged, the lesser certainty."""
    nearer = other if _closeness(other) > _closeness(lasting) else lasting
    deeper = other if _rank(other) > _rank(lasting) else lasting
    diagnosis, certainty = _diagnosis(lasting, other)
    both = (lasting, other)
    kind = next(
        (state.milia_type for state in both if state.milia_type in GUARDED_TYPES), lasting.milia_type or other.milia_type
    )
    plaques = [state for state in both if state.milia_type == "en_plaque"]
    return replace(
        lasting,
        region=nearer.region,
        region_verified=all(state.region_verified for state in both),
        depth=deeper.depth,
        milia_type=kind,
        diagnosis=diagnosis,
        certainty=certainty,
        suspicious=any(state.suspicious for state in both),
        plaque_reviewed=bool(plaques) and all(state.plaque_reviewed for state in plaques),
    )


def _diagnosis(lasting: LesionState, other: LesionState) -> tuple[str | None, str]:
    """What both say, in the lesser certainty; where they differ nothing is diagnosed, but a refutation stands."""
    stricter = other if STRICTNESS[other.certainty] > STRICTNESS[lasting.certainty] else lasting
    if lasting.diagnosis == other.diagnosis or stricter.certainty == REFUTED:
        return stricter.diagnosis, stricter.certainty
    return None, NONE


def _refusal(code: str, detail: str, mend: str) -> Refusal:
    return Refusal(code=code, detail=detail, source=SOURCE, mend=mend)


def _is_over(record: Record) -> bool:
    return record.status in ENDED


def _differ(one: str, another: str) -> bool:
    return bool(one and another) and one != another


def _apart(lasting: LesionState, other: LesionState) -> bool:
    """Neither is nearer to the eye, and yet the regions differ: none of them is the stricter."""
    return _nearness(lasting) == _nearness(other) and lasting.authority_region != other.authority_region


def _closeness(state: LesionState) -> tuple[int, bool]:
    """As rules judge it, and of two that count as the lid the one that was found there."""
    return _nearness(state), state.region == EYELID


def _nearness(state: LesionState) -> int:
    return {EYELID: 2, PERIOCULAR: 1}.get(state.authority_region, 0)


def _rank(state: LesionState) -> int:
    return DEPTH_RANK[judged_depth(state.depth)]
