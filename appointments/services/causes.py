"""What happens on the floors below, as causes of messages and tasks."""

from collections.abc import Collection
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from appointments.models import Message
from appointments.models.messages import HOME_CARE, LESION, PAPER, PLAN, PROCEDURE
from appointments.policies.protocol import key_of
from appointments.services.follow_up import Cause, follow, withdraw_about
from clinic.models import ExpiryNotice, Site, User
from clinic.policies.protocol import EMAIL
from clinic.selectors.expirables import ROW as ENDING_PAPERS
from clinic.selectors.protocol import rule_coded
from patients.models import Lesion
from treatments.models import HomeCarePlan, Procedure, TreatmentPlan
from treatments.policies.plans.ladder import morning_of

NOTED_AT = time(9)
NEONATAL = "neonatal"


def follow_procedure(*, procedure: Procedure, now: datetime) -> list[Message]:
    """The log is signed: aftercare, questions and reviews, counted from the end of the work."""
    scopes = {scope for item in procedure.items.all() for scope in item.scopes}
    cause = Cause(
        subject=procedure.pk,
        subject_kind=PROCEDURE,
        patient=procedure.patient,
        site=procedure.site,
        at=procedure.ended_at,
        scopes=sorted(scopes),
        assignee=procedure.performed_by.user,
    )
    return follow(event="procedure_signed", cause=cause, now=now)


def follow_home_care(*, home_care: HomeCarePlan, now: datetime) -> list[Message]:
    """
    A version has begun: questions from its first day on, and the ladder of its retinoid from that one's first evening.

    A ladder that goes on from the version before tells only of the steps that are still to come.
    """
    zone, first = home_care.site.zone, home_care.starts_on
    planned = follow(event="home_care_started", cause=_of_home_care(home_care, morning_of(first, zone=zone)), now=now)
    rungs = home_care.rungs.filter(number=1).order_by("from_on").values_list("from_on", flat=True)
    if not rungs:
        return planned
    climbing = rungs[0]
    cause = _of_home_care(home_care, morning_of(climbing, zone=zone), begins=climbing >= first)
    return [*planned, *follow(event="retinoid_started", cause=cause, now=now)]


def end_home_care(*, home_care: HomeCarePlan, actor: User | None, now: datetime) -> None:
    """The version has ended: nothing more is asked or told about it."""
    reason = f"the home care is {home_care.status}"
    withdraw_about(subjects=[home_care.pk], stop="home_care_ended", reason=reason, now=now, actor=actor)


def follow_plan(*, plan: TreatmentPlan, now: datetime) -> list[Message]:
    """The last step is done: the patient may be reminded of prevention, with their consent."""
    cause = Cause(subject=plan.pk, subject_kind=PLAN, patient=plan.patient, site=plan.site, at=now)
    return follow(event="treatment_closed", cause=cause, now=now)


def follow_lesion(*, lesion: Lesion, now: datetime) -> list[Message]:
    """A lesion was charted: half a year from its first noting, or guidance for the parents of a newborn."""
    if lesion.milia_type and lesion.milia_type.code == NEONATAL:
        return follow(event="newborn_noted", cause=_of_lesion(lesion, now), now=now)
    return follow(event="lesion_noted", cause=_of_lesion(lesion, now), now=now)


def settle_lesions(*, lesions: Collection[UUID], reason: str, now: datetime) -> None:
    """Nobody merely watches these lesions: what waited for them ends, and so does what waited for home care of theirs alone."""
    withdraw_about(subjects=lesions, stop="lesion_settled", reason=reason, now=now)
    plans = HomeCarePlan.objects.filter(targets__lesion__in=lesions).distinct()
    gone = [plan.pk for plan in plans if set(plan.targets.values_list("lesion__status", flat=True)) == {"resolved"}]
    withdraw_about(subjects=gone, stop="lesion_settled", reason="the lesions have gone", now=now)


def follow_reclassified(*, lesions: Collection[UUID], now: datetime) -> None:
    """What turned out to be a newborn's is told to the parents; what is no newborn's any more is not."""
    rows = Lesion.objects.filter(pk__in=lesions).select_related("patient__registered_site", "milia_type")
    for lesion in rows.filter(milia_type__code=NEONATAL, merged_into__isnull=True):
        follow(event="newborn_noted", cause=_of_lesion(lesion, now), now=now)
    others = [lesion.pk for lesion in rows.exclude(milia_type__code=NEONATAL)]
    told = Message.objects.filter(subject__in=others, kind="P21").values_list("subject", flat=True)
    withdraw_about(subjects=list(told), stop="lesion_settled", reason="the lesion is no newborn's", now=now)


def follow_paper(*, notice: ExpiryNotice, holder: User, now: datetime) -> list[Message]:
    """A step before the end of a paper is told: by mail to its holder, once."""
    rule = rule_coded(ENDING_PAPERS)
    ends = datetime.combine(notice.ends_on, NOTED_AT, tzinfo=notice.site.zone)
    told = Message(
        site=notice.site,
        subject=notice.pk,
        subject_kind=PAPER,
        revision=notice.step,
        staff=holder,
        kind=rule.code,
        version=rule.version,
        channel=EMAIL,
        anchor_at=ends,
        offset_days=-notice.step,
        due_at=now,
        expires_at=now + timedelta(days=rule.keeps_days),
        idempotency_key=key_of(subject=notice.pk, revision=notice.step, kind=rule.code, channel=EMAIL),
    )
    return Message.objects.bulk_create([told], ignore_conflicts=True) if rule.text and EMAIL in rule.channels else []


def _of_home_care(home_care: HomeCarePlan, at: datetime, *, begins: bool = True) -> Cause:
    return Cause(
        subject=home_care.pk,
        subject_kind=HOME_CARE,
        patient=home_care.patient,
        site=home_care.site,
        at=at,
        assignee=home_care.author.user,
        begins=begins,
    )


def _of_lesion(lesion: Lesion, now: datetime) -> Cause:
    site: Site = lesion.patient.registered_site
    noted: Any = lesion.first_noted_on
    at = datetime.combine(noted, NOTED_AT, tzinfo=site.zone) if noted else now
    return Cause(subject=lesion.pk, subject_kind=LESION, patient=lesion.patient, site=site, at=at)
