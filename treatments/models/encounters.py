"""The patient is here: made at check-in, ended when the visit ends."""

from django.db import models

from clinic.base import Keyed, one_of
from clinic.history import tracked
from clinic.models import Practitioner, Site
from patients.models import Patient

ENCOUNTER_STATUSES = ("arrived", "in_progress", "finished", "cancelled")


@tracked
class Encounter(Keyed):
    """
    One stay of a patient at a site with a practitioner; the procedure log hangs on it.

    `plan` is the visit as it was booked last, `begun` the decision when its treatment began: the snapshots that the
    floor above leaves here, each with the moment at which the database recorded it.
    """

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="encounters")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    practitioner = models.ForeignKey(Practitioner, models.PROTECT, related_name="+")
    status = models.TextField(default="arrived", choices=[(word, word) for word in ENCOUNTER_STATUSES])
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    plan = models.JSONField(default=dict, blank=True)
    begun = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            one_of("status", ENCOUNTER_STATUSES, name="encounter_has_a_known_status"),
            models.UniqueConstraint(fields=["id", "patient", "site"], name="encounter_key"),
        ]

    def __str__(self) -> str:
        return f"encounter {self.pk}"
