"""Plain makers of rows for tests: each names only what the test is about, the rest has a sensible default."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from appointments.models import Appointment, AppointmentItem
from clinic.base import uuid7
from clinic.models import Membership, Opening, Practitioner, Privilege, Room, Seat, Shift, Site, SupervisionCover, User
from clinic.scopes import parts
from patients.models import BodySite, Lesion, Patient
from treatments.models import Treatment, TreatmentAct

NOON = datetime(2027, 1, 12, 17, 0, tzinfo=UTC)  # 12:00 on a Tuesday in Columbus
AGES = DateTimeTZRange(datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC))
LANCET_FACE = "lancet_extraction/epidermal@face"
_numbers = count(1)


def at(minutes: int) -> datetime:
    """So many minutes after noon."""
    return NOON + timedelta(minutes=minutes)


def span(start: int, minutes: int = 30) -> DateTimeTZRange:
    """A period that begins `start` minutes after noon."""
    return DateTimeTZRange(at(start), at(start + minutes))


def a_site(code: str = "columbus", **fields: Any) -> Site:
    defaults = {"name": code.title(), "time_zone": "America/New_York", "jurisdiction": "US-OH"}
    return Site.objects.get_or_create(code=code, defaults=defaults | fields)[0]


def a_room(site: Site | None = None, **fields: Any) -> Room:
    """A room that is always open."""
    site = site or a_site()
    room = Room.objects.create(site=site, **({"name": f"Room {next(_numbers)}"} | fields))
    Opening.objects.create(resource=room.id, site=site, during=AGES)
    return room


def a_user(role: str | None = "front_desk", site: Site | None = None, **fields: Any) -> User:
    user = User.objects.create(username=fields.pop("username", f"user-{next(_numbers)}"), **fields)
    if role:
        Membership.objects.create(user=user, site=site or a_site(), role=role)
    return user


def a_practitioner(
    *scopes: str, site: Site | None = None, profession: str = "dermatologist", supervision: str = "none", **fields: Any
) -> Practitioner:
    """Somebody always on shift at the site, with these privileges for ages."""
    site = site or a_site()
    practitioner = Practitioner.objects.create(name=fields.pop("name", f"Practitioner {next(_numbers)}"), **fields)
    Shift.objects.create(practitioner=practitioner, site=site, during=AGES)
    for scope in scopes:
        Privilege.objects.create(
            practitioner=practitioner,
            site=site,
            profession=profession,
            scope=scope,
            supervision=supervision,
            valid=AGES,
            sources=["test"],
        )
    return practitioner


def a_seat(practitioner: Practitioner, number: int = 1) -> Seat:
    return Seat.objects.get_or_create(practitioner=practitioner, number=number)[0]


def a_cover(supervisor: Practitioner, practitioner: Practitioner, scope: str, supervision: str = "direct") -> SupervisionCover:
    return SupervisionCover.objects.create(
        supervisor=supervisor, practitioner=practitioner, site=a_site(), scope=scope, supervision=supervision, valid=AGES
    )


def a_patient(**fields: Any) -> Patient:
    defaults = {
        "registered_site": fields.pop("registered_site", None) or a_site(),
        "given_name": "Ada",
        "family_name": f"Patient{next(_numbers)}",
        "birth_date": date(1990, 5, 17),
        "email": f"patient{next(_numbers)}@example.org",
        "time_zone": "America/New_York",
    }
    return Patient.objects.create(**defaults | fields)


def a_body_site(code: str = "cheek", region: str = "face") -> BodySite:
    return BodySite.objects.get_or_create(code=code, defaults={"name": code.title(), "region": region})[0]


def a_lesion(patient: Patient | None = None, *, region: str = "face", **fields: Any) -> Lesion:
    """An epidermal lesion on the cheek, unless told otherwise."""
    body_site = fields.pop("body_site", None) or a_body_site(
        *{"face": ("cheek",), "eyelid": ("eyelid_left_upper", "eyelid")}.get(region, (region, region))
    )
    defaults = {
        "patient": patient or a_patient(),
        "body_site": body_site,
        "region": region,
        "depth": "epidermal",
        "laterality": "left",
    }
    return Lesion.objects.create(**defaults | fields)


def a_treatment(code: str = "lancet-extraction", acts: tuple[tuple[str, str], ...] = (), **fields: Any) -> Treatment:
    """A treatment with its acts; the lancet by default."""
    defaults = {"name": code, "minutes": 30, "price": "100.00", "lesion_rule": "required"}
    treatment, created = Treatment.objects.get_or_create(code=code, defaults=defaults | fields)
    if created:
        lancet = (("lancet_extraction", depth) for depth in ("stratum_corneum", "epidermal", "dermal"))
        for act, depth in acts or lancet:
            TreatmentAct.objects.create(treatment=treatment, act=act, depth=depth)
        treatment.sites.add(a_site())
    return treatment


def a_visit(
    practitioner: Practitioner | None = None, *, items: tuple[dict[str, Any], ...] = ({},), **fields: Any
) -> Appointment:
    """A booked visit straight through the tables: a lancet extraction on a cheek at noon."""
    practitioner = practitioner or a_practitioner(LANCET_FACE)
    during = fields.pop("during", span(0))
    defaults = {
        "patient": fields.pop("patient", None) or a_patient(),
        "site": a_site(),
        "practitioner": practitioner,
        "profession": "dermatologist",
        "room": fields.pop("room", None) or a_room(),
        "during": during,
        "blocked": fields.pop("blocked", during),
        "booked_at": at(-600),
    }
    visit = Appointment.objects.create(**defaults | fields)
    for item in items:
        an_item(visit, **item)
    return visit


def an_item(visit: Appointment, *, scope: str = LANCET_FACE, **fields: Any) -> AppointmentItem:
    """One item of a visit; a lancet gets a lesion of its depth and region, and the performer as authoriser."""
    act, depth, region = parts(scope)
    lesion = fields.pop("lesion", None) or a_lesion(
        visit.patient, region=region, depth=depth if act == "lancet_extraction" else "epidermal"
    )
    defaults = {
        "patient": visit.patient,
        "group": uuid7(),
        "treatment": a_treatment(),
        "minutes": 30,
        "lesion": lesion,
        "lesion_depth": lesion.depth,
        "act": act,
        "depth": depth,
        "region": region,
        "authorised_by": visit.practitioner,
        "authorised_profession": visit.profession,
        "authorised_at": at(-600),
    }
    return AppointmentItem.objects.create(appointment=visit, **defaults | fields)
