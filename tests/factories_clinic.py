"""Plain makers of staff, papers and policy for tests: each names only what the test is about."""

from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from clinic.models import (
    Certification,
    Grant,
    Licence,
    Membership,
    PolicyRow,
    Practitioner,
    Privilege,
    Site,
    SupervisionAgreement,
    User,
)
from clinic.services.authority import rebuild_authority, seat_supervisor
from clinic.services.reference import shipped_policy

NOW = datetime(2027, 1, 12, 17, 0, tzinfo=UTC)  # 12:00 on a Tuesday in Columbus
FIRST, LAST = date(2026, 1, 1), date(2028, 12, 31)
_numbers = count(1)


def a_site(code: str = "columbus", **fields: Any) -> Site:
    defaults = {"name": code.title(), "time_zone": "America/New_York", "jurisdiction": "US-OH"}
    return Site.objects.get_or_create(code=code, defaults=defaults | fields)[0]


def a_user(role: str | None = None, *, site: Site | None = None) -> User:
    """A user, with a role at a site if one is named."""
    user = User.objects.create(username=f"user-{next(_numbers)}")
    if role:
        Membership.objects.create(user=user, site=site or a_site(), role=role)
    return user


def the_policy(*professions: str) -> None:
    """What the product ships for these professions, and all of its rows of law."""
    rows = [row for row in shipped_policy() if row.kind == "jurisdiction" or row.profession in professions]
    PolicyRow.objects.bulk_create(rows)


def a_practitioner(*, user: User | None = None, **fields: Any) -> Practitioner:
    practitioner = Practitioner.objects.create(user=user, **({"name": f"Practitioner {next(_numbers)}"} | fields))
    seat_supervisor(practitioner=practitioner)
    return practitioner


def a_licence(practitioner: Practitioner, profession: str = "dermatologist", **fields: Any) -> Licence:
    """A verified licence for Ohio, in force."""
    defaults = {
        "jurisdiction": "US-OH",
        "number": f"L-{next(_numbers)}",
        "valid_from": FIRST,
        "valid_through": LAST,
        "status": "active",
        "verified_at": NOW,
        "verified_by": User.objects.get_or_create(username="verifier")[0],
        "verification_method": "board site",
    }
    return Licence.objects.create(practitioner=practitioner, profession=profession, **(defaults | fields))


def a_pending_licence(practitioner: Practitioner, profession: str = "dermatologist", **fields: Any) -> Licence:
    unverified = {"status": "pending_verification", "verified_at": None, "verified_by": None, "verification_method": ""}
    return a_licence(practitioner, profession, **(unverified | fields))


def a_training(practitioner: Practitioner, kind: str = "lancet", **fields: Any) -> Certification:
    defaults = {"valid_from": FIRST, "valid_through": LAST}
    return Certification.objects.create(practitioner=practitioner, kind=kind, **(defaults | fields))


def a_grant(practitioner: Practitioner, scope: str, **fields: Any) -> Grant:
    defaults = {"site": a_site(), "valid_from": date(2026, 6, 1), "valid_through": date(2028, 5, 1)}
    return Grant.objects.create(practitioner=practitioner, scope=scope, **(defaults | fields))


def an_agreement(supervisor: Practitioner, supervisee: Practitioner, **fields: Any) -> SupervisionAgreement:
    """A direct agreement on lancets at one site."""
    sites = fields.pop("sites", None) or [a_site()]
    defaults = {"acts": ["lancet_extraction"], "level": "direct", "valid_from": FIRST, "valid_through": LAST}
    agreement = SupervisionAgreement.objects.create(supervisor=supervisor, supervisee=supervisee, **(defaults | fields))
    agreement.sites.set(sites)
    return agreement


def a_dermatologist(**fields: Any) -> Practitioner:
    """With a licence and a lancet training, and authority made from them."""
    return licensed("dermatologist", **fields)


def licensed(profession: str, *, trainings: tuple[str, ...] = ("lancet",), **fields: Any) -> Practitioner:
    """Somebody of that profession with a licence and trainings, and authority made from them."""
    site = a_site()
    practitioner = a_practitioner(**fields)
    a_licence(practitioner, profession, jurisdiction=site.jurisdiction)
    for kind in trainings:
        a_training(practitioner, kind)
    rebuild_authority(practitioners=[practitioner.id], now=datetime(2026, 1, 1, 5, tzinfo=UTC))
    return practitioner


def periods_of(practitioner: Practitioner, scope: str, **where: Any) -> list[tuple[datetime, datetime]]:
    """When the practitioner holds the scope, by the derived rows."""
    rows = Privilege.objects.filter(practitioner=practitioner, scope=scope, **where).order_by("valid")
    return [(row.valid.lower, row.valid.upper) for row in rows]
