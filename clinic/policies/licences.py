"""Why licences do not carry a visit: G01 and its five codes."""

from collections.abc import Sequence
from datetime import datetime

from clinic.errors import Refusal
from clinic.policies.papers import LicenceFacts, SiteFacts, days_of, licence_periods, suspension_of
from clinic.policies.periods import FOREVER, Period, intersect, subtract
from clinic.policies.reasons import Visit, in_words

LICENCE_SOURCE = "Clinic policy: the profession's licence is verified and valid where the site is, for the whole visit"


def no_licence(*, visit: Visit, profession: str = "") -> Refusal:
    """There is no licence of the profession at all (without one: of any)."""
    return _licence(
        "licence_missing",
        f"There is no licence{_as(profession)} on file.",
        f"Choose somebody licensed in {visit.site.jurisdiction}.",
    )


def licence_refusals(licences: Sequence[LicenceFacts], *, profession: str, visit: Visit) -> list[Refusal]:
    """Why these licences of the profession do not count at the site for all of the visit; empty if they do."""
    counting = licence_periods(licences, site=visit.site)
    if not visit.lacks(counting):
        return []
    here = [licence for licence in licences if licence.jurisdiction == visit.site.jurisdiction]
    if not licences:
        return [no_licence(visit=visit, profession=profession)]
    if not here:
        return [_elsewhere(licences, profession, visit)]
    open_time = subtract([(visit.start, visit.end)], counting)
    blocked = [licence for licence in here if intersect(_blocked(licence, visit.site), open_time)]
    for licence in blocked:
        open_time = subtract(open_time, _blocked(licence, visit.site))
    reasons = [_blocking(licence, visit) for licence in blocked]
    return reasons + ([_outside_days(here, open_time[0][0], visit)] if open_time else [])


def _blocked(licence: LicenceFacts, site: SiteFacts) -> list[Period]:
    """The part of the licence's days in which its state keeps it from counting."""
    if licence.verified and licence.status == "active":
        return []
    if licence.verified and licence.status == "suspended":
        return intersect(days_of(licence, site=site), suspension_of(licence))
    return days_of(licence, site=site)


def _blocking(licence: LicenceFacts, visit: Visit) -> Refusal:
    """Which state it is."""
    named = f"The licence{_as(licence.profession)} in {licence.jurisdiction}"
    if licence.status in {"lapsed", "expired"}:
        return _licence(
            "licence_expired",
            f"{named} has {licence.status}; it is written as valid through {licence.valid_through}.",
            "Record and verify its renewal, or choose another practitioner.",
        )
    if licence.status == "revoked":
        return _revoked(licence)
    if intersect(suspension_of(licence), [(visit.start, visit.end)]):
        until = licence.suspended_until
        ending = f"until {visit.day(until)}" if until and until < FOREVER else "until further notice"
        return _licence(
            "licence_suspended",
            f"{named} is suspended {ending}.",
            "Reinstate it, choose a time after the suspension, or choose another practitioner.",
        )
    return _licence(
        "licence_unverified",
        f"{named}, valid {licence.valid_from} to {licence.valid_through}, has not been verified yet.",
        "Have a manager verify it at its source, or choose another practitioner.",
    )


def _outside_days(licences: Sequence[LicenceFacts], moment: datetime, visit: Visit) -> Refusal:
    """No licence reaches this moment of the visit: the last one has ended, or the first has not begun."""
    spans = [(licence, start, end) for licence in licences for start, end in days_of(licence, site=visit.site)]
    ended = max((span for span in spans if span[2] <= moment), key=lambda span: span[2], default=None)
    coming = min((span for span in spans if span[1] > moment), key=lambda span: span[1], default=None)
    beginning = f"begins on {coming[0].valid_from}" if coming else "has not begun"
    if not ended:
        named = f"The licence{_as(licences[0].profession)} in {visit.site.jurisdiction}"
        return _licence(
            "licence_missing",
            f"{named} {beginning}, after the visit {visit.days} does.",
            "Choose a later time, or another practitioner.",
        )
    if ended[0].status == "revoked":
        return _revoked(ended[0])
    return _licence(
        "licence_expired",
        f"The licence{_as(ended[0].profession)} in {visit.site.jurisdiction} ends with {ended[0].valid_through}, before"
        f" the visit {visit.days} does{f'; the next one {beginning}' if coming else ''}.",
        "Record and verify a renewal that leaves no gap, choose another time, or another practitioner.",
    )


def _elsewhere(licences: Sequence[LicenceFacts], profession: str, visit: Visit) -> Refusal:
    places = ", ".join(sorted({licence.jurisdiction for licence in licences}))
    return _licence(
        "jurisdiction_mismatch",
        f"The licence{_as(profession)} is for {places}, and this site is in {visit.site.jurisdiction}.",
        f"Choose somebody licensed in {visit.site.jurisdiction}, or a site in {places}.",
    )


def _revoked(licence: LicenceFacts) -> Refusal:
    return _licence(
        "licence_suspended",
        f"The licence{_as(licence.profession)} in {licence.jurisdiction} has been revoked.",
        "Choose another practitioner.",
    )


def _licence(code: str, detail: str, mend: str) -> Refusal:
    return Refusal(code=code, gate="G01", detail=detail, source=LICENCE_SOURCE, mend=mend)


def _as(profession: str) -> str:
    return f" as {in_words(profession)}" if profession else ""
