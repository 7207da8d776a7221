"""Papers that end at a site, with what is booked beyond their end."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from clinic.models import Certification, Grant, Licence, Practitioner, Site, SupervisionAgreement
from clinic.models.credentials import ACTIVE, EXPIRED, SUSPENDED
from clinic.policies.expirables import AGREEMENT, CERTIFICATION, GRANT, LICENCE, Paper, days_left, unrenewed
from clinic.scopes import LEVELS
from clinic.selectors.authority import workplaces_of
from clinic.selectors.protocol import rule_coded
from clinic.signals import visits_beyond_asked

ROW: Final = "P25"
"""The row of the protocol that says when it is told."""
REMEMBERED: Final = timedelta(days=365)
"""A paper that ended longer ago is of no concern any more."""


@dataclass(frozen=True, kw_only=True)
class Ending:
    """A paper that nothing follows on, as one site sees it; `left` days are still valid by the clock of the site."""

    paper: Paper
    site: Site
    holder: Practitioner
    left: int


def expiry_steps() -> tuple[int, ...]:
    """How many days before its end it is told of a paper, as the protocol says now; none while that row is switched off."""
    rule = rule_coded(ROW)
    return tuple(-days for days in rule.offsets if days < 0) if rule.active else ()


def endings(*, now: datetime, within: int, sites: Iterable[Site] | None = None) -> list[Ending]:
    """
    What ends within so many days, or ended within the last year, at each site where its holder works; the nearest first.

    At these sites, where some are named.
    """
    papers = unrenewed(papers_on_file(now=now))
    holders = Practitioner.objects.select_related("user").in_bulk({paper.holder for paper in papers})
    places = {site.pk: site for site in (Site.objects.filter(active=True) if sites is None else sites)}
    found = [
        Ending(paper=paper, site=places[key], holder=holders[paper.holder], left=left)
        for paper in papers
        for key in paper.sites & places.keys()
        if (left := days_left(last=paper.last, today=now.astimezone(places[key].zone).date())) <= within
    ]
    return sorted(found, key=lambda ending: (ending.left, ending.site.code, ending.holder.name, ending.paper.id))


def papers_on_file(*, now: datetime) -> list[Paper]:
    """The papers of active practitioners that are valid, will be, or ended within the last year."""
    holders = list(Practitioner.objects.filter(active=True).values_list("pk", flat=True))
    since = (now - REMEMBERED).date()
    codes = workplaces_of(practitioners=holders, now=now)
    sites = {site.code: site for site in Site.objects.filter(active=True)}
    places = {holder: [sites[code] for code in codes.get(holder, ()) if code in sites] for holder in holders}
    return [
        *_licences(places, since),
        *_certifications(places, since),
        *_agreements(holders, since),
        *_grants(holders, since),
    ]


def visits_beyond(found: Collection[Ending]) -> dict[tuple[UUID, UUID], int]:
    """How many visits are booked beyond the end of each, by (paper, site): the floor that books is asked."""
    answers = visits_beyond_asked.send(sender=Paper, endings=found) if found else []
    return {key: count for _, counts in answers for key, count in counts.items()}


def _licences(places: Mapping[UUID, list[Site]], since: date) -> Iterator[Paper]:
    known = Licence.objects.filter(
        practitioner__in=places, status__in=(ACTIVE, SUSPENDED, EXPIRED), verified_at__isnull=False, valid_through__gte=since
    )
    for row in known:
        there = {site.pk for site in places[row.practitioner_id] if site.jurisdiction == row.jurisdiction}
        yield Paper(
            id=row.pk,
            kind=LICENCE,
            holder=row.practitioner_id,
            line=(row.profession, row.jurisdiction, row.tier),
            first=row.valid_from,
            last=row.valid_through,
            counts=row.status == ACTIVE,
            sites=frozenset(there),
        )


def _certifications(places: Mapping[UUID, list[Site]], since: date) -> Iterator[Paper]:
    for row in Certification.objects.filter(practitioner__in=places, valid_through__gte=since):
        yield Paper(
            id=row.pk,
            kind=CERTIFICATION,
            holder=row.practitioner_id,
            line=(row.kind,),
            first=row.valid_from,
            last=row.valid_through,
            sites=frozenset(site.pk for site in places[row.practitioner_id]),
        )


def _agreements(holders: Collection[UUID], since: date) -> Iterator[Paper]:
    rows = SupervisionAgreement.objects.filter(supervisee__in=holders, supervisor__active=True, valid_through__gte=since)
    for row in rows.prefetch_related("sites"):
        sites = frozenset(site.pk for site in row.sites.all() if site.active)
        levels = LEVELS[1 : LEVELS.index(row.level) + 1]
        yield Paper(
            id=row.pk,
            kind=AGREEMENT,
            holder=row.supervisee_id,
            supervisor=row.supervisor_id,
            line=(),
            first=row.valid_from,
            last=row.valid_through,
            covers=frozenset((str(site), act, level) for site in sites for act in row.acts for level in levels),
            sites=sites,
        )


def _grants(holders: Collection[UUID], since: date) -> Iterator[Paper]:
    for row in Grant.objects.filter(practitioner__in=holders, valid_through__gte=since):
        yield Paper(
            id=row.pk,
            kind=GRANT,
            holder=row.practitioner_id,
            line=(row.scope, str(row.site_id)),
            first=row.valid_from,
            last=row.valid_through,
            sites=frozenset({row.site_id}),
        )
