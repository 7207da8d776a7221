"""What became of treated lesions: shares and medians with the number of cases and 95 % confidence intervals."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import comb, sqrt
from statistics import median

ENOUGH = 20
"""Fewer cases are shown and not ranked: their intervals are too wide to tell anybody apart."""
Z = 1.959964
"""The 97.5 % quantile of the normal distribution."""
EXACT = 100


@dataclass(frozen=True, kw_only=True)
class Case:
    """
    One lesion under one practitioner's treatment with one technique.

    :param cleared: at the first visit. :param days: from the first visit until it was cleared; None while it is not.
    :param attempts: over all visits; None where none were counted.
    """

    cleared: bool
    recurred: bool
    marked: bool
    attempts: int | None
    days: int | None


@dataclass(frozen=True, kw_only=True)
class Share:
    """A share of the cases (0 to 1) with its interval after Wilson."""

    of: int
    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, kw_only=True)
class Middle:
    """A median with an interval from order statistics, which assumes no distribution; None where there are too few values."""

    of: int
    median: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, kw_only=True)
class Summary:
    """
    The outcomes of one group; `rank` is its place by the share cleared at the visit, among those with enough cases.

    `marked` is a scar or a change of pigment.
    """

    key: str
    cases: int
    cleared: Share
    recurred: Share
    marked: Share
    attempts: Middle
    days: Middle
    rank: int | None


def summaries_of(cases: Iterable[tuple[str, Case]]) -> list[Summary]:
    """The groups by their keys; those with enough cases in front, the best share cleared first, equal shares with equal rank."""
    groups: dict[str, list[Case]] = defaultdict(list)
    for key, case in cases:
        groups[key].append(case)
    cleared = {key: share_of([case.cleared for case in held]) for key, held in groups.items()}
    ranked = sorted({found.share for key, found in cleared.items() if len(groups[key]) >= ENOUGH}, reverse=True)
    found = [
        Summary(
            key=key,
            cases=len(held),
            cleared=cleared[key],
            recurred=share_of([case.recurred for case in held]),
            marked=share_of([case.marked for case in held]),
            attempts=middle_of([case.attempts for case in held if case.attempts is not None]),
            days=middle_of([case.days for case in held if case.days is not None]),
            rank=ranked.index(cleared[key].share) + 1 if len(held) >= ENOUGH else None,
        )
        for key, held in groups.items()
    ]
    return sorted(found, key=lambda group: (group.rank is None, group.rank or 0, group.key))


def share_of(answers: Sequence[bool]) -> Share:
    """The share of true answers with its score interval (Wilson 1927)."""
    many = len(answers)
    if not many:
        return Share(of=0, share=None, low=None, high=None)
    share = sum(answers) / many
    spread = Z * Z / many
    centre = (share + spread / 2) / (1 + spread)
    half = Z * sqrt(share * (1 - share) / many + spread / (4 * many)) / (1 + spread)
    return Share(of=many, share=share, low=max(0.0, centre - half), high=min(1.0, centre + half))


def middle_of(values: Sequence[int]) -> Middle:
    """The median between the narrowest symmetric pair of order statistics that hold it with at least 95 %."""
    many = len(values)
    if not many:
        return Middle(of=0, median=None, low=None, high=None)
    ordered = sorted(values)
    skipped = _skipped(many)
    low, high = (None, None) if skipped is None else (float(ordered[skipped]), float(ordered[-1 - skipped]))
    return Middle(of=many, median=float(median(ordered)), low=low, high=high)


def _skipped(many: int) -> int | None:
    """
    How many values may be left out at each end: a fair coin shows so few heads in at most 2.5 % of so many throws.

    Counted exactly up to 100 values; beyond, the normal approximation gives the same or one fewer.
    """
    if many > EXACT:
        return int((many + 1 - Z * sqrt(many)) / 2) - 1
    below, skipped = 0.0, None
    for heads in range(many // 2 + 1):
        below += comb(many, heads) / 2**many
        if below > 0.025:
            break
        skipped = heads
    return skipped
