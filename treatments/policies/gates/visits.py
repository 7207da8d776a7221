"""The gate that looks at the visit as a whole."""

from collections.abc import Iterator

from treatments.policies.gates.findings import Finding, Question

FREE = "consult_free"


def free_consultation(question: Question) -> Iterator[Finding]:
    """A free consultation stands alone and costs nothing."""
    others = [item for item in question.items if FREE not in item.acts]
    for item in question.items:
        if FREE not in item.acts:
            continue
        if others:
            yield Finding(
                item=item,
                detail=f"{item.treatment.name} is not combined with {others[0].treatment.name}.",
                mend="Book the consultation alone, and anything else as a visit of its own.",
            )
        if item.treatment.price > 0 or len(item.acts) > 1:
            yield Finding(
                item=item,
                detail=f"{item.treatment.name} carries a price or work beside the talk, and is to be free.",
                mend="Take the price and the other work off the treatment.",
            )
