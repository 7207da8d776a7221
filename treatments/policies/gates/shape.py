"""What is booked, as acts at a depth and region, and whether the request as such can be done."""

from collections.abc import Iterator, Sequence

from clinic.errors import Refusal, by_gate
from clinic.scopes import DEPTH_RANK, judged_depth
from treatments.policies.facts import ItemFacts, LesionFacts, PatientFacts

Scope = tuple[str, str, str]
"""Act, depth and region."""

LANCET = "lancet_extraction"
MOST_TREATMENTS = 6
LONGEST = 3
"""Times the catalogue's minutes."""
SHORTEST_MINUTES = 5
SHORTEST_SHARE = 3
"""No less than this part of the catalogue's minutes."""
SOURCE = "Clinic policy: what one visit holds"


def scopes_of(item: ItemFacts) -> list[Scope]:
    """
    All that must be allowed for this item, each once.

    A lancet goes as deep as the lesion lies (unknown: dermal), or deeper if asked; all else as deep as the catalogue says.
    """
    return list(dict.fromkeys(scope for ground in item.lesions or (None,) for scope in _scopes_at(item, ground)))


def shape_refusals(*, patient: PatientFacts, items: Sequence[ItemFacts]) -> list[Refusal]:
    """What is wrong with the request itself, whoever the performer and whatever the diagnosis."""
    found = [refusal for item in items for refusal in _item_refusals(patient, item)]
    if len(items) > MOST_TREATMENTS:
        found.append(
            _refusal(
                "too_many_treatments",
                f"{len(items)} treatments are asked for; one visit holds {MOST_TREATMENTS} at most.",
                "Spread them over several visits.",
            )
        )
    return by_gate(found)


def _scopes_at(item: ItemFacts, lesion: LesionFacts | None) -> list[Scope]:
    region = lesion.authority_region if lesion else item.judged_site_region
    return list(dict.fromkeys((act, _depth_of(item, act, depth, lesion), region) for act, depth in item.treatment.acts))


def _depth_of(item: ItemFacts, act: str, depth: str, lesion: LesionFacts | None) -> str:
    if act != LANCET:
        return depth
    lies = judged_depth(lesion.depth if lesion else "unknown")
    return max(lies, judged_depth(item.asked_depth or lies), key=DEPTH_RANK.__getitem__)


def _item_refusals(patient: PatientFacts, item: ItemFacts) -> Iterator[Refusal]:
    if any(lesion.patient_id != patient.id for lesion in item.lesions):
        yield _refusal(
            "lesion_of_another_patient",
            f"A lesion named for {item.treatment.name} belongs to another patient.",
            "Name lesions of this patient only.",
        )
    if len({tuple(_scopes_at(item, lesion)) for lesion in item.lesions}) > 1:
        yield _refusal(
            "split_items",
            f"The lesions named for {item.treatment.name} differ in region or depth.",
            "Ask for one item per region and depth.",
        )
    yield from _length_refusals(item)


def _length_refusals(item: ItemFacts) -> Iterator[Refusal]:
    usual, asked = item.treatment.minutes, item.minutes
    if asked is None:
        return
    if asked > LONGEST * usual:
        yield _refusal(
            "too_long",
            f"{asked} minutes are asked for {item.treatment.name}; {LONGEST * usual} are the most.",
            f"Ask for {LONGEST * usual} minutes or fewer.",
        )
    if asked < SHORTEST_MINUTES or asked * SHORTEST_SHARE < usual:
        least = max(SHORTEST_MINUTES, -(-usual // SHORTEST_SHARE))
        yield _refusal(
            "too_short",
            f"{asked} minutes are asked for {item.treatment.name}; it takes {least} at least.",
            f"Ask for {least} minutes or more.",
        )


def _refusal(code: str, detail: str, mend: str) -> Refusal:
    return Refusal(code=code, detail=detail, source=SOURCE, mend=mend)
