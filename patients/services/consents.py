"""Giving consent to a text that was shown, and taking it back."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from clinic.errors import Malformed, Refusal, RuleBroken
from clinic.models import User
from patients.models import Consent, ConsentText, Patient
from patients.policies.consents import Person, Signer, named_signer, signer_refusal, text_refusal
from patients.selectors.consents import present_text
from patients.services.contact import note_signed, note_withdrawn
from patients.services.signatures import Signature, clean_signature
from patients.signals import consent_withdrawn


@dataclass(frozen=True, kw_only=True)
class NewConsent:
    """Which text was shown, in which language (blank: the patient's), and who signed it how."""

    kind: str
    text_version: int
    signer: Signer
    signature: Signature
    language: str = ""


@transaction.atomic
def give_consent(*, actor: User, patient: Patient, consent: NewConsent, now: datetime) -> Consent:
    """
    Keep the signature beneath the text that is shown now, with the hash of its words.

    :raises RuleBroken: `guardian_required` for a minor's own signature, `guardian_not_entitled` for a guardian's beneath
        an adult's consent, `consent_text_stale` for another version than the present one.
    :raises Malformed: for a signature that cannot be read, and a guardian without name or relationship.
    """
    patient = _held(patient)
    signature = clean_signature(consent.signature)
    person = _person(patient)
    signer = named_signer(person=person, signer=consent.signer)
    text = present_text(kind=consent.kind, language=consent.language or patient.language, at=now)
    today = now.astimezone(patient.registered_site.zone).date()
    _require(
        signer_refusal(person=person, signer=signer, on=today),
        text_refusal(present=text.version if text else None, told=consent.text_version),
        text=text,
    )
    signed = Consent.objects.create(
        patient=patient,
        kind=consent.kind,
        text=text,
        text_sha256=text.sha256,
        signer_role=signer.role,
        signer_name=signer.name,
        signer_relationship=signer.relationship,
        signature_name=signature.name,
        signature_image=signature.image,
        signed_at=now,
        recorded_by=actor,
    )
    note_signed(consent=signed, now=now)
    return signed


@transaction.atomic
def withdraw_consent(*, actor: User, consent: Consent, reason: str, now: datetime) -> Consent:
    """
    Take back whatever the patient has agreed to in that kind, older signatures too; repeated, it changes nothing.

    :raises Malformed: without a reason.
    """
    if not reason.strip():
        raise Malformed({"reason": "Say in a few words why, as the patient or the guardian put it."})
    patient = _held(consent.patient)
    consent.refresh_from_db(fields=["withdrawn_at"])
    if consent.withdrawn_at is None:
        standing = Consent.objects.filter(patient=patient, kind=consent.kind, withdrawn_at=None)
        standing.update(withdrawn_at=now, withdrawn_by=actor, withdrawal_reason=reason.strip())
        note_withdrawn(consent=consent, actor=actor, now=now)
        consent_withdrawn.send(sender=None, patient=patient, kind=consent.kind, now=now)
    return Consent.objects.get(pk=consent.pk)


def _held(patient: Patient) -> Patient:
    """The row as it is now, locked: no consent of the patient is given or withdrawn meanwhile."""
    rows = Patient.objects.select_for_update(of=("self",), no_key=True).select_related("registered_site")
    return rows.get(pk=patient.pk)


def _person(patient: Patient) -> Person:
    return Person(
        name=patient.name,
        birth_date=patient.birth_date,
        guardian_name=patient.guardian_name,
        guardian_relationship=patient.guardian_relationship,
        guardian_for_adult=patient.guardian_for_adult,
    )


def _require(*refusals: Refusal | None, text: ConsentText | None) -> None:
    reasons = [refusal for refusal in refusals if refusal]
    if reasons:
        present = {"text_version": text.version} if text else {}
        raise RuleBroken(reasons[0].code, reasons[0].detail, reasons=reasons, extra=present)
