"""Who may be the same person as a patient, and how two charts compare."""

from django.db.models import Q

from clinic.models import User
from patients.models import Patient
from patients.policies.duplicates import Identity, Likeness, likeness, transposed
from patients.selectors.records import patients_visible_to

MOST_RESULTS = 20
MOST_COMPARED = 500


def likely_duplicates(user: User, patient: Patient) -> list[tuple[Patient, Likeness]]:
    """Visible patients who are likely to be the same person, the likeliest first, 20 at most; none who was merged."""
    others = patients_visible_to(user).filter(_alike(patient), merged_into=None).exclude(pk=patient.pk)
    mine = identity(patient)
    compared = [(other, likeness(mine, identity(other))) for other in others.order_by("pk")[:MOST_COMPARED]]
    likely = [(other, how) for other, how in compared if how.likely]
    return sorted(likely, key=lambda pair: (-pair[1].score, pair[0].family_name, pair[0].given_name, pair[0].pk))[:MOST_RESULTS]


def identity(patient: Patient) -> Identity:
    """What tells the patient from others; a minor is reached through the guardian."""
    return Identity(
        given_name=patient.given_name,
        family_name=patient.family_name,
        born=patient.birth_date,
        phone=str(patient.phone or patient.guardian_phone or ""),
        email=patient.email or patient.guardian_email,
        guardian=patient.guardian_name,
    )


def _alike(patient: Patient) -> Q:
    """Each part is answered by an index: birth date, phone, e-mail, and the names as they are spelt."""
    born = [date for date in (patient.birth_date, transposed(patient.birth_date)) if date]
    alike = Q(birth_date__in=born)
    alike |= Q(family_name=patient.family_name, given_name=patient.given_name)
    alike |= Q(family_name=patient.given_name, given_name=patient.family_name)
    if patient.phone:
        alike |= Q(phone=str(patient.phone))
    if patient.email:
        alike |= Q(email__iexact=patient.email)
    return alike
