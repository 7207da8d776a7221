"""What the rules of home care are told: plain values about the routine, the skin and the patient."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from clinic.scopes import BODY, EYELID, FACE, PERIOCULAR
from treatments.policies.facts import Contraindication
from treatments.policies.plans.words import DAILY, EVENING, STRONG, SUNSCREEN, UNASKED, WHOLE

REGION_WORDS = {EYELID: "on the eyelid", PERIOCULAR: "around the eye", FACE: "on the face", BODY: "on the body"}


@dataclass(frozen=True, kw_only=True)
class Ingredient:
    """A class of ingredients; `strengths` is {region: {extent: strengths}}, `minutes` the least and the most."""

    code: str
    name: str
    family: str
    source: str
    prescription: bool = False
    most_per_week: int = DAILY
    times: tuple[str, ...] = ()
    minutes: tuple[int, int] | None = None
    suits: str = ""
    strengths: Mapping[str, Mapping[str, Sequence[str]]]

    def strengths_at(self, region: str, extent: str) -> Sequence[str]:
        """The strengths in which it is used there; empty where it is not used at all."""
        return self.strengths.get(region, {}).get(extent, ())


@dataclass(frozen=True, kw_only=True)
class CareItem:
    """One line of the routine; `per_week` counts uses (7: daily), `minutes` until it is washed off."""

    ingredient: Ingredient
    region: str
    strength: str = ""
    extent: str = WHOLE
    per_week: int = DAILY
    time_of_day: str = EVENING
    minutes: int | None = None

    @property
    def family(self) -> str:
        """The family of its ingredient."""
        return self.ingredient.family

    @property
    def is_strong(self) -> bool:
        """Whether it is kept away from the eye."""
        return self.family in STRONG

    @property
    def is_daily_sunscreen(self) -> bool:
        """Whether it protects the whole of its region every day."""
        return self.family == SUNSCREEN and self.extent == WHOLE and self.per_week >= DAILY

    @property
    def named(self) -> str:
        """The item as one reads it aloud."""
        strength = f" ({self.strength} strength)" if self.strength else ""
        return f"{self.ingredient.name}{strength} {REGION_WORDS[self.region]}"


@dataclass(frozen=True, kw_only=True)
class TreatedLesion:
    """A lesion that the home care is for; `region` is the one that authority is judged by."""

    region: str
    suspicious: bool = False
    neonatal: bool = False


@dataclass(frozen=True, kw_only=True)
class Care:
    """
    A routine that would begin on `starts_on`, for a patient with this skin.

    `oily` is None where nobody asked; `climbed` holds the regions in which a retinoid has been used long enough to be
    followed by a stronger one; `prescriber` says whether the author is a physician, PA or NP.
    """

    items: Sequence[CareItem]
    starts_on: date
    lesions: Sequence[TreatedLesion] = ()
    oily: bool | None = None
    contraindications: Sequence[Contraindication] = ()
    pregnancy_answer: str = UNASKED
    climbed: frozenset[str] = frozenset()
    prescriber: bool = False

    def holds_from_then(self, code: str) -> bool:
        """Whether the contraindication is on file and not over before the routine begins, even if it begins later."""
        return any(
            held.code == code and (held.until is None or held.until >= self.starts_on) for held in self.contraindications
        )

    def of(self, *families: str) -> list[CareItem]:
        """The items of these families."""
        return [item for item in self.items if item.family in families]
