"""What somebody asks for, as every judgement takes it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from appointments.models import Appointment
from appointments.selectors.availability import slot_of
from clinic.models import Practitioner, User
from treatments.selectors.overrides import UsableOverride
from treatments.selectors.performers import Slot
from treatments.selectors.work import Work


@dataclass(frozen=True, kw_only=True)
class Request:
    """
    What somebody wants to be done when, and by whom (None: by anybody who may).

    `skipped` says that the start was given as a wall time which the site's clock skips on that day;
    `nearest` asks a refusal to name the nearest lawful starts too; `here` says that the patient has come for the work, so
    that it also takes the consents that are in force now.
    """

    booker: User
    work: Work
    start: datetime
    now: datetime
    practitioner: Practitioner | None = None
    supervisor: UUID | None = None
    order: UUID | None = None
    overrides: tuple[UsableOverride, ...] = ()
    visit: Appointment | None = None
    skipped: bool = False
    nearest: bool = True
    here: bool = False

    @property
    def slot(self) -> Slot:
        return slot_of(work=self.work, start=self.start)

    @property
    def people(self) -> list[UUID] | None:
        return [self.practitioner.id] if self.practitioner else None

    @property
    def except_for(self) -> UUID | None:
        return self.visit.id if self.visit else None
