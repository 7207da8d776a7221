"""Plain makers of what is charted: referrals, reports and signed findings; each test names only what it is about."""

from datetime import UTC, datetime
from typing import Any

from clinic.models import User
from patients.models import Assessment, Lesion, LesionReport, Referral
from patients.services.assessments import NewAssessment, sign_assessment
from patients.services.referrals import NewReferral, open_referral
from patients.services.reports import NewReport, report_lesion
from tests.factories import a_body_site, a_lesion, a_patient, a_user
from tests.patients.charting import a_clinician

NOW = datetime(2027, 1, 12, 15, 0, tzinfo=UTC)  # 10:00 on a Tuesday in Columbus


def signed(*lesions: Lesion, actor: User | None = None, now: datetime = NOW, **finding: Any) -> Assessment:
    """A finding, of a dermatologist unless told otherwise."""
    keys = [lesion.pk for lesion in lesions]
    return sign_assessment(actor=actor or a_clinician(), lesions=keys, assessment=NewAssessment(**finding), now=now)[0]


def a_referral(*lesions: Lesion, actor: User | None = None, now: datetime = NOW, **fields: Any) -> Referral:
    """Of a lesion on the cheek to dermatology."""
    rows = lesions or (a_lesion(),)
    referral = NewReferral(**{"to": "dermatology", "reason": "Grows quickly."} | fields)
    return open_referral(
        actor=actor or a_clinician(),
        patient=rows[0].patient,
        lesions=[row.pk for row in rows],
        referral=referral,
        now=now,
    )


def a_report(**told: Any) -> LesionReport:
    """A bump on the left cheek that a patient told the front desk about."""
    a_body_site()
    a_body_site("under_eye", "periocular")
    report = NewReport(**{"body_site": "cheek", "laterality": "left", "words": "A white bump."} | told)
    return report_lesion(actor=a_user(), patient=a_patient(), report=report, now=NOW)


def now_is(lesion: Lesion) -> Lesion:
    """The lesion as it is stored."""
    return Lesion.objects.select_related("diagnosis", "milia_type").get(pk=lesion.pk)
