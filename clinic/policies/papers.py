"""A practitioner's papers as plain facts, and when each of them counts at a site."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from clinic.policies.matrix import Key, Permission
from clinic.policies.periods import BEGINNING, FOREVER, Period, days, subtract, union
from clinic.scopes import scope


@dataclass(frozen=True, kw_only=True)
class LicenceFacts:
    """One licence; its days are inclusive, `tier` is blank where the jurisdiction has none."""

    id: str
    profession: str
    jurisdiction: str
    status: str
    valid_from: date
    valid_through: date
    verified: bool
    tier: str = ""
    suspended_from: datetime | None = None
    suspended_until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class TrainingFacts:
    """A documented training of a kind (lancet, peel, laser, rf)."""

    kind: str
    valid_from: date
    valid_through: date


@dataclass(frozen=True, kw_only=True)
class GrantFacts:
    """The site's grant of one scope, for instance `lancet_extraction/dermal@periocular`."""

    scope: str
    valid_from: date
    valid_through: date


@dataclass(frozen=True, kw_only=True)
class SiteFacts:
    """Where the work is done: its law and its clock."""

    id: str
    jurisdiction: str
    zone: ZoneInfo


@dataclass(frozen=True, kw_only=True)
class PractitionerFacts:
    """A practitioner with every licence and training, and the grants of the one site in question."""

    id: str
    active: bool
    licences: tuple[LicenceFacts, ...] = ()
    trainings: tuple[TrainingFacts, ...] = ()
    grants: tuple[GrantFacts, ...] = ()


def licences_of(practitioner: PractitionerFacts, *, profession: str, tier: str) -> list[LicenceFacts]:
    """The licences of that profession and tier, wherever they hold and whatever their state."""
    return [held for held in practitioner.licences if (held.profession, held.tier) == (profession, tier)]


def tiers_of(practitioner: PractitionerFacts, *, profession: str) -> list[str]:
    """The tiers held of a profession; blank alone where there is no licence of it."""
    return sorted({held.tier for held in practitioner.licences if held.profession == profession}) or [""]


def suspension_of(licence: LicenceFacts) -> list[Period]:
    """When the licence is suspended: without a beginning from ever, without an end for ever."""
    if licence.status != "suspended":
        return []
    return union([(licence.suspended_from or BEGINNING, licence.suspended_until or FOREVER)])


def days_of(paper: LicenceFacts | TrainingFacts | GrantFacts, *, site: SiteFacts) -> list[Period]:
    """The days written on the paper, as the site's clock has them."""
    return days(paper.valid_from, paper.valid_through, zone=site.zone)


def licence_periods(licences: Iterable[LicenceFacts], *, site: SiteFacts) -> list[Period]:
    """When at least one of these licences counts at the site; renewals that follow on each other are one period."""
    return union(
        period
        for licence in licences
        if licence.verified and licence.status in {"active", "suspended"} and licence.jurisdiction == site.jurisdiction
        for period in subtract(days_of(licence, site=site), suspension_of(licence))
    )


def training_periods(practitioner: PractitionerFacts, *, kind: str, site: SiteFacts) -> list[Period]:
    """When a training of that kind is valid."""
    return union(
        period for training in practitioner.trainings if training.kind == kind for period in days_of(training, site=site)
    )


def grants_of(practitioner: PractitionerFacts, *, key: Key) -> list[GrantFacts]:
    """The grants that name exactly this act, depth and region."""
    act, depth, region = key
    return [grant for grant in practitioner.grants if grant.scope == scope(act=act, depth=depth, region=region)]


def grant_periods(practitioner: PractitionerFacts, *, key: Key, site: SiteFacts) -> list[Period]:
    """When the site grants exactly this act, depth and region."""
    return union(period for grant in grants_of(practitioner, key=key) for period in days_of(grant, site=site))


def trainings_asked(permission: Permission) -> list[str]:
    """The kinds of training without which the permission is worth nothing."""
    return [word.removeprefix("training:") for word in permission.requires if word.startswith("training:")]


def asks_for_grant(permission: Permission) -> bool:
    """Whether the clinic must have granted the very scope."""
    return permission.effect == "privilege" or "privilege" in permission.requires
