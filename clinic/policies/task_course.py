"""What happened to a task between two of its states."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

OPENED, ASSIGNED, SNOOZED, WOKEN, FINISHED, REOPENED, CHANGED = (
    "opened",
    "assigned",
    "snoozed",
    "woken",
    "finished",
    "reopened",
    "changed",
)
STEPS: Final = (OPENED, ASSIGNED, SNOOZED, WOKEN, FINISHED, REOPENED, CHANGED)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A task as it stood: its state, whose it was, until when it rested, and what was said last."""

    state: str
    assignee: UUID | None
    until: datetime | None
    note: str


def step_between(before: Standing | None, after: Standing) -> str:
    """The step that leads from one to the other; the most telling, where several things changed at once."""
    if before is None:
        return OPENED
    if before.state != after.state:
        return _turn(before.state, after.state)
    if after.until != before.until:
        return SNOOZED
    return ASSIGNED if after.assignee != before.assignee else CHANGED


def _turn(before: str, after: str) -> str:
    if after == "done":
        return FINISHED
    if before == "done":
        return REOPENED
    return SNOOZED if after == "snoozed" else WOKEN
