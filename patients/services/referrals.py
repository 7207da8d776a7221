"""Referring lesions to a specialty, and following that until somebody said what came of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from clinic.errors import Conflict, Malformed, RuleBroken
from clinic.models import Practitioner, User
from patients.models import Assessment, Diagnosis, Lesion, Patient, Referral, ReferredLesion
from patients.policies.ages import is_minor
from patients.policies.courses import (
    BOOKED,
    CLOSED,
    DECLINED,
    FOLLOWED,
    OPEN,
    REFERRED,
    SEEN,
    WATCHING,
    require_referral_step,
)
from patients.policies.findings import ALARMING_KINDS, REFUTED
from patients.policies.referring import OUTCOMES, SOON, destination_of, urgency_of
from patients.selectors.charts import followed_among
from patients.selectors.clinicians import clinician_of
from patients.services.courses import bring_to, require_lasting
from patients.services.lesions import held_lesions
from patients.services.referral_looks import IS_IT_BOOKED, LOOKS, answered, ask, due_of


@dataclass(frozen=True, kw_only=True)
class NewReferral:
    """Where to, how soon and why."""

    to: str
    reason: str
    urgency: str = SOON


@transaction.atomic
def open_referral(
    *, actor: User, patient: Patient, lesions: Collection[UUID], referral: NewReferral, now: datetime
) -> Referral:
    """
    Refer lesions of a patient; tasks ask after 3 days whether it is booked, after 14 what came of it.

    :raises NotAllowed: for somebody who is no practitioner.
    :raises RuleBroken: `lesion_of_another_patient`; `lesion_merged`.
    :raises Conflict: `already_referred`, while one of them is followed at the same specialty.
    :raises Malformed: without a reason.
    """
    practitioner = clinician_of(actor)
    if not referral.reason.strip():
        raise Malformed({"reason": "Say why it is referred."})
    rows = held_lesions(list(lesions))
    if any(row.patient_id != patient.pk for row in rows):
        raise RuleBroken("lesion_of_another_patient", "A referral is about lesions of one patient.")
    require_lasting(rows)
    twice = ReferredLesion.objects.filter(lesion__in=rows, referral__to=referral.to, referral__status__in=FOLLOWED)
    if twice.exists():
        raise Conflict("already_referred", "One of these lesions is referred there already, and that has not ended.")
    return _opened(practitioner, rows, referral, now)


def refer_flagged(*, practitioner: Practitioner, assessment: Assessment, flagged: Sequence[Lesion], now: datetime) -> None:
    """Open a referral of what a finding flagged, one for each specialty, except of what is followed already."""
    followed = followed_among([row.pk for row in flagged])
    possible = _possible(assessment)
    kinds = {row.kind for row in possible}
    today = now.astimezone(assessment.patient.registered_site.zone).date()
    by_specialty: dict[str, list[Lesion]] = {}
    for row in flagged:
        if row.pk not in followed:
            minor = is_minor(born=row.patient.birth_date, on=today)
            to = destination_of(authority_region=row.authority_region, is_minor=minor, kinds=kinds)
            by_specialty.setdefault(to, []).append(row)
    for to, rows in by_specialty.items():
        referral = NewReferral(to=to, reason=_reason(possible), urgency=urgency_of(kinds))
        _opened(practitioner, rows, referral, now, assessment=assessment)


@transaction.atomic
def book_referral(*, actor: User, referral: Referral, booked_for: datetime, booked_with: str = "", now: datetime) -> Referral:
    """
    The patient has a visit there at that moment; booked again, it takes the new one.

    :raises RuleBroken: `in_the_past`, for a moment before the referral was opened.
    :raises Conflict: `illegal_transition`, once the patient was seen or the referral has ended.
    """
    row = _held(referral)
    if booked_for < row.opened_at:
        raise RuleBroken("in_the_past", "The visit follows the referral.")
    if row.status != BOOKED:
        require_referral_step(row.status, BOOKED)
    row.status, row.booked_for, row.booked_with = BOOKED, booked_for, booked_with
    row.save(update_fields=["status", "booked_for", "booked_with"])
    answered(row, [IS_IT_BOOKED], actor=actor, now=now)
    return row


@transaction.atomic
def unbook_referral(*, actor: User, referral: Referral, now: datetime) -> Referral:
    """
    The visit fell through: the referral is open again, and the desk is asked to book it.

    :raises Conflict: `illegal_transition`, unless it was booked.
    """
    row = _held(referral)
    require_referral_step(row.status, OPEN)
    row.status, row.booked_for, row.booked_with = OPEN, None, ""
    row.save(update_fields=["status", "booked_for", "booked_with"])
    ask(row, IS_IT_BOOKED, due_at=now)
    return row


@transaction.atomic
def record_referral_seen(*, actor: User, referral: Referral, seen_on: date, now: datetime) -> Referral:
    """
    They have seen the patient on that day; the answer is still to come.

    :raises Malformed: for a day before the referral or yet to come.
    :raises Conflict: `illegal_transition`.
    """
    row = _held(referral)
    require_referral_step(row.status, SEEN)
    zone = row.site.zone
    if not row.opened_at.astimezone(zone).date() <= seen_on <= now.astimezone(zone).date():
        raise Malformed({"seen_on": "A day from the referral until today."})
    row.status, row.seen_on = SEEN, seen_on
    row.save(update_fields=["status", "seen_on"])
    answered(row, [IS_IT_BOOKED], actor=actor, now=now)
    return row


@transaction.atomic
def close_referral(*, actor: User, referral: Referral, outcome: str, note: str = "", now: datetime) -> Referral:
    """
    Say what came of it; the lesions go on as that says, but a flag is lifted by an assessment alone.

    :raises NotAllowed: for somebody who is no practitioner.
    :raises Conflict: `illegal_transition`, once it has ended.
    """
    clinician_of(actor)
    row = _held(referral)
    require_referral_step(row.status, CLOSED)
    row.status, row.outcome, row.outcome_note = CLOSED, outcome, note
    return _ended(row, OUTCOMES[outcome], actor, now)


@transaction.atomic
def decline_referral(*, actor: User, referral: Referral, reason: str, now: datetime) -> Referral:
    """
    The patient does not go, or they do not take the patient; the lesions are watched here again.

    :raises NotAllowed: for somebody who is no practitioner.
    :raises Malformed: without a reason.
    :raises Conflict: `illegal_transition`, once the patient was seen or the referral has ended.
    """
    clinician_of(actor)
    if not reason.strip():
        raise Malformed({"reason": "Say why it comes to nothing."})
    row = _held(referral)
    require_referral_step(row.status, DECLINED)
    row.status, row.decline_reason = DECLINED, reason
    return _ended(row, WATCHING, actor, now)


def _opened(
    practitioner: Practitioner,
    rows: Sequence[Lesion],
    referral: NewReferral,
    now: datetime,
    assessment: Assessment | None = None,
) -> Referral:
    patient = rows[0].patient
    row = Referral.objects.create(
        patient=patient,
        site=patient.registered_site,
        to=referral.to,
        urgency=referral.urgency,
        reason=referral.reason,
        assessment=assessment,
        opened_by=practitioner,
        opened_at=now,
    )
    ReferredLesion.objects.bulk_create(ReferredLesion(referral=row, lesion=lesion, patient=patient) for lesion in rows)
    bring_to(lesions=rows, status=REFERRED, now=now)
    for look in LOOKS:
        ask(row, look, due_at=due_of(row, look))
    return row


def _ended(row: Referral, status: str, actor: User, now: datetime) -> Referral:
    row.ended_by, row.ended_at = actor, now
    row.save()
    answered(row, LOOKS, actor=actor, now=now)
    lesions = held_lesions([item.lesion_id for item in row.items.all()])
    followed = followed_among([lesion.pk for lesion in lesions])
    free = [lesion for lesion in lesions if lesion.status == REFERRED and lesion.pk not in followed]
    bring_to(lesions=free, status=status, now=now)
    return row


def _held(referral: Referral) -> Referral:
    return Referral.objects.select_for_update(of=("self",)).select_related("site", "patient").get(pk=referral.pk)


def _possible(assessment: Assessment) -> list[Diagnosis]:
    """What the finding holds possible besides something harmless."""
    codes = set(assessment.suspected)
    held = assessment.diagnosis
    if held and held.kind in ALARMING_KINDS and assessment.certainty != REFUTED:
        codes.add(held.code)
    return list(Diagnosis.objects.filter(code__in=codes).order_by("name"))


def _reason(possible: Sequence[Diagnosis]) -> str:
    names = ", ".join(row.name for row in possible)
    return f"May be: {names}." if names else "Flagged as suspicious, contagious or uncertain."
