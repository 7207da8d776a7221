"""What a patient agreed to: the texts as they were shown, and who signed them."""

from django.db import models
from django.db.models import F, Q

from clinic.base import Keyed, one_of
from clinic.constraints import CompositeForeignKey, Trigger
from clinic.history import tracked
from clinic.models import User
from patients.models.people import LANGUAGES, Patient
from patients.policies.consents import KINDS, PATIENT, SIGNER_ROLES


@tracked
class ConsentText(Keyed):
    """
    One version of a text in one language; as soon as somebody has signed it, PostgreSQL refuses every change.

    `sha256` is the hash, in hex, of title, an empty line and body in UTF-8: the text exactly as it is shown.
    """

    kind = models.TextField(choices=[(word, word) for word in KINDS])
    version = models.PositiveSmallIntegerField()
    language = models.TextField(choices=[(word, word) for word in LANGUAGES])
    title = models.TextField()
    body = models.TextField()
    sha256 = models.TextField()
    in_force_from = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("kind", KINDS, name="consent_text_has_a_known_kind"),
            one_of("language", LANGUAGES, name="consent_text_is_in_a_language_spoken_here"),
            models.CheckConstraint(name="consent_text_versions_begin_at_one", condition=Q(version__gte=1)),
            models.CheckConstraint(name="consent_text_says_something", condition=~Q(title="") & ~Q(body="")),
            models.UniqueConstraint(fields=["kind", "version", "language"], name="consent_text_version_key"),
            models.UniqueConstraint(fields=["id", "kind", "sha256"], name="consent_text_content_key"),
            Trigger(
                name="consent_text_has_its_own_hash",
                timing="BEFORE INSERT OR UPDATE",
                function="patients_check_consent_text",
            ),
            Trigger(
                name="signed_text_is_never_changed",
                timing="BEFORE UPDATE OR DELETE",
                function="patients_keep_signed_text",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.version} ({self.language})"

    @property
    def shown(self) -> str:
        """The text exactly as it is shown and hashed."""
        return f"{self.title}\n\n{self.body}"


@tracked
class Consent(Keyed):
    """
    A signature beneath one text: written once, and withdrawn at most once; nothing else about it ever changes.

    The guardian's name and relationship stand in the row as they were told. The signature is either a typed name or a
    drawn PNG.
    """

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="consents")
    kind = models.TextField(choices=[(word, word) for word in KINDS])
    text = models.ForeignKey(ConsentText, models.PROTECT, related_name="consents")
    text_sha256 = models.TextField()
    signer_role = models.TextField(choices=[(word, word) for word in SIGNER_ROLES])
    signer_name = models.TextField()
    signer_relationship = models.TextField(blank=True)
    signature_name = models.TextField(blank=True)
    signature_image = models.BinaryField(null=True, blank=True)
    signed_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawal_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            one_of("kind", KINDS, name="consent_has_a_known_kind"),
            one_of("signer_role", SIGNER_ROLES, name="consent_is_signed_by_patient_or_guardian"),
            models.CheckConstraint(
                name="consent_names_its_signer",
                condition=~Q(signer_name="") & (Q(signer_role=PATIENT) | ~Q(signer_relationship="")),
            ),
            models.CheckConstraint(
                name="consent_has_one_signature",
                condition=Q(signature_name="", signature_image__isnull=False)
                | (~Q(signature_name="") & Q(signature_image__isnull=True)),
            ),
            models.CheckConstraint(
                name="consent_is_withdrawn_with_a_reason",
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawal_reason="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawal_reason="")),
            ),
            models.CheckConstraint(
                name="consent_is_withdrawn_after_it_is_signed",
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=F("signed_at")),
            ),
            models.UniqueConstraint(fields=["id", "patient"], name="consent_patient_key"),
            CompositeForeignKey(
                name="consent_is_to_the_text_as_shown",
                fields=["text", "kind", "text_sha256"],
                to="patients.ConsentText",
                to_fields=["id", "kind", "sha256"],
            ),
            Trigger(
                name="consent_is_signed_by_who_may",
                timing="BEFORE INSERT",
                function="patients_check_consent",
            ),
            Trigger(
                name="signed_consent_is_never_changed",
                timing="BEFORE UPDATE OR DELETE",
                function="patients_keep_consent",
            ),
            Trigger(
                name="signed_consents_are_never_emptied",
                timing="BEFORE TRUNCATE",
                function="patients_keep_consent",
                rest="FOR EACH STATEMENT",
            ),
            Trigger(
                name="photos_go_with_their_consent",
                timing="AFTER UPDATE OF withdrawn_at",
                function="patients_check_withdrawal",
                deferred=True,
            ),
        ]
        indexes = [models.Index(fields=["patient", "kind", "signed_at"], name="consent_by_patient")]

    def __str__(self) -> str:
        return f"consent {self.pk}"
