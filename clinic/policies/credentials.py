"""What a practitioner's papers allow at a site, as periods of time, and every reason why they do not."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from clinic.errors import Refusal, by_gate
from clinic.policies.authority import permission_at
from clinic.policies.licences import licence_refusals, no_licence
from clinic.policies.matrix import Key, Permission
from clinic.policies.papers import (
    LicenceFacts,
    PractitionerFacts,
    SiteFacts,
    asks_for_grant,
    grant_periods,
    licence_periods,
    licences_of,
    tiers_of,
    training_periods,
    trainings_asked,
)
from clinic.policies.periods import Period, covers, intersect, subtract, union
from clinic.policies.reasons import (
    Visit,
    cell_refusals,
    grant_refusals,
    inactive,
    level_changes,
    training_refusals,
)
from clinic.scopes import LEVELS, scope

Permissions = Callable[[str, str], Mapping[Key, Permission]]
"""From a profession and the tier of its licence to what these may do in the site's jurisdiction."""


@dataclass(frozen=True, kw_only=True)
class PrivilegePeriod:
    """From `start` until `end` (UTC) this scope may be done under this profession, at this level of supervision."""

    profession: str
    scope: str
    supervision: str
    start: datetime
    end: datetime
    sources: tuple[str, ...]


def privilege_periods(*, practitioner: PractitionerFacts, site: SiteFacts, permissions: Permissions) -> list[PrivilegePeriod]:
    """All that the papers allow at the site; where two tiers differ, the freer level holds while both count."""
    if not practitioner.active:
        return []
    return [
        period
        for profession in sorted({licence.profession for licence in practitioner.licences})
        for key in sorted(_keys(practitioner, profession, permissions))
        for period in periods_of(practitioner=practitioner, site=site, profession=profession, key=key, permissions=permissions)
    ]


def periods_of(
    *,
    practitioner: PractitionerFacts,
    site: SiteFacts,
    profession: str,
    key: Key,
    permissions: Permissions,
) -> Iterator[PrivilegePeriod]:
    """When the papers carry one act, depth and region under one profession: one level of supervision at a time."""
    carried: dict[str, list[Period]] = defaultdict(list)
    sources: dict[str, list[str]] = defaultdict(list)
    for tier in tiers_of(practitioner, profession=profession):
        permission = permissions(profession, tier).get(key)
        if permission and permission.permitted:
            licences = licences_of(practitioner, profession=profession, tier=tier)
            carried[permission.supervision] += _carried(practitioner, site, licences, permission)
            sources[permission.supervision] += permission.sources
    taken: list[Period] = []
    for level in LEVELS:
        for start, end in subtract(union(carried[level]), taken):
            yield PrivilegePeriod(
                profession=profession,
                scope=scope(act=key[0], depth=key[1], region=key[2]),
                supervision=level,
                start=start,
                end=end,
                sources=tuple(dict.fromkeys(sources[level])),
            )
        taken = union([*taken, *carried[level]])


def performer_refusals(
    *,
    practitioner: PractitionerFacts,
    site: SiteFacts,
    profession: str | None,
    wanted: Sequence[Key],
    start: datetime,
    end: datetime,
    permissions: Permissions,
) -> list[Refusal]:
    """
    Every reason why the papers do not carry all of this work over all of [start, end) under that profession.

    None stands for somebody without any licence. Supervision is judged elsewhere, where the covers are known.
    """
    visit = Visit(site=site, start=start, end=end)
    reasons = [] if practitioner.active else [inactive()]
    if profession is None:
        return by_gate([*reasons, no_licence(visit=visit)])
    for key in wanted:
        periods = periods_of(practitioner=practitioner, site=site, profession=profession, key=key, permissions=permissions)
        if not covers([(period.start, period.end) for period in periods], start=start, end=end):
            reasons += _why_not(practitioner, visit, profession, key, permissions)
    return by_gate(reasons)


def licence_in_use(*, practitioner: PractitionerFacts, site: SiteFacts, profession: str, at: datetime) -> LicenceFacts | None:
    """The licence of that profession that counts at the site then; of several, the one that lasts longest."""
    counting = [
        licence
        for licence in practitioner.licences
        if licence.profession == profession and any(start <= at < end for start, end in licence_periods([licence], site=site))
    ]
    return max(counting, key=lambda licence: (licence.valid_through, licence.id), default=None)


def _carried(
    practitioner: PractitionerFacts, site: SiteFacts, licences: list[LicenceFacts], permission: Permission
) -> list[Period]:
    periods = licence_periods(licences, site=site)
    for kind in trainings_asked(permission):
        periods = intersect(periods, training_periods(practitioner, kind=kind, site=site))
    if asks_for_grant(permission):
        key = (permission.act, permission.depth, permission.region)
        periods = intersect(periods, grant_periods(practitioner, key=key, site=site))
    return periods


def _why_not(
    practitioner: PractitionerFacts, visit: Visit, profession: str, key: Key, permissions: Permissions
) -> list[Refusal]:
    """The reasons under the tier that stands nearest: one that permits the work before others, then the fewest."""
    answers = []
    for tier in tiers_of(practitioner, profession=profession):
        permission = permission_at(
            profession=profession,
            permissions=permissions(profession, tier),
            act=key[0],
            depth=key[1],
            region=key[2],
        )
        reasons = [
            *licence_refusals(licences_of(practitioner, profession=profession, tier=tier), profession=profession, visit=visit),
            *cell_refusals(permission, profession=profession),
            *training_refusals(practitioner, permission=permission, visit=visit),
            *grant_refusals(practitioner, permission=permission, visit=visit),
        ]
        answers.append((not permission.permitted, len(reasons), reasons))
    return min(answers, key=lambda answer: answer[:2])[2] or [level_changes(key)]


def _keys(practitioner: PractitionerFacts, profession: str, permissions: Permissions) -> set[Key]:
    return {
        key
        for tier in tiers_of(practitioner, profession=profession)
        for key, permission in permissions(profession, tier).items()
        if permission.permitted
    }
