"""
Who may do what: the verdict and the database against an oracle that reads the matrix by code of its own.

Every cell of the matrix is asked with all papers in order; what is permitted is asked again with each paper missing in turn.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from appointments.models import Appointment, AppointmentItem
from appointments.selectors.verdicts import Request, verdict
from clinic.base import uuid7
from clinic.models import Device, Grant, PolicyRow, Practitioner, Room, Seat, Site, User
from patients.models import Lesion, Patient
from tests import clinic_world as world
from tests import oracle
from tests.clinic_world import NOW, on
from treatments.models import Treatment, TreatmentAct
from treatments.selectors.work import Asked, work_of

DAY = date(2027, 2, 10)
PROFESSIONS = sorted({profession for profession, *_ in oracle.cells()})
WORK = sorted({(act, depth, region) for _, act, depth, region in oracle.cells()})
AUTHORITY = {
    "performer_is_privileged",
    "supervisor_has_agreed",
    "supervisor_is_privileged",
    "supervisor_is_on_shift",
    "booker_is_authorised",
}
IN_ORDER = "in order"
VARIANTS = {
    IN_ORDER: {},
    "ends within the visit": {"licence_counts": False},
    "begins within the visit": {"licence_counts": False},
    "suspended within the visit": {"licence_counts": False},
    "waits for verification": {"licence_counts": False},
    "of another state": {"state": "US-CA"},
    "without training": {"trained": False},
    "without a grant": {"granted": False},
    "without a supervisor": {"supervised": "nobody"},
    "with the supervisor away": {"supervised": "elsewhere"},
}


@dataclass
class Stage:
    """A site with a supervisor, an absent one, somebody who may authorise whatever anybody may, and patients to treat."""

    site: Site
    boss: Practitioner
    absent: Practitioner
    booker: User
    adult: Patient
    child: Patient
    room: Room
    devices: list[Device]
    lesions: dict[tuple, Lesion] = field(default_factory=dict)
    treatments: dict[tuple, Treatment] = field(default_factory=dict)

    @property
    def start(self) -> datetime:
        """A quarter of an hour before midnight: days end in the middle of the visit."""
        return on(DAY, 23, 45, site=self.site)

    @property
    def during(self) -> DateTimeTZRange:
        return DateTimeTZRange(self.start, self.start + timedelta(minutes=30))

    def patient(self, profession: str, key: tuple[str, str, str]) -> Patient:
        return self.child if oracle.is_for_children(profession, *key) else self.adult

    def lesion(self, patient: Patient, key: tuple[str, str, str]) -> Lesion:
        """A confirmed lesion there that the work fits."""
        act, depth, region = key
        lies = depth if act == "lancet_extraction" else "epidermal"
        diagnosis = "closed_comedone" if act == "comedone_extraction" else "milium"
        place = (patient.id, region, lies, diagnosis)
        if place not in self.lesions:
            self.lesions[place] = world.charted(patient, region, lies, diagnosis=diagnosis)
        return self.lesions[place]

    def treatment(self, key: tuple[str, str, str]) -> Treatment:
        """One that is judged as just this act at this depth."""
        act, depth, _ = key
        if act == "lancet_extraction":
            return Treatment.objects.get(code="lancet-extraction")
        if (act, depth) not in self.treatments:
            treatment = Treatment.objects.create(
                code=f"only-{act}-{depth}".replace("_", "-"), name=act, minutes=30, price=0, lesion_rule="optional"
            )
            TreatmentAct.objects.create(treatment=treatment, act=act, depth=depth)
            treatment.sites.add(self.site)
            self.treatments[act, depth] = treatment
        return self.treatments[act, depth]


def a_stage(site: Site) -> Stage:
    boss, absent = (
        granted(world.a_dermatologist(site=site, shift=shift), "dermatologist", site) for shift in (world.AGES, None)
    )
    return Stage(
        site=site,
        boss=boss,
        absent=absent,
        booker=boss.user,
        adult=world.a_patient(site),
        child=world.a_patient(site, birth_date=date(2017, 1, 1), guardian_name="Grace"),
        room=site.rooms.first(),
        devices=list(site.devices.all()),
    )


def granted(person: Practitioner, profession: str, site: Site) -> Practitioner:
    """With a grant for each cell that asks for one."""
    Grant.objects.bulk_create(
        Grant(
            practitioner=person,
            site=site,
            scope="{}/{}@{}".format(*key),
            valid_from=date(2026, 6, 1),
            valid_through=date(2028, 5, 1),
        )
        for key in WORK
        if oracle.asks_for_grant(profession, *key)
    )
    world.derive(person)
    return person


def staffed(stage: Stage, profession: str, variant: str) -> Practitioner:
    """Somebody of that profession with one paper missing, as the variant says."""
    state = stage.site.jurisdiction
    paper = {
        "ends within the visit": {"valid_through": DAY},
        "begins within the visit": {"valid_from": DAY + timedelta(days=1)},
        "suspended within the visit": {"status": "suspended", "suspended_from": stage.start + timedelta(minutes=29)},
        "waits for verification": {"status": "pending_verification", "verified_at": None, "verified_by": None},
        "of another state": {"jurisdiction": "US-CA"},
    }.get(variant, {})
    trainings = () if variant == "without training" else world.ALL_TRAININGS
    person = world.hire(profession, site=stage.site, **({"jurisdiction": state} | paper), trainings=trainings)
    if variant != "without a grant":
        granted(person, profession, stage.site)
    if variant != "without a supervisor":
        supervisor = stage.absent if variant == "with the supervisor away" else stage.boss
        world.agree(supervisor, person, sorted({act for act, _, _ in WORK}), "direct", sites=[stage.site])
    return person


def judged_refusals(stage: Stage, person: Practitioner, patient: Patient, key: tuple[str, str, str]) -> set[str]:
    """The codes that the verdict holds against the performer; who may book it is asked elsewhere."""
    item = Asked(treatment=stage.treatment(key).code, lesions=(stage.lesion(patient, key).id,))
    request = Request(
        booker=stage.booker,
        work=work_of(patient=patient, site=stage.site, asked=[item]),
        start=stage.start,
        now=NOW,
        practitioner=person,
        nearest=False,
    )
    return world.codes(verdict(request=request).reasons) - {"order_required"}


class _Undo(Exception):
    pass


def stored_refusal(
    stage: Stage, person: Practitioner, patient: Patient, key: tuple[str, str, str], level: str, supervisor: Practitioner
) -> str:
    """The constraint that refuses such a visit when it is written past all services; empty where it is accepted."""
    try:
        with transaction.atomic():
            _write(stage, person, patient, key, level, supervisor)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            raise _Undo
    except _Undo:
        return ""
    except DatabaseError as error:
        return error.__cause__.diag.constraint_name or str(error)


def _write(
    stage: Stage, person: Practitioner, patient: Patient, key: tuple[str, str, str], level: str, supervisor: Practitioner
) -> None:
    profession = person.licences.get().profession
    supervised = level != "none"
    visit = Appointment.objects.create(
        patient=patient,
        site=stage.site,
        practitioner=person,
        profession=profession,
        room=stage.room,
        during=stage.during,
        blocked=stage.during,
        supervision=level,
        supervisor=supervisor if supervised else None,
        supervisor_profession="dermatologist" if supervised else None,
        seat=Seat.objects.filter(practitioner=supervisor).first() if supervised else None,
        booked_at=NOW,
    )
    act, depth, region = key
    lesion = stage.lesion(patient, key)
    AppointmentItem.objects.create(
        appointment=visit,
        patient=patient,
        group=uuid7(),
        treatment=stage.treatment(key),
        minutes=30,
        lesion=lesion,
        lesion_depth=lesion.depth,
        act=act,
        depth=depth,
        region=region,
        supervision=level,
        authorised_by=stage.boss,
        authorised_profession="dermatologist",
        authorised_at=NOW,
    )


def cases(profession: str, state: str) -> Iterator[tuple[str, tuple[str, str, str]]]:
    """Every cell with all papers in order; in rotation, one missing: for all that is permitted, and every fifth that is refused."""
    others = [variant for variant in VARIANTS if variant != IN_ORDER]
    turn = count()
    for number, key in enumerate(WORK):
        yield IN_ORDER, key
        if expected(profession, state, IN_ORDER, key) is not None or number % 5 == 0:
            yield others[next(turn) % len(others)], key


def expected(profession: str, state: str, variant: str, key: tuple[str, str, str], approved: tuple = ()) -> str | None:
    act, depth, region = key
    papers = oracle.Papers(**({"profession": profession, "state": state} | VARIANTS[variant]))
    return oracle.level_of(papers, act=act, depth=depth, region=region, at_state=state, approved=approved)


def compared(stage: Stage, profession: str, wanted, approved: tuple = ()) -> tuple[list, int]:
    """The cases in which the product answers otherwise than the oracle, and how many there were."""
    people: dict[str, Practitioner] = {}
    wrong, asked = [], 0
    for number, (variant, key) in enumerate(wanted):
        person = people.get(variant) or people.setdefault(variant, staffed(stage, profession, variant))
        patient = stage.patient(profession, key)
        level = expected(profession, stage.site.jurisdiction, variant, key, approved)
        supervisor = stage.absent if variant == "with the supervisor away" else stage.boss
        refusals = judged_refusals(stage, person, patient, key)
        if bool(refusals) == (level is not None):
            wrong.append((profession, variant, key, f"oracle: {level}", f"verdict: {refusals}"))
        for claimed in {level, ("none", "direct")[number % 2]} - {None}:
            refused = stored_refusal(stage, person, patient, key, claimed, supervisor)
            if (refused != "") == (claimed == level) or refused not in AUTHORITY | {""}:
                wrong.append((profession, variant, key, f"oracle: {level}", f"stored as {claimed}: {refused or 'accepted'}"))
        asked += 1
    return wrong, asked


@pytest.mark.django_db
@pytest.mark.parametrize("profession", PROFESSIONS)
def test_verdict_and_database_agree_with_the_matrix(profession):
    stage = a_stage(world.open_clinic(rooms=1))

    wrong, asked = compared(stage, profession, cases(profession, "US-OH"))

    assert wrong == []
    assert asked >= 64


def test_more_than_five_hundred_cases_are_asked():
    assert sum(1 for profession in PROFESSIONS for _ in cases(profession, "US-OH")) > 500


OF_THE_STATES = {
    "US-OH": ("esthetician", "lancet_extraction"),
    "US-CA": ("esthetician", "lancet_extraction"),
    "US-NJ": ("esthetician", "lancet_extraction"),
    "US-TX": ("esthetician", "lancet_extraction"),
    "US-MN": ("advanced_esthetician", "lancet_extraction"),
    "US-UT": ("advanced_esthetician", "lancet_extraction"),
    "US-VA": ("advanced_esthetician", "chemical_peel"),
    "US-NC": ("esthetician", "*"),
    "US-AL": ("*", "laser_resurfacing"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("approved", [False, True], ids=["as shipped", "verified and approved"])
@pytest.mark.parametrize("state", OF_THE_STATES)
def test_verdict_and_database_agree_with_the_law_of_the_state(state, approved):
    world.load_policy()
    world.charts.load_catalogues()
    profession, act = OF_THE_STATES[state]
    rows = PolicyRow.objects.filter(jurisdiction=state, profession=profession, act=act)
    if approved:
        approve(rows)
    stage = a_stage(world.open_site("elsewhere", jurisdiction=state, rooms=1))
    professions = ["dermatologist", "physician_assistant", "registered_nurse"] if profession == "*" else [profession]
    acts = {"lancet_extraction", "chemical_peel", "laser_resurfacing"} if act == "*" else {act}
    wanted = [(IN_ORDER, key) for key in WORK if key[0] in acts]
    known = tuple(rows.values_list("jurisdiction", "profession", "act")) if approved else ()

    wrong = [case for each in professions for case in compared(stage, each, wanted, known)[0]]

    assert wrong == []


def approve(rows) -> None:
    manager, director = world.a_user(None), world.a_user(None)
    rows.update(verified_by=manager, verified_at=world.BEFORE, approved_by=director, approved_at=world.BEFORE)


@pytest.mark.django_db
def test_a_pediatrician_sees_no_adult():
    stage = a_stage(world.open_clinic(rooms=1))
    pediatrician = staffed(stage, "pediatrician", IN_ORDER)

    refusals = judged_refusals(stage, pediatrician, stage.adult, ("diagnose_lesion", "none", "face"))

    assert refusals == {"privilege_missing"}
