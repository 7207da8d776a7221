"""Patients and what their skin tolerates."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from phonenumber_field.modelfields import PhoneNumberField

from clinic.base import Keyed, one_of
from clinic.constraints import Trigger
from clinic.history import tracked
from clinic.models import Site, User
from clinic.policies.protocol import CHANNELS
from patients.policies.consents import LEGAL_GUARDIAN

LANGUAGES = ("en", "es")
CONTRAINDICATIONS = (
    "isotretinoin",
    "pregnant",
    "breastfeeding",
    "keloid",
    "herpes",
    "infection",
    "open_wound",
)


@tracked
class Patient(Keyed):
    """
    Somebody who is treated; for a minor, messages and consents are the guardian's. `guardian_for_adult` says that a legal
    guardianship goes on beyond the eighteenth birthday: without it an adult alone signs.

    Who asked to be reached by one channel alone has it in `preferred_channel`, all others have nothing there. One who turned out to be another patient names that one in `merged_into`, and has nothing of their own from then on.
    """

    registered_site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    given_name = models.TextField()
    family_name = models.TextField()
    birth_date = models.DateField()
    email = models.EmailField(blank=True)
    phone = PhoneNumberField(blank=True)
    language = models.TextField(default="en", choices=[(word, word) for word in LANGUAGES])
    time_zone = models.TextField()
    preferred_channel = models.TextField(blank=True, choices=[(word, word) for word in CHANNELS])
    guardian_name = models.TextField(blank=True)
    guardian_relationship = models.TextField(blank=True)
    guardian_email = models.EmailField(blank=True)
    guardian_phone = PhoneNumberField(blank=True)
    guardian_for_adult = models.BooleanField(default=False)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="absorbed")

    class Meta:
        constraints = [
            one_of("language", LANGUAGES, name="patient_language_is_spoken_here"),
            models.CheckConstraint(
                name="patient_prefers_a_known_channel",
                condition=Q(preferred_channel="") | Q(preferred_channel__in=CHANNELS),
            ),
            models.CheckConstraint(
                name="guardianship_of_an_adult_is_legal",
                condition=Q(guardian_for_adult=False)
                | (Q(guardian_relationship__iexact=LEGAL_GUARDIAN) & ~Q(guardian_name="")),
            ),
            models.CheckConstraint(name="patient_has_a_name", condition=~Q(given_name="") & ~Q(family_name="")),
            models.CheckConstraint(
                name="patient_is_merged_into_another", condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id"))
            ),
            Trigger(name="patient_is_merged_by_a_merge", timing="BEFORE INSERT OR UPDATE", function="patients_guard_merged"),
        ]
        indexes = [
            models.Index(fields=["family_name", "given_name"], name="patient_by_name"),
            models.Index(fields=["registered_site"], name="patient_by_site"),
            models.Index(fields=["birth_date"], name="patient_by_birth_date"),
            models.Index(fields=["phone"], name="patient_by_phone"),
            models.Index(fields=["guardian_phone"], name="patient_by_guardian_phone"),
            models.Index(Upper("email"), name="patient_by_email"),
        ]

    def __str__(self) -> str:
        return f"patient {self.pk}"

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"


@tracked
class SkinProfile(Keyed):
    """Skin typing: the four axes of the Baumann questionnaire as booleans, and the Fitzpatrick type (1 to 6)."""

    patient = models.OneToOneField(Patient, models.PROTECT, related_name="skin_profile")
    oily = models.BooleanField(null=True, blank=True)
    sensitive = models.BooleanField(null=True, blank=True)
    pigmented = models.BooleanField(null=True, blank=True)
    wrinkled = models.BooleanField(null=True, blank=True)
    fitzpatrick = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="fitzpatrick_is_one_to_six",
                condition=Q(fitzpatrick__isnull=True) | Q(fitzpatrick__range=(1, 6)),
            ),
        ]

    def __str__(self) -> str:
        return f"skin of {self.patient}"


@tracked
class Contraindication(Keyed):
    """Something dated that speaks against a treatment; open while `until` is empty, `until` is its last day."""

    profile = models.ForeignKey(SkinProfile, models.PROTECT, related_name="contraindications")
    code = models.TextField(choices=[(word, word) for word in CONTRAINDICATIONS])
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            one_of("code", CONTRAINDICATIONS, name="contraindication_is_known"),
            models.CheckConstraint(
                name="contraindication_ends_after_it_begins",
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} since {self.since}"
