"""What patients say about being written to, and numbers that want no more texts: added to, never changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from clinic.errors import Refusal, RuleBroken
from clinic.models import User
from clinic.policies.protocol import EMAIL, MARKETING, SMS, TRANSACTIONAL
from patients.models import Consent, ContactConsent, Patient, StoppedNumber
from patients.policies.consents import MARKETING as OFFERS
from patients.policies.contact import CLASSES, OF_CARE, WRITTEN, ended_with, granted_by
from patients.selectors.consents import consents_in_force
from patients.selectors.contact import classes_allowed, patients_mailed_at, patients_texted_at
from patients.selectors.records import require_lasting

SIGNED, WITHDRAWN = "Signed consent", "Consent withdrawn"
ANSWERED_STOP, ANSWERED_START = "Answered a text with STOP", "Answered a text with START"
COMPLAINED = "Marked an e-mail as unwanted"


@dataclass(frozen=True, kw_only=True)
class Preference:
    """Yes or no to one class of messages by one channel, and in words how it was told."""

    channel: str
    consent_class: str
    granted: bool
    source: str


@transaction.atomic
def note_preference(*, actor: User, patient: Patient, preference: Preference, now: datetime) -> ContactConsent:
    """
    Keep what the patient, or the guardian of a minor, said at the desk.

    :raises PatientMerged: for one who was merged into another.
    :raises RuleBroken: `written_consent_missing`, for a yes to offers without a signed consent to them in force.
    """
    patient = Patient.objects.select_for_update(of=("self",), no_key=True).get(pk=patient.pk)
    require_lasting(patient)
    consent = _written_consent(patient, now) if preference.granted and preference.consent_class == MARKETING else None
    return ContactConsent.objects.create(
        patient=patient,
        channel=preference.channel,
        consent_class=preference.consent_class,
        granted=preference.granted,
        at=now,
        source=preference.source,
        consent=consent,
        text=consent.text if consent else None,
        recorded_by=actor,
    )


def note_signed(*, consent: Consent, now: datetime) -> None:
    """Say yes to what a consent that was signed just now means for messages, nothing where it is about others."""

    def is_allowed(channel: str) -> bool:
        return TRANSACTIONAL in classes_allowed(patient=consent.patient, channel=channel, now=now)

    _say(consent, granted_by(consent.kind, is_allowed=is_allowed), granted=True, source=SIGNED, by=consent.recorded_by, now=now)


def note_withdrawn(*, consent: Consent, actor: User, now: datetime) -> None:
    """Say no to what the consent meant that is withdrawn now."""
    _say(consent, ended_with(consent.kind), granted=False, source=WITHDRAWN, by=actor, now=now)


@transaction.atomic
def stop_number(*, phone: str, source: str = ANSWERED_STOP, now: datetime) -> StoppedNumber:
    """
    No more texts of any class to that number, in E.164, whoever shares it; repeated, it changes nothing.

    The consents to texts of those whose number it is end too, so that another number does not revive them.
    """
    StoppedNumber.objects.bulk_create([StoppedNumber(phone=phone, stopped_at=now, source=source)], ignore_conflicts=True)
    allowed = [
        (patient, each)
        for patient in patients_texted_at(phone, now=now)
        for each in classes_allowed(patient=patient, channel=SMS, now=now)
    ]
    _answer(allowed, channel=SMS, granted=False, source=source, now=now)
    return StoppedNumber.objects.get(phone=phone, restarted_at=None)


@transaction.atomic
def restart_number(*, phone: str, source: str = ANSWERED_START, now: datetime) -> StoppedNumber | None:
    """
    Texts may go to that number again, with the consents to messages of care that its STOP had ended; None if it was not stopped.

    Offers stay off: they need a signature.
    """
    stopped = StoppedNumber.objects.select_for_update().filter(phone=phone, restarted_at=None).first()
    if stopped is None:
        return None
    stopped.restarted_at = now
    stopped.save(update_fields=["restarted_at"])
    patients = patients_texted_at(phone, now=now)
    ended = [(patient, each) for patient in patients for each in OF_CARE if _last_source(patient, each) == ANSWERED_STOP]
    _answer(ended, channel=SMS, granted=True, source=source, now=now)
    return stopped


@transaction.atomic
def refuse_email(*, address: str, source: str = COMPLAINED, now: datetime) -> list[Patient]:
    """No more e-mail of any class to that address; the patients whose address it is."""
    patients = patients_mailed_at(address, now=now)
    _answer([(patient, each) for patient in patients for each in CLASSES], channel=EMAIL, granted=False, source=source, now=now)
    return patients


def _written_consent(patient: Patient, now: datetime) -> Consent:
    signed = consents_in_force(patient=patient.pk, at=now).get(OFFERS)
    if signed is None:
        detail = "Offers go only to who has agreed to them in writing, and no such consent is in force."
        reason = Refusal(
            code="written_consent_missing",
            detail=detail,
            source=WRITTEN,
            mend="Have the consent to news and offers signed first.",
        )
        raise RuleBroken(reason.code, reason.detail, reasons=[reason])
    return Consent.objects.select_related("text").get(pk=signed)


def _say(consent: Consent, meant: Iterable[tuple[str, str]], *, granted: bool, source: str, by: User, now: datetime) -> None:
    ContactConsent.objects.bulk_create(
        ContactConsent(
            patient=consent.patient,
            channel=channel,
            consent_class=consent_class,
            granted=granted,
            at=now,
            source=source,
            text=consent.text,
            consent=consent,
            recorded_by=by,
        )
        for channel, consent_class in meant
    )


def _answer(said: Iterable[tuple[Patient, str]], *, channel: str, granted: bool, source: str, now: datetime) -> None:
    ContactConsent.objects.bulk_create(
        ContactConsent(patient=patient, channel=channel, consent_class=each, granted=granted, at=now, source=source)
        for patient, each in said
    )


def _last_source(patient: Patient, consent_class: str) -> str | None:
    words = ContactConsent.objects.filter(patient=patient, channel=SMS, consent_class=consent_class)
    return words.order_by("-at", "-pk").values_list("source", flat=True).first()
