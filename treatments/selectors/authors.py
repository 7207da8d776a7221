"""In which profession somebody may write a plan now, under whose supervision, and why not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from clinic.errors import Refusal, by_gate
from clinic.models import Practitioner, Privilege, Shift, Site, SupervisionCover
from clinic.policies.credentials import performer_refusals
from clinic.policies.matrix import Key
from clinic.scopes import ON_SITE_LEVELS, SUPERVISORS, scope
from clinic.selectors.facts import permissions_at, practitioner_facts, site_facts

INSTANT = timedelta(microseconds=1)
SUPERVISION_SOURCE = "Clinic policy: supervised prescribing has a physician who agreed to it and may prescribe alone"


@dataclass(frozen=True, kw_only=True)
class Authorship:
    """The profession in which somebody writes, and the supervisor if it needs one; or every reason why they may not."""

    profession: str
    supervisor: UUID | None = None
    reasons: tuple[Refusal, ...] = ()


def authorship_of(*, practitioner: Practitioner, site: Site, keys: Sequence[Key], now: datetime) -> Authorship:
    """Judged once under each licensed profession: the first that may, or the one with the fewest reasons."""
    facts = practitioner_facts(practitioners=[practitioner.pk], site=site)[practitioner.pk]
    professions = sorted({licence.profession for licence in facts.licences}) or [None]
    law = permissions_at(
        jurisdiction=site.jurisdiction, at=now, professions=[profession for profession in professions if profession]
    )
    answers = []
    for profession in professions:
        reasons = performer_refusals(
            practitioner=facts,
            site=site_facts(site),
            profession=profession,
            wanted=keys,
            start=now,
            end=now + INSTANT,
            permissions=law,
        )
        answers.append(
            Authorship(profession=profession or "", reasons=tuple(by_gate(reasons)))
            if reasons or profession is None
            else _supervised(practitioner, site, profession, keys, now)
        )
    return min(answers, key=lambda answer: len(answer.reasons))


def authorship_anywhere(*, practitioner: Practitioner, site: Site, choices: Sequence[Key], now: datetime) -> Authorship:
    """As `authorship_of`, for work that may be any one of these."""
    answers = [authorship_of(practitioner=practitioner, site=site, keys=[key], now=now) for key in choices]
    return min(answers, key=lambda answer: len(answer.reasons))


def _supervised(practitioner: Practitioner, site: Site, profession: str, keys: Sequence[Key], now: datetime) -> Authorship:
    levels = _levels(practitioner, site, profession, keys, now)
    if not levels:
        return Authorship(profession=profession)
    agreed: dict[UUID, set[str]] = {}
    covers = SupervisionCover.objects.filter(practitioner=practitioner, site=site, scope__in=levels, valid__contains=now)
    for supervisor, held, level in covers.values_list("supervisor", "scope", "supervision"):
        if levels[held] == level:
            agreed.setdefault(supervisor, set()).add(held)
    willing = sorted(supervisor for supervisor, scopes in agreed.items() if scopes == levels.keys())
    if not willing:
        return _unsupervised(profession, "supervision_agreement_missing", "no physician has agreed to supervise it")
    able = [supervisor for supervisor in willing if _may_alone(supervisor, site, set(levels), now)]
    if not able:
        return _unsupervised(profession, "supervisor_not_qualified", "no supervisor may do it alone at this site now")
    if set(levels.values()) & ON_SITE_LEVELS:
        able = [supervisor for supervisor in able if _is_present(supervisor, site, now)]
    if not able:
        return _unsupervised(profession, "supervisor_absent", "no supervisor is on site now")
    return Authorship(profession=profession, supervisor=able[0])


def _levels(practitioner: Practitioner, site: Site, profession: str, keys: Sequence[Key], now: datetime) -> dict[str, str]:
    wanted = [scope(act=act, depth=depth, region=region) for act, depth, region in keys]
    held = Privilege.objects.filter(
        practitioner=practitioner, site=site, profession=profession, scope__in=wanted, valid__contains=now
    ).exclude(supervision="none")
    return dict(held.values_list("scope", "supervision"))


def _may_alone(supervisor: UUID, site: Site, wanted: set[str], now: datetime) -> bool:
    held = Privilege.objects.filter(
        practitioner=supervisor,
        site=site,
        scope__in=wanted,
        supervision="none",
        profession__in=SUPERVISORS,
        valid__contains=now,
    )
    by_profession: dict[str, set[str]] = {}
    for profession, key in held.values_list("profession", "scope"):
        by_profession.setdefault(profession, set()).add(key)
    return any(scopes == wanted for scopes in by_profession.values())


def _is_present(supervisor: UUID, site: Site, now: datetime) -> bool:
    return Shift.objects.filter(practitioner=supervisor, site=site, during__contains=now).exists()


def _unsupervised(profession: str, code: str, why: str) -> Authorship:
    reason = Refusal(
        code=code,
        gate="G08",
        detail=f"This is done under supervision only, and {why}.",
        source=SUPERVISION_SOURCE,
        mend="Have a dermatologist write this plan, or file a supervision agreement that covers it.",
    )
    return Authorship(profession=profession, reasons=(reason,))
