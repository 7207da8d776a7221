"""The demo clinic as a whole: made once, described as often as asked."""

from datetime import datetime
from typing import Any

import pghistory
from django.conf import settings
from django.db import connection, transaction

from appointments.demo.cases import chart_cases, described_cases
from appointments.demo.charts import Book
from appointments.demo.consents import sign_consents
from appointments.demo.ground import FUTURE_DAYS, Ground
from appointments.demo.logs import log_visits
from appointments.demo.orders import Orders, order_extractions, order_for_some
from appointments.demo.people import chart_patients
from appointments.demo.places import SITES, build_places
from appointments.demo.plans import plan_visits
from appointments.demo.staff import PASSWORD, STAFF, SUPERVISOR, hire_staff
from appointments.demo.stories import tell_stories
from appointments.demo.visits import Register, analyze
from appointments.demo.waiting import put_on_the_waitlist
from appointments.models import Message
from appointments.services.follow_up import withdraw
from clinic.errors import Conflict, NotAllowed
from clinic.models import Device, Licence, Membership, Practitioner, Room, Site, User
from clinic.services.changes import POLICY, hold
from patients.models import Patient

PATIENTS = 300
"""Beside the named cases."""


@transaction.atomic
def seed_demo(*, seed: int, patients: int, now: datetime, booked_days: int = FUTURE_DAYS) -> dict[str, Any]:
    """
    Make the demo clinic unless it is there, and describe it: users with their password, ids, named cases.

    :param booked_days: visits are booked for so many days to come; presence always reaches 60.

    :raises NotAllowed: on a public address, and without DEMO in a database that holds anything.
    :raises Conflict: when other data stands in the way.
    """
    hold(keys=[POLICY])
    _quieten()
    require_permission()
    if not _is_there():
        with pghistory.context(why="demo clinic"):
            _make(Ground(seed=seed, now=now, booked_days=booked_days), patients)
    return described_demo()


def require_permission() -> None:
    """
    A demo, with its known password, belongs on a machine of one's own.

    :raises NotAllowed: on a public address, and without DEMO in a database that holds anything.
    """
    if settings.PUBLIC_ADDRESS:
        raise NotAllowed("not_permitted", "The demo has a known password: it is not seeded on a public address.")
    if not settings.DEMO and any(model.objects.exists() for model in (User, Site, Patient)):
        raise NotAllowed("not_permitted", "This database is not empty: set DEMO=1 to seed the demo clinic here nevertheless.")


def described_demo() -> dict[str, Any]:
    """The users, sites and named cases of the demo as they stand in the database, in the order of its tables."""
    users = {user.username: user for user in User.objects.filter(username__in=[member.username for member in STAFF])}
    people = dict(Practitioner.objects.filter(user__in=users.values()).values_list("user_id", "id"))
    roles: dict[Any, list[dict[str, str]]] = {}
    for held in Membership.objects.filter(user__in=users.values()).select_related("site").order_by("id"):
        roles.setdefault(held.user_id, []).append({"role": held.role, "site": held.site.code})
    return {
        "users": {
            member.username: {
                "id": str(users[member.username].id),
                "name": member.name,
                "password": PASSWORD,
                "practitioner": _text(people.get(users[member.username].id)),
                "profession": member.profession or None,
                "roles": roles.get(users[member.username].id, []),
            }
            for member in STAFF
        },
        "sites": _described_sites(),
        "cases": described_cases(),
    }


def _quieten() -> None:
    """Say that no trigger is to be passed over: unset, each of thousands of triggers would fail to find that out."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL pgtrigger.ignore = '{}'")


def _is_there() -> bool:
    """Whether this database holds the demo; a part of it alone would be somebody else's data."""
    codes, names = [row[0] for row in SITES], [member.username for member in STAFF]
    found = Site.objects.filter(code__in=codes).count(), User.objects.filter(username__in=names).count()
    if found == (len(codes), len(names)):
        return True
    if any(found):
        raise Conflict("demo_in_the_way", "Sites or users with the names of the demo are here already, but not all of them.")
    return False


def _make(ground: Ground, patients: int) -> None:
    build_places(ground)
    hire_staff(ground)
    book, orders = Book(ground=ground), Orders(ground=ground)
    ordered = chart_cases(book)
    named = len(book.patients)
    chart_patients(book, number=patients)
    book.write()
    order_extractions(orders, ordered, signers=[SUPERVISOR])
    licences = {licence.practitioner_id: licence for licence in Licence.objects.all()}
    register = Register(ground=ground, orders=orders, licences=licences)
    for plan in plan_visits(book, book.patients[named:]):
        register.add(plan)
    order_for_some(orders, book)
    register.write()
    sign_consents(ground, register, named=book.patients[:named])
    put_on_the_waitlist(ground, book, named=named)
    analyze()
    log_visits(ground, register)
    tell_stories(ground)
    withdraw(Message.objects.filter(due_at__lte=ground.now), reason="the demo clinic tells nobody of its past")
    analyze()


def _described_sites() -> dict[str, Any]:
    rooms = Room.objects.select_related("site").order_by("name")
    devices = Device.objects.select_related("site").order_by("name")
    sites = {site.code: site for site in Site.objects.all()}
    return {
        code: {
            "id": str(sites[code].id),
            "rooms": [{"id": str(room.id), "name": room.name} for room in rooms if room.site.code == code],
            "devices": [{"id": str(unit.id), "name": unit.name} for unit in devices if unit.site.code == code],
        }
        for code, *_ in SITES
    }


def _text(key: Any) -> str | None:
    return str(key) if key else None
