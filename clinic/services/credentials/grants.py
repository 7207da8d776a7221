"""Grants: the clinic's own privileges by name, for work that the policy leaves to it."""

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID

from dateutil.relativedelta import relativedelta

from clinic.errors import RuleBroken, by_gate
from clinic.models import Grant, Practitioner, Site, User
from clinic.policies.authority import Key, permission_at
from clinic.policies.licences import no_licence
from clinic.policies.papers import asks_for_grant, tiers_of
from clinic.policies.periods import FOREVER
from clinic.policies.reasons import Visit, cell_refusals
from clinic.scopes import parts, scope
from clinic.selectors.facts import permissions_at, practitioner_facts, site_facts
from clinic.services.changes import change_authority
from clinic.services.credentials.shared import correct_days, end_paper, require_order

LONGEST = relativedelta(months=24)


def file_grant(
    *,
    actor: User | None,
    practitioner: Practitioner,
    site: Site,
    scope: str,
    valid_from: date,
    valid_through: date,
    now: datetime,
) -> tuple[Grant, list[UUID]]:
    """
    Grant one scope at one site for at most 24 months; days are inclusive.

    :raises RuleBroken: if the policy does not leave this work to a grant for any profession of the practitioner.
    """
    _require_days(valid_from, valid_through)
    _require_grantable(practitioner, site, _key(scope), now)

    def file() -> Grant:
        return Grant.objects.create(
            practitioner=practitioner,
            site=site,
            scope=scope,
            valid_from=valid_from,
            valid_through=valid_through,
            granted_by=actor,
        )

    return change_authority(practitioners=[practitioner.pk], actor=actor, reason="grant_filed", now=now, change=file)


def correct_grant(
    *, actor: User | None, grant: Grant, now: datetime, valid_from: date | None = None, valid_through: date | None = None
) -> tuple[Grant, list[UUID]]:
    """
    Write the right days; None leaves one alone.

    :raises RuleBroken: `ends_before_it_begins` or `grant_too_long`.
    """

    def correct(current: Grant) -> None:
        _require_days(valid_from or current.valid_from, valid_through or current.valid_through)
        correct_days(current, valid_from=valid_from, valid_through=valid_through)

    return _change(grant, actor=actor, now=now, change=correct)


def end_grant(*, actor: User | None, grant: Grant, now: datetime) -> tuple[Grant, list[UUID]]:
    """
    From now on the grant counts for nothing; one that had not begun is removed.

    :raises Conflict: `illegal_transition` if it ended before.
    """

    return _change(grant, actor=actor, now=now, change=lambda current: end_paper(current, sites=[current.site], now=now))


def _change(grant: Grant, *, actor: User | None, now: datetime, change: Callable[[Grant], None]) -> tuple[Grant, list[UUID]]:
    def write() -> Grant:
        current = Grant.objects.select_for_update(of=("self",)).select_related("practitioner__user", "site").get(pk=grant.pk)
        change(current)
        return current

    return change_authority(practitioners=[grant.practitioner_id], actor=actor, reason="grant_changed", now=now, change=write)


def _require_days(valid_from: date, valid_through: date) -> None:
    require_order(valid_from, valid_through)
    if valid_through >= valid_from + LONGEST:
        raise RuleBroken("grant_too_long", "A grant lasts at most 24 months; renew it after that.")


def _key(words: str) -> Key:
    try:
        key = parts(words)
    except ValueError:
        raise RuleBroken("scope_unknown", "A scope is written act/depth@region.") from None
    return key


def _require_grantable(practitioner: Practitioner, site: Site, key: Key, now: datetime) -> None:
    """The work is known, and for a profession that they are licensed in here it is allowed by grant."""
    act, depth, region = key
    facts = practitioner_facts(practitioners=[practitioner.pk], site=site)[practitioner.pk]
    law = permissions_at(jurisdiction=site.jurisdiction, at=now)
    professions = sorted({held.profession for held in facts.licences if held.jurisdiction == site.jurisdiction})
    if not professions:
        reason = no_licence(visit=Visit(site=site_facts(site), start=now, end=FOREVER))
        raise RuleBroken(reason.code, reason.detail, reasons=[reason])
    answers = [
        (
            profession,
            permission_at(profession=profession, permissions=law(profession, tier), act=act, depth=depth, region=region),
        )
        for profession in professions
        for tier in tiers_of(facts, profession=profession)
    ]
    if any(permission.permitted and asks_for_grant(permission) for _, permission in answers):
        return
    if not any(key in law(profession, "") for profession in professions):
        raise RuleBroken("scope_unknown", f"The policy knows no work called {scope(act=act, depth=depth, region=region)}.")
    if any(permission.permitted for _, permission in answers):
        raise RuleBroken("grant_not_needed", "The policy allows this work without a grant.")
    reasons = by_gate(
        [reason for profession, permission in answers for reason in cell_refusals(permission, profession=profession)]
    )
    raise RuleBroken(reasons[0].code, reasons[0].detail, reasons=reasons)
