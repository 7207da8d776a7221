"""What the staff are asked about a referral until it has ended: is it booked, and what came of it."""

from collections.abc import Collection
from datetime import datetime
from typing import Final, NamedTuple

from django.db import transaction

from clinic.models import Task, User
from clinic.models.people import FRONT_DESK, MANAGER
from clinic.policies.protocol import days_later
from clinic.selectors.protocol import rule_coded
from clinic.services.tasks import finish_tasks_about, open_task
from patients.models import Referral
from patients.policies.courses import FOLLOWED, OPEN
from patients.policies.referring import ASK_AGAIN

ROW: Final = "P22"
"""The row of the protocol that says how many days after the opening: the first and the last of its offsets."""


class Look(NamedTuple):
    """A question to a role, at that place among the days of the protocol, while the referral has one of these statuses."""

    kind: str
    place: int
    role: str
    question: str
    statuses: frozenset[str]


IS_IT_BOOKED: Final = Look("book_referral", 0, FRONT_DESK, "Is the referral booked?", frozenset({OPEN}))
WHAT_CAME: Final = Look("follow_referral", -1, MANAGER, "What came of the referral?", frozenset(FOLLOWED))
LOOKS: Final = (IS_IT_BOOKED, WHAT_CAME)


@transaction.atomic
def follow_referrals(*, now: datetime) -> None:
    """Ask about every referral that has not ended; anew a week after somebody was done with the question."""
    for referral in Referral.objects.filter(status__in=FOLLOWED, opened_at__lte=now).select_related("site"):
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
    return days_later(referral.opened_at, sorted(rule_coded(ROW).offsets)[look.place], referral.site.zone)


def _was_done(referral: Referral, look: Look, now: datetime) -> bool:
    return Task.objects.filter(kind=look.kind, subject=referral.pk, done_at__gt=now - ASK_AGAIN).exists()
