"""Gates that look at the patient: age, skin, and what speaks against a treatment at the time."""

from collections.abc import Iterator
from datetime import date

from clinic.scopes import PIERCING
from treatments.policies.dates import birthday, months_after
from treatments.policies.facts import Contraindication, ItemFacts
from treatments.policies.gates.findings import HARD, SOFT, WARN, Finding, Question

ADULT, TODDLER = 18, 2
"""Years."""
ISOTRETINOIN_MONTHS = 6
LOCAL_FINDINGS = {"infection": "An active infection", "herpes": "Active herpes", "open_wound": "An open wound"}
PEEL, LASER, ABRASION = "chemical_peel", "laser_resurfacing", "microdermabrasion"
DEEP_PEELS = frozenset({(PEEL, "medium"), (PEEL, "deep")})
ABLATIVE = (LASER, "ablative")
DARKER_SKIN = frozenset({4, 5, 6})
ASDS = (
    "ASDS task force 2017 (Dermatol Surg 43:1249-62): no dermabrasion and no ablative laser of the whole face within six"
    " months of isotretinoin; too little evidence to delay superficial peels"
)
WAIT = "Choose a later time, or have a dermatologist override it with a reason and a second person confirm."


def children(question: Question) -> Iterator[Finding]:
    """A child is seen by a pediatrician before anybody works by hand; under two there is no exception."""
    born = question.patient.birth_date
    if question.on >= birthday(born, ADULT):
        return
    is_toddler = question.on < birthday(born, TODDLER)
    for item in question.hands_on:
        yield Finding(
            item=item,
            detail=f"The patient turns {ADULT} on {birthday(born, ADULT)}; before {item.treatment.name} a pediatrician looks.",
            mend=f"Ask a pediatrician; an exception is possible from {birthday(born, TODDLER)} on only."
            if is_toddler
            else "Ask a pediatrician, or have a dermatologist override it with the guardian's consent.",
            severity=HARD if is_toddler else SOFT,
        )


def local_findings(question: Question) -> Iterator[Finding]:
    """Infection, herpes or an open wound: nobody works there by hand, and no peel or laser at all."""
    for code, words in LOCAL_FINDINGS.items():
        if not _active(question, code):
            continue
        for item in question.hands_on:
            is_hard = not item.acts.isdisjoint({PEEL, LASER})
            yield Finding(
                item=item,
                detail=f"{words} is recorded, which speaks against {item.treatment.name}.",
                mend="Choose a time after it has healed, and record that." if is_hard else WAIT,
                resource=code,
                severity=HARD if is_hard else SOFT,
            )


def isotretinoin(question: Question) -> Iterator[Finding]:
    """Skin heals badly during isotretinoin and for six months after it."""
    taken = [held for held in question.patient.contraindications if isotretinoin_weighs(held, on=question.on)]
    if not taken:
        return
    for item in question.items:
        acts = set(item.treatment.acts)
        if ABLATIVE in acts or ABRASION in item.acts:
            yield _isotretinoin_finding(item, SOFT, ASDS)
        elif acts & DEEP_PEELS:
            yield _isotretinoin_finding(item, SOFT, "Package insert of isotretinoin: six months' wait before such a peel")
        elif PEEL in item.acts:
            yield _isotretinoin_finding(item, WARN, ASDS)


def pregnancy(question: Question) -> Iterator[Finding]:
    """Which acid a peel takes is not known at booking, so that every peel counts as one with salicylic acid."""
    for code, severity in (("pregnant", SOFT), ("breastfeeding", WARN)):
        if _active(question, code):
            for item in question.items:
                if PEEL in item.acts:
                    yield Finding(
                        item=item,
                        detail=f"The patient is recorded as {code}, and {item.treatment.name} may use salicylic acid.",
                        mend=WAIT if severity == SOFT else "Choose an agent without salicylic acid.",
                        resource=code,
                        severity=severity,
                    )


def keloid(question: Question) -> Iterator[Finding]:
    """Who scars too much is pierced, peeled or lasered only after a dermatologist has thought about it."""
    if _active(question, "keloid"):
        for item in question.items:
            if not item.acts.isdisjoint(PIERCING | {PEEL}):
                yield Finding(
                    item=item,
                    detail=f"Keloid or thickened scars are recorded, and {item.treatment.name} may leave new ones.",
                    mend=WAIT,
                    resource="keloid",
                )


def darker_skin(question: Question) -> Iterator[Finding]:
    """Skin of the types IV to VI may stay discoloured."""
    if question.patient.fitzpatrick in DARKER_SKIN:
        for item in question.items:
            if set(item.treatment.acts) & (DEEP_PEELS | {ABLATIVE}):
                yield Finding(
                    item=item,
                    detail=f"The skin is of Fitzpatrick type {question.patient.fitzpatrick}, which {item.treatment.name}"
                    " may discolour for long.",
                    mend="Choose a gentler treatment, or have a dermatologist override it and a second person confirm.",
                    resource="fitzpatrick",
                )


def isotretinoin_weighs(held: Contraindication, *, on: date) -> bool:
    """Whether that isotretinoin is taken, or was within the six months before."""
    if held.code != "isotretinoin" or on < held.since:
        return False
    return held.until is None or on < isotretinoin_ends(held.until)


def isotretinoin_ends(until: date) -> date:
    """The first day on which it counts no more."""
    return months_after(until, ISOTRETINOIN_MONTHS)


def _isotretinoin_finding(item: ItemFacts, severity: str, source: str) -> Finding:
    return Finding(
        item=item,
        detail=f"Isotretinoin is recorded as current or within {ISOTRETINOIN_MONTHS} months before {item.treatment.name}.",
        mend=WAIT if severity == SOFT else "Tell the patient that the skin may heal more slowly.",
        resource="isotretinoin",
        severity=severity,
        source=source,
    )


def _active(question: Question, code: str) -> bool:
    return any(
        held.code == code and held.since <= question.on and (held.until is None or question.on <= held.until)
        for held in question.patient.contraindications
    )
