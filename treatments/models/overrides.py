"""A dermatologist's reasoned exception from a soft gate, confirmed by a second person."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length

from clinic.base import Keyed
from clinic.history import tracked
from clinic.models import Practitioner, Site, User
from patients.models import Lesion, Patient
from treatments.models.catalogue import Treatment

SOFT_GATES = ("G12", "G17", "G18", "G19", "G20", "G21")


@tracked
class Override(Keyed):
    """One soft gate, one patient, one treatment; used up by one visit within 30 days."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="overrides")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    treatment = models.ForeignKey(Treatment, models.PROTECT, related_name="+")
    lesion = models.ForeignKey(Lesion, models.PROTECT, null=True, blank=True, related_name="+")
    gate = models.TextField(choices=[(gate, gate) for gate in SOFT_GATES])
    reason = models.TextField()
    given_by = models.ForeignKey(Practitioner, models.PROTECT, related_name="+")
    given_by_user = models.ForeignKey(User, models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    used_by = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="override_is_of_a_soft_gate", condition=Q(gate__in=SOFT_GATES)),
            models.CheckConstraint(name="override_gives_its_reason", condition=Q(reason__length__gte=20)),
            models.CheckConstraint(
                name="override_is_confirmed_by_another_person",
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("given_by_user")),
            ),
        ]

    def __str__(self) -> str:
        return f"override of {self.gate}"


models.TextField.register_lookup(Length, "length")
