"""Privileges and supervision covers, rewritten from the papers and the policy; what is past is never rewritten."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Model, Q, QuerySet

from clinic.models import Practitioner, Privilege, Seat, Site, SupervisionAgreement, SupervisionCover
from clinic.policies.credentials import Permissions, privilege_periods
from clinic.policies.papers import PractitionerFacts
from clinic.policies.periods import Period, days
from clinic.policies.rewriting import Rewriting
from clinic.scopes import LEVELS, SUPERVISORS, scope
from clinic.selectors.facts import Papers, papers_of, permissions_at, site_facts

Row = tuple[tuple[Any, ...], Period]

PRIVILEGE = {
    "practitioner_id": "uuid",
    "site_id": "uuid",
    "profession": "text",
    "scope": "text",
    "supervision": "text",
    "sources": "text[]",
}
COVER = {"supervisor_id": "uuid", "practitioner_id": "uuid", "site_id": "uuid", "scope": "text", "supervision": "text"}


@dataclass(frozen=True, kw_only=True)
class _Ground:
    """What authority is made from: papers by practitioner, active sites, agreements with their sites, law by jurisdiction."""

    papers: Mapping[UUID, Papers]
    sites: list[Site]
    agreements: list[SupervisionAgreement]
    law: Mapping[str, Permissions]


@transaction.atomic
def rebuild_authority(*, practitioners: Collection[UUID], now: datetime) -> None:
    """Make privileges and covers of these practitioners what papers and policy say from now on; the caller holds them."""
    if not practitioners:
        return
    ground = _ground(practitioners, now)
    _rewrite(
        Privilege.objects.filter(practitioner_id__in=practitioners),
        columns=PRIVILEGE,
        wanted=_wanted_privileges(practitioners, ground),
        now=now,
    )
    _rewrite(
        SupervisionCover.objects.filter(Q(supervisor_id__in=practitioners) | Q(practitioner_id__in=practitioners)),
        columns=COVER,
        wanted=_wanted_covers(ground),
        now=now,
    )


def seat_supervisor(*, practitioner: Practitioner) -> None:
    """Give the supervisor as many seats as they may have supervisees; a seat once made stays, visits refer to it."""
    made = set(practitioner.seats.values_list("number", flat=True))
    missing = (number for number in range(1, practitioner.max_supervisees + 1) if number not in made)
    Seat.objects.bulk_create(Seat(practitioner=practitioner, number=number) for number in missing)


def _ground(practitioners: Collection[UUID], now: datetime) -> _Ground:
    # The agreements are locked in one order: two rebuildings that share one rewrite its covers one after the other.
    agreements = list(
        SupervisionAgreement.objects.filter(Q(supervisor_id__in=practitioners) | Q(supervisee_id__in=practitioners))
        .order_by("id")
        .select_for_update()
        .prefetch_related("sites")
    )
    parties = {party for agreement in agreements for party in (agreement.supervisor_id, agreement.supervisee_id)}
    papers = papers_of(practitioners={*practitioners, *parties})
    licences = [licence for held in papers.values() for licence in held.holder.licences]
    professions = {licence.profession for licence in licences}
    licensed = {licence.jurisdiction for licence in licences}
    sites = list(Site.objects.filter(active=True, jurisdiction__in=licensed).order_by("id"))
    law = {
        jurisdiction: permissions_at(jurisdiction=jurisdiction, professions=professions, at=now)
        for jurisdiction in sorted({site.jurisdiction for site in sites})
    }
    return _Ground(papers=papers, sites=sites, agreements=agreements, law=law)


def _wanted_privileges(practitioners: Collection[UUID], ground: _Ground) -> Iterator[Row]:
    for id_ in practitioners:
        papers = ground.papers.get(id_)
        licensed = {licence.jurisdiction for licence in papers.holder.licences} if papers else set()
        for site in ground.sites:
            if papers and site.jurisdiction in licensed:
                for held in privilege_periods(
                    practitioner=papers.at(site.id), site=site_facts(site), permissions=ground.law[site.jurisdiction]
                ):
                    what = (id_, site.id, held.profession, held.scope, held.supervision, held.sources)
                    yield what, (held.start, held.end)


def _wanted_covers(ground: _Ground) -> Iterator[Row]:
    sites = {site.id: site for site in ground.sites}
    for agreement in ground.agreements:
        supervisor = ground.papers[agreement.supervisor_id].holder
        supervisee = ground.papers[agreement.supervisee_id].holder
        if not (supervisor.active and supervisee.active and _is_physician(supervisor)):
            continue
        for site in (sites[site.id] for site in agreement.sites.all() if site.id in sites):
            for key, level in _supervised_work(supervisee, agreement, ground.law[site.jurisdiction], site.jurisdiction):
                for period in days(agreement.valid_from, agreement.valid_through, zone=site.zone):
                    yield (agreement.supervisor_id, agreement.supervisee_id, site.id, key, level), period


def _is_physician(supervisor: PractitionerFacts) -> bool:
    return any(licence.profession in SUPERVISORS for licence in supervisor.licences)


def _supervised_work(
    supervisee: PractitionerFacts, agreement: SupervisionAgreement, law: Permissions, jurisdiction: str
) -> set[tuple[str, str]]:
    """The scopes of the agreement's acts with the level that the supervisee needs, as far as the agreement's level goes."""
    held = {(licence.profession, licence.tier) for licence in supervisee.licences if licence.jurisdiction == jurisdiction}
    covered = LEVELS[1 : LEVELS.index(agreement.level) + 1]
    return {
        (scope(act=permission.act, depth=permission.depth, region=permission.region), permission.supervision)
        for profession, tier in held
        for permission in law(profession, tier).values()
        if permission.permitted and permission.act in agreement.acts and permission.supervision in covered
    }


def _rewrite(rows: QuerySet[Any], *, columns: Mapping[str, str], wanted: Iterable[Row], now: datetime) -> None:
    """Delete the rows that go and insert those that come; rows that ended before now are not even read."""
    bounds = {"starts": F("valid__startswith"), "ends": F("valid__endswith")}
    reaching = rows.filter(valid__endswith__gte=now).annotate(**bounds).values_list("id", "starts", "ends", *columns)
    existing = [
        (id_, tuple(tuple(value) if isinstance(value, list) else value for value in what), (starts, ends))
        for id_, starts, ends, *what in reaching
    ]
    rewriting = Rewriting(existing=existing, wanted=wanted, now=now)
    model: type[Model] = rows.model
    model._default_manager.filter(id__in=rewriting.gone).delete()
    _insert(model, columns=columns, rows=rewriting.coming)


def _insert(model: type[Model], *, columns: Mapping[str, str], rows: Sequence[Row]) -> None:
    """One statement for any number of rows: a parameter for each value costs more than PostgreSQL needs for the row."""
    if not rows:
        return
    names = ", ".join(columns)
    types = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    statement = (
        f"INSERT INTO {model._meta.db_table} ({names}, valid)"  # noqa: S608 - constants of this module
        f" SELECT {names}, tstzrange(starts, ends)"
        f" FROM jsonb_to_recordset(%s::jsonb) AS row ({types}, starts timestamptz, ends timestamptz)"
    )
    sent = [dict(zip(columns, what, strict=True)) | {"starts": start, "ends": end} for what, (start, end) in rows]
    with connection.cursor() as cursor:
        cursor.execute(statement, [json.dumps(sent, default=str)])
