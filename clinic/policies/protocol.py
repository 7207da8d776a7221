"""The follow-up protocol: which event is followed by which message or task, how long after, and what stops it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, time, timedelta
from fnmatch import fnmatchcase
from typing import Any, Final
from zoneinfo import ZoneInfo

from clinic.errors import Refusal

EMAIL, SMS, PORTAL = "email", "sms", "portal"
CHANNELS: Final = (EMAIL, SMS, PORTAL)
TRANSACTIONAL, TREATMENT, MARKETING, INTERNAL = "transactional", "treatment", "marketing", "internal"
CONSENTS: Final = (TRANSACTIONAL, TREATMENT, MARKETING, INTERNAL)
EVENT, SUBJECT = "event", "subject"
ANCHORS: Final = (EVENT, SUBJECT)
"""Counted from what happened, or from the moment that its subject has: the start of a visit, the end of a paper."""

EVENTS: Final = (
    "booked",
    "moved",
    "cancelled",
    "no_show",
    "completed",
    "procedure_signed",
    "home_care_started",
    "retinoid_started",
    "lesion_noted",
    "newborn_noted",
    "referral_opened",
    "treatment_closed",
    "paper_ending",
    "authority_lost",
    "slot_offered",
    "texts_stopped",
    "texts_resumed",
    "help_asked",
)
STOPS: Final = (
    "visit_moved",
    "visit_ended",
    "booked_again",
    "home_care_ended",
    "lesion_settled",
    "referral_ended",
    "answered",
    "offer_ended",
    "consent_withdrawn",
)
AUTHORITY_LOST: Final = "authority_lost"
ALWAYS_ON: Final = (AUTHORITY_LOST, "texts_stopped")
ROLES: Final = ("front_desk", "practitioner", "manager")
LONGEST: Final = timedelta(days=400)
FEWEST_DAYS_BETWEEN: Final = 30
SOURCE: Final = "The follow-up protocol of the clinic"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """
    One row of the protocol in one version.

    `offsets` are calendar days on the wall clock of the site, after `months`, from the anchor; negative ones come before it.
    `at_time` puts the moment at that wall-clock time, `every_days` says it again until something stops it, and a message that
    is `keeps_days` late is not sent any more. `applies_to` are patterns of scopes (act/depth@region), none: everything.
    `awake_only` keeps it to the waking hours of the patient's zone, `capped` counts it against the texts of a week.
    """

    code: str
    version: int = 1
    events: tuple[str, ...]
    applies_to: tuple[str, ...] = ()
    text: str = ""
    channels: tuple[str, ...] = ()
    consent: str
    anchor: str = EVENT
    offsets: tuple[int, ...] = (0,)
    months: int = 0
    at_time: time | None = None
    every_days: int | None = None
    keeps_days: int = 7
    awake_only: bool = True
    capped: bool = True
    stops: tuple[str, ...] = ()
    task: str = ""
    task_role: str = ""
    task_detail: str = ""
    source: str
    active: bool = True

    def fits(self, scopes: Iterable[str]) -> bool:
        """Whether it is about work of these scopes."""
        return not self.applies_to or any(fnmatchcase(scope, pattern) for scope in scopes for pattern in self.applies_to)


CHANGEABLE: Final = tuple(field.name for field in fields(Rule) if field.name not in {"code", "version"})


def rule_from(values: Mapping[str, Any]) -> Rule:
    """The rule as it stands in JSON or in a row: lists become tuples, times may be text."""
    known = {field.name for field in fields(Rule)}
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items() if name in known}
    if isinstance(given.get("at_time"), str):
        given["at_time"] = time.fromisoformat(given["at_time"])
    return Rule(**given)


def moments(*, rule: Rule, anchor: datetime, zone: ZoneInfo, now: datetime, late: bool = True) -> list[tuple[int, datetime]]:
    """
    When it is due (UTC), each with the days of its offset.

    What comes before the anchor is left out once its moment has passed; what follows it and is late by less than
    `keeps_days` is due now, unless `late` says that it is not wanted then.
    """
    planned = []
    for days in rule.offsets:
        due = moment_of(rule=rule, days=days, anchor=anchor, zone=zone)
        if due > now or (rule.anchor == EVENT and not days):
            planned.append((days, max(due, now)))
        elif late and days >= 0 and now < due + timedelta(days=rule.keeps_days):
            planned.append((days, now))
    return planned


def moment_of(*, rule: Rule, days: int, anchor: datetime, zone: ZoneInfo) -> datetime:
    """The anchor, so many months and calendar days later by the wall clock of the zone (UTC)."""
    if not days and not rule.months and rule.at_time is None:
        return anchor
    wall = anchor.astimezone(zone).replace(tzinfo=None)
    wall = months_later(wall, rule.months) + timedelta(days=days)
    if rule.at_time is not None:
        wall = datetime.combine(wall.date(), rule.at_time)
    return wall.replace(tzinfo=zone).astimezone(UTC)


def days_later(moment: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The same time of the zone's wall clock so many calendar days later (UTC): across a change of clocks, not 24 hours each."""
    wall = moment.astimezone(zone).replace(tzinfo=None) + timedelta(days=days)
    return wall.replace(tzinfo=zone).astimezone(UTC)


def months_later(wall: datetime, months: int) -> datetime:
    """The same day of a later month, or the last one that it has."""
    years, month = divmod(wall.month - 1 + months, 12)
    first = wall.replace(year=wall.year + years, month=month + 1, day=1)
    for day in range(wall.day, 27, -1):
        try:
            return first.replace(day=day)
        except ValueError:
            continue
    return first.replace(day=wall.day)


def rule_refusals(rule: Rule) -> list[Refusal]:
    """Everything that a row must not be, each with what would mend it."""
    return [_refusal(code, detail, mend) for code, detail, mend, wrong in _findings(rule) if wrong]


def change_refusals(before: Rule, after: Rule) -> list[Refusal]:
    """Everything that keeps the next version from taking the place of the one before."""
    kept = set(ALWAYS_ON) & set(before.events)
    refused = rule_refusals(after)
    if kept - set(after.events):
        detail = f"The law, or the safety of patients, asks for this row after: {', '.join(sorted(kept))}."
        refused.append(_refusal("protocol_always_on", detail, "Leave these events in it."))
    if AUTHORITY_LOST in before.events:
        detail = "Visits that lose their authority are reassigned at once by the booking itself; this row says so."
        refused.append(_refusal("protocol_row_fixed", detail, "Leave it as it is."))
    return refused


def _findings(rule: Rule) -> Sequence[tuple[str, str, str, bool]]:
    unknown = [
        *(set(rule.events) - set(EVENTS)),
        *(set(rule.channels) - set(CHANNELS)),
        *(set(rule.stops) - set(STOPS)),
        *({rule.consent} - set(CONSENTS)),
        *({rule.anchor} - set(ANCHORS)),
        *({rule.task_role} - {"", *ROLES}),
    ]
    far = max(abs(days) + 31 * rule.months for days in rule.offsets) if rule.offsets else 0
    return [
        ("protocol_source_missing", "The row names no source.", "Say whose rule it is.", not rule.source.strip()),
        (
            "protocol_word_unknown",
            f"These words are not known: {', '.join(unknown)}.",
            "Use the words of the list.",
            bool(unknown),
        ),
        ("protocol_has_no_event", "No event causes it.", "Name at least one event.", not rule.events),
        (
            "protocol_says_nothing",
            "It neither sends a text nor opens a task.",
            "Name a text with its channels, or a task with its role.",
            not (rule.text and rule.channels) and not (rule.task and rule.task_role and rule.task_detail),
        ),
        (
            "protocol_offset_repeated",
            "It needs offsets, and each only once.",
            "Name different days.",
            not rule.offsets or len(set(rule.offsets)) < len(rule.offsets),
        ),
        ("protocol_too_far", f"A moment lies more than {LONGEST.days} days away.", "Choose nearer days.", far > LONGEST.days),
        (
            "protocol_loop",
            "It would repeat without an end.",
            f"Leave {FEWEST_DAYS_BETWEEN} days or more between two, and name what stops it.",
            rule.every_days is not None and (rule.every_days < FEWEST_DAYS_BETWEEN or not rule.stops),
        ),
        (
            "protocol_keeps_too_short",
            "It must make sense for a day at least.",
            "Keep it for 1 day or more.",
            rule.keeps_days < 1,
        ),
        (
            "protocol_always_on",
            "The law, or the safety of patients, asks for this row.",
            "Leave it active.",
            not rule.active and bool(set(ALWAYS_ON) & set(rule.events)),
        ),
        (
            "protocol_advertises",
            "What is not about a visit or a treatment in hand needs consent to marketing.",
            "Leave its consent at marketing.",
            rule.every_days is not None and rule.consent != MARKETING,
        ),
    ]


def _refusal(code: str, detail: str, mend: str) -> Refusal:
    return Refusal(code=code, detail=detail, source=SOURCE, mend=mend)
