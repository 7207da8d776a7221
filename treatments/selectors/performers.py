"""Why a practitioner may not do the work then: papers, supervision, region and presence, under the best of their professions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from clinic.errors import Refusal, by_gate
from clinic.models import Practitioner, Privilege, Shift, SupervisionCover
from clinic.policies.credentials import Permissions, performer_refusals
from clinic.policies.papers import PractitionerFacts, SiteFacts
from clinic.policies.periods import covers
from clinic.scopes import EYELID_PROFESSIONS, ON_SITE_LEVELS, SUPERVISORS
from clinic.selectors.facts import permissions_at, practitioner_facts, site_facts
from treatments.policies.gates.performers import children_only, region_unverified
from treatments.selectors.work import Work

SUPERVISION_SOURCE = "Clinic policy: supervised work has a qualified physician who agreed to it, for the whole visit"
PRESENCE_SOURCE = "The roster of the site"
HOLDERS = """
SELECT practitioner_id, profession, scope FROM clinic_privilege
 WHERE practitioner_id = ANY (%s::uuid[]) AND site_id = %s AND scope = ANY (%s) AND supervision = 'none' AND valid @> %s
"""


@dataclass(frozen=True, kw_only=True)
class Slot:
    """When the work would be done: `blocked` is the visit with its buffers."""

    start: datetime
    end: datetime
    blocked: DateTimeTZRange

    @property
    def during(self) -> DateTimeTZRange:
        return DateTimeTZRange(self.start, self.end)


@dataclass(frozen=True, kw_only=True)
class _Performer:
    practitioner: Practitioner
    facts: PractitionerFacts
    site: SiteFacts
    permissions: Permissions


def performer_reasons(*, practitioner: Practitioner, work: Work, slot: Slot, supervisor: UUID | None = None) -> list[Refusal]:
    """
    Every reason why this practitioner may not do the work then, none if they may.

    Judged once under each licensed profession; when none is allowed, the reasons of the one with the fewest.
    Whether anybody is taken is not asked here.
    """
    if practitioner.active and _may_alone(practitioner, work, slot):
        return _presence(practitioner, work, slot)
    performer = _performer(practitioner, work, slot)
    professions = sorted({licence.profession for licence in performer.facts.licences}) or [None]
    answers = [_under(performer, profession, work, slot, supervisor) for profession in professions]
    return by_gate([*min(answers, key=len), *_presence(practitioner, work, slot)])


def _may_alone(practitioner: Practitioner, work: Work, slot: Slot) -> bool:
    """Whether one profession whose permissions reach every patient and region holds all of it alone: no paper has to be read."""
    held: dict[str, set[str]] = {}
    for profession, key in Privilege.objects.filter(
        practitioner=practitioner, site=work.site, scope__in=work.scopes, supervision="none", valid__contains=slot.during
    ).values_list("profession", "scope"):
        held.setdefault(profession, set()).add(key)
    return any(scopes == set(work.scopes) and profession in EYELID_PROFESSIONS for profession, scopes in held.items())


def _performer(practitioner: Practitioner, work: Work, slot: Slot) -> _Performer:
    facts = practitioner_facts(practitioners=[practitioner.id], site=work.site)[practitioner.id]
    professions = {licence.profession for licence in facts.licences}
    return _Performer(
        practitioner=practitioner,
        facts=facts,
        site=site_facts(work.site),
        permissions=permissions_at(jurisdiction=work.site.jurisdiction, professions=professions, at=slot.start),
    )


def _under(performer: _Performer, profession: str | None, work: Work, slot: Slot, supervisor: UUID | None) -> list[Refusal]:
    papers = performer_refusals(
        practitioner=performer.facts,
        site=performer.site,
        profession=profession,
        wanted=work.keys,
        start=slot.start,
        end=slot.end,
        permissions=performer.permissions,
    )
    near = [region_unverified(item, may_do_eyelid=profession in EYELID_PROFESSIONS) for item in work.items]
    young = [_children(performer, profession, work, slot)] if profession else []
    supervision = [] if papers or not profession else _supervision(performer, profession, work, slot, supervisor)
    return [*papers, *(reason for reason in (*near, *young) if reason), *supervision]


def _children(performer: _Performer, profession: str, work: Work, slot: Slot) -> Refusal | None:
    tiers = {licence.tier for licence in performer.facts.licences if licence.profession == profession}
    requires = {
        word
        for tier in tiers
        for key, permission in performer.permissions(profession, tier).items()
        if key in work.keys and permission.permitted
        for word in permission.requires
    }
    on = slot.start.astimezone(performer.site.zone).date()
    return children_only(patient=work.facts, on=on, requires=requires)


def _presence(practitioner: Practitioner, work: Work, slot: Slot) -> list[Refusal]:
    shifts = Shift.objects.filter(practitioner=practitioner, site=work.site, during__overlap=slot.blocked)
    periods = sorted((shift.during.lower, shift.during.upper) for shift in shifts)
    if covers(periods, start=slot.blocked.lower, end=slot.blocked.upper):
        return []
    return [
        Refusal(
            code="outside_shift",
            detail=f"{practitioner.name} is not at {work.site.name} for the whole visit with its preparation and clean-up.",
            source=PRESENCE_SOURCE,
            mend="Choose a start within their shift, or somebody who is there.",
        )
    ]


def _supervision(performer: _Performer, profession: str, work: Work, slot: Slot, supervisor: UUID | None) -> list[Refusal]:
    levels = _levels(performer, profession, work, slot)
    if not levels:
        return []
    agreed = SupervisionCover.objects.filter(practitioner=performer.practitioner, site=work.site)
    if supervisor:
        agreed = agreed.filter(supervisor=supervisor)
    candidates = _covering(agreed, levels, slot)
    if not candidates:
        return [
            _refused("supervision_agreement_missing", performer, "has no agreement for this work with a supervising physician")
        ]
    qualified = [person for person in candidates if _is_qualified(person, levels, work, slot)]
    if not qualified:
        return [
            _refused("supervisor_not_qualified", performer, "has no supervisor who may do this work alone for the whole visit")
        ]
    if set(levels.values()) & ON_SITE_LEVELS and not any(_is_present(person, work, slot) for person in qualified):
        return [_refused("supervisor_absent", performer, "has no supervisor on site for the whole visit")]
    return []


def _levels(performer: _Performer, profession: str, work: Work, slot: Slot) -> dict[str, str]:
    """Scope -> level of supervision, of what this performer does under supervision then."""
    held = Privilege.objects.filter(
        practitioner=performer.practitioner,
        site=work.site,
        profession=profession,
        scope__in=work.scopes,
        valid__overlap=slot.during,
    ).exclude(supervision="none")
    return dict(held.values_list("scope", "supervision"))


def _covering(agreed, levels: dict[str, str], slot: Slot) -> list[UUID]:
    """The supervisors whose agreements cover every scope for the whole visit."""
    rows = agreed.filter(valid__contains=slot.during, scope__in=levels).values_list("supervisor", "scope", "supervision")
    covered: dict[UUID, set[str]] = {}
    for supervisor, key, level in rows:
        if levels[key] == level:
            covered.setdefault(supervisor, set()).add(key)
    return sorted(person for person, scopes in covered.items() if scopes == levels.keys())


def _is_qualified(supervisor: UUID, levels: dict[str, str], work: Work, slot: Slot) -> bool:
    held = Privilege.objects.filter(
        practitioner=supervisor,
        site=work.site,
        scope__in=levels,
        supervision="none",
        profession__in=SUPERVISORS,
        valid__contains=slot.during,
    )
    by_profession: dict[str, set[str]] = {}
    for profession, key in held.values_list("profession", "scope"):
        by_profession.setdefault(profession, set()).add(key)
    return any(scopes == levels.keys() for scopes in by_profession.values())


def _is_present(supervisor: UUID, work: Work, slot: Slot) -> bool:
    shifts = Shift.objects.filter(practitioner=supervisor, site=work.site, during__overlap=slot.during)
    return covers(sorted((shift.during.lower, shift.during.upper) for shift in shifts), start=slot.start, end=slot.end)


def _refused(code: str, performer: _Performer, what: str) -> Refusal:
    return Refusal(
        code=code,
        gate="G08",
        detail=f"{performer.practitioner.name} {what}.",
        source=SUPERVISION_SOURCE,
        mend="Choose another start, another supervisor, or a practitioner who works without supervision.",
    )


def holders_of(
    *, scopes: Sequence[str], site: UUID, people: Sequence[UUID], now: datetime
) -> dict[UUID, list[tuple[str, set[str]]]]:
    """Of these people, who holds which of the scopes without supervision at the site now: (profession, scopes), most first."""
    with connection.cursor() as cursor:
        cursor.execute(HOLDERS, [list(people), site, list(scopes), now])
        rows = cursor.fetchall()
    held: dict[UUID, dict[str, set[str]]] = {}
    for practitioner, profession, key in rows:
        held.setdefault(practitioner, {}).setdefault(profession, set()).add(key)
    return {
        practitioner: sorted(professions.items(), key=lambda found: (-len(found[1]), found[0]))
        for practitioner, professions in held.items()
    }
