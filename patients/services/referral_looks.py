"""What the staff are asked about a referral until it has ended: is it booked, and what came of it."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.db import transaction

from clinic.models import Task, User
from clinic.models.people import FRONT_DESK, MANAGER
from clinic.services.tasks import finish_tasks_about, open_task
from patients.models import Referral
from patients.policies.courses import FOLLOWED, OPEN
from patients.policies.referring import ASK_AGAIN, FIRST_LOOK, SECOND_LOOK, days_after


class Look(NamedTuple):
    """A question to a role, so long after the opening, while the referral has one of these statuses."""

    kind: str
    after: timedelta
    role: str
    question: str
    statuses: frozenset[str]


IS_IT_BOOKED: Final = Look("book_referral", FIRST_LOOK, FRONT_DESK, "Is the referral booked?", frozenset({OPEN}))
WHAT_CAME: Final = Look("follow_referral", SECOND_LOOK, MANAGER, "What came of the referral?", frozenset(FOLLOWED))
LOOKS: Final = (IS_IT_BOOKED, WHAT_CAME)


@transaction.atomic
def follow_referrals(*, now: datetime) -> None:
    """Ask about every referral that has not ended; anew a week after somebody was done with the question."""
    for referral in Referral.objects.filter(status__in=FOLLOWED, opened_at__lte=now - FIRST_LOOK).select_related("site"):
        for look in LOOKS:
            if referral.status in look.statuses and due_of(referral, look) <= now and not _was_done(referral, look, now):
                ask(referral, look, due_at=due_of(referral, look))


def ask(referral: Referral, look: Look, *, due_at: datetime) -> None:
    """Put the question before the role at the site of the referral, once."""
    open_task(kind=look.kind, subject=referral.pk, site=referral.site, role=look.role, due_at=due_at, detail=look.question)


def answered(referral: Referral, looks: Collection[Look], *, actor: User, now: datetime) -> None:
    """These questions are settled."""
    for look in looks:
        finish_tasks_about(subjects=[referral.pk], kind=look.kind, actor=actor, now=now)


def due_of(referral: Referral, look: Look) -> datetime:
    """At the hour of the opening, by the clock of the site."""
    return days_after(referral.opened_at, look.after.days, referral.site.zone)


def _was_done(referral: Referral, look: Look, now: datetime) -> bool:
    return Task.objects.filter(kind=look.kind, subject=referral.pk, done_at__gt=now - ASK_AGAIN).exists()
