"""What somebody on the staff has to see to."""

from django.db import models
from django.db.models import Q

from clinic.base import Keyed, one_of
from clinic.history import tracked
from clinic.models.people import ROLES, User
from clinic.models.places import Site

OPEN, SNOOZED, DONE = "open", "snoozed", "done"


@tracked
class Task(Keyed):
    """
    One thing to do, for a role at a site or for one person; `subject` is the id of what it is about.

    Done without `done_by`, it settled itself. `note` is what was said when it was done or put off last.
    """

    kind = models.TextField()
    subject = models.UUIDField()
    site = models.ForeignKey(Site, models.PROTECT, related_name="tasks")
    role = models.TextField(choices=[(role, role) for role in ROLES])
    assignee = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="tasks")
    detail = models.TextField(blank=True)
    urgent = models.BooleanField(default=False, db_default=False)
    due_at = models.DateTimeField()
    state = models.TextField(default=OPEN, choices=[(state, state) for state in (OPEN, SNOOZED, DONE)])
    snoozed_until = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True, default="", db_default="")

    class Meta:
        constraints = [
            one_of("state", (OPEN, SNOOZED, DONE), name="task_has_a_known_state"),
            one_of("role", ROLES, name="task_is_for_a_known_role"),
            models.UniqueConstraint(fields=["kind", "subject", "site"], condition=~Q(state=DONE), name="task_is_open_once"),
            models.CheckConstraint(
                name="task_is_done_at_a_moment",
                condition=Q(state=DONE, done_at__isnull=False)
                | (~Q(state=DONE) & Q(done_at__isnull=True, done_by__isnull=True)),
            ),
            models.CheckConstraint(
                name="task_is_snoozed_until_a_moment",
                condition=Q(state=SNOOZED, snoozed_until__isnull=False) | (~Q(state=SNOOZED) & Q(snoozed_until__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.role}"
