"""As whom somebody did work that is over: the privileges that were in force then, and who supervised."""

from collections import defaultdict
from dataclasses import dataclass, field
from uuid import UUID

from clinic.errors import Refusal, by_gate
from clinic.models import Practitioner, Privilege
from clinic.policies.periods import covers, union
from clinic.scopes import LEVELS
from treatments.selectors.performers import (
    Performer,
    Slot,
    able_supervisors,
    adult_refused,
    conditions_of,
    performer_with_papers,
    qualified_as,
    reasons_under,
)
from treatments.selectors.work import Work


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The profession that carries the work with a level for each scope, its supervisor and conditions; or why none does."""

    profession: str = ""
    levels: dict[str, str] = field(default_factory=dict)
    supervisor: UUID | None = None
    supervisor_profession: str = ""
    requires: frozenset[str] = frozenset()
    refusals: tuple[Refusal, ...] = ()

    @property
    def supervision(self) -> str:
        """The strictest level of all that was done."""
        return max(self.levels.values(), key=LEVELS.index, default="none")


def standing_of(
    *, practitioner: Practitioner, work: Work, slot: Slot, supervisor: UUID | None = None, preferred: UUID | None = None
) -> Standing:
    """
    As whom the practitioner did the work; when no profession carries it, the reasons of the one with the fewest.

    Judged by the privileges of that time: what ended or was suspended later does not count against it. Who was on the
    roster is asked of supervisors only.

    :param supervisor: who is named as such; without one, `preferred` if they may, else the first who may.
    """
    performer = performer_with_papers(practitioner, work, slot)
    held = _held(practitioner, work, slot)
    professions = sorted({*held, *performer.professions}) or [None]
    answers = [_under(performer, profession, held, work, slot, supervisor, preferred) for profession in professions]
    return min(answers, key=lambda answer: len(answer.refusals))


def _held(practitioner: Practitioner, work: Work, slot: Slot) -> dict[str, dict[str, str]]:
    """Profession -> scope -> level, for what was held at one level through the whole slot."""
    rows = Privilege.objects.filter(
        practitioner=practitioner, site=work.site, scope__in=work.scopes, valid__overlap=slot.during
    ).values_list("profession", "scope", "supervision", "valid")
    periods = defaultdict(list)
    for profession, key, level, valid in rows:
        periods[profession, key, level].append((valid.lower, valid.upper))
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for (profession, key, level), spans in periods.items():
        if covers(union(spans), start=slot.start, end=slot.end):
            known = found[profession].get(key, level)
            found[profession][key] = min(level, known, key=LEVELS.index)
    return found


def _under(
    performer: Performer,
    profession: str | None,
    held: dict[str, dict[str, str]],
    work: Work,
    slot: Slot,
    supervisor: UUID | None,
    preferred: UUID | None,
) -> Standing:
    levels = held.get(profession, {}) if profession else {}
    if not set(work.scopes) <= levels.keys():
        why = reasons_under(performer, profession, work, slot, supervisor) or [_not_held(performer.practitioner)]
        return Standing(profession=profession or "", refusals=tuple(by_gate(why)))
    requires = conditions_of(performer, profession, work)
    if too_old := adult_refused(performer, profession, work, slot):
        return Standing(profession=profession, levels=levels, requires=requires, refusals=(too_old,))
    supervised = {key: level for key, level in levels.items() if level != "none"}
    if not supervised:
        return Standing(profession=profession, levels=levels, requires=requires)
    able, refusals = able_supervisors(performer.practitioner, supervised, work, slot, supervisor)
    chosen = preferred if preferred in able else next(iter(able), None)
    return Standing(
        profession=profession,
        levels=levels,
        supervisor=chosen,
        supervisor_profession=(qualified_as(chosen, supervised, work, slot) or "") if chosen else "",
        requires=requires,
        refusals=tuple(refusals),
    )


def _not_held(practitioner: Practitioner) -> Refusal:
    """The papers of today would do, but the privilege was not there when the work was done."""
    return Refusal(
        code="privilege_missing",
        gate="G04",
        detail=f"{practitioner.name} held no privilege for this work at the time when it was done.",
        source="The privileges as they were then: they are not rewritten for the past",
        mend="Hand over to a practitioner who held it, or report an incident.",
    )
