"""What is looked at again before a message leaves, and what then becomes of it. Times are UTC unless a zone is named."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from appointments.policies.statuses import BOOKED, CANCELLED, COMPLETED, NEEDS_REASSIGNMENT, NO_SHOW
from clinic.policies.protocol import Rule
from treatments.policies.dates import day_after

CONFIRMATION, REMINDER, CHANGE = "P01", "P03", "P05"
AWAKE: Final = (time(9), time(20))
TRIES: Final = 8
A_DAY, A_WEEK, TEXTS_A_WEEK = timedelta(days=1), timedelta(days=7), 3
"""Texts to one number: one a day and three a week (47 CFR 64.1200(a)(9)(iv)); families share a number, and so this count."""
LATER: Final = timedelta(minutes=10)
STILL: Final = {"no_show": NO_SHOW, "completed": COMPLETED}
"""The status in which a visit is written about after such an event; after every other one it is booked."""


@dataclass(frozen=True, kw_only=True)
class Visit:
    """The visit as it is now, and the revision that the message is about."""

    revision: int
    visit_status: str
    visit_revision: int
    starts_at: datetime


@dataclass(frozen=True, kw_only=True)
class Standing:
    """
    What is looked at again before a message leaves.

    `visit` for messages about one; `ended` is why the subject needs no message any more, blank while it does.
    """

    rule: Rule
    zone: ZoneInfo
    expires_at: datetime | None = None
    visit: Visit | None = None
    ended: str = ""


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """What becomes of a message: `state` sent (send it), due (later, at `due_at`), or an end with its reason."""

    state: str
    reason: str = ""
    due_at: datetime | None = None


SEND: Final = Ruling(state="sent")


def rule_on(standing: Standing, *, now: datetime) -> Ruling:
    """Whether a message that is due leaves now, later or never."""
    if not standing.rule.active:
        return Ruling(state="withdrawn", reason="the protocol says it no more")
    if standing.ended:
        return Ruling(state="withdrawn", reason=standing.ended)
    if standing.visit and (ruling := _about_visit(standing, standing.visit, now)):
        return ruling
    return _when_awake(standing, now)


def _about_visit(standing: Standing, visit: Visit, now: datetime) -> Ruling | None:
    """What the visit itself says; nothing where it does not stand in the way."""
    tells_the_end = visit.visit_status == CANCELLED and visit.revision > visit.visit_revision
    if "cancelled" in standing.rule.events and tells_the_end:
        return _too_late(standing, now) or SEND
    if visit.revision != visit.visit_revision:
        return Ruling(state="withdrawn", reason="the visit was moved")
    if visit.visit_status == NEEDS_REASSIGNMENT:
        return _too_late(standing, now) or Ruling(state="due", due_at=now + LATER)
    if visit.visit_status not in _statuses(standing.rule):
        return Ruling(state="withdrawn", reason=f"the visit is {visit.visit_status}")
    return None


def _statuses(rule: Rule) -> set[str]:
    return {STILL.get(event, BOOKED) for event in rule.events}


def _ends_at(standing: Standing) -> datetime | None:
    """When the message makes no sense any more: with the start of the visit at the latest, unless it follows that visit."""
    ends = [standing.expires_at, standing.visit.starts_at if _is_before(standing) and standing.visit else None]
    return min((moment for moment in ends if moment), default=None)


def _is_before(standing: Standing) -> bool:
    return standing.visit is not None and BOOKED in _statuses(standing.rule)


def _too_late(standing: Standing, now: datetime) -> Ruling | None:
    end = _ends_at(standing)
    return Ruling(state="expired", reason=_why_late(standing, now)) if end and now >= end else None


def _when_awake(standing: Standing, now: datetime) -> Ruling:
    if late := _too_late(standing, now):
        return late
    if not standing.rule.awake_only:
        return SEND
    return put_off(standing, until=next_awake(now, standing.zone), now=now)


def put_off(standing: Standing, *, until: datetime, now: datetime) -> Ruling:
    """Send it then; expired where it would make no sense any more."""
    end = _ends_at(standing)
    if until == now:
        return SEND
    if end and until >= end:
        return Ruling(state="expired", reason=f"{_why_late(standing, until)} before it may leave")
    return Ruling(state="due", due_at=until)


def _why_late(standing: Standing, at: datetime) -> str:
    has_begun = _is_before(standing) and standing.visit is not None and at >= standing.visit.starts_at
    return "the visit begins" if has_begun else "its time is over"


def next_text(*, sent: list[datetime], now: datetime, zone: ZoneInfo) -> datetime:
    """When the next text may go to a number that had these (now, if at once): one a day, three in seven days."""
    recent = sorted(moment for moment in sent if moment > now - A_WEEK)
    free = now
    if recent:
        free = max(free, recent[-1] + A_DAY)
    if len(recent) >= TEXTS_A_WEEK:
        free = max(free, recent[-TEXTS_A_WEEK] + A_WEEK)
    return now if free == now else next_awake(free, zone)


def next_awake(moment: datetime, zone: ZoneInfo) -> datetime:
    """The moment itself in the waking hours of the zone (09:00 until before 20:00), else when they next begin (UTC)."""
    wall = moment.astimezone(zone)
    first, last = AWAKE
    if first <= wall.time() < last:
        return moment
    day = wall.date() if wall.time() < first else day_after(wall.date())
    return datetime.combine(day, first, tzinfo=zone).astimezone(UTC)


def next_try(*, tries: int, now: datetime) -> datetime | None:
    """When to try again after so many failed tries: 1, 2, 4 ... minutes later; None when that was the last."""
    return None if tries >= TRIES else now + timedelta(minutes=2 ** (tries - 1))


def key_of(*, subject: object, revision: int, kind: str, channel: str) -> str:
    """The one key of a message, by which whoever delivers it tells a repetition."""
    return f"{subject}:{revision}:{kind}:{channel}"


def kind_and_channel(key: str) -> tuple[str, str]:
    """The last two parts of a key; empty for anything else."""
    parts = key.split(":")
    return (parts[2], parts[3]) if len(parts) == 4 else ("", "")
