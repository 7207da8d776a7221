"""Which procedure may be named as the cause of a lesion. PostgreSQL holds the same table and the same order in time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from clinic.errors import Refusal
from clinic.scopes import HANDS_ON

COSMETIC: Final = "cosmetic_procedure"
CAUSED_BY: Final = {
    "resurfacing": frozenset({"chemical_peel", "laser_resurfacing", "microdermabrasion"}),
    COSMETIC: HANDS_ON,
    "burn": frozenset({"chemical_peel", "laser_resurfacing", "radiofrequency"}),
    "blister": frozenset({"chemical_peel", "laser_resurfacing", "radiofrequency"}),
    "injury": HANDS_ON - {"chemical_peel"},
    "over_exfoliation": frozenset({"chemical_peel", "microdermabrasion"}),
}
"""What somebody has to have done with their hands for a lesion to come from it that way; other causes are nobody's work."""
SOURCE: Final = "Clinical guidelines 000, 001 and 004: milia follow injuries, burns, resurfacing and cosmetic procedures"
KEPT: Final = "Clinic policy: a cause is what was really done, as a signed log tells it"


@dataclass(frozen=True, kw_only=True)
class CauseFacts:
    """
    A lesion with the procedure that it is said to come from.

    `performed_on` is the day at the site of the procedure; `first_noted_on` counts where it is told, else the moment at
    which the lesion was recorded.
    """

    cause: str
    first_noted_on: date | None
    recorded_at: datetime
    acts: frozenset[str]
    is_signed: bool
    performed_on: date
    performed_at: datetime
    is_the_patients: bool = True


def cause_refusals(facts: CauseFacts) -> list[Refusal]:
    """All reasons why the lesion cannot have come from the procedure."""
    return list(_against(facts))


def _against(facts: CauseFacts) -> Iterator[Refusal]:
    if not facts.is_the_patients:
        yield Refusal(
            code="procedure_of_another_patient",
            detail="The procedure was done to another patient.",
            source=KEPT,
            mend="Name a procedure of the patient whose lesion it is.",
        )
    if not facts.is_signed:
        yield Refusal(
            code="procedure_unsigned",
            detail="The log of this procedure is not signed.",
            source=KEPT,
            mend="Have its performer sign the log first.",
        )
    if not facts.acts & CAUSED_BY.get(facts.cause, frozenset()):
        yield Refusal(
            code="cause_mismatch",
            detail=f"The cause '{_words(facts.cause)}' does not go with what was done then.",
            source=SOURCE,
            mend=f"Choose another cause: {', '.join(map(_words, fitting(facts.acts))) or 'none comes from this work'}.",
        )
    if not _came_first(facts):
        yield Refusal(
            code="procedure_after_lesion",
            detail=f"The lesion was there before {facts.performed_on.isoformat()}, the day of the procedure.",
            source=KEPT,
            mend="Name an earlier procedure, or correct the day on which the lesion was first noted.",
        )


def fitting(acts: frozenset[str]) -> list[str]:
    """The causes that go with these acts."""
    return [cause for cause, by in CAUSED_BY.items() if acts & by]


def _came_first(facts: CauseFacts) -> bool:
    if facts.first_noted_on:
        return facts.performed_on <= facts.first_noted_on
    return facts.performed_at < facts.recorded_at


def _words(cause: str) -> str:
    return cause.replace("_", " ") or "none"
