"""What patients said about being written to, and numbers that take no more texts."""

from django.db import models
from django.db.models import F, Q
from phonenumber_field.modelfields import PhoneNumberField

from clinic.base import Keyed, one_of
from clinic.constraints import CompositeForeignKey, Trigger
from clinic.models import User
from clinic.policies.protocol import CHANNELS, MARKETING
from patients.models.consents import Consent, ConsentText
from patients.models.people import Patient
from patients.policies.contact import CLASSES


class ContactConsent(Keyed):
    """
    One word about one class of messages by one channel: the latest counts, and none is ever changed.

    `source` says in words how it was told; `text` and `consent` are what was signed, where something was. Nobody recorded
    what the patient answered without us.
    """

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="contact_consents", db_index=False)
    channel = models.TextField(choices=[(word, word) for word in CHANNELS])
    consent_class = models.TextField(choices=[(word, word) for word in CLASSES])
    granted = models.BooleanField()
    at = models.DateTimeField()
    source = models.TextField()
    text = models.ForeignKey(ConsentText, models.PROTECT, null=True, blank=True, related_name="+")
    consent = models.ForeignKey(Consent, models.PROTECT, null=True, blank=True, related_name="+")
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            one_of("channel", CHANNELS, name="contact_consent_is_about_a_known_channel"),
            one_of("consent_class", CLASSES, name="contact_consent_is_about_a_known_class"),
            models.CheckConstraint(name="contact_consent_names_its_source", condition=~Q(source="")),
            models.CheckConstraint(
                name="marketing_needs_written_consent",
                condition=~Q(consent_class=MARKETING, granted=True) | Q(consent__isnull=False),
            ),
            CompositeForeignKey(
                name="contact_consent_is_signed_by_the_patient",
                fields=["consent", "patient"],
                to="patients.Consent",
                to_fields=["id", "patient"],
            ),
            Trigger(
                name="contact_consent_is_never_changed",
                timing="BEFORE UPDATE OR DELETE",
                function="patients_keep_contact_consent",
            ),
            Trigger(
                name="contact_consents_are_never_emptied",
                timing="BEFORE TRUNCATE",
                function="patients_keep_contact_consent",
                rest="FOR EACH STATEMENT",
            ),
        ]
        indexes = [models.Index(fields=["patient", "at"], name="contact_consent_by_patient")]

    def __str__(self) -> str:
        return f"{'yes' if self.granted else 'no'} to {self.consent_class} by {self.channel}"


class StoppedNumber(Keyed):
    """A number that asked for no more texts, whoever shares it, until it asks for them again."""

    phone = PhoneNumberField()
    stopped_at = models.DateTimeField()
    source = models.TextField()
    restarted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["phone"], condition=Q(restarted_at__isnull=True), name="number_is_stopped_once_at_a_time"
            ),
            models.CheckConstraint(name="stopped_number_is_in_e164", condition=Q(phone__regex=r"^\+[1-9][0-9]{3,14}$")),
            models.CheckConstraint(name="stopped_number_names_its_source", condition=~Q(source="")),
            models.CheckConstraint(
                name="number_is_restarted_after_it_stopped",
                condition=Q(restarted_at__isnull=True) | Q(restarted_at__gte=F("stopped_at")),
            ),
            Trigger(
                name="stopped_number_is_kept",
                timing="BEFORE UPDATE OR DELETE",
                function="patients_keep_stopped_number",
            ),
            Trigger(
                name="stopped_numbers_are_never_emptied",
                timing="BEFORE TRUNCATE",
                function="patients_keep_stopped_number",
                rest="FOR EACH STATEMENT",
            ),
        ]

    def __str__(self) -> str:
        return f"number stopped at {self.stopped_at}"
