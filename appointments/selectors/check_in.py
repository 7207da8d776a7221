"""What a link to a check-in is about."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from appointments.policies.links import CHECK_IN, LIVE
from appointments.selectors.links import open_link
from patients.policies.consents import PHOTOS
from patients.selectors.consents import consents_in_force
from treatments.models import AftercareReport, Procedure
from treatments.selectors.aftercare import latest_answers

MOST_A_DAY: Final = 10
"""Whoever has more to say within a day is asked to call."""


@dataclass(frozen=True, kw_only=True)
class CheckIn:
    """The work that is asked about, whether the link still takes answers, what was said last, and whether a photo may be kept."""

    procedure: Procedure
    takes_answers: bool
    last: AftercareReport | None
    takes_photo: bool


def check_in_of(*, token: str, now: datetime) -> CheckIn | None:
    """What the token asks about; None for a token that opens no check-in. Nothing changes by it."""
    opened = open_link(token=token, now=now)
    if opened is None or opened.link.purpose != CHECK_IN:
        return None
    subject = opened.link.message.subject if opened.link.message else opened.link.owner
    rows = Procedure.objects.select_related("patient__registered_site", "site")
    procedure = rows.filter(pk=subject).first()
    if procedure is None:
        return None
    return CheckIn(
        procedure=procedure,
        takes_answers=opened.state == LIVE and procedure.is_signed and _told_today(procedure, now) < MOST_A_DAY,
        last=latest_answers(procedure),
        takes_photo=PHOTOS in consents_in_force(patient=procedure.patient_id, at=now),
    )


def _told_today(procedure: Procedure, now: datetime) -> int:
    """How often somebody answered by a link within a day."""
    by_link = AftercareReport.objects.filter(procedure=procedure, entered_by=None)
    return by_link.filter(answered_at__gt=now - timedelta(days=1)).count()
