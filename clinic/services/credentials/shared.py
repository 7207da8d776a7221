"""What all papers have in common."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from clinic.errors import Conflict, RuleBroken
from clinic.models import Certification, Grant, Site, SupervisionAgreement

Paper = Certification | Grant | SupervisionAgreement


def require_order(valid_from: date, valid_through: date) -> None:
    """
    The last day is not before the first.

    :raises RuleBroken: `ends_before_it_begins`.
    """
    if valid_through < valid_from:
        raise RuleBroken("ends_before_it_begins", f"The last valid day, {valid_through}, lies before the first, {valid_from}.")


def today_at(*, sites: Iterable[Site], now: datetime) -> date:
    """The date on the wall clocks of these sites; the earliest, where they differ."""
    zones = [site.zone for site in sites] or [ZoneInfo("UTC")]
    return min(now.astimezone(zone).date() for zone in zones)


def end_paper(paper: Paper, *, sites: Iterable[Site], now: datetime) -> None:
    """
    Make the paper count for nothing from now on: it ends with yesterday, or goes where it had not begun by then.

    :raises Conflict: `illegal_transition` if it has ended already.
    """
    yesterday = today_at(sites=sites, now=now) - timedelta(days=1)
    if paper.valid_through <= yesterday:
        raise Conflict("illegal_transition", f"It ended already, with {paper.valid_through}.")
    if yesterday < paper.valid_from:
        type(paper)._default_manager.filter(pk=paper.pk).delete()
    else:
        paper.valid_through = yesterday
        paper.save(update_fields=["valid_through"])


def correct_days(paper: Paper, *, valid_from: date | None, valid_through: date | None) -> None:
    """
    Write the right days; None leaves one alone.

    :raises RuleBroken: `ends_before_it_begins`.
    """
    paper.valid_from = valid_from or paper.valid_from
    paper.valid_through = valid_through or paper.valid_through
    require_order(paper.valid_from, paper.valid_through)
    paper.save(update_fields=["valid_from", "valid_through"])
