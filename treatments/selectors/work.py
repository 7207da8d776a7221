"""What is asked for, read from the catalogue and the chart: the facts that gates judge and the rows that are stored."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from django.db.models import QuerySet

from clinic.base import uuid7
from clinic.errors import Malformed, NotFound, Refusal, RuleBroken
from clinic.models import Site
from clinic.scopes import is_restricted, scope
from patients.models import BodySite, Lesion, Patient
from treatments.models import Treatment, TreatmentAct
from treatments.policies.dates import birthday
from treatments.policies.facts import ItemFacts, PatientFacts, TreatmentFacts
from treatments.policies.gates.patients import ADULT
from treatments.policies.gates.shape import scopes_of
from treatments.selectors.facts import lesion_facts, patient_facts, treatment_facts

Offered = tuple[Treatment, TreatmentFacts]
ANY_ADULT = PatientFacts(id="", birth_date=date(1970, 1, 1))


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One item as a person asks for it: codes and ids, nothing judged yet; `minutes` only when unusual, `group` once stored."""

    treatment: str
    lesions: tuple[UUID, ...] = ()
    body_site: str | None = None
    depth: str | None = None
    minutes: int | None = None
    group: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Row:
    """One act on one lesion or body site, as it is judged and stored."""

    group: UUID
    treatment: Treatment
    lesion: Lesion | None
    body_site: BodySite | None
    act: str
    depth: str
    region: str
    minutes: int

    @property
    def scope(self) -> str:
        return scope(act=self.act, depth=self.depth, region=self.region)

    @property
    def restricted(self) -> bool:
        return is_restricted(act=self.act, region=self.region)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One item with the rows of the catalogue and the chart that it names."""

    facts: ItemFacts
    treatment: Treatment
    lesions: tuple[Lesion, ...]
    body_site: BodySite | None
    group: UUID

    @property
    def minutes(self) -> int:
        return self.facts.minutes or self.treatment.minutes

    @property
    def rows(self) -> list[Row]:
        return [
            Row(
                group=self.group,
                treatment=self.treatment,
                lesion=lesion,
                body_site=self.body_site,
                act=act,
                depth=depth,
                region=region,
                minutes=self.minutes,
            )
            for lesion in self.lesions or (None,)
            for act, depth, region in scopes_of(self.facts)
        ]


@dataclass(frozen=True, kw_only=True)
class Work:
    """All items of one visit at one site, for one patient or (None) for any adult."""

    patient: Patient | None
    site: Site
    facts: PatientFacts
    lines: tuple[Line, ...]

    @property
    def items(self) -> list[ItemFacts]:
        return [line.facts for line in self.lines]

    @cached_property
    def rows(self) -> list[Row]:
        return [row for line in self.lines for row in line.rows]

    @cached_property
    def keys(self) -> list[tuple[str, str, str]]:
        """Act, depth and region of everything that must be allowed, each once."""
        return list(dict.fromkeys((row.act, row.depth, row.region) for row in self.rows))

    @property
    def scopes(self) -> list[str]:
        return [scope(act=act, depth=depth, region=region) for act, depth, region in self.keys]

    @property
    def minutes(self) -> int:
        return sum(line.minutes for line in self.lines)

    @property
    def buffer_before(self) -> int:
        return max(line.treatment.buffer_before for line in self.lines)

    @property
    def buffer_after(self) -> int:
        return max(line.treatment.buffer_after for line in self.lines)

    @property
    def equipment(self) -> list[str]:
        return sorted({word for line in self.lines for word in line.treatment.equipment})

    @property
    def devices(self) -> list[str]:
        return sorted({word for line in self.lines for word in line.treatment.devices})

    @property
    def price(self) -> Decimal:
        return sum((line.treatment.price for line in self.lines), Decimal(0))

    @property
    def adult_from(self) -> date:
        """The day on which the patient turns 18."""
        return birthday(self.facts.birth_date, ADULT)


def work_of(*, patient: Patient | None, site: Site, asked: Sequence[Asked], anywhere: bool = False) -> Work:
    """
    Read what the items name.

    :param anywhere: items need no place: without one they are judged where the rules are strictest, on the eyelid.
    :raises Malformed: when an item lacks what its treatment needs, or names what it may not.
    :raises NotFound: for a lesion that does not exist.
    :raises RuleBroken: `treatment_not_offered` at this site.
    """
    if not asked:
        raise Malformed({"treatments": "Name at least one treatment."})
    treatments = _treatments(site, asked)
    lesions = _lesions(asked)
    body_sites = _body_sites(asked)
    if not anywhere:
        for place, item in enumerate(asked):
            _require_place(f"treatments[{place}]", item, treatments[item.treatment][0])
    lines = tuple(_line(place, item, treatments, lesions, body_sites) for place, item in enumerate(asked))
    return Work(patient=patient, site=site, facts=patient_facts(patient) if patient else ANY_ADULT, lines=lines)


def read_again(work: Work) -> Work:
    """The same wishes, with chart and catalogue as they are now."""
    asked = [
        Asked(
            treatment=line.treatment.code,
            lesions=tuple(lesion.id for lesion in line.lesions),
            body_site=line.facts.body_site,
            depth=line.facts.asked_depth,
            minutes=line.facts.minutes,
        )
        for line in work.lines
    ]
    return work_of(patient=work.patient, site=work.site, asked=asked)


def _treatments(site: Site, asked: Sequence[Asked]) -> dict[str, Offered]:
    codes = {item.treatment for item in asked}
    acts = TreatmentAct.objects.filter(treatment__code__in=codes, treatment__active=True, treatment__sites=site)
    found: dict[str, list[TreatmentAct]] = {}
    for row in acts.select_related("treatment").order_by("id"):
        found.setdefault(row.treatment.code, []).append(row)
    if missing := sorted(codes - found.keys()):
        reasons = [_not_offered(code, site) for code in missing]
        raise RuleBroken("treatment_not_offered", reasons[0].detail, reasons=reasons)
    return {code: (rows[0].treatment, treatment_facts(rows[0].treatment, rows)) for code, rows in found.items()}


def _not_offered(code: str, site: Site) -> Refusal:
    return Refusal(
        code="treatment_not_offered",
        detail=f"{code} is not offered at {site.name}.",
        source="The catalogue of the site",
        mend="Choose a treatment of this site.",
    )


def _lesions(asked: Sequence[Asked]) -> dict[UUID, Lesion]:
    """By the id that is named; a record that became part of another stands for the one that lasts."""
    ids = {lesion for item in asked for lesion in item.lesions}
    if not ids:
        return {}
    known = {row.id: row for row in _described(ids)}
    if len(known) < len(ids):
        raise NotFound
    elsewhere = {row.merged_into_id for row in known.values() if row.merged_into_id} - known.keys()
    lasting = known | ({row.id: row for row in _described(elsewhere)} if elsewhere else {})
    return {key: lasting[row.merged_into_id or key] for key, row in known.items()}


def _described(ids: Collection[UUID]) -> QuerySet[Lesion]:
    return Lesion.objects.filter(id__in=ids).select_related("body_site", "milia_type", "diagnosis")


def _body_sites(asked: Sequence[Asked]) -> dict[str, BodySite]:
    codes = {item.body_site for item in asked if item.body_site}
    return {site.code: site for site in BodySite.objects.filter(code__in=codes)} if codes else {}


def _line(
    place: int,
    item: Asked,
    treatments: dict[str, Offered],
    lesions: dict[UUID, Lesion],
    body_sites: dict[str, BodySite],
) -> Line:
    treatment, facts_of_it = treatments[item.treatment]
    if item.body_site and item.body_site not in body_sites:
        raise Malformed({f"treatments[{place}].body_site": f"{item.body_site} is no body site: see body-sites/."})
    named = tuple({lesions[lesion].id: lesions[lesion] for lesion in item.lesions}.values())
    body_site = body_sites[item.body_site] if item.body_site else None
    facts = ItemFacts(
        treatment=facts_of_it,
        lesions=tuple(lesion_facts(lesion) for lesion in named),
        body_site=body_site.code if body_site else None,
        site_region=body_site.region if body_site else None,
        asked_depth=item.depth,
        minutes=item.minutes,
    )
    return Line(facts=facts, treatment=treatment, lesions=named, body_site=body_site, group=item.group or uuid7())


def _require_place(path: str, item: Asked, treatment: Treatment) -> None:
    """Lesions or a body site where the treatment works on one, never both."""
    if item.lesions and item.body_site:
        raise Malformed({path: "Name lesions or a body site, not both."})
    if treatment.lesion_rule == "required" and not item.lesions:
        raise Malformed({f"{path}.lesions": f"{treatment.name} names the lesions that it treats."})
    if treatment.lesion_rule in {"or_body_site", "body_site"} and not (item.lesions or item.body_site):
        raise Malformed({path: f"{treatment.name} names lesions or a body site."})
