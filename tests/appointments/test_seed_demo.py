"""The demo clinic: what DESIGN promises of it, and that it is alive and lawful."""

import json
from collections import Counter
from datetime import date, datetime, time, timedelta
from uuid import UUID

import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Count

from appointments.demo.cases import CASES
from appointments.demo.seeding import seed_demo
from appointments.demo.staff import STAFF
from appointments.models import Appointment, AppointmentItem, Message, WaitlistEntry
from appointments.selectors.availability import free_starts, lawful_stretches
from appointments.selectors.verdicts import Request, Verdict, verdict
from appointments.selectors.waitlist import suitable_requests, with_wishes
from appointments.services.integrity import integrity_findings
from clinic.models import Membership, Opening, Practitioner, Privilege, Room, Shift, Site, Task, User
from clinic.scopes import HANDS_ON, REGIONS
from patients.models import Assessment, Lesion, MiliaType, Patient, Photo
from patients.selectors.consents import consents_in_force
from patients.services.assessments import NewAssessment, sign_assessment
from patients.storage import names_in, photo_files
from tests.clinic.tokens import client_of
from tests.clinic_world import NOW, codes
from treatments.models import (
    HomeCarePlan,
    Incident,
    LesionCause,
    PlanStep,
    Procedure,
    ProcedureOutcome,
    Treatment,
    TreatmentOrder,
    TreatmentPlan,
)
from treatments.selectors.work import Asked, Work, work_of

pytestmark = pytest.mark.takes_long
ALL_SITES = {"columbus", "jersey-city", "san-diego"}
TODAY = date(2027, 1, 12)


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """The demo clinic at noon of a Tuesday, made once for these tests, and gone after them, pictures too."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = seed_demo(seed=1, patients=150, now=NOW, booked_days=14)
        connection.check_constraints()
        yield made
        transaction.set_rollback(True)
    for name in names_in(photo_files()):
        photo_files().delete(name)


@pytest.fixture(autouse=True)
def _no_picture_is_left_over():
    """The pictures of the demo stay for all of these tests."""


@pytest.fixture
def private(settings, tmp_path):
    settings.DEMO, settings.PUBLIC_ADDRESS, settings.DATA_DIR = True, False, tmp_path
    return tmp_path


def user(name: str) -> User:
    return User.objects.get(username=name)


def person(name: str) -> Practitioner:
    return Practitioner.objects.get(user__username=name)


def the_case(demo: dict, name: str) -> tuple[Patient, Lesion]:
    case = demo["cases"][name]
    return Patient.objects.get(pk=case["patient"]), Lesion.objects.get(pk=case["lesion"])


def extraction(demo: dict, name: str, treatment: str = "lancet-extraction") -> Work:
    patient, lesion = the_case(demo, name)
    asked = Asked(treatment=treatment, lesions=(lesion.id,))
    return work_of(patient=patient, site=patient.registered_site, asked=[asked])


def starts_of(work: Work, name: str, *, limit: int = 5) -> list[datetime]:
    last = NOW + timedelta(days=60)
    stretches = lawful_stretches(work=work, first=NOW, last=last)
    return [team.start for team in free_starts(work=work, stretches=stretches, people=[person(name).id], limit=limit)]


def judged(work: Work, booker: str, performer: str) -> Verdict:
    """The verdict at the first free start of the performer, else tomorrow at ten."""
    starts = starts_of(work, performer, limit=1) or [NOW + timedelta(hours=22)]
    request = Request(booker=user(booker), work=work, start=starts[0], now=NOW, practitioner=person(performer), nearest=False)
    return verdict(request=request)


def holders(scope: str) -> set[str]:
    rows = Privilege.objects.filter(scope=scope, valid__contains=NOW, site__code="columbus")
    return set(rows.values_list("practitioner__user__username", flat=True))


@pytest.mark.django_db
@pytest.mark.usefixtures("demo")
class TestStaff:
    @pytest.mark.parametrize("member", STAFF, ids=lambda member: member.username)
    def test_everybody_signs_in_with_the_password_of_the_demo(self, member):
        assert authenticate(username=member.username, password="demo") == user(member.username)

    @pytest.mark.parametrize(
        ("name", "roles", "sites"),
        [
            ("manager", {"manager"}, ALL_SITES),
            ("director", {"medical_director", "practitioner"}, {"columbus"}),
            ("frontdesk", {"front_desk"}, ALL_SITES),
            ("derm", {"practitioner"}, {"columbus"}),
            ("derm-nj", {"practitioner"}, {"jersey-city"}),
            ("esth-ca", {"practitioner"}, {"san-diego"}),
        ],
    )
    def test_has_the_roles_of_the_contract(self, name, roles, sites):
        held = Membership.objects.filter(user__username=name)

        assert {(row.role, row.site.code) for row in held} == {(role, site) for role in roles for site in sites}

    def test_only_leaders_come_into_the_admin_and_nobody_is_superuser(self):
        assert set(User.objects.filter(is_staff=True).values_list("username", flat=True)) == {"manager", "director"}
        assert not User.objects.filter(is_superuser=True).exists()

    @pytest.mark.parametrize(
        ("scope", "names"),
        [
            ("lancet_extraction/epidermal@face", {"derm", "derm-2", "director", "derm-expiring", "pa", "np", "medesth"}),
            ("lancet_extraction/dermal@face", {"derm", "derm-2", "director", "derm-expiring", "pa", "np"}),
            ("lancet_extraction/epidermal@eyelid", {"derm", "derm-2", "director", "derm-expiring", "ophth"}),
            ("lancet_extraction/dermal@periocular", {"derm", "derm-2", "director", "derm-expiring", "pa"}),
            ("laser_resurfacing/ablative@face", {"derm", "derm-2", "director", "derm-expiring"}),
            (
                "comedone_extraction/stratum_corneum@face",
                {"derm", "derm-2", "director", "derm-expiring", "pa", "np", "medesth", "esth"},
            ),
            (
                "diagnose_lesion/none@face",
                {"derm", "derm-2", "director", "derm-expiring", "pa", "np", "pediatrician"},
            ),
        ],
    )
    def test_holds_what_papers_and_policy_give(self, scope, names):
        assert holders(scope) == names

    @pytest.mark.parametrize("name", ["optom", "derm-suspended"])
    def test_who_may_do_nothing_holds_nothing(self, name):
        assert not Privilege.objects.filter(practitioner=person(name), valid__contains=NOW).exists()

    def test_the_expiring_licence_ends_in_ten_days(self):
        ends = {row.valid.upper for row in Privilege.objects.filter(practitioner=person("derm-expiring"))}

        assert ends == {datetime.combine(TODAY + timedelta(days=11), time(), tzinfo=Site.objects.get(code="columbus").zone)}

    @pytest.mark.parametrize(("name", "site"), [("derm", "columbus"), ("optom", "columbus"), ("derm-ca", "san-diego")])
    def test_is_present_on_weekdays_from_nine_to_five(self, name, site):
        zone = Site.objects.get(code=site).zone
        shifts = Shift.objects.filter(practitioner=person(name)).order_by("during")
        hours = [(row.during.lower.astimezone(zone), row.during.upper.astimezone(zone)) for row in shifts]
        days = [TODAY + timedelta(days=number) for number in range(-14, 61)]

        assert [start.date() for start, _ in hours] == [day for day in days if day.weekday() < 5]
        assert {(start.time(), end.time()) for start, end in hours} == {(time(9), time(17))}
        assert set(shifts.values_list("site__code", flat=True)) == {site}

    def test_every_site_has_open_rooms_for_every_treatment(self):
        opened = set(Opening.objects.filter(during__contains=NOW).values_list("resource", flat=True))
        for treatment in Treatment.objects.all():
            rooms = Room.objects.filter(equipment__contains=treatment.equipment, id__in=opened)

            assert set(rooms.values_list("site__code", flat=True)) == ALL_SITES


@pytest.mark.django_db
class TestCases:
    def test_are_those_of_the_contract(self, demo):
        assert list(demo["cases"]) == list(CASES)
        assert {name for name, case in demo["cases"].items() if "order" in case} == {"cheek_ordered", "lid_ordered"}

    def test_are_registered_at_columbus_and_have_no_visit(self, demo):
        patients = [case["patient"] for case in demo["cases"].values()]

        assert {row.registered_site.code for row in Patient.objects.filter(id__in=patients)} == {"columbus"}
        assert not Appointment.objects.filter(patient__in=patients).exists()

    @pytest.mark.parametrize(
        ("name", "refused"),
        [
            ("cheek_confirmed", None),
            ("cheek_ordered", None),
            ("cheek_unconfirmed", "diagnosis_unconfirmed"),
            ("lid_confirmed", None),
            ("lid_ordered", None),
            ("periocular_unverified", None),
            ("periocular_verified", None),
            ("suspicious", "lesion_suspicious"),
            ("en_plaque", "en_plaque_review"),
            ("newborn", "neonatal_no_procedure"),
            ("child", "pediatrician_first"),
            ("pregnant", None),
            ("isotretinoin", None),
            ("comedone", "treatment_mismatch"),
        ],
    )
    def test_an_extraction_by_a_dermatologist_meets_the_gate_of_the_case(self, demo, name, refused):
        answer = judged(extraction(demo, name), "derm", "derm")

        assert [reason.code for reason in answer.reasons][:1] == ([refused] if refused else [])

    @pytest.mark.parametrize("name", ["pregnant", "isotretinoin"])
    def test_what_the_skin_does_not_bear_needs_an_override(self, demo, name):
        answer = judged(extraction(demo, name, "medium-peel"), "derm", "derm")

        assert codes(answer.reasons) == {"contraindicated"}
        assert {reason.severity for reason in answer.reasons} <= {"soft"} or name == "isotretinoin"

    @pytest.mark.parametrize(
        ("name", "performer", "code"),
        [
            ("cheek_confirmed", "esth", "piercing_not_permitted"),
            ("cheek_confirmed", "optom", "optometrist_excluded"),
            ("lid_confirmed", "pa", "eyelid_restricted"),
            ("periocular_unverified", "pa", "region_unverified"),
            ("periocular_verified", "np", "grant_missing"),
            ("cheek_confirmed", "derm-suspended", "licence_suspended"),
            ("cheek_confirmed", "derm-nj", "jurisdiction_mismatch"),
        ],
    )
    def test_is_refused_to_whom_it_should_be(self, demo, name, performer, code):
        assert code in codes(judged(extraction(demo, name), "derm", performer).reasons)

    @pytest.mark.parametrize(
        ("name", "performer"),
        [("cheek_confirmed", "pa"), ("cheek_confirmed", "medesth"), ("periocular_verified", "pa"), ("lid_confirmed", "ophth")],
    )
    def test_is_allowed_to_whom_it_should_be(self, demo, name, performer):
        assert judged(extraction(demo, name), "derm", performer).allowed

    @pytest.mark.parametrize(
        ("name", "refused"), [("cheek_confirmed", {"order_required"}), ("cheek_ordered", set()), ("lid_ordered", set())]
    )
    def test_the_desk_books_what_is_ordered(self, demo, name, refused):
        assert codes(judged(extraction(demo, name), "frontdesk", "derm").reasons) == refused

    def test_the_dermatologists_assessment_is_the_review_of_the_plaque(self, demo):
        _, lesion = the_case(demo, "en_plaque")
        found = Assessment.objects.get(lesions=lesion)

        sign_assessment(
            actor=user("derm"),
            lesions=[lesion.id],
            assessment=NewAssessment(diagnosis="milium", certainty="confirmed"),
            now=NOW,
        )

        assert (found.profession, found.cosigned_by) == ("physician_assistant", person("ophth"))
        assert judged(extraction(demo, "en_plaque"), "derm", "derm").allowed

    def test_lesions_called_confirmed_are_epidermal(self, demo):
        confirmed = Lesion.objects.filter(
            id__in=[case["lesion"] for case in demo["cases"].values()], diagnosis_certainty="confirmed"
        )

        assert set(confirmed.values_list("depth", flat=True)) == {"epidermal"}
        assert confirmed.count() == len(CASES) - 1


@pytest.mark.django_db
@pytest.mark.usefixtures("demo")
class TestDailyLife:
    def test_charts_have_every_type_region_and_certainty(self):
        assert set(Lesion.objects.values_list("region", flat=True)) == set(REGIONS)
        assert set(Lesion.objects.values_list("diagnosis_certainty", flat=True)) == {"none", "provisional", "confirmed"}
        assert set(Lesion.objects.values_list("milia_type__code", flat=True)) >= set(
            MiliaType.objects.values_list("code", flat=True)
        )
        assert Lesion.objects.filter(suspicious=True).count() > 1

    def test_the_flagged_case_is_referred(self, demo):
        _, lesion = the_case(demo, "suspicious")

        referral = lesion.referred.get().referral
        assert (lesion.status, referral.status, referral.to) == ("referred", "open", "dermatology")

    def test_every_confirmed_lesion_was_assessed_and_no_lesion_has_two_sides(self):
        assert not Lesion.objects.filter(diagnosis_certainty="confirmed", assessments=None).exists()
        assert not Lesion.objects.filter(laterality="").exclude(body_site__region="eyelid").exists()

    def test_some_orders_are_open_and_some_stand_in_visits(self):
        held = AppointmentItem.objects.filter(holds_order=True).exclude(order_item=None)

        assert TreatmentOrder.objects.filter(status="active").exclude(items__in=held.values("order_item")).count() > 10
        assert set(held.values_list("order_item__order__status", flat=True)) == {"used"}

    def test_nothing_stored_breaks_a_promise(self):
        assert integrity_findings(now=NOW) == []

    def test_what_is_over_has_ended_and_what_is_to_come_is_booked(self):
        states = Counter(
            (
                "over" if visit.end <= NOW else "running" if visit.start <= NOW else "to come",
                visit.status,
            )
            for visit in Appointment.objects.all()
        )

        assert {state for state in states if state[0] == "over"} == {
            ("over", "completed"),
            ("over", "cancelled"),
            ("over", "no_show"),
        }
        assert {state for state in states if state[0] == "running"} == {("running", "in_treatment")}
        assert {state for state in states if state[0] == "to come"} == {("to come", "booked"), ("to come", "cancelled")}

    def test_whoever_was_treated_had_agreed_to_each_kind_of_work(self):
        treated = AppointmentItem.objects.filter(appointment__status__in=["completed", "in_treatment"], act__in=HANDS_ON)
        agreed_to = {
            key: consents_in_force(patient=key[0], at=key[1])
            for key in set(treated.values_list("patient", "appointment__during__startswith"))
        }

        assert agreed_to
        assert all(
            act in agreed_to[patient, start]
            for patient, start, act in treated.values_list("patient", "appointment__during__startswith", "act")
        )

    def test_about_half_of_the_time_is_taken(self):
        visits = Appointment.objects.filter(practitioner=person("derm"))
        shifts = Shift.objects.filter(practitioner=person("derm"), during__endswith__lt=NOW + timedelta(days=14))
        booked = sum((visit.blocked.upper - visit.blocked.lower for visit in visits), timedelta())
        there = sum((shift.during.upper - shift.during.lower for shift in shifts), timedelta())

        assert 0.4 < booked / there < 0.6

    @pytest.mark.parametrize("name", ["pa", "np", "medesth"])
    def test_supervised_visits_are_to_come(self, name):
        coming = Appointment.objects.filter(practitioner=person(name), status="booked", supervisor=person("derm"))

        assert coming.exists()

    @pytest.mark.parametrize("name", ["derm", "derm-2", "pa", "np", "medesth"])
    def test_every_coming_day_has_a_free_start(self, demo, name):
        work = extraction(demo, "cheek_confirmed")
        starts = starts_of(work, name, limit=2_000)
        days = [TODAY + timedelta(days=number) for number in range(1, 60)]

        assert {start.astimezone(work.site.zone).date() for start in starts} >= {day for day in days if day.weekday() < 5}

    def test_only_reminders_wait(self):
        about_visits = Message.objects.exclude(appointment=None)

        assert set(about_visits.values_list("kind", "state")) == {("P02", "due"), ("P03", "due")}
        assert not Message.objects.filter(due_at__lte=NOW).exclude(state="withdrawn").exists()

    def test_what_was_done_is_followed_from_now_on(self):
        coming = Message.objects.filter(appointment=None, state="due", due_at__gt=NOW)

        assert set(coming.values_list("kind", flat=True)) >= {"P08", "P09", "P15", "P20"}

    def test_some_wait_for_an_earlier_time_and_may_have_it(self, demo):
        entries = list(with_wishes(WaitlistEntry.objects.all()))

        assert Counter(entry.site.code for entry in entries) == dict.fromkeys(ALL_SITES, 3)
        assert all(any(suitable_requests(entry=entry, first=NOW, last=NOW + timedelta(days=14), now=NOW)) for entry in entries)

    def test_many_people_come(self):
        coming = Appointment.objects.values("patient").annotate(visits=Count("id"))

        assert coming.count() > 100


@pytest.mark.django_db
@pytest.mark.usefixtures("demo")
class TestWhatWasDone:
    def test_is_logged_and_signed_as_the_rules_allow(self):
        assert set(Procedure.objects.values_list("status", flat=True)) == {"signed"}
        assert ProcedureOutcome.objects.filter(item__treatment__code="lancet-extraction").count() >= 20
        assert set(ProcedureOutcome.objects.values_list("result", flat=True)) == {"complete", "partial", "not_expressed"}

    def test_under_supervision_is_cosigned_once_and_waits_for_it_once(self):
        supervised = Procedure.objects.filter(supervisor=person("derm")).order_by("performed_at")

        assert [row.cosigned_by for row in supervised] == [person("derm"), None]
        assert Task.objects.get(kind="cosign_procedure", state="open").assignee == user("derm")

    def test_can_be_proven(self):
        row = Procedure.objects.get(cosigned_by=person("derm"))

        proof = client_of(user("director")).get(f"/api/v1/procedures/{row.pk}/proof/").json()

        assert proof["supervisor"]["username"] == "derm"
        assert all(proof[moment]["licence"] and proof[moment]["policy"] for moment in ("booking", "start", "signature"))

    def test_against_the_rules_is_an_incident_that_was_closed(self):
        incident = Incident.objects.get()

        assert (incident.status, incident.reviewed_by, incident.procedure) == ("closed", user("director"), None)
        assert incident.reported_by != incident.reviewed_by

    def test_came_back_once_and_came_from_a_peel_of_ours_once(self):
        cause = LesionCause.objects.get()

        assert Lesion.objects.get(status="recurred").recurrences.get().status == "watching"
        assert cause.procedure.items.get().treatment.code == "medium-peel"
        assert (cause.lesion.cause, cause.lesion.status) == ("resurfacing", "resolved")

    def test_is_seen_before_and_after(self):
        photos = Photo.objects.order_by("lesion", "taken_at").values_list("lesion", "consent__kind")

        assert {kind for _, kind in photos} == {"photos"}
        assert list(Counter(lesion for lesion, _ in photos).values()) == [2, 2]

    def test_follows_plans_whose_steps_name_what_carried_them_out(self):
        done = {step.kind: step for step in PlanStep.objects.filter(state="done")}

        assert set(TreatmentPlan.objects.values_list("status", flat=True)) == {"active"}
        assert done["extraction"].procedure.is_signed
        assert done["home_care"].home_care == HomeCarePlan.objects.get(status="active")


@pytest.mark.django_db
class TestCommand:
    def test_repeated_it_changes_nothing_and_says_the_same(self, demo, private, capsys):
        before = _histories()

        call_command("seed_demo", "--json", "--seed", "2", "--patients", "7")

        said = capsys.readouterr().out
        assert json.loads(said) == demo == json.loads((private / "demo.json").read_text())
        assert _histories() == before

    def test_prints_users_with_password_and_ids(self, demo):
        assert demo["users"]["derm"]["password"] == "demo"
        assert UUID(demo["users"]["derm"]["id"]) == user("derm").id
        assert UUID(demo["users"]["derm"]["practitioner"]) == person("derm").id
        assert demo["users"]["frontdesk"]["practitioner"] is None
        assert set(demo["sites"]) == ALL_SITES

    def test_without_json_it_names_the_users(self, demo, private, capsys):
        call_command("seed_demo")

        assert "frontdesk, derm, derm-2" in capsys.readouterr().out


def _histories() -> dict[str, int]:
    """How many rows every table of history has."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE '%%event' ORDER BY 1")
        tables = [row[0] for row in cursor.fetchall()]
        counts = {}
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            counts[table] = cursor.fetchone()[0]
    assert len(tables) > 20
    return counts
