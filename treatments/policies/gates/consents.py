"""The gate that asks, when the work begins and when it is logged, whether somebody has agreed to it."""

from collections.abc import Collection

from clinic.errors import Refusal
from clinic.scopes import ACTS, HANDS_ON

SOURCE = "Clinic policy: hands-on work begins with the consent of the patient, or of a minor's guardian, to that kind of work"


def consents_missing(*, acts: Collection[str], given: Collection[str], of_minor: bool) -> list[Refusal]:
    """G16: each kind of hands-on work that nobody has agreed to; `given` are the kinds in force when the work is done."""
    missing = [act for act in ACTS if act in HANDS_ON and act in acts and act not in given]
    who = "the guardian" if of_minor else "the patient"
    return [
        Refusal(
            code="consent_missing",
            gate="G16",
            detail=f"No consent to {_words(act)} is in force for this patient.",
            source=SOURCE,
            mend=f"Show {who} the present text for {_words(act)} and have it signed, then try again.",
            resource=act,
        )
        for act in missing
    ]


def _words(act: str) -> str:
    return act.replace("_", " ")
