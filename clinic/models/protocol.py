"""The follow-up protocol as the clinic changed it; what was never changed stands as the product ships it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from clinic.base import Keyed, one_of
from clinic.constraints import Trigger
from clinic.history import tracked
from clinic.models.people import User
from clinic.policies.protocol import ALWAYS_ON, ANCHORS, CONSENTS, FEWEST_DAYS_BETWEEN, MARKETING


def _words() -> ArrayField:
    return ArrayField(models.TextField(), default=list, blank=True)


@tracked
class ProtocolRow(Keyed):
    """
    A later version of one row (`clinic.policies.protocol.Rule` says what each field means); the first is shipped.

    A version is never changed, only superseded by the next one.
    """

    code = models.TextField()
    version = models.PositiveIntegerField()
    events = _words()
    applies_to = _words()
    text = models.TextField(blank=True)
    channels = _words()
    consent = models.TextField(choices=[(word, word) for word in CONSENTS])
    anchor = models.TextField(choices=[(word, word) for word in ANCHORS])
    offsets = ArrayField(models.SmallIntegerField())
    months = models.PositiveSmallIntegerField(default=0)
    at_time = models.TimeField(null=True, blank=True)
    every_days = models.PositiveSmallIntegerField(null=True, blank=True)
    keeps_days = models.PositiveSmallIntegerField()
    awake_only = models.BooleanField()
    capped = models.BooleanField()
    stops = _words()
    task = models.TextField(blank=True)
    task_role = models.TextField(blank=True)
    task_detail = models.TextField(blank=True)
    source = models.TextField()
    active = models.BooleanField()
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            one_of("consent", CONSENTS, name="protocol_row_has_a_known_consent"),
            one_of("anchor", ANCHORS, name="protocol_row_has_a_known_anchor"),
            models.CheckConstraint(name="protocol_row_names_its_source", condition=~Q(source__regex=r"^\s*$")),
            models.CheckConstraint(name="protocol_row_has_an_event", condition=Q(events__len__gte=1)),
            models.CheckConstraint(name="protocol_row_has_a_moment", condition=Q(offsets__len__gte=1)),
            models.CheckConstraint(name="protocol_row_is_a_later_version", condition=Q(version__gte=2)),
            models.CheckConstraint(
                name="protocol_row_never_repeats_without_an_end",
                condition=Q(every_days__isnull=True)
                | Q(every_days__gte=FEWEST_DAYS_BETWEEN, stops__len__gte=1, consent=MARKETING),
            ),
            models.CheckConstraint(
                name="protocol_row_of_law_or_safety_stays_on", condition=Q(active=True) | ~Q(events__overlap=list(ALWAYS_ON))
            ),
            models.UniqueConstraint(fields=["code", "version"], name="protocol_row_version_key"),
            models.UniqueConstraint(
                fields=["code"], condition=Q(superseded_at__isnull=True), name="protocol_row_is_in_force_once"
            ),
            Trigger(
                name="protocol_row_is_superseded_never_changed",
                timing="BEFORE UPDATE OR DELETE",
                function="clinic_keep_protocol_row",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} version {self.version}"
