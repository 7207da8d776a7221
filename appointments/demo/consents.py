"""What the patients of the demo agreed to before they were treated."""

from datetime import datetime, timedelta

from appointments.demo.ground import Ground
from appointments.demo.visits import Register
from appointments.models import Appointment
from appointments.policies.statuses import COMPLETED, IN_TREATMENT
from clinic.scopes import HANDS_ON
from patients.models import Consent, ConsentText, Patient
from patients.policies.ages import is_minor
from patients.policies.consents import GUARDIAN, PATIENT
from patients.selectors.consents import present_texts

TREATED = {COMPLETED, IN_TREATMENT}
BEFORE_THE_VISIT = timedelta(minutes=12)


def sign_consents(ground: Ground, register: Register) -> None:
    """One for each kind of work that has been done to a patient or is going on, signed at the desk before the first time."""
    texts = {(text.kind, text.language): text for text in present_texts(at=ground.now)}
    first: dict[tuple[Patient, str], Appointment] = {}
    for item in sorted(register.items, key=lambda item: item.appointment.start):
        if item.act in HANDS_ON and item.appointment.status in TREATED:
            first.setdefault((item.appointment.patient, item.act), item.appointment)
    Consent.objects.bulk_create(
        _signed(ground, patient, texts[kind, patient.language], visit.start - BEFORE_THE_VISIT)
        for (patient, kind), visit in first.items()
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
