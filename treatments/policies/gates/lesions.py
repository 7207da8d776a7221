"""Gates that look at the lesion: is it known, is it harmless, and does the treatment fit it."""

from collections.abc import Iterator

from clinic.scopes import PIERCING
from treatments.policies.dates import months_after
from treatments.policies.facts import ItemFacts, LesionFacts
from treatments.policies.gates.findings import Finding, Question

MILIUM, CLOSED_COMEDONE = "milium", "closed_comedone"
NEEDS_DIAGNOSIS = PIERCING | {"chemical_peel"}
COMEDONE, LANCET, ABRASION = "comedone_extraction", "lancet_extraction", "microdermabrasion"
MONTHS_TO_WAIT = 6
"""How long a milium is given to clear by itself before an extraction is advised."""


def unconfirmed(question: Question) -> Iterator[Finding]:
    """A lesion that is pierced, peeled or treated with energy while its diagnosis is not confirmed."""
    for item, lesion in _hands_on_lesions(question):
        if not item.acts.isdisjoint(NEEDS_DIAGNOSIS) and lesion.certainty != "confirmed":
            yield Finding(
                item=item,
                detail=f"The diagnosis of {_named(lesion)} is not confirmed, and {item.treatment.name} needs that.",
                mend="Book a diagnosis with a dermatologist, at the eyelid an ophthalmologist will do as well.",
            )


def suspicious(question: Question) -> Iterator[Finding]:
    """A lesion that may be dangerous or contagious, or that somebody is not sure about, is not touched."""
    for item, lesion in _hands_on_lesions(question):
        if lesion.suspicious:
            yield Finding(
                item=item,
                detail=f"{_named(lesion).capitalize()} is marked as suspicious, contagious or uncertain.",
                mend="Have a dermatologist look at it and clear it; at the eyelid an ophthalmologist may do so too.",
            )


def neonatal(question: Question) -> Iterator[Finding]:
    """A newborn's milia clear by themselves."""
    for item, lesion in _hands_on_lesions(question):
        if lesion.milia_type == "neonatal":
            yield Finding(
                item=item,
                detail=f"{_named(lesion).capitalize()} is a newborn's milium, which nobody treats.",
                mend="Wait some weeks; ask a pediatrician if it stays.",
            )


def en_plaque(question: Question) -> Iterator[Finding]:
    """A plaque of milia is touched only after a dermatologist has assessed it."""
    for item, lesion in _hands_on_lesions(question):
        if lesion.milia_type == "en_plaque" and not lesion.plaque_reviewed:
            yield Finding(
                item=item,
                detail=f"{_named(lesion).capitalize()} is a plaque of milia that no dermatologist has reviewed.",
                mend="Book a diagnosis with a dermatologist, whose signed assessment is the review.",
            )


def fresh(question: Question) -> Iterator[Finding]:
    """A young milium may still go by itself, or with home care that nobody has tried yet."""
    if question.patient.tried_home_care:
        return
    for item, lesion in _hands_on_lesions(question):
        noted = lesion.first_noted_on
        if LANCET in item.acts and noted and question.on < months_after(noted, MONTHS_TO_WAIT):
            yield Finding(
                item=item,
                detail=f"{_named(lesion).capitalize()} was first noted on {noted}, and may still clear by itself.",
                mend="Tell the patient that waiting and home care are an option; the choice is the patient's.",
            )


def mismatch(question: Question) -> Iterator[Finding]:
    """The treatment is not one for what the lesion is."""
    for item, lesion in _hands_on_lesions(question):
        why = _misfit(item, lesion)
        if why:
            yield Finding(item=item, detail=f"{_named(lesion).capitalize()} {why[0]}.", mend=why[1])


def _misfit(item: ItemFacts, lesion: LesionFacts) -> tuple[str, str] | None:
    """Why the treatment does not fit the lesion, and what would; whatever is not ruled out may still be a milium."""
    held = None if lesion.certainty == "refuted" else lesion.diagnosis
    if LANCET in item.acts and lesion.diagnosis not in {None, MILIUM}:
        return f"is held for a {_words(lesion.diagnosis)}; a lancet opens milia only", "Choose the treatment that fits it."
    if COMEDONE not in item.acts:
        return None
    if ABRASION in item.acts:
        fits, why = held not in {None, MILIUM}, "is, or may turn out to be, a milium, which a clean-up leaves alone"
    else:
        fits, why = held == CLOSED_COMEDONE, "is not diagnosed as a closed comedone"
    return None if fits else (why, "Name a body site without this lesion, or book a diagnosis of it first.")


def _named(lesion: LesionFacts) -> str:
    return f"the lesion ({_words(lesion.body_site)})"


def _words(code: str | None) -> str:
    return (code or "").replace("_", " ")


def _hands_on_lesions(question: Question) -> Iterator[tuple[ItemFacts, LesionFacts]]:
    return ((item, lesion) for item in question.hands_on for lesion in item.lesions)
