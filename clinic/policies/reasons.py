"""Why papers do not carry a visit, in sentences that name the paper, its dates and what would mend it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from clinic.errors import Refusal
from clinic.policies.authority import PRIVILEGE_MISSING
from clinic.policies.matrix import Key, Permission
from clinic.policies.papers import (
    GrantFacts,
    PractitionerFacts,
    SiteFacts,
    TrainingFacts,
    asks_for_grant,
    grant_periods,
    grants_of,
    training_periods,
    trainings_asked,
)
from clinic.policies.periods import Period, covers

GRANT_SOURCE = "Clinic policy: such work needs a grant by name, renewed at least every 24 months"
STAFF_SOURCE = "Clinic policy: only active practitioners see patients"
LEVEL_SOURCE = "Clinic policy: one level of supervision holds throughout a visit"
REGION_WORDS = {
    "eyelid": "on the eyelid",
    "periocular": "around the eye",
    "face": "on the face",
    "body": "on the body",
}
CELL_WORDS = {
    "eyelid_restricted": (
        "Hands-on work on the eyelid is for dermatologists and ophthalmologists; {who} does none.",
        "Choose a dermatologist or an ophthalmologist.",
    ),
    "optometrist_excluded": (
        "An optometrist does no work on milia here, whatever the law of the place allows.",
        "Choose a dermatologist; at the eyelid an ophthalmologist will do as well.",
    ),
    "privilege_missing": (
        "{Who} does not do {work} here.",
        "Choose a practitioner whose profession covers this work.",
    ),
    "piercing_not_permitted": (
        "{Who} may not pierce the skin here, which {work} does.",
        "Choose a practitioner who may pierce the skin, for instance a dermatologist.",
    ),
    "depth_not_permitted": (
        "{Who} may not go as deep as {work} does.",
        "Choose a practitioner who may work at this depth; the depth of a lesion changes only by an assessment.",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Visit:
    """Where and when the papers are needed: [start, end), UTC."""

    site: SiteFacts
    start: datetime
    end: datetime

    def lacks(self, periods: Iterable[Period]) -> bool:
        """Whether none of the periods holds all of the visit."""
        return not covers(periods, start=self.start, end=self.end)

    def day(self, moment: datetime) -> date:
        """The date of a moment on the site's clock."""
        return moment.astimezone(self.site.zone).date()

    @property
    def last_day(self) -> date:
        """The date of the visit's last moment: a visit that ends at midnight does not reach into the next day."""
        return self.day(self.end - timedelta(microseconds=1))

    @property
    def days(self) -> str:
        """The day of the visit, or the two that it touches, to follow after a noun."""
        first, last = self.day(self.start), self.last_day
        return f"on {first}" if first == last else f"from {first} to {last}"


def in_words(code: str) -> str:
    """A code of several words as one reads it aloud."""
    return code.replace("_", " ")


def work_in_words(key: Key) -> str:
    """The act, its depth and its region as one reads them aloud."""
    act, depth, region = (in_words(word) for word in key)
    at_depth = "" if depth == "none" else f" ({depth})"
    return f"{act}{at_depth} {REGION_WORDS.get(key[2], region)}"


def inactive() -> Refusal:
    """The practitioner is not on the active staff."""
    return Refusal(
        code="practitioner_inactive",
        detail="This practitioner is no longer active.",
        source=STAFF_SOURCE,
        mend="Choose an active practitioner, or have a manager activate this one.",
    )


def level_changes(key: Key) -> Refusal:
    """The papers cover the visit, but in part under supervision and in part without."""
    return Refusal(
        code="privilege_missing",
        gate="G04",
        detail=f"The supervision that {work_in_words(key)} needs changes while the visit lasts.",
        source=LEVEL_SOURCE,
        mend="Choose a time wholly before or after the midnight at which it changes.",
    )


def cell_refusals(permission: Permission, *, profession: str) -> list[Refusal]:
    """Why the profession may not do this work here at all; empty where it may."""
    work = work_in_words((permission.act, permission.depth, permission.region))
    who = f"{'an' if profession[0] in 'aeio' else 'a'} {in_words(profession)}"
    return [
        Refusal(
            code=code,
            gate=gate,
            detail=CELL_WORDS[code][0].format(who=who, Who=who.capitalize(), work=work),
            source="; ".join(permission.sources),
            mend=CELL_WORDS[code][1],
        )
        for gate, code in permission.refusals or (() if permission.permitted else (PRIVILEGE_MISSING,))
    ]


def training_refusals(practitioner: PractitionerFacts, *, permission: Permission, visit: Visit) -> list[Refusal]:
    """One for each training that the work asks for and that is not valid for all of the visit."""
    return [
        Refusal(
            code="training_missing",
            gate="G07",
            detail=f"The {kind} training {_missing_days(papers, visit)}.",
            source="; ".join(permission.sources),
            mend=f"Record a valid {kind} training, or choose a practitioner who has one.",
        )
        for kind in trainings_asked(permission)
        if visit.lacks(training_periods(practitioner, kind=kind, site=visit.site))
        for papers in [[paper for paper in practitioner.trainings if paper.kind == kind]]
    ]


def grant_refusals(practitioner: PractitionerFacts, *, permission: Permission, visit: Visit) -> list[Refusal]:
    """That the work asks for a grant of the site which is not there for all of the visit."""
    key = (permission.act, permission.depth, permission.region)
    if not asks_for_grant(permission) or not visit.lacks(grant_periods(practitioner, key=key, site=visit.site)):
        return []
    return [
        Refusal(
            code="grant_missing",
            gate="G06",
            detail=f"The site's grant for {work_in_words(key)} {_missing_days(grants_of(practitioner, key=key), visit)}.",
            source="; ".join(dict.fromkeys([*permission.sources, GRANT_SOURCE])),
            mend="Have this very work granted to the practitioner at this site, or choose another practitioner.",
        )
    ]


def _missing_days(papers: Sequence[TrainingFacts | GrantFacts], visit: Visit) -> str:
    """What is wrong with the papers' days, to follow after their name."""
    if not papers:
        return "is not on file"
    nearest = max(papers, key=lambda paper: (paper.valid_from <= visit.last_day, paper.valid_through))
    return f"is valid {nearest.valid_from} to {nearest.valid_through}, not throughout the visit {visit.days}"
