"""What the patients of the demo agreed to before they were treated."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from appointments.demo.ground import Ground
from appointments.demo.visits import Register
from appointments.policies.statuses import COMPLETED, IN_TREATMENT
from clinic.scopes import HANDS_ON
from patients.models import Consent, ConsentText, Patient
from patients.policies.ages import is_minor
from patients.policies.consents import GUARDIAN, PATIENT, PROCEDURE_KINDS
from patients.selectors.consents import present_texts

TREATED = {COMPLETED, IN_TREATMENT}
AT_REGISTRATION_DAYS = 10
BEFORE_THE_VISIT = timedelta(minutes=12)


def sign_consents(ground: Ground, register: Register, *, named: Sequence[Patient]) -> None:
    """
    One for each kind of work that has been done to a patient or is going on, signed at the desk before the first time.

    The patients of the named cases have agreed to every kind, so that their visits can be begun.
    """
    texts = {(text.kind, text.language): text for text in present_texts(at=ground.now)}
    signed: dict[tuple[Patient, str], datetime] = {
        (patient, kind): ground.ago(days=AT_REGISTRATION_DAYS) for patient in named for kind in PROCEDURE_KINDS
    }
    for item in sorted(register.items, key=lambda item: item.appointment.start):
        if item.act in HANDS_ON and item.appointment.status in TREATED:
            signed.setdefault((item.appointment.patient, item.act), item.appointment.start - BEFORE_THE_VISIT)
    Consent.objects.bulk_create(
        _signed(ground, patient, texts[kind, patient.language], at) for (patient, kind), at in signed.items()
    )


def _signed(ground: Ground, patient: Patient, text: ConsentText, at: datetime) -> Consent:
    by_guardian = is_minor(born=patient.birth_date, on=at.astimezone(patient.registered_site.zone).date())
    name = patient.guardian_name if by_guardian else patient.name
    return Consent(
        id=ground.key(),
        patient=patient,
        kind=text.kind,
        text=text,
        text_sha256=text.sha256,
        signer_role=GUARDIAN if by_guardian else PATIENT,
        signer_name=name,
        signer_relationship=patient.guardian_relationship if by_guardian else "",
        signature_name=name,
        signed_at=at,
        recorded_by=ground.users["frontdesk"],
    )
