"""What is done in the demo: a treatment that suits a patient of the site, as the chart and the safety gates allow."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from appointments.demo.charts import Book
from clinic.models import Site
from clinic.scopes import scope
from patients.models import BodySite, Lesion, Patient
from patients.policies.findings import CONFIRMED
from treatments.models import Treatment
from treatments.policies.facts import Contraindication, ItemFacts, PatientFacts
from treatments.policies.gates.judgement import judge
from treatments.policies.gates.shape import scopes_of
from treatments.selectors.facts import lesion_facts, treatment_facts
from treatments.selectors.work import Line, Work

MILIUM, COMEDONE, UNSETTLED, CHARTED, SKIN, TALK = "milium", "comedone", "unsettled", "charted", "skin", "talk"
SKIN_SITES = ("cheek", "nose", "forehead", "chin", "jawline", "back", "chest")
EXTRACTIONS_OF_ONE_LESION = 2
SAMPLE = 6


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A treatment of the catalogue, what it is done to, and how often it is asked for."""

    treatment: str
    of: str
    weight: int


OFFERS = (
    Offer(treatment="lancet-extraction", of=MILIUM, weight=30),
    Offer(treatment="diagnosis", of=UNSETTLED, weight=12),
    Offer(treatment="diagnosis", of=TALK, weight=4),
    Offer(treatment="review", of=CHARTED, weight=10),
    Offer(treatment="free-consultation", of=TALK, weight=8),
    Offer(treatment="free-consultation", of=SKIN, weight=4),
    Offer(treatment="skin-analysis", of=SKIN, weight=6),
    Offer(treatment="comedone-extraction", of=COMEDONE, weight=8),
    Offer(treatment="comedone-extraction", of=SKIN, weight=5),
    Offer(treatment="superficial-peel", of=SKIN, weight=7),
    Offer(treatment="medium-peel", of=SKIN, weight=3),
    Offer(treatment="microdermabrasion", of=SKIN, weight=5),
    Offer(treatment="laser-resurfacing", of=SKIN, weight=2),
    Offer(treatment="radiofrequency", of=SKIN, weight=2),
    Offer(treatment="clean-up", of=SKIN, weight=5),
)


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """An offer for one patient: of one lesion, at one body site, or neither."""

    offer: Offer
    patient: Patient
    lesion: Lesion | None = None
    body_site: BodySite | None = None


class Pool:
    """The patients of a site with their lesions, and how often each was asked to come."""

    def __init__(self, book: Book, site: Site, patients: Sequence[Patient]) -> None:
        """Sort the lesions by what can be done to them."""
        self.book, self.site, self.chance = book, site, book.ground.chance
        self.patients = [patient for patient in patients if patient.registered_site_id == site.id]
        self.facts = {patient.id: _facts(book, patient) for patient in self.patients}
        self.visits: Counter[UUID] = Counter()
        self.extracted: Counter[UUID] = Counter()
        self.treatments = {row.code: row for row in Treatment.objects.prefetch_related("acts")}
        self.offered = {code: treatment_facts(row) for code, row in self.treatments.items()}
        self._items: dict[tuple, tuple[ItemFacts, list[str]]] = {}
        self.lesions: dict[str, list[Lesion]] = defaultdict(list)
        for lesion in book.lesions:
            if lesion.patient_id in self.facts:
                for kind in _kinds(lesion):
                    self.lesions[kind].append(lesion)

    def suitable(self, acts: set[str]) -> list[Offer]:
        """The offers whose acts somebody does at all."""
        return [offer for offer in OFFERS if self._acts(offer) <= acts]

    def candidates(self, offer: Offer, absent: set[UUID]) -> list[Candidate]:
        """Whom and what it could be done to, drawn by chance, without those absent; who came least is first."""
        if offer.of in {SKIN, TALK}:
            place = self.book.body_sites[self.chance.choice(SKIN_SITES)] if offer.of == SKIN else None
            drawn = [Candidate(offer=offer, patient=patient, body_site=place) for patient in self._sample(self.patients)]
        else:
            drawn = [
                Candidate(offer=offer, patient=lesion.patient, lesion=lesion)
                for lesion in self._sample(self.lesions[offer.of])
                if self.extracted[lesion.id] < EXTRACTIONS_OF_ONE_LESION
            ]
        return sorted((one for one in drawn if one.patient.id not in absent), key=lambda one: self.visits[one.patient.id])

    def scopes(self, one: Candidate) -> list[str]:
        """All that must be allowed for it."""
        return self._facts_of(one)[1]

    def is_refused(self, one: Candidate, on: date) -> bool:
        """Whether a safety gate refuses it on that day."""
        return bool(judge(patient=self.facts[one.patient.id], items=[self._facts_of(one)[0]], on=on).refusals)

    def work(self, one: Candidate) -> Work:
        """The work as a visit holds it."""
        line = Line(
            facts=self._facts_of(one)[0],
            treatment=self.treatments[one.offer.treatment],
            lesions=(one.lesion,) if one.lesion else (),
            body_site=one.body_site,
            group=self.book.ground.key(),
        )
        return Work(patient=one.patient, site=self.site, facts=self.facts[one.patient.id], lines=(line,))

    def came(self, work: Work) -> None:
        """Count the visit."""
        self.visits[work.patient.id] += 1
        self.extracted.update(row.lesion.id for row in work.rows if row.lesion and row.restricted)

    def _acts(self, offer: Offer) -> set[str]:
        return {act for act, _ in self.offered[offer.treatment].acts}

    def _sample(self, rows: Sequence) -> list:
        return self.chance.sample(rows, min(SAMPLE, len(rows)))

    def _facts_of(self, one: Candidate) -> tuple[ItemFacts, list[str]]:
        key = (one.offer.treatment, one.lesion and one.lesion.id, one.body_site and one.body_site.code)
        if key not in self._items:
            facts = ItemFacts(
                treatment=self.offered[one.offer.treatment],
                lesions=(lesion_facts(one.lesion),) if one.lesion else (),
                body_site=one.body_site.code if one.body_site else None,
                site_region=one.body_site.region if one.body_site else None,
            )
            self._items[key] = facts, [scope(act=act, depth=depth, region=region) for act, depth, region in scopes_of(facts)]
        return self._items[key]


def _kinds(lesion: Lesion) -> Iterator[str]:
    if lesion.diagnosis_certainty != CONFIRMED:
        yield UNSETTLED
        return
    yield CHARTED
    if lesion.diagnosis and lesion.diagnosis.code in {"milium", "closed_comedone"}:
        yield MILIUM if lesion.diagnosis.code == "milium" else COMEDONE


def _facts(book: Book, patient: Patient) -> PatientFacts:
    profile = next((row for row in book.profiles if row.patient_id == patient.id), None)
    held = [row for row in book.contraindications if profile and row.profile_id == profile.id]
    return PatientFacts(
        id=str(patient.id),
        birth_date=patient.birth_date,
        fitzpatrick=profile.fitzpatrick if profile else None,
        contraindications=tuple(Contraindication(code=row.code, since=row.since, until=row.until) for row in held),
    )
