"""A signed order lets anybody on the staff book restricted work."""

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat

from clinic.base import Keyed, one_of
from clinic.constraints import CompositeForeignKey
from clinic.history import tracked
from clinic.models import Practitioner, Site, User
from patients.models import BodySite, Lesion, Patient
from treatments.models.catalogue import Treatment

ACTIVE, USED, REVOKED, EXPIRED = "active", "used", "revoked", "expired"
ORDER_STATUSES = (ACTIVE, USED, REVOKED, EXPIRED)


@tracked
class TreatmentOrder(Keyed):
    """One patient, one site, any number of items, one signature; visits start before `expires_at`."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="orders")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    signed_by = models.ForeignKey(Practitioner, models.PROTECT, related_name="orders_signed")
    profession = models.TextField()
    signed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    status = models.TextField(default=ACTIVE, choices=[(word, word) for word in ORDER_STATUSES])
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            one_of("status", ORDER_STATUSES, name="order_has_a_known_status"),
            models.CheckConstraint(name="order_expires_after_it_is_signed", condition=Q(expires_at__gt=F("signed_at"))),
            models.UniqueConstraint(fields=["id", "patient"], name="order_patient_key"),
        ]

    def __str__(self) -> str:
        return f"order {self.pk}"


@tracked
class OrderItem(Keyed):
    """One act on one lesion (or body site) that the order allows; rows of one `group` were asked for together."""

    order = models.ForeignKey(TreatmentOrder, models.PROTECT, related_name="items")
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+")
    group = models.PositiveSmallIntegerField()
    treatment = models.ForeignKey(Treatment, models.PROTECT, related_name="+")
    lesion = models.ForeignKey(Lesion, models.PROTECT, null=True, blank=True, related_name="+")
    body_site = models.ForeignKey(BodySite, models.PROTECT, null=True, blank=True, related_name="+")
    act = models.TextField()
    depth = models.TextField()
    region = models.TextField()
    scope = models.GeneratedField(
        expression=Concat(F("act"), Value("/"), F("depth"), Value("@"), F("region"), output_field=models.TextField()),
        output_field=models.TextField(),
        db_persist=True,
    )

    class Meta:
        constraints = [
            CompositeForeignKey(
                name="order_item_is_for_the_patient_of_its_order",
                fields=["order", "patient"],
                to="treatments.TreatmentOrder",
                to_fields=["id", "patient"],
            ),
            CompositeForeignKey(
                name="ordered_lesion_is_of_the_patient",
                fields=["lesion", "patient"],
                to="patients.Lesion",
                to_fields=["id", "patient"],
            ),
            CompositeForeignKey(
                name="ordered_act_is_of_the_treatment",
                fields=["treatment", "act", "depth"],
                to="treatments.TreatmentAct",
                to_fields=["treatment", "act", "depth"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act}/{self.depth}@{self.region}"
