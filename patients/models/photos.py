"""Photos of the skin: who took what of which place when, and the file that holds it."""

from django.db import models
from django.db.models import F, Q

from clinic.base import Keyed, in_order, one_of
from clinic.constraints import CompositeForeignKey, Trigger
from clinic.history import tracked
from clinic.models import User
from patients.models.consents import Consent
from patients.models.lesions import CHARTS, LATERALITIES, BodySite, Lesion
from patients.models.people import Patient
from patients.policies.photos import REMOVALS, TIME_SOURCES, VIEWS

CONTENT_TYPES = ("image/jpeg",)


@tracked
class Photo(Keyed):
    """
    One picture, kept on the strength of a consent to photos; nothing in the row changes but the removal of its bytes.

    `taken_at` is what the uploader says, `taken_at_source` where that comes from: the camera, or somebody's word. The file
    goes by a random name in the storage for photos; `bytes`, `sha256`, `width` and `height` are those of the file. What the
    patient sent was uploaded by nobody (`uploaded_by` is null).
    """

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="photos")
    consent = models.ForeignKey(Consent, models.PROTECT, related_name="+")
    lesion = models.ForeignKey(Lesion, models.PROTECT, null=True, blank=True, related_name="photos")
    body_site = models.ForeignKey(BodySite, models.PROTECT, null=True, blank=True, related_name="+")
    laterality = models.TextField(blank=True, choices=[(word, word) for word in LATERALITIES])
    chart = models.TextField(blank=True, choices=[(word, word) for word in CHARTS])
    view = models.TextField(choices=[(word, word) for word in VIEWS])
    taken_at = models.DateTimeField()
    taken_at_source = models.TextField(choices=[(word, word) for word in TIME_SOURCES])
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    bytes = models.PositiveIntegerField()
    sha256 = models.TextField()
    content_type = models.TextField()
    storage_name = models.TextField(unique=True)
    bytes_removed_at = models.DateTimeField(null=True, blank=True)
    bytes_removed_because = models.TextField(blank=True, choices=[(word, word) for word in REMOVALS])

    class Meta:
        constraints = [
            one_of("view", VIEWS, name="photo_has_a_known_view"),
            one_of("taken_at_source", TIME_SOURCES, name="photo_time_has_a_known_source"),
            one_of("content_type", CONTENT_TYPES, name="photo_is_kept_as_jpeg"),
            models.CheckConstraint(name="photo_has_one_side", condition=Q(laterality="") | Q(laterality__in=LATERALITIES)),
            models.CheckConstraint(name="photo_has_a_known_chart", condition=Q(chart="") | Q(chart__in=CHARTS)),
            models.CheckConstraint(
                name="photo_shows_a_place", condition=Q(body_site__isnull=False) | (~Q(chart="") & Q(lesion__isnull=True))
            ),
            models.CheckConstraint(name="photo_has_pixels", condition=Q(width__gte=1, height__gte=1, bytes__gte=1)),
            models.CheckConstraint(name="photo_has_a_hash", condition=Q(sha256__regex="^[0-9a-f]{64}$")),
            in_order("taken_at", "uploaded_at", name="photo_is_taken_before_it_is_uploaded"),
            models.CheckConstraint(
                name="photo_bytes_are_removed_for_a_reason",
                condition=Q(bytes_removed_at__isnull=True, bytes_removed_because="")
                | Q(bytes_removed_at__gte=F("uploaded_at"), bytes_removed_because__in=REMOVALS),
            ),
            models.UniqueConstraint(fields=["id", "patient"], name="photo_patient_key"),
            CompositeForeignKey(
                name="photographed_lesion_is_of_the_patient",
                fields=["lesion", "patient"],
                to="patients.Lesion",
                to_fields=["id", "patient"],
            ),
            CompositeForeignKey(
                name="photo_consent_is_of_the_patient",
                fields=["consent", "patient"],
                to="patients.Consent",
                to_fields=["id", "patient"],
            ),
            Trigger(name="photo_stands_on_a_consent", timing="BEFORE INSERT", function="patients_check_photo"),
            Trigger(name="photo_is_never_changed", timing="BEFORE UPDATE OR DELETE", function="patients_keep_photo"),
            Trigger(
                name="photos_are_never_emptied",
                timing="BEFORE TRUNCATE",
                function="patients_keep_photo",
                rest="FOR EACH STATEMENT",
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "taken_at"], name="photo_by_patient"),
            models.Index(fields=["lesion", "taken_at"], name="photo_by_lesion"),
        ]

    def __str__(self) -> str:
        return f"photo {self.pk}"
