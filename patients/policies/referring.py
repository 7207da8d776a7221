"""To whom a finding is referred, how soon, and what becomes of its lesions when the answer is there."""

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from clinic.scopes import EYELID
from patients.policies.courses import REFERRED, RESOLVED, WATCHING

DERMATOLOGY, OPHTHALMOLOGY, PEDIATRICS = "dermatology", "ophthalmology", "pediatrics"
DESTINATIONS: Final = (DERMATOLOGY, OPHTHALMOLOGY, PEDIATRICS)
ROUTINE, SOON, URGENT = "routine", "soon", "urgent"
URGENCIES: Final = (ROUTINE, SOON, URGENT)

OUTCOMES: Final = {"cleared": WATCHING, "treated": RESOLVED, "kept": REFERRED, "not_seen": WATCHING}
"""What came of a referral, and the status of its lesions then; `kept` stays in the care of those who saw it."""

ASK_AGAIN: Final = timedelta(days=7)
"""After somebody marked a look as done while the referral is still followed."""


def destination_of(*, authority_region: str, is_minor: bool, kinds: Collection[str]) -> str:
    """
    Who looks at a finding that is not certain: children go to a pediatrician, lids to an ophthalmologist.

    What may be dangerous goes to those who take it out, whatever the age (clinical guidelines 002 and 003).
    """
    if is_minor and "suspicious" not in kinds:
        return PEDIATRICS
    return OPHTHALMOLOGY if authority_region == EYELID else DERMATOLOGY


def urgency_of(kinds: Collection[str]) -> str:
    """What may be dangerous is urgent, whatever else blocks a lesion is soon."""
    return URGENT if "suspicious" in kinds else SOON
