"""What the gates are told: plain values about the patient, the lesions and the work that is asked for."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from clinic.scopes import EYELID, HANDS_ON, PERIOCULAR

EYE_BORDER_SITES = frozenset({"under_eye", "around_eye"})


@dataclass(frozen=True, kw_only=True)
class LesionFacts:
    """
    One lesion as charted.

    `authority_region` is the region that authority is judged by: unverified around the eye it is the eyelid. `suspicious`
    stands for suspicious, contagious or uncertain; `plaque_reviewed` for an assessment signed by a dermatologist.
    """

    id: str
    patient_id: str
    body_site: str
    region: str
    authority_region: str
    region_verified: bool
    depth: str
    milia_type: str | None = None
    diagnosis: str | None = None
    certainty: str = "none"
    suspicious: bool = False
    plaque_reviewed: bool = False
    first_noted_on: date | None = None

    @property
    def borders_the_eye(self) -> bool:
        """Somebody said that it is around the eye, and no clinician has looked whether it is on the lid."""
        return self.region == PERIOCULAR and not self.region_verified


@dataclass(frozen=True, kw_only=True)
class Contraindication:
    """A dated finding against some work; the day `until` still belongs to it."""

    code: str
    since: date
    until: date | None = None


@dataclass(frozen=True, kw_only=True)
class PatientFacts:
    """Who is treated; `fitzpatrick` is the skin type from 1 to 6, `tried_home_care` whether any home care was ever begun."""

    id: str
    birth_date: date
    fitzpatrick: int | None = None
    contraindications: tuple[Contraindication, ...] = ()
    tried_home_care: bool = False


@dataclass(frozen=True, kw_only=True)
class OverrideFacts:
    """A confirmed override of one soft gate for one treatment, of one lesion or (None) wherever it is done."""

    gate: str
    treatment: str
    lesion_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class TreatmentFacts:
    """A treatment of the catalogue: what it does as (act, depth), its minutes and its price."""

    code: str
    name: str
    acts: tuple[tuple[str, str], ...]
    minutes: int
    lesion_rule: str = "none"
    price: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class ItemFacts:
    """One treatment asked for, of lesions or at a body site; `site_region` is the region of that body site."""

    treatment: TreatmentFacts
    lesions: tuple[LesionFacts, ...] = ()
    body_site: str | None = None
    site_region: str | None = None
    asked_depth: str | None = None
    minutes: int | None = None

    @property
    def acts(self) -> frozenset[str]:
        """What is done, whatever the depth."""
        return frozenset(act for act, _ in self.treatment.acts)

    @property
    def is_hands_on(self) -> bool:
        """Whether any of it is done by hand to the skin."""
        return not self.acts.isdisjoint(HANDS_ON)

    @property
    def borders_the_eye(self) -> bool:
        """Whether it is at a body site beside the eye, which counts as the eyelid."""
        return not self.lesions and (self.site_region == PERIOCULAR or self.body_site in EYE_BORDER_SITES)

    @property
    def judged_site_region(self) -> str:
        """The region of the body site; beside the eye, or without a body site, the eyelid."""
        return EYELID if self.borders_the_eye or not self.site_region else self.site_region
