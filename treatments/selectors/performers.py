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
class Performer:
    """Somebody with their papers at the site, and what policy permits there."""

    practitioner: Practitioner
    facts: PractitionerFacts
    site: SiteFacts
    permissions: Permissions

    @property
    def professions(self) -> list[str]:
        """Those that they are licensed in, wherever."""
        return sorted({licence.profession for licence in self.facts.licences})


def performer_reasons(*, practitioner: Practitioner, work: Work, slot: Slot, supervisor: UUID | None = None) -> list[Refusal]:
    """
    Every reason why this practitioner may not do the work then, none if they may.

    Judged once under each licensed profession; when none is allowed, the reasons of the one with the fewest.
    Whether anybody is taken is not asked here.
    """
    if practitioner.active and _may_alone(practitioner, work, slot):
        return _presence(practitioner, work, slot)
    performer = performer_with_papers(practitioner, work, slot)
    answers = [reasons_under(performer, profession, work, slot, supervisor) for profession in performer.professions or [None]]
    return by_gate([*min(answers, key=len), *_presence(practitioner, work, slot)])


def _may_alone(practitioner: Practitioner, work: Work, slot: Slot) -> bool:
    """Whether one profession whose permissions reach every patient and region holds all of it alone: no paper has to be read."""
    held: dict[str, set[str]] = {}
    for profession, key in Privilege.objects.filter(
        practitioner=practitioner, site=work.site, scope__in=work.scopes, supervision="none", valid__contains=slot.during
    ).values_list("profession", "scope"):
        held.setdefault(profession, set()).add(key)
    return any(scopes == set(work.scopes) and profession in EYELID_PROFESSIONS for profession, scopes in held.items())


def performer_with_papers(practitioner: Practitioner, work: Work, slot: Slot) -> Performer:
    """The practitioner as the rules judge them for this work then."""
    facts = practitioner_facts(practitioners=[practitioner.id], site=work.site)[practitioner.id]
    professions = {licence.profession for licence in facts.licences}
    return Performer(
        practitioner=practitioner,
        facts=facts,
        site=site_facts(work.site),
        permissions=permissions_at(jurisdiction=work.site.jurisdiction, professions=professions, at=slot.start),
    )


def reasons_under(
    performer: Performer, profession: str | None, work: Work, slot: Slot, supervisor: UUID | None
) -> list[Refusal]:
    """Why one profession (None: no licence at all) does not carry the work then; who is on the roster is not asked."""
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
    young = [adult_refused(performer, profession, work, slot)] if profession else []
    supervision = [] if papers or not profession else _supervision(performer, profession, work, slot, supervisor)
    return [*papers, *(reason for reason in (*near, *young) if reason), *supervision]


def conditions_of(performer: Performer, profession: str, work: Work) -> frozenset[str]:
    """The words of the policy under which the profession is permitted this work: training, limits, patients."""
    tiers = {licence.tier for licence in performer.facts.licences if licence.profession == profession}
    return frozenset(
        word
        for tier in tiers
        for key, permission in performer.permissions(profession, tier).items()
        if key in work.keys and permission.permitted
        for word in permission.requires
    )


def adult_refused(performer: Performer, profession: str, work: Work, slot: Slot) -> Refusal | None:
    """That the profession sees children only, and the patient is none."""
    on = slot.start.astimezone(performer.site.zone).date()
    return children_only(patient=work.facts, on=on, requires=conditions_of(performer, profession, work))


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


def _supervision(performer: Performer, profession: str, work: Work, slot: Slot, supervisor: UUID | None) -> list[Refusal]:
    levels = _levels(performer, profession, work, slot)
    return able_supervisors(performer.practitioner, levels, work, slot, supervisor)[1] if levels else []


def able_supervisors(
    practitioner: Practitioner, levels: dict[str, str], work: Work, slot: Slot, supervisor: UUID | None = None
) -> tuple[list[UUID], list[Refusal]]:
    """Who may supervise these scopes at these levels for the whole slot (only the one named, if one is), or why nobody may."""
    agreed = SupervisionCover.objects.filter(practitioner=practitioner, site=work.site)
    if supervisor:
        agreed = agreed.filter(supervisor=supervisor)
    candidates = _covering(agreed, levels, slot)
    if not candidates:
        why = "has no agreement for this work with a supervising physician"
        return [], [_refused("supervision_agreement_missing", practitioner, why)]
    able = [person for person in candidates if qualified_as(person, levels, work, slot)]
    if not able:
        why = "has no supervisor who may do this work alone for the whole visit"
        return [], [_refused("supervisor_not_qualified", practitioner, why)]
    if set(levels.values()) & ON_SITE_LEVELS:
        able = [person for person in able if _is_present(person, work, slot)]
        if not able:
            return [], [_refused("supervisor_absent", practitioner, "has no supervisor on site for the whole visit")]
    return able, []


def _levels(performer: Performer, profession: str, work: Work, slot: Slot) -> dict[str, str]:
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


def qualified_as(supervisor: UUID, levels: dict[str, str], work: Work, slot: Slot) -> str | None:
    """The profession in which the supervisor may do all of it alone for the whole slot, if there is one."""
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
    return min((name for name, scopes in by_profession.items() if scopes == levels.keys()), default=None)


def _is_present(supervisor: UUID, work: Work, slot: Slot) -> bool:
    shifts = Shift.objects.filter(practitioner=supervisor, site=work.site, during__overlap=slot.during)
    return covers(sorted((shift.during.lower, shift.during.upper) for shift in shifts), start=slot.start, end=slot.end)


def _refused(code: str, practitioner: Practitioner, what: str) -> Refusal:
    return Refusal(
        code=code,
        gate="G08",
        detail=f"{practitioner.name} {what}.",
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
