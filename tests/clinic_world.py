"""
A small real clinic for tests: policy and catalogues as shipped, rooms that are equipped, and staff whose authority is derived.

Papers are written as rows and rebuilt once, everything else goes through the services. The clock stands at NOW.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from appointments.models import Appointment
from appointments.selectors.verdicts import Request, Verdict, verdict
from appointments.services.booking import book_appointment
from clinic.models import (
    Certification,
    Device,
    Grant,
    Licence,
    Membership,
    Opening,
    PlannedShift,
    Practitioner,
    Room,
    Shift,
    Site,
    SupervisionAgreement,
    User,
    WeeklyRule,
)
from clinic.models.people import FRONT_DESK, MANAGER, MEDICAL_DIRECTOR, PRACTITIONER
from clinic.services import reference as policy
from clinic.services.authority import rebuild_authority
from clinic.services.credentials.staff import hire_practitioner
from patients.models import BodySite, Contraindication, Diagnosis, Lesion, MiliaType, Patient, SkinProfile
from patients.services import reference as charts
from tests.factories_consents import agreed
from treatments.models import Override, Treatment, TreatmentOrder
from treatments.selectors.overrides import UsableOverride, usable_overrides
from treatments.selectors.work import Asked, work_of
from treatments.services import reference as treatments
from treatments.services.orders import sign_order

NOW = datetime(2027, 1, 12, 17, 0, tzinfo=UTC)  # 12:00 on a Tuesday in Columbus
BEFORE = datetime(2026, 1, 1, 5, tzinfo=UTC)  # when the clinic of the tests began
FIRST, LAST = date(2026, 1, 1), date(2028, 12, 31)
AGES = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC))
ALL_TRAININGS = ("lancet", "peel", "laser", "rf")
EQUIPMENT = ("treatment_chair", "magnifier", "sharps_container", "wash_basin", "laser_safety")
DEVICES = ("laser", "microdermabrasion_unit", "rf_unit")
BODY_SITE_OF = {"eyelid": "eyelid_right_upper", "periocular": "under_eye", "face": "cheek", "body": "back"}
_numbers = count(1)
_policy_rows: list[str] = []


@dataclass(frozen=True, kw_only=True)
class SmallClinic:
    """Columbus with a dermatologist, somebody at the desk, and a patient with a confirmed milium on the cheek, who agreed to a lancet."""

    site: Site
    derm: Practitioner
    desk: User
    patient: Patient
    lesion: Lesion


def a_small_clinic(*, rooms: int = 3) -> SmallClinic:
    """The clinic that most tests begin with."""
    site = open_clinic(rooms=rooms)
    patient = agreed(a_patient(site))
    return SmallClinic(
        site=site,
        derm=a_dermatologist(site=site, username="derm"),
        desk=front_desk(site, username="frontdesk"),
        patient=patient,
        lesion=charted(patient),
    )


def open_clinic(*, rooms: int = 3, **site: Any) -> Site:
    """The site columbus (Ohio) with policy, catalogues, rooms that have everything, and one device of each kind."""
    load_policy()
    charts.load_catalogues()
    return open_site(rooms=rooms, **site)


def load_policy() -> None:
    """The policy as the product loads it; after the first time its rows are copied, which takes a tenth of the time."""
    with connection.cursor() as cursor:
        if _policy_rows:
            cursor.execute(
                "INSERT INTO clinic_policyrow SELECT * FROM jsonb_populate_recordset(NULL::clinic_policyrow, %s)", _policy_rows
            )
        else:
            policy.load_policy(now=BEFORE)
            cursor.execute("SELECT jsonb_agg(to_jsonb(row))::text FROM clinic_policyrow row")
            _policy_rows.extend(cursor.fetchone())


def open_site(code: str = "columbus", *, rooms: int = 3, equipment: Sequence[str] = EQUIPMENT, **fields: Any) -> Site:
    """A site with rooms, devices and every treatment of the catalogue."""
    defaults = {"name": code.title(), "time_zone": "America/New_York", "jurisdiction": "US-OH"}
    site = Site.objects.create(code=code, **(defaults | fields))
    treatments.load_catalogues()
    for number in range(1, rooms + 1):
        furnish(site, f"Room {number}", equipment=equipment)
    for kind in DEVICES:
        provide(site, kind)
    return site


def furnish(site: Site, name: str, *, equipment: Sequence[str] = EQUIPMENT) -> Room:
    """A room that is open for ages; after a closure is filed, from 06:00 to 23:00 of each day."""
    room = Room.objects.create(site=site, name=name, equipment=list(equipment))
    _open(site, room=room)
    return room


def provide(site: Site, kind: str) -> Device:
    """A device that can be used whenever a room can."""
    device = Device.objects.create(site=site, name=f"{kind} {next(_numbers)}", kind=kind)
    _open(site, device=device)
    return device


def a_user(role: str | None, *sites: Site, username: str | None = None, **fields: Any) -> User:
    """Somebody who signs in, with a role at these sites."""
    user = User.objects.create(username=username or f"user-{next(_numbers)}", **fields)
    Membership.objects.bulk_create(Membership(user=user, site=site, role=role) for site in sites if role)
    return user


def front_desk(*sites: Site, username: str | None = None) -> User:
    """Somebody at the desk of these sites, of all of them when none is named."""
    return a_user(FRONT_DESK, *(sites or Site.objects.all()), username=username)


def a_manager(*sites: Site, username: str | None = None) -> User:
    return a_user(MANAGER, *(sites or Site.objects.all()), username=username)


def a_director(*sites: Site, username: str | None = None) -> User:
    return a_user(MEDICAL_DIRECTOR, *(sites or Site.objects.all()), username=username)


def hire(
    profession: str,
    *,
    site: Site,
    trainings: Sequence[str] = (),
    jurisdiction: str = "US-OH",
    shift: tuple[datetime, datetime] | None = AGES,
    username: str | None = None,
    role: str = PRACTITIONER,
    **paper: Any,
) -> Practitioner:
    """Somebody with a user, a verified licence (`paper` changes its fields), trainings and a long shift at the site."""
    number = next(_numbers)
    user = a_user(role, site, username=username or f"{profession}-{number}")
    person = hire_practitioner(name=f"{profession.replace('_', ' ').title()} {number}", user=user)
    Licence.objects.create(**_licence(person, profession, jurisdiction=jurisdiction, **paper))
    Certification.objects.bulk_create(
        Certification(practitioner=person, kind=kind, valid_from=FIRST, valid_through=LAST) for kind in trainings
    )
    if shift:
        on_duty(person, *shift, site=site)
    derive(person)
    return person


def a_dermatologist(*, site: Site, **fields: Any) -> Practitioner:
    """Who may do everything: all trainings, on shift for ages."""
    return hire("dermatologist", site=site, **({"trainings": ALL_TRAININGS, "jurisdiction": site.jurisdiction} | fields))


def license_too(person: Practitioner, profession: str, **paper: Any) -> Licence:
    """One more verified licence."""
    licence = Licence.objects.create(**_licence(person, profession, **paper))
    derive(person)
    return licence


def on_duty(person: Practitioner, start: datetime, end: datetime, *, site: Site) -> PlannedShift:
    """A shift, filed and present."""
    during = DateTimeTZRange(start, end)
    Shift.objects.create(practitioner=person, site=site, during=during)
    return PlannedShift.objects.create(practitioner=person, site=site, during=during)


def agree(
    supervisor: Practitioner,
    supervisee: Practitioner,
    acts: Sequence[str] = ("lancet_extraction",),
    level: str = "direct",
    *,
    sites: Sequence[Site] | None = None,
    first: date = FIRST,
    last: date = LAST,
) -> SupervisionAgreement:
    """An agreement for these acts, up to this level, at every site unless told otherwise."""
    agreement = SupervisionAgreement.objects.create(
        supervisor=supervisor, supervisee=supervisee, acts=list(acts), level=level, valid_from=first, valid_through=last
    )
    agreement.sites.set(sites or Site.objects.all())
    derive(supervisor, supervisee)
    return agreement


def grant(
    person: Practitioner, scope: str, *, site: Site | None = None, first: date | None = None, last: date | None = None
) -> Grant:
    """A clinic grant of one scope, for some months around NOW."""
    given = Grant.objects.create(
        practitioner=person,
        site=site or Site.objects.get(),
        scope=scope,
        valid_from=first or date(2026, 6, 1),
        valid_through=last or date(2028, 5, 1),
    )
    derive(person)
    return given


def derive(*people: Practitioner) -> None:
    """Make privileges and covers of these people from their papers, as if it had been done when the clinic began."""
    rebuild_authority(practitioners=[person.id for person in people], now=BEFORE)


def a_patient(site: Site | None = None, **fields: Any) -> Patient:
    """An adult of 36, reachable by e-mail."""
    number = next(_numbers)
    defaults = {
        "registered_site": site or Site.objects.order_by("id").first(),
        "given_name": "Ada",
        "family_name": f"Patient{number}",
        "birth_date": date(1990, 5, 17),
        "email": f"patient{number}@example.org",
        "time_zone": "America/New_York",
    }
    return Patient.objects.create(**(defaults | fields))


def charted(
    patient: Patient,
    region: str = "face",
    depth: str = "epidermal",
    *,
    diagnosis: str | None = "milium",
    certainty: str = "confirmed",
    body_site: str | None = None,
    milia_type: str | None = None,
    **fields: Any,
) -> Lesion:
    """A lesion as assessments left it: confirmed, and (near the eye) with its region verified, unless told otherwise."""
    place = BodySite.objects.get(code=body_site or BODY_SITE_OF[region])
    defaults = {
        "laterality": "" if place.region == "eyelid" else "right",
        "region_verified": region == "periocular",
        "first_noted_on": date(2026, 1, 5),
    }
    lesion = Lesion.objects.create(
        patient=patient,
        body_site=place,
        region=region,
        depth=depth,
        diagnosis=Diagnosis.objects.get(code=diagnosis) if diagnosis else None,
        diagnosis_certainty=certainty if diagnosis else "none",
        milia_type=MiliaType.objects.get(code=milia_type) if milia_type else None,
        **(defaults | fields),
    )
    lesion.refresh_from_db()
    return lesion


def noted_skin(
    patient: Patient, *codes: str, since: date = date(2026, 12, 1), until: date | None = None, fitzpatrick: int | None = None
) -> None:
    """Dated contraindications of the patient."""
    profile, _ = SkinProfile.objects.get_or_create(patient=patient, defaults={"fitzpatrick": fitzpatrick})
    for code in codes:
        Contraindication.objects.create(profile=profile, code=code, since=since, until=until)


def order(
    signer: Practitioner, patient: Patient, items: Sequence[Any], *, site: Site | None = None, now: datetime = NOW
) -> TreatmentOrder:
    """A signed order for these items (as `asked` reads them)."""
    return sign_order(actor=signer.user, patient=patient, site=site or patient.registered_site, items=asked(*items), now=now)


def overridden(giver: Practitioner, patient: Patient, gate: str, treatment: str, *, site: Site | None = None) -> Override:
    """An override that a second person has confirmed."""
    return Override.objects.create(
        patient=patient,
        site=site or patient.registered_site,
        treatment=Treatment.objects.get(code=treatment),
        gate=gate,
        reason="Weighed with the patient, who understands the risk.",
        given_by=giver,
        given_by_user=giver.user,
        given_at=NOW,
        expires_at=NOW + timedelta(days=30),
        confirmed_by=a_user(None),
        confirmed_at=NOW,
    )


def asked(*items: Any) -> list[Asked]:
    """Items as a person asks for them: a lesion means its extraction with a lancet, a text is a treatment's code."""
    return [_asked(item) for item in items]


def ask(
    booker: User,
    patient: Patient,
    start: datetime,
    practitioner: Practitioner | None,
    *items: Any,
    site: Site | None = None,
    now: datetime = NOW,
    order: UUID | None = None,
    supervisor: UUID | None = None,
    overrides: tuple[UsableOverride, ...] | None = None,
    visit: Appointment | None = None,
) -> Request:
    """What a booking asks; the patient's open overrides serve unless others are named."""
    site = site or patient.registered_site
    return Request(
        booker=booker,
        work=work_of(patient=patient, site=site, asked=asked(*items)),
        start=start,
        now=now,
        practitioner=practitioner,
        order=order,
        supervisor=supervisor,
        overrides=usable_overrides(patient=patient, site=site, now=now) if overrides is None else overrides,
        visit=visit,
    )


def book(
    booker: User, patient: Patient, start: datetime, practitioner: Practitioner | None, *items: Any, **more: Any
) -> Appointment:
    """A visit booked through the service."""
    return book_appointment(request=ask(booker, patient, start, practitioner, *items, **more))


def judged(
    booker: User, patient: Patient, start: datetime, practitioner: Practitioner | None, *items: Any, **more: Any
) -> Verdict:
    """The verdict on such a booking, without alternatives."""
    return verdict(request=replace(ask(booker, patient, start, practitioner, *items, **more), nearest=False))


def gates(reasons: Sequence[Any]) -> dict[str, str]:
    """Code -> gate of these refusals."""
    return {reason.code: reason.gate for reason in reasons}


def codes(reasons: Sequence[Any]) -> set[str]:
    """The codes of these refusals."""
    return {reason.code for reason in reasons}


def on(day: date, hour: int = 10, minute: int = 0, *, site: Site | None = None) -> datetime:
    """That time of the wall clock at the site (Columbus when none is named), in UTC."""
    site = site or Site.objects.order_by("id").first()
    return datetime.combine(day, time(hour, minute), tzinfo=site.zone).astimezone(UTC)


def after(days: int = 1, hour: int = 10, minute: int = 0, *, site: Site | None = None) -> datetime:
    """That time of the wall clock so many days after NOW, in UTC: tomorrow (a Wednesday) at ten by default."""
    return on(NOW.date() + timedelta(days=days), hour, minute, site=site)


def _asked(item: Any) -> Asked:
    if isinstance(item, Asked):
        return item
    if isinstance(item, Lesion):
        return Asked(treatment="lancet-extraction", lesions=(item.id,))
    return Asked(treatment=item)


def _licence(person: Practitioner, profession: str, **fields: Any) -> dict[str, Any]:
    verifier, _ = User.objects.get_or_create(username="verifier")
    return {
        "practitioner": person,
        "profession": profession,
        "jurisdiction": "US-OH",
        "number": f"L-{next(_numbers)}",
        "valid_from": FIRST,
        "valid_through": LAST,
        "status": "active",
        "verified_at": BEFORE,
        "verified_by": verifier,
        "verification_method": "board site",
    } | fields


def _open(site: Site, **whose: Room | Device) -> None:
    [resource] = whose.values()
    Opening.objects.create(resource=resource.id, site=site, during=DateTimeTZRange(*AGES))
    WeeklyRule.objects.bulk_create(
        WeeklyRule(site=site, weekday=weekday, starts=time(6), ends=time(23), valid_from=FIRST, **whose) for weekday in range(7)
    )
