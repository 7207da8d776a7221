"""Who may do what, where and when; and for everything else, why not."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from clinic.errors import Refusal
from clinic.models import PolicyRow, Practitioner, Privilege, Site
from clinic.models.policy import CELL
from clinic.policies.authority import Key
from clinic.policies.credentials import Permissions, performer_refusals
from clinic.policies.papers import PractitionerFacts, SiteFacts
from clinic.scopes import scope
from clinic.selectors.facts import papers_of, permissions_at, site_facts

INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class RefusedScope:
    """A scope that somebody does not hold, with one of the reasons."""

    scope: str
    refusal: Refusal


def privileges_of(*, practitioner: Practitioner, at: datetime, site: Site | None = None) -> QuerySet[Privilege]:
    """What the practitioner may do at that moment: at one site, or (None) at each."""
    held = Privilege.objects.filter(practitioner=practitioner, valid__contains=at).select_related("site")
    return (held if site is None else held.filter(site=site)).order_by("site__code", "scope", "profession")


def refused_scopes(*, practitioner: Practitioner, at: datetime, site: Site | None = None) -> list[RefusedScope]:
    """Every scope that the practitioner does not hold then (at the site, or at any), each with all of its reasons."""
    held = set(privileges_of(practitioner=practitioner, at=at, site=site).values_list("scope", flat=True))
    papers = papers_of(practitioners=[practitioner.pk])[practitioner.pk]
    sites = [site] if site else _sites_in(jurisdictions={licence.jurisdiction for licence in papers.holder.licences})
    keys = [key for key in _keys(at) if _scope(key) not in held]
    found: dict[RefusedScope, None] = {}
    for place in sites:
        law = permissions_at(jurisdiction=place.jurisdiction, at=at)
        facts, where = papers.at(place.id), site_facts(place)
        for key in keys:
            refusals = _nearest_refusals(facts, where, key, at, law)
            found.update(dict.fromkeys(RefusedScope(scope=_scope(key), refusal=refusal) for refusal in refusals))
    return list(found)


def holders_of(*, scope: str, site: Site, at: datetime, supervision: str | None = None) -> QuerySet[Practitioner]:
    """The active practitioners who hold the scope at the site at that moment (at this level of supervision, if named)."""
    rows = Privilege.objects.filter(scope=scope, site=site, valid__contains=at)
    if supervision is not None:
        rows = rows.filter(supervision=supervision)
    return Practitioner.objects.filter(active=True, id__in=rows.values("practitioner_id")).select_related("user").order_by("id")


def professions_of(*, practitioners: Iterable[UUID]) -> dict[UUID, list[str]]:
    """The professions that each of them has a licence of, whatever its state."""
    found: dict[UUID, set[str]] = defaultdict(set)
    rows = Practitioner.objects.filter(id__in=list(practitioners), licences__isnull=False)
    for holder, profession in rows.values_list("id", "licences__profession"):
        found[holder].add(profession)
    return {holder: sorted(professions) for holder, professions in found.items()}


def workplaces_of(*, practitioners: Iterable[UUID], now: datetime) -> dict[UUID, list[str]]:
    """The codes of the sites where each of them is on the roster from now on, or has the role of a practitioner."""
    found: dict[UUID, set[str]] = defaultdict(set)
    ids = list(practitioners)
    rostered = Practitioner.objects.filter(id__in=ids, shifts__during__endswith__gt=now)
    members = Practitioner.objects.filter(id__in=ids, user__memberships__role="practitioner")
    pairs = (
        *rostered.values_list("id", "shifts__site__code").distinct(),
        *members.values_list("id", "user__memberships__site__code").distinct(),
    )
    for holder, code in pairs:
        found[holder].add(code)
    return {holder: sorted(codes) for holder, codes in found.items()}


def _nearest_refusals(facts: PractitionerFacts, site: SiteFacts, key: Key, at: datetime, law: Permissions) -> list[Refusal]:
    """The reasons under the profession that has the fewest; without a licence, that."""
    professions = sorted({licence.profession for licence in facts.licences}) or [None]
    answers = [
        performer_refusals(
            practitioner=facts, site=site, profession=profession, wanted=[key], start=at, end=at + INSTANT, permissions=law
        )
        for profession in professions
    ]
    return min(answers, key=len)


def _sites_in(*, jurisdictions: set[str]) -> list[Site]:
    """The active sites there; where there is none, all of them."""
    sites = list(Site.objects.filter(active=True).order_by("code"))
    return [site for site in sites if site.jurisdiction in jurisdictions] or sites


def _keys(at: datetime) -> Iterator[Key]:
    rows = PolicyRow.objects.filter(kind=CELL, valid__contains=at)
    yield from rows.order_by("act", "depth", "region").values_list("act", "depth", "region").distinct()


def _scope(key: Key) -> str:
    return scope(act=key[0], depth=key[1], region=key[2])
