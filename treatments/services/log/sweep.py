"""The nightly look at the log: what waits for a second signature beyond its time."""

from datetime import datetime

from clinic.models.people import MEDICAL_DIRECTOR
from clinic.services.tasks import open_task
from treatments.models import Procedure
from treatments.services.log.signing import OVERDUE


def sweep_procedures(*, now: datetime) -> None:
    """Put what nobody co-signed in time before the medical director."""
    waiting = Procedure.objects.filter(cosign_due_at__lte=now, cosigned_at__isnull=True)
    for procedure in waiting.select_related("site"):
        open_task(
            kind=OVERDUE,
            subject=procedure.pk,
            site=procedure.site,
            role=MEDICAL_DIRECTOR,
            due_at=now,
            detail="A log of supervised work was not co-signed in time.",
        )
