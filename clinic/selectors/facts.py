"""Papers and policy read from their tables, as the plain facts that the rules judge."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import Q

from clinic.models import Certification, Grant, Licence, PolicyRow, Practitioner, Site
from clinic.models.policy import CELL, JURISDICTION
from clinic.policies.authority import Cell, JurisdictionRow, Key, Permission, resolve
from clinic.policies.credentials import Permissions
from clinic.policies.matrix import ANY
from clinic.policies.papers import GrantFacts, LicenceFacts, PractitionerFacts, SiteFacts, TrainingFacts

LICENCE_FIELDS = (
    "practitioner_id",
    "id",
    "profession",
    "jurisdiction",
    "status",
    "valid_from",
    "valid_through",
    "verified_at",
    "tier",
    "suspended_from",
    "suspended_until",
)
POLICY_FIELDS = (
    "id",
    "kind",
    "profession",
    "act",
    "depth",
    "region",
    "jurisdiction",
    "tier",
    "max_depth",
    "region_exclusions",
    "effect",
    "supervision",
    "requires",
    "relaxable",
    "conditions",
    "citation",
    "verified_at",
    "approved_at",
)


@dataclass(frozen=True, kw_only=True)
class Papers:
    """Everything on file for a practitioner; the grants by the id of their site."""

    holder: PractitionerFacts
    grants: Mapping[UUID, tuple[GrantFacts, ...]]

    def at(self, site: UUID) -> PractitionerFacts:
        """The facts as one site sees them."""
        return replace(self.holder, grants=self.grants.get(site, ()))


def papers_of(*, practitioners: Collection[UUID]) -> dict[UUID, Papers]:
    """The papers of each of these practitioners, in four queries; who does not exist is left out."""
    licences = _licences_by_holder(practitioners)
    trainings = _trainings_by_holder(practitioners)
    grants = _grants_by_holder(practitioners)
    return {
        id_: Papers(
            holder=PractitionerFacts(
                id=str(id_), active=active, licences=tuple(licences[id_]), trainings=tuple(trainings[id_])
            ),
            grants={site: tuple(held) for site, held in grants[id_].items()},
        )
        for id_, active in Practitioner.objects.filter(id__in=practitioners).values_list("id", "active")
    }


def practitioner_facts(*, practitioners: Collection[UUID], site: Site) -> dict[UUID, PractitionerFacts]:
    """What the rules need to know about each of these practitioners at that site, in four queries."""
    return {id_: papers.at(site.id) for id_, papers in papers_of(practitioners=practitioners).items()}


def site_facts(site: Site) -> SiteFacts:
    """The law and the clock of a site."""
    return SiteFacts(id=str(site.id), jurisdiction=site.jurisdiction, zone=site.zone)


def permissions_at(*, jurisdiction: str, at: datetime, professions: Collection[str] | None = None) -> Permissions:
    """
    What a profession and tier may do in a jurisdiction by the policy in force at that moment (None: any profession).

    One query now, one resolution for each profession and tier asked; a profession that was not named may do nothing.
    """
    rows = PolicyRow.objects.filter(valid__contains=at).filter(
        Q(kind=CELL) | Q(kind=JURISDICTION, jurisdiction__in=(jurisdiction, ANY))
    )
    if professions is not None:
        rows = rows.filter(profession__in=[*professions, ANY])
    cells: dict[str, list[Cell]] = defaultdict(list)
    laws: list[JurisdictionRow] = []
    for row in rows.order_by("id").values(*POLICY_FIELDS):
        if row["kind"] == CELL:
            cells[row["profession"]].append(_cell(row))
        else:
            laws.append(_law(row))

    @cache
    def permissions(profession: str, tier: str) -> Mapping[Key, Permission]:
        return resolve(profession=profession, tier=tier, jurisdiction=jurisdiction, cells=cells[profession], rows=laws)

    return permissions


def _licences_by_holder(practitioners: Collection[UUID]) -> dict[UUID, list[LicenceFacts]]:
    held: dict[UUID, list[LicenceFacts]] = defaultdict(list)
    rows = Licence.objects.filter(practitioner_id__in=practitioners).order_by("id").values_list(*LICENCE_FIELDS)
    for holder, id_, profession, jurisdiction, status, first, last, verified_at, tier, suspended_from, until in rows:
        facts = LicenceFacts(
            id=str(id_),
            profession=profession,
            jurisdiction=jurisdiction,
            status=status,
            valid_from=first,
            valid_through=last,
            verified=verified_at is not None,
            tier=tier,
            suspended_from=suspended_from,
            suspended_until=until,
        )
        held[holder].append(facts)
    return held


def _trainings_by_holder(practitioners: Collection[UUID]) -> dict[UUID, list[TrainingFacts]]:
    held: dict[UUID, list[TrainingFacts]] = defaultdict(list)
    rows: Iterable[Any] = Certification.objects.filter(practitioner_id__in=practitioners).order_by("id")
    for holder, kind, first, last in rows.values_list("practitioner_id", "kind", "valid_from", "valid_through"):
        held[holder].append(TrainingFacts(kind=kind, valid_from=first, valid_through=last))
    return held


def _grants_by_holder(practitioners: Collection[UUID]) -> dict[UUID, dict[UUID, list[GrantFacts]]]:
    held: dict[UUID, dict[UUID, list[GrantFacts]]] = defaultdict(lambda: defaultdict(list))
    rows: Iterable[Any] = Grant.objects.filter(practitioner_id__in=practitioners).order_by("id")
    for holder, site, scope, first, last in rows.values_list(
        "practitioner_id", "site_id", "scope", "valid_from", "valid_through"
    ):
        held[holder][site].append(GrantFacts(scope=scope, valid_from=first, valid_through=last))
    return held


def _cell(row: dict[str, Any]) -> Cell:
    return Cell(
        profession=row["profession"],
        act=row["act"],
        region=row["region"],
        depth=row["depth"],
        effect=row["effect"],
        supervision=row["supervision"],
        requires=tuple(row["requires"]),
        relaxable=row["relaxable"],
        source=row["citation"],
    )


def _law(row: dict[str, Any]) -> JurisdictionRow:
    return JurisdictionRow(
        jurisdiction=row["jurisdiction"],
        profession=row["profession"],
        tier=row["tier"],
        act=row["act"],
        max_depth=row["max_depth"] or None,
        effect=row["effect"],
        supervision=row["supervision"] or None,
        region_exclusions=tuple(row["region_exclusions"]),
        conditions=tuple(row["conditions"]),
        citation=row["citation"],
        verified=row["verified_at"] is not None,
        approved=row["approved_at"] is not None,
        id=str(row["id"]),
    )
