"""Answers about the healing: kept as they are told, and put before somebody at once where they cannot wait."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from clinic.errors import Conflict, DomainError, Malformed, RuleBroken
from clinic.models import Task, User
from clinic.models.people import FRONT_DESK, PRACTITIONER
from clinic.models.tasks import DONE
from clinic.services.tasks import open_task
from patients.models import Photo
from patients.policies.charts import CHARTS, FRONT, charts_of
from patients.policies.photos import GIVEN
from patients.services.images import SentFile
from patients.services.photos import NewPhoto, upload_photo
from treatments.models import AftercareReport, Procedure
from treatments.policies.aftercare import (
    DISCHARGE,
    LANGUAGES,
    PAIN_AT_MOST,
    REDNESS,
    WORDS_AT_MOST,
    Answers,
    red_flags,
)
from treatments.selectors.aftercare import is_near_the_eye, is_still_here_today
from treatments.signals import aftercare_reported

RED_FLAG: Final = "aftercare_red_flag"
RED_FLAG_DESK: Final = "aftercare_red_flag_desk"
REVIEW: Final = "review_procedure"
SAID: Final = "A patient's answers after a treatment cannot wait: look at them and call back now."
SAID_TO_THE_DESK: Final = (
    "A patient's answers after a treatment cannot wait, and whoever did the work is not here: find somebody now."
)


@dataclass(frozen=True, kw_only=True)
class Sent:
    """Answers as a patient sends them: under a key that makes them count once, perhaps with a picture."""

    submission: UUID
    answers: Answers
    language: str
    picture: SentFile | None = None


@transaction.atomic
def report_aftercare(
    *,
    procedure: Procedure,
    answers: Answers,
    submission: UUID,
    language: str,
    now: datetime,
    actor: User | None = None,
    photo: Photo | None = None,
) -> AftercareReport:
    """
    Keep what the patient answers (by the hand of `actor`, if anybody); the same submission again changes nothing.

    A red flag opens an urgent task for the performer at once, and one for the front desk when that person is not at the
    site any more today. Without one, the review of the work that is due by now is settled.

    :raises Conflict: `illegal_transition`, about work that is not signed.
    :raises Malformed: for answers that are none.
    :raises RuleBroken: `photo_of_another_patient`.
    """
    _require_answers(answers, language)
    rows = Procedure.objects.select_related("performed_by__user", "site")
    held = rows.select_for_update(of=("self",), no_key=True).get(pk=procedure.pk)
    if not held.is_signed:
        raise Conflict("illegal_transition", "This work is not signed yet.")
    if photo is not None and photo.patient_id != held.patient_id:
        raise RuleBroken("photo_of_another_patient", "The photo is not one of this patient.")
    if kept := AftercareReport.objects.filter(procedure=held, submission=submission).first():
        return kept
    report = AftercareReport.objects.create(
        procedure=held,
        patient_id=held.patient_id,
        submission=submission,
        answered_at=now,
        entered_by=actor,
        language=language,
        photo=photo,
        red_flags=red_flags(answers, near_eye=is_near_the_eye(held)),
        **asdict(answers),
    )
    if report.red_flags:
        _call_somebody(report, now)
    else:
        _settle_review(held, now)
    aftercare_reported.send(sender=AftercareReport, report=report, now=now)
    return report


def take_answers(*, procedure: Procedure, sent: Sent, now: datetime) -> tuple[AftercareReport, DomainError | None]:
    """
    Keep what a patient sends; the answers count whatever becomes of the picture.

    Gives the report, and why the picture was not kept, if it was not.
    """
    photo, refused = None, None
    known = AftercareReport.objects.filter(procedure=procedure, submission=sent.submission).exists()
    if sent.picture is not None and not known:
        try:
            photo = upload_photo(
                actor=None, patient=procedure.patient, photo=_shown_by(procedure, now), file=sent.picture, now=now
            )
        except DomainError as error:
            refused = error
    report = report_aftercare(
        procedure=procedure,
        answers=sent.answers,
        submission=sent.submission,
        language=sent.language,
        photo=photo,
        now=now,
    )
    return report, refused


def _require_answers(answers: Answers, language: str) -> None:
    wrong = {
        "language": language not in LANGUAGES,
        "redness": answers.redness not in REDNESS,
        "discharge": answers.discharge not in DISCHARGE,
        "pain": not 0 <= answers.pain <= PAIN_AT_MOST,
        "words": len(answers.words) > WORDS_AT_MOST,
    }
    if fields := {name: "This is no answer to the question." for name, is_wrong in wrong.items() if is_wrong}:
        raise Malformed(fields)


def _call_somebody(report: AftercareReport, now: datetime) -> None:
    procedure = report.procedure
    performer, site = procedure.performed_by, procedure.site
    open_task(
        kind=RED_FLAG,
        subject=report.pk,
        site=site,
        role=PRACTITIONER,
        due_at=now,
        detail=SAID,
        assignee=performer.user,
        urgent=True,
    )
    here = performer.active and performer.user is not None and is_still_here_today(performer, site=site, now=now)
    if not here:
        open_task(
            kind=RED_FLAG_DESK,
            subject=report.pk,
            site=site,
            role=FRONT_DESK,
            due_at=now,
            detail=SAID_TO_THE_DESK,
            urgent=True,
        )


def _settle_review(procedure: Procedure, now: datetime) -> None:
    """The look at the work that is due by now has been had; one that is due later still is."""
    waiting = Task.objects.filter(kind=REVIEW, subject=procedure.pk, due_at__lte=now).exclude(state=DONE)
    waiting.update(state=DONE, done_by=None, done_at=now, snoozed_until=None)


def _shown_by(procedure: Procedure, now: datetime) -> NewPhoto:
    """What a picture of the healing is of: the lesion that was treated, where the first of them lies, or the area."""
    outcomes = list(procedure.outcomes.select_related("lesion__body_site").order_by("id"))
    common = {"view": "close_up", "taken_at": now, "taken_at_source": GIVEN}
    if len({outcome.lesion_id for outcome in outcomes}) == 1:
        return NewPhoto(lesion=outcomes[0].lesion, **common)
    if outcomes:
        first = outcomes[0].lesion
        return NewPhoto(body_site=first.body_site.code, laterality=first.laterality, **common)
    item = procedure.items.filter(body_site__isnull=False).select_related("body_site").order_by("number").first()
    shown = charts_of(body_site=item.body_site.code, region=item.body_site.region, side="") if item else {FRONT}
    return NewPhoto(chart=next(chart for chart in CHARTS if chart in shown), **common)
