"""Papers that end: told to who answers for them in steps, and settled when they are renewed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from clinic.models import ExpiryNotice, Practitioner, Task
from clinic.models.people import MANAGER, PRACTITIONER
from clinic.models.tasks import DONE
from clinic.policies.expirables import due_step, said_of
from clinic.selectors.expirables import Ending, endings, expiry_steps, visits_beyond
from clinic.services.tasks import open_task

ENDS: Final = "renew_paper"
"""For the managers of each site where its holder works."""
OWN_ENDS: Final = "renew_own_paper"
SUPERVISION_ENDS: Final = "renew_supervision"
KINDS: Final = (ENDS, OWN_ENDS, SUPERVISION_ENDS)


def watch_expirables(*, now: datetime) -> None:
    """
    Tell of every paper that ends, once for each step, and settle what was renewed.

    Whoever looks late tells the latest step alone: those that were missed meanwhile have nothing more to say.
    """
    settle_expirables(now=now)
    steps = expiry_steps()
    found = endings(now=now, within=max(steps, default=0))
    due = [ending for ending in found if due_step(ending.left, steps=steps) is not None]
    counts = visits_beyond(due)
    supervisors = Practitioner.objects.select_related("user").in_bulk({ending.paper.supervisor for ending in due} - {None})
    for ending in due:
        supervisor = supervisors.get(ending.paper.supervisor)
        _tell(ending, steps, supervisor, counts.get((ending.paper.id, ending.site.pk), 0), now)


@transaction.atomic
def settle_expirables(*, now: datetime) -> None:
    """Finish what was asked about papers that end no more: renewed, prolonged, ended by hand, or of somebody who left."""
    waiting = list(Task.objects.filter(kind__in=KINDS).exclude(state=DONE))
    if not waiting:
        return
    still = {(ending.paper.id, ending.site.pk) for ending in endings(now=now, within=max(expiry_steps(), default=0))}
    over = [task.pk for task in waiting if (task.subject, task.site_id) not in still]
    Task.objects.filter(pk__in=over).exclude(state=DONE).update(state=DONE, done_by=None, done_at=now, snoozed_until=None)


@transaction.atomic
def _tell(ending: Ending, steps: Sequence[int], supervisor: Practitioner | None, visits: int, now: datetime) -> None:
    paper, step = ending.paper, due_step(ending.left, steps=steps)
    _, is_new = ExpiryNotice.objects.get_or_create(
        paper=paper.id, site=ending.site, ends_on=paper.last, step=step, defaults={"kind": paper.kind, "told_at": now}
    )
    if not is_new:
        return
    detail = said_of(
        paper,
        holder=ending.holder.name,
        supervisor=supervisor.name if supervisor else "",
        left=ending.left,
        visits=visits,
    )
    urgent = step == min(steps)
    _ask(ENDS, MANAGER, ending, None, detail, urgent, now)
    if ending.site.pk == min(paper.sites):
        _ask(OWN_ENDS, PRACTITIONER, ending, ending.holder, detail, urgent, now)
        _ask(SUPERVISION_ENDS, PRACTITIONER, ending, supervisor, detail, urgent, now)


def _ask(kind: str, role: str, ending: Ending, person: Practitioner | None, detail: str, urgent: bool, now: datetime) -> None:
    """In place of what an earlier step asked, by whoever had taken that; nobody is asked by name who does not sign in."""
    user = person.user if person else None
    if kind != ENDS and user is None:
        return
    before = Task.objects.filter(kind=kind, subject=ending.paper.id, site=ending.site).exclude(state=DONE)
    earlier = before.select_related("assignee").first()
    before.update(state=DONE, done_by=None, done_at=now, snoozed_until=None)
    open_task(
        kind=kind,
        subject=ending.paper.id,
        site=ending.site,
        role=role,
        due_at=now,
        detail=detail,
        assignee=earlier.assignee if earlier else user,
        urgent=urgent,
    )
