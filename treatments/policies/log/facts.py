"""What the gates at the log are told: what was done, how, and to which lesions."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from treatments.policies.facts import ItemFacts, TreatmentFacts

FORM_OF = {
    "chemical_peel": "peel",
    "laser_resurfacing": "laser",
    "radiofrequency": "radiofrequency",
    "microdermabrasion": "microdermabrasion",
}
"""The form that belongs to an act, beside the checklist."""


@dataclass(frozen=True, kw_only=True)
class OutcomeFacts:
    """How one lesion came out; `seconds` is the longest press, `last_tried_at` the last earlier attempt that is on record."""

    lesion_id: str
    result: str
    attempts: int = 0
    seconds: int | None = None
    last_tried_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Checklist:
    """The steps of asepsis, None where nobody has said so."""

    cleansed: bool | None = None
    sterile: bool | None = None
    single_use: bool | None = None
    sharps_disposed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class PeelFacts:
    """What was put on the skin: `percent` of the agent, minutes of contact, number of layers."""

    agent: str
    percent: Decimal
    ph: Decimal
    layers: int
    minutes: Decimal
    sunscreen_advice: bool = True


@dataclass(frozen=True, kw_only=True)
class LoggedItem:
    """One treatment as it was done; `lots` are those of the instruments, `settings` the names of the forms that are filled in."""

    facts: ItemFacts
    checklist: Checklist = field(default_factory=Checklist)
    lots: tuple[str, ...] = ()
    outcomes: tuple[OutcomeFacts, ...] = ()
    peel: PeelFacts | None = None
    settings: frozenset[str] = frozenset()
    eye_protection: bool = False
    corneal_shield: bool = False
    after_piercing: bool = False
    """Whether it looks after lesions that were pierced here before."""

    @property
    def treatment(self) -> TreatmentFacts:
        """What the catalogue says of it."""
        return self.facts.treatment


@dataclass(frozen=True, kw_only=True)
class Logged:
    """
    The whole log, from `start` until `end` (UTC).

    `booked` holds the treatments (by code) of the visit; `requires` the conditions under which the performer's profession
    is permitted the work. `earliest` and `latest` bound what belongs to the stay.
    """

    items: tuple[LoggedItem, ...]
    start: datetime
    end: datetime
    earliest: datetime
    latest: datetime
    booked: frozenset[str] = frozenset()
    requires: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
