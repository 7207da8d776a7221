"""What a signed procedure makes of the lesions that it treated."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import pghistory

from patients.models import Lesion
from patients.policies.courses import IN_TREATMENT, RESOLVED
from patients.services.courses import bring_to

COMPLETE, NOT_DONE = "complete", "not_done"


def follow_treatment(*, results: Mapping[UUID, str], now: datetime) -> None:
    """
    Bring each lesion to the result of its treatment as far as its course allows: in treatment as soon as somebody has
    worked on it, resolved when it came out complete. One that is resolved stays so when an earlier part of the work is
    signed after that. The caller leans on the lesions, and is in a transaction.
    """
    rows = Lesion.objects.select_for_update().filter(pk__in=results).order_by("pk")
    treated = [lesion for lesion in rows if results[lesion.pk] != NOT_DONE]
    with pghistory.context(why="procedure_signed"):
        bring_to(lesions=treated, status=IN_TREATMENT, now=now)
        bring_to(lesions=[lesion for lesion in treated if results[lesion.pk] == COMPLETE], status=RESOLVED, now=now)
