"""What became of treated lesions: shares and medians with the number of cases and 95 % confidence intervals."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import comb, sqrt
from statistics import median

ENOUGH = 20
"""Fewer cases are shown and not ranked: their intervals are too wide to tell anybody apart."""
Z = 1.959964
"""The 97.5 % quantile of the normal distribution."""
EXACT = 100


MARKS = ("scar", "keloid", "pigment")
"""A complication whose kind has one of these in it left a scar or a change of pigment."""
CLINIC, PRACTITIONER, TECHNIQUE = "clinic", "practitioner", "technique"
GROUPINGS = (CLINIC, PRACTITIONER, TECHNIQUE)


@dataclass(frozen=True, kw_only=True)
class Case:
    """
    One lesion in one group: treated at one clinic, by one practitioner or with one technique.

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

    `recurred` is a share of the cases that were ever cleared: what never went cannot come back. `marked` is a scar or a
    change of pigment.
    """

    key: str
    cases: int
    cleared: Share
    recurred: Share
    marked: Share
    attempts: Middle
    days: Middle
    rank: int | None


def summaries_of(cases: Iterable[tuple[str, Case, int]]) -> list[Summary]:
    """
    The groups by their keys, from (key, case, how many like it).

    Those with enough cases stand in front, the best share cleared first, equal shares with equal rank.
    """
    groups: dict[str, list[tuple[Case, int]]] = defaultdict(list)
    for key, case, many in cases:
        groups[key].append((case, many))
    unranked = [_summary(key, held) for key, held in groups.items()]
    shares = sorted({found.cleared.share for found in unranked if found.cases >= ENOUGH}, reverse=True)
    ranked = [
        replace(found, rank=shares.index(found.cleared.share) + 1) if found.cases >= ENOUGH else found for found in unranked
    ]
    return sorted(ranked, key=lambda group: (group.rank is None, group.rank or 0, group.key))


def _summary(key: str, held: Sequence[tuple[Case, int]]) -> Summary:
    cases = sum(many for _, many in held)
    gone = [(case, many) for case, many in held if case.days is not None]
    return Summary(
        key=key,
        cases=cases,
        cleared=share_of(sum(many for case, many in held if case.cleared), of=cases),
        recurred=share_of(sum(many for case, many in gone if case.recurred), of=sum(many for _, many in gone)),
        marked=share_of(sum(many for case, many in held if case.marked), of=cases),
        attempts=middle_of(_spread((case.attempts, many) for case, many in held)),
        days=middle_of(_spread((case.days, many) for case, many in gone)),
        rank=None,
    )


def _spread(counted: Iterable[tuple[int | None, int]]) -> list[int]:
    return [value for value, many in counted if value is not None for _ in range(many)]


def share_of(yes: int, *, of: int) -> Share:
    """So many of so many, with the score interval (Wilson 1927)."""
    if not of:
        return Share(of=0, share=None, low=None, high=None)
    share = yes / of
    spread = Z * Z / of
    centre = (share + spread / 2) / (1 + spread)
    half = Z * sqrt(share * (1 - share) / of + spread / (4 * of)) / (1 + spread)
    return Share(of=of, share=share, low=max(0.0, centre - half), high=min(1.0, centre + half))


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
