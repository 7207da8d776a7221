"""What a signed procedure makes of the lesions that it treated."""

from collections.abc import Mapping
from uuid import UUID

import pghistory

from patients.models import Lesion

UNDER_WAY, RESOLVED = "in_treatment", "resolved"
COMPLETE, NOT_DONE = "complete", "not_done"


def follow_treatment(*, results: Mapping[UUID, str]) -> None:
    """
    Bring each lesion to the result of its treatment: in treatment as soon as somebody has worked on it, resolved when it
    came out complete; it stays resolved when an earlier part of the work is signed after that. The caller leans on the
    lesions, and is in a transaction.
    """
    list(Lesion.objects.select_for_update().filter(pk__in=results).order_by("pk").values_list("pk"))
    treated = [lesion for lesion, result in results.items() if result != NOT_DONE]
    cleared = [lesion for lesion, result in results.items() if result == COMPLETE]
    with pghistory.context(why="procedure_signed"):
        Lesion.objects.filter(pk__in=treated).exclude(status__in=[UNDER_WAY, RESOLVED]).update(status=UNDER_WAY)
        Lesion.objects.filter(pk__in=cleared).update(status=RESOLVED)
