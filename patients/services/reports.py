"""Lesions that patients tell about: noted as a draft, and made a lesion by a clinician or not."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from clinic.errors import Conflict, Malformed
from clinic.models import User
from patients.models import Lesion, LesionReport, Patient
from patients.models.reports import ACCEPTED, DECLINED, REPORTED
from patients.policies.charts import require_place
from patients.policies.sides import side_of
from patients.selectors.clinicians import clinician_of
from patients.services.lesions import NewLesion, body_site_coded, note_lesion


@dataclass(frozen=True, kw_only=True)
class NewReport:
    """What the patient tells, in their own words; the place as for a lesion."""

    body_site: str
    laterality: str = ""
    words: str = ""
    count: int = 1
    first_noted_on: date | None = None
    chart: str = ""
    x: float | None = None
    y: float | None = None
    painful: bool | None = None
    red: bool | None = None
    picked: bool | None = None
    products: str = ""


CARRIED = ("count", "first_noted_on", "chart", "x", "y", "painful", "red", "picked", "products")
"""What the lesion takes over."""


@transaction.atomic
def report_lesion(*, actor: User, patient: Patient, report: NewReport, now: datetime) -> LesionReport:
    """
    Keep what a patient tells about a lesion; nothing follows from it until a clinician accepts it.

    :raises RuleBroken: `split_by_side`, for both sides at once.
    :raises Malformed: when the side or the place on the chart does not fit.
    :raises NotFound: for an unknown body site.
    """
    site = body_site_coded(report.body_site)
    side = side_of(body_site=site.code, laterality=report.laterality)
    require_place(chart=report.chart, x=report.x, y=report.y, body_site=site.code, region=site.region, side=side)
    return LesionReport.objects.create(
        patient=patient,
        body_site=site,
        laterality=side,
        words=report.words,
        entered_by=actor,
        reported_at=now,
        **{name: getattr(report, name) for name in CARRIED},
    )


@transaction.atomic
def accept_report(*, actor: User, report: LesionReport, now: datetime) -> Lesion:
    """
    Note the lesion that the patient told about: its region unverified, its depth unknown, its diagnosis open.

    :raises NotAllowed: for somebody who is no practitioner.
    :raises Conflict: `illegal_transition`, once it is decided.
    """
    clinician_of(actor)
    row = _undecided(report)
    told = {name: getattr(row, name) for name in CARRIED}
    new = NewLesion(body_site=row.body_site.code, laterality=row.laterality, **told)
    row.lesion = note_lesion(actor=actor, patient=row.patient, lesion=new, now=now)
    row.state, row.decided_by, row.decided_at = ACCEPTED, actor, now
    row.save()
    return row.lesion


@transaction.atomic
def decline_report(*, actor: User, report: LesionReport, reason: str, now: datetime) -> LesionReport:
    """
    Note nothing, and say why.

    :raises NotAllowed: for somebody who is no practitioner.
    :raises Malformed: without a reason.
    :raises Conflict: `illegal_transition`, once it is decided.
    """
    clinician_of(actor)
    if not reason.strip():
        raise Malformed({"reason": "Say why no lesion is noted."})
    row = _undecided(report)
    row.state, row.decline_reason, row.decided_by, row.decided_at = DECLINED, reason, actor, now
    row.save()
    return row


def _undecided(report: LesionReport) -> LesionReport:
    rows = LesionReport.objects.select_for_update(of=("self",)).select_related("patient", "body_site")
    row = rows.get(pk=report.pk)
    if row.state != REPORTED:
        raise Conflict("illegal_transition", f"This report is {row.state} already.")
    return row
