"""The tasks that visits leave to the staff, and how they are done with."""

from datetime import datetime
from typing import Final

from appointments.models import Appointment
from clinic.models import User
from clinic.services.tasks import finish_tasks_about

REASSIGN: Final = "reassign_visit"
ESCALATION: Final = "reassign_visit_urgently"
UNCLOSED: Final = "close_visit"


def seen_to(*, visit: Appointment, actor: User | None, now: datetime) -> None:
    """Whatever waited to be done about the visit is done: it was given to somebody, or it ended."""
    for kind in (REASSIGN, ESCALATION, UNCLOSED):
        finish_tasks_about(subjects=[visit.id], kind=kind, actor=actor, now=now)
