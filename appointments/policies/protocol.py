"""Which message follows which event, when it is due and until when it makes sense. Times are UTC unless a zone is named."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from appointments.policies.statuses import BOOKED, CANCELLED, NEEDS_REASSIGNMENT
from treatments.policies.dates import birthday, day_after

CONFIRMATION, REMINDER, CHANGE = "P01", "P03", "P05"
EMAIL: Final = "email"
AWAKE: Final = (time(9), time(20))
OF_AGE: Final = 18
TRIES: Final = 8


@dataclass(frozen=True, kw_only=True)
class Rule:
    """
    One row of the protocol: `events` of a visit that cause the message.

    `days_before` counts calendar days on the site's wall clock before the start; None means at once.
    `awake_only` keeps it to the waking hours of the patient's zone: a message at once answers an act, a reminder does not.
    """

    id: str
    events: tuple[str, ...]
    text: str
    days_before: int | None
    awake_only: bool
    consent: str
    source: str


PROTOCOL: Final = (
    Rule(
        id=CONFIRMATION,
        events=("booked",),
        text="confirmation",
        days_before=None,
        awake_only=False,
        consent="transactional",
        source="HHS, HIPAA FAQ: appointment messages are part of treatment",
    ),
    Rule(
        id=REMINDER,
        events=("booked", "moved"),
        text="reminder",
        days_before=1,
        awake_only=True,
        consent="transactional",
        source="house rule (not from the seeds); waking hours stricter than 47 CFR 64.1200(c)(1)",
    ),
    Rule(
        id=CHANGE,
        events=("moved", "cancelled"),
        text="change",
        days_before=None,
        awake_only=False,
        consent="transactional",
        source="house rule (not from the seeds)",
    ),
)
BY_ID: Final = {rule.id: rule for rule in PROTOCOL}


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What is looked at again before a message leaves: the message, and the visit as it is now."""

    kind: str
    revision: int
    visit_status: str
    visit_revision: int
    starts_at: datetime
    patient_zone: ZoneInfo


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """What becomes of a message: `state` sent (send it), due (later, at `due_at`), or an end with its reason."""

    state: str
    reason: str = ""
    due_at: datetime | None = None


SEND: Final = Ruling(state="sent")
LATER: Final = timedelta(minutes=10)


def rules_of(event: str) -> list[Rule]:
    """The messages that an event of a visit causes."""
    return [rule for rule in PROTOCOL if event in rule.events]


def due_at(*, rule: Rule, starts_at: datetime, site_zone: ZoneInfo, now: datetime) -> datetime | None:
    """When the message leaves (UTC); None when its moment is already past."""
    if rule.days_before is None:
        return now
    due = days_before(starts_at, rule.days_before, site_zone)
    return due if due > now else None


def days_before(moment: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The same wall-clock time of the zone so many calendar days earlier (UTC): across a change of clocks, not 24 hours."""
    wall = moment.astimezone(zone).replace(tzinfo=None) - timedelta(days=days)
    return wall.replace(tzinfo=zone).astimezone(UTC)


def next_awake(moment: datetime, zone: ZoneInfo) -> datetime:
    """The moment itself in the waking hours of the zone (09:00 until before 20:00), else when they next begin (UTC)."""
    wall = moment.astimezone(zone)
    first, last = AWAKE
    if first <= wall.time() < last:
        return moment
    day = wall.date() if wall.time() < first else day_after(wall.date())
    return datetime.combine(day, first, tzinfo=zone).astimezone(UTC)


def rule_on(standing: Standing, *, now: datetime) -> Ruling:
    """Whether a message that is due leaves now, later or never."""
    if standing.kind == CHANGE and standing.visit_status == CANCELLED and standing.revision > standing.visit_revision:
        return _too_late(standing, now) or SEND
    if standing.revision != standing.visit_revision:
        return Ruling(state="withdrawn", reason="the visit was moved")
    if standing.visit_status == NEEDS_REASSIGNMENT:
        return _too_late(standing, now) or Ruling(state="due", due_at=now + LATER)
    if standing.visit_status != BOOKED:
        return Ruling(state="withdrawn", reason=f"the visit is {standing.visit_status}")
    return _too_late(standing, now) or _when_awake(standing, now)


def is_minor(*, born: date, now: datetime, zone: ZoneInfo) -> bool:
    """Whether the patient has not yet reached 18 on this day of their zone; messages then go to the guardian."""
    return now.astimezone(zone).date() < birthday(born, OF_AGE)


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


def _too_late(standing: Standing, now: datetime) -> Ruling | None:
    if now < standing.starts_at:
        return None
    return Ruling(state="expired", reason="the visit had begun")


def _when_awake(standing: Standing, now: datetime) -> Ruling:
    if not BY_ID[standing.kind].awake_only:
        return SEND
    awake = next_awake(now, standing.patient_zone)
    if awake >= standing.starts_at:
        return Ruling(state="expired", reason="the visit would have begun before the patient's waking hours")
    return SEND if awake == now else Ruling(state="due", due_at=awake)
