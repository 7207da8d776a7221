"""The pages for managers: who may come in, that services write, and that what is refused is a sentence."""

from datetime import date

import pytest
import time_machine
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.urls import reverse

from appointments.models import Appointment
from clinic.models import (
    Certification,
    Closure,
    Grant,
    Licence,
    Membership,
    PlannedShift,
    PolicyRow,
    Practitioner,
    Room,
    Shift,
    Site,
    StaffToken,
    SupervisionAgreement,
    Task,
    TimeOff,
    User,
    WeeklyRule,
)
from clinic.policies.proposals import CellProposal
from clinic.services.credentials.licences import suspend_licence
from clinic.services.policy import propose_cell, verify_policy_row
from clinic.services.tasks import open_task
from tests import clinic_world as world
from tests.clinic_world import NOW, after, book
from treatments.models import Treatment

pytestmark = pytest.mark.django_db
DAYS = {"valid_from": "2026-06-01", "valid_through": "2027-12-31"}
CELL = {"profession": "dermatologist", "act": "lancet_extraction", "depth": "epidermal", "region": "face"}
PEELS = "chemical_peel/superficial@face"


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def clinic():
    return world.a_small_clinic()


@pytest.fixture
def manager(clinic):
    return signed_in(world.a_user("manager", clinic.site, is_staff=True))


@pytest.fixture
def director(clinic):
    return signed_in(world.a_user("medical_director", clinic.site, is_staff=True))


@pytest.fixture
def superuser(clinic):
    return signed_in(world.a_user(None, is_staff=True, is_superuser=True))


@pytest.fixture
def visit(clinic):
    """Tomorrow at ten, with the dermatologist."""
    return book(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion)


def signed_in(user: User) -> Client:
    client = Client(raise_request_exception=True)
    client.force_login(user)
    return client


def sign_in(username, password):
    return Client().post(reverse("admin:login"), {"username": username, "password": password})


def url(model, page="changelist", *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def file(client, model, **values):
    return client.post(url(model, "add"), values, follow=True)


def correct(client, row, **values):
    return client.post(url(type(row), "change", row.pk), values, follow=True)


def step(client, row, name, **values):
    return client.post(url(type(row), "step", row.pk, name), values, follow=True)


def licence_of(person) -> Licence:
    return Licence.objects.get(practitioner=person)


def status_of(visit) -> str:
    return Appointment.objects.get(pk=visit.pk).status


class TestComingIn:
    @pytest.mark.parametrize(
        ("role", "is_staff", "status"),
        [
            ("front_desk", True, 302),
            ("practitioner", True, 302),
            (None, True, 302),
            ("manager", False, 302),
            ("manager", True, 200),
            ("medical_director", True, 200),
        ],
    )
    def test_takes_a_leading_role_and_is_staff(self, clinic, role, is_staff, status):
        client = signed_in(world.a_user(role, clinic.site, is_staff=is_staff))

        assert client.get(reverse("admin:index")).status_code == status

    def test_needs_more_than_the_permissions_of_django(self, clinic):
        client = signed_in(world.front_desk(clinic.site))
        User.objects.filter(memberships__role="front_desk").update(is_staff=True)

        assert client.get(url(Licence)).status_code == 302

    def test_begins_with_a_page_to_sign_in(self, db):
        answer = Client().get(reverse("admin:login"))

        assert (answer.status_code, "csrfmiddlewaretoken" in answer.content.decode()) == (200, True)

    def test_takes_a_password(self, clinic):
        user = world.a_user("manager", clinic.site, is_staff=True)
        user.set_password("right")
        user.save()

        answers = [sign_in(user.username, password).status_code for password in ("wrong", "right")]

        assert answers == [200, 302]

    def test_is_tried_ten_times_a_minute(self, db):
        tries = [sign_in("nobody", "wrong").content.decode() for _ in range(11)]

        assert ["Too many attempts" in page for page in tries] == [False] * 10 + [True]

    def test_gives_every_leader_every_list(self, manager, director, visit):
        pages = [url(model) for model in admin.site._registry if model._meta.app_label != "auth"]

        answers = {page: (manager.get(page).status_code, director.get(page).status_code) for page in pages}

        assert {page: answer for page, answer in answers.items() if answer != (200, 200)} == {}

    def test_gives_a_manager_every_form(self, manager):
        answers = {
            model: manager.get(url(model, "add")).status_code
            for model, page in admin.site._registry.items()
            if getattr(page, "filed", ())
        }

        assert len(answers) > 10
        assert set(answers.values()) == {200}

    @pytest.mark.parametrize("model", [Licence, Room, PolicyRow, TimeOff, Grant])
    def test_gives_a_director_no_form_of_a_manager(self, director, model):
        assert director.get(url(model, "add")).status_code == 403

    def test_hides_other_sites_from_a_manager(self, manager):
        other = world.open_site("newark", jurisdiction="US-NJ")

        assert manager.get(url(Room, "change", other.rooms.first().pk), follow=True).redirect_chain[0][0] == reverse(
            "admin:index"
        )


class TestNothingInBulk:
    def test_there_is_no_action_on_any_list(self, manager, rf):
        request = rf.get("/")
        request.user = User.objects.get(memberships__role="manager")

        assert {model for model, page in admin.site._registry.items() if page.get_actions(request)} == set()

    def test_a_posted_bulk_delete_does_nothing(self, manager, clinic):
        asked = {"action": "delete_selected", "_selected_action": [clinic.derm.pk], "post": "yes"}

        manager.post(url(Practitioner), asked)

        assert Practitioner.objects.filter(pk=clinic.derm.pk).exists()

    @pytest.mark.parametrize("who", ["manager", "director", "superuser"])
    def test_nobody_deletes_a_licence(self, request, clinic, who):
        client = request.getfixturevalue(who)

        assert client.post(url(Licence, "delete", licence_of(clinic.derm).pk), {"post": "yes"}).status_code == 403


class TestLicences:
    def test_filing_makes_one_that_waits_for_verification(self, manager, clinic):
        file(
            manager,
            Licence,
            practitioner=clinic.derm.pk,
            profession="dermatologist",
            jurisdiction="US-NJ",
            number="N-1",
            **DAYS,
        )

        assert Licence.objects.get(number="N-1").status == "pending_verification"

    def test_days_out_of_order_are_refused_on_the_form(self, manager, clinic):
        days = {"valid_from": "2027-01-01", "valid_through": "2026-01-01"}

        answer = file(
            manager,
            Licence,
            practitioner=clinic.derm.pk,
            profession="dermatologist",
            jurisdiction="US-NJ",
            number="N-1",
            **days,
        )

        assert answer.status_code == 200
        assert "lies before the first" in answer.content.decode()
        assert not Licence.objects.filter(number="N-1").exists()

    def test_correcting_more_than_was_verified_is_refused(self, manager, clinic):
        licence = licence_of(clinic.derm)

        answer = correct(manager, licence, number=licence.number, tier="", valid_from="2026-01-01", valid_through="2031-01-01")

        assert "more than what was verified" in answer.content.decode()

    def test_shortening_moves_the_visits_after_it(self, manager, clinic, visit):
        licence = licence_of(clinic.derm)

        answer = correct(manager, licence, number=licence.number, tier="", valid_from="2026-01-01", valid_through="2027-01-12")

        assert "1 visit needs another practitioner" in answer.content.decode()
        assert status_of(visit) == "needs_reassignment"

    def test_verifying_names_the_verifier(self, manager, clinic):
        pending = Licence.objects.create(
            practitioner=clinic.derm,
            profession="dermatologist",
            jurisdiction="US-NJ",
            number="N-2",
            valid_from=date(2026, 1, 1),
            valid_through=date(2028, 1, 1),
        )

        step(manager, pending, "verify", method="board site")

        pending.refresh_from_db()
        assert (pending.status, pending.verified_by.memberships.get().role) == ("active", "manager")

    def test_suspending_moves_the_visits_that_lean_on_it(self, manager, clinic, visit):
        answer = step(manager, licence_of(clinic.derm), "suspend", reason="Board order", clock=clinic.site.pk)

        assert "1 visit needs another practitioner" in answer.content.decode()
        assert (licence_of(clinic.derm).status, status_of(visit)) == ("suspended", "needs_reassignment")

    def test_suspending_reads_times_on_the_clock_of_the_site(self, manager, clinic):
        times = {"from_at": "2027-02-01T08:00", "until": "2027-02-03T08:00"}

        step(manager, licence_of(clinic.derm), "suspend", reason="Board order", clock=clinic.site.pk, **times)

        assert licence_of(clinic.derm).suspended_from.isoformat() == "2027-02-01T13:00:00+00:00"

    def test_reinstating_ends_the_suspension(self, manager, clinic):
        suspend_licence(actor=None, licence=licence_of(clinic.derm), reason="Board order", now=NOW)

        step(manager, licence_of(clinic.derm), "reinstate")

        assert licence_of(clinic.derm).status == "active"

    def test_reinstating_one_in_force_is_refused_on_the_form(self, manager, clinic):
        answer = step(manager, licence_of(clinic.derm), "reinstate")

        assert "cannot be reinstated" in answer.content.decode()

    def test_a_director_suspends_nothing(self, director, clinic):
        answer = director.post(url(Licence, "step", licence_of(clinic.derm).pk, "suspend"), {"reason": "x"})

        assert (answer.status_code, licence_of(clinic.derm).status) == (403, "active")

    def test_history_says_who_did_what_and_why(self, manager, clinic):
        step(manager, licence_of(clinic.derm), "suspend", reason="Board order", clock=clinic.site.pk)

        page = manager.get(url(Licence, "history", licence_of(clinic.derm).pk)).content.decode()

        assert "licence_suspended" in page
        assert User.objects.get(memberships__role="manager").username in page


class TestOtherPapers:
    def test_a_training_is_filed_and_ended(self, manager, clinic):
        held = Certification.objects.filter(practitioner=clinic.derm, kind="peel", valid_from=date(2026, 6, 1))

        file(manager, Certification, practitioner=clinic.derm.pk, kind="peel", **DAYS)
        step(manager, held.get(), "end")

        assert held.get().valid_through == date(2027, 1, 11)

    def test_an_agreement_under_no_physician_is_refused(self, manager, clinic):
        assistant = world.hire("physician_assistant", site=clinic.site)

        answer = file(
            manager,
            SupervisionAgreement,
            supervisor=assistant.pk,
            supervisee=clinic.derm.pk,
            sites=[clinic.site.pk],
            acts=["lancet_extraction"],
            level="direct",
            **DAYS,
        )

        assert "supervises" in answer.content.decode()
        assert not SupervisionAgreement.objects.exists()

    def test_an_agreement_under_a_physician_is_filed_with_its_sites(self, manager, clinic):
        assistant = world.hire("physician_assistant", site=clinic.site)

        file(
            manager,
            SupervisionAgreement,
            supervisor=clinic.derm.pk,
            supervisee=assistant.pk,
            sites=[clinic.site.pk],
            acts=["lancet_extraction", "chemical_peel"],
            level="direct",
            **DAYS,
        )

        agreement = SupervisionAgreement.objects.get()
        assert (list(agreement.sites.all()), agreement.acts) == ([clinic.site], ["lancet_extraction", "chemical_peel"])

    def test_a_grant_that_the_policy_does_not_need_is_refused(self, manager, clinic):
        answer = file(manager, Grant, practitioner=clinic.derm.pk, site=clinic.site.pk, scope=PEELS, **DAYS)

        assert "without a grant" in answer.content.decode()


class TestPresence:
    def test_time_off_moves_the_visits_in_it(self, manager, clinic, visit):
        answer = file(
            manager,
            TimeOff,
            practitioner=clinic.derm.pk,
            starts="2027-01-13T08:00",
            ends="2027-01-13T18:00",
            clock=clinic.site.pk,
            reason="Ill",
        )

        assert "1 visit needs another practitioner" in answer.content.decode()
        assert TimeOff.objects.get().during.lower.isoformat() == "2027-01-13T13:00:00+00:00"

    def test_time_that_the_clock_skips_is_refused_on_its_field(self, manager, clinic):
        answer = file(
            manager,
            TimeOff,
            practitioner=clinic.derm.pk,
            starts="2027-03-14T02:30",
            ends="2027-03-14T18:00",
            clock=clinic.site.pk,
        )

        assert not TimeOff.objects.exists()
        assert answer.context["adminform"].errors.keys() == {"starts"}

    def test_time_off_can_be_cancelled(self, manager, clinic):
        times = {"starts": "2027-01-13T08:00", "ends": "2027-01-13T18:00", "clock": clinic.site.pk}
        file(manager, TimeOff, practitioner=clinic.derm.pk, **times)

        answer = step(manager, TimeOff.objects.get(), "cancel")

        assert (answer.status_code, TimeOff.objects.count()) == (200, 0)

    def test_a_closure_of_the_site_moves_its_visits_and_can_be_ended(self, manager, clinic, visit):
        file(manager, Closure, site=clinic.site.pk, starts="2027-01-13T06:00", ends="2027-01-14T06:00", reason="Flood")
        moved = status_of(visit)

        step(manager, Closure.objects.get(), "reopen")

        assert (moved, Closure.objects.count()) == ("needs_reassignment", 0)

    def test_a_period_that_ends_before_it_begins_is_refused(self, manager, clinic):
        file(manager, Closure, site=clinic.site.pk, starts="2027-01-14T06:00", ends="2027-01-13T06:00")

        assert not Closure.objects.exists()

    def test_a_shift_is_filed_on_the_clock_of_its_site_and_withdrawn(self, manager, clinic):
        who = world.hire("dermatologist", site=clinic.site, shift=None)
        file(
            manager, PlannedShift, practitioner=who.pk, site=clinic.site.pk, starts="2027-01-14T09:00", ends="2027-01-14T17:00"
        )
        there = list(Shift.objects.filter(practitioner=who).values_list("during", flat=True))

        step(manager, PlannedShift.objects.get(practitioner=who), "withdraw")

        assert [during.lower.hour for during in there] == [14]
        assert not Shift.objects.filter(practitioner=who).exists()

    def test_a_shift_at_another_site_at_the_same_time_is_refused(self, manager, clinic):
        other = world.open_site("newark", jurisdiction="US-NJ")
        Membership.objects.create(user=User.objects.get(memberships__role="manager"), site=other, role="manager")

        answer = file(
            manager,
            PlannedShift,
            practitioner=clinic.derm.pk,
            site=other.pk,
            starts="2027-01-14T09:00",
            ends="2027-01-14T17:00",
        )

        assert "another site" in answer.content.decode()

    def test_a_weekly_rule_makes_shifts_and_taking_it_away_removes_them(self, manager, clinic):
        who = world.hire("dermatologist", site=clinic.site, shift=None)
        rule = {"site": clinic.site.pk, "weekday": 3, "starts": "09:00", "ends": "17:00", "valid_from": "2027-01-01"}
        file(manager, WeeklyRule, practitioner=who.pk, **rule)
        there = Shift.objects.filter(practitioner=who).count()

        step(manager, WeeklyRule.objects.get(practitioner=who), "withdraw")

        assert there > 20
        assert not Shift.objects.filter(practitioner=who).exists()

    def test_a_weekly_rule_ends_with_a_last_day(self, manager, clinic):
        who = world.hire("dermatologist", site=clinic.site, shift=None)
        rule = {"site": clinic.site.pk, "weekday": 3, "starts": "09:00", "ends": "17:00", "valid_from": "2027-01-01"}
        file(manager, WeeklyRule, practitioner=who.pk, **rule)

        correct(manager, WeeklyRule.objects.get(practitioner=who), valid_through="2027-01-20")

        assert Shift.objects.filter(practitioner=who).count() == 1

    def test_a_weekly_rule_of_nobody_is_refused(self, manager, clinic):
        rule = {"site": clinic.site.pk, "weekday": 3, "starts": "09:00", "ends": "17:00", "valid_from": "2027-01-01"}

        answer = file(manager, WeeklyRule, **rule)

        assert "one practitioner, one room or one device" in answer.content.decode()


class TestPlaces:
    def test_opening_a_site_makes_its_opener_the_manager(self, manager):
        file(manager, Site, code="newark", name="Newark", time_zone="America/New_York", jurisdiction="US-NJ", grid_minutes=15)

        assert Membership.objects.filter(site__code="newark", role="manager").count() == 1

    @pytest.mark.parametrize(("field", "word"), [("time_zone", "Mars/Olympus"), ("jurisdiction", "Ohio"), ("grid_minutes", 7)])
    def test_a_site_somewhere_unknown_is_refused(self, manager, field, word):
        site = {"code": "n", "name": "N", "time_zone": "America/New_York", "jurisdiction": "US-NJ", "grid_minutes": 15}

        answer = file(manager, Site, **site | {field: word})

        assert answer.context["adminform"].errors.keys() == {"__all__"}
        assert not Site.objects.filter(code="n").exists()

    def test_closing_a_site_for_good_moves_its_visits(self, manager, clinic, visit):
        correct(manager, clinic.site, name="Columbus", phone="", address="", grid_minutes=15)

        assert (Site.objects.get().active, status_of(visit)) == (False, "needs_reassignment")

    def test_taking_a_room_out_of_use_moves_its_visits(self, manager, visit):
        correct(manager, visit.room, name="Old room", equipment="")

        assert status_of(visit) == "needs_reassignment"

    def test_what_the_database_refuses_is_a_sentence(self, manager, clinic):
        answer = file(manager, Room, site=clinic.site.pk, name="Room 1", equipment="")

        assert answer.status_code == 200
        assert "has a room of this name already" in answer.content.decode()

    def test_a_constraint_without_a_sentence_of_its_own_is_named(self, manager, clinic):
        connection.check_constraints()
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE clinic_room ADD CONSTRAINT room_is_not_blue CHECK (name <> 'Blue')")

        answer = file(manager, Room, site=clinic.site.pk, name="Blue", equipment="")

        assert "room is not blue" in answer.content.decode()
        assert not Room.objects.filter(name="Blue").exists()


class TestPeople:
    def test_hiring_gives_seats_for_supervisees(self, manager):
        file(manager, Practitioner, name="Dr. New", max_supervisees=2)

        assert Practitioner.objects.get(name="Dr. New").seats.count() == 2

    def test_deactivating_moves_the_visits(self, manager, clinic, visit):
        step(manager, clinic.derm, "deactivate")

        assert status_of(visit) == "needs_reassignment"

    def test_a_practitioner_keeps_the_user_they_signed_with(self, manager, clinic):
        other = world.a_user(None)

        answer = correct(manager, clinic.derm, name="Dr. X", user=other.pk, max_supervisees=3)

        assert "stands under their user" in answer.content.decode()

    def test_nobody_gives_a_role_to_themselves(self, manager, clinic):
        me = User.objects.get(memberships__role="manager")

        answer = file(manager, Membership, user=me.pk, site=clinic.site.pk, role="medical_director")

        assert "their own roles" in answer.content.decode()

    def test_a_manager_makes_no_director(self, manager, clinic):
        answer = file(manager, Membership, user=clinic.desk.pk, site=clinic.site.pk, role="medical_director")

        assert "Only a medical director" in answer.content.decode()

    def test_a_role_is_given_and_taken(self, manager, clinic):
        file(manager, Membership, user=clinic.desk.pk, site=clinic.site.pk, role="manager")
        held = Membership.objects.get(user=clinic.desk, role="manager")

        step(manager, held, "take")

        assert not Membership.objects.filter(pk=held.pk).exists()

    def test_a_new_user_is_never_a_superuser(self, manager):
        word = "a-long-enough-secret-7"

        file(manager, User, username="new", password1=word, password2=word, is_superuser="on")

        new = User.objects.get(username="new")
        assert (new.check_password(word), new.is_superuser, new.is_staff) == (True, False, False)

    def test_who_may_no_longer_sign_in_is_signed_out(self, manager, clinic):
        StaffToken.objects.create(user=clinic.desk, digest=b"x", created_at=NOW, last_used_at=NOW, expires_at=after())

        correct(manager, clinic.desk, first_name="", last_name="", email="")

        assert (User.objects.get(pk=clinic.desk.pk).is_active, StaffToken.objects.count()) == (False, 0)


class TestSuperusers:
    def test_open_the_first_site_and_then_manage_it(self, superuser):
        site = {"code": "n", "name": "N", "time_zone": "America/New_York", "jurisdiction": "US-NJ", "grid_minutes": 15}

        before = superuser.get(url(Licence)).status_code
        file(superuser, Site, **site)

        assert (before, superuser.get(url(Licence)).status_code) == (403, 200)

    def test_make_the_first_director(self, superuser, clinic):
        file(superuser, Membership, user=clinic.derm.user.pk, site=clinic.site.pk, role="medical_director")

        assert Membership.objects.filter(user=clinic.derm.user, role="medical_director").exists()

    def test_have_no_way_around_the_services(self, superuser, clinic):
        answer = superuser.post(url(Licence, "step", licence_of(clinic.derm).pk, "suspend"), {"reason": "x"})

        assert (answer.status_code, licence_of(clinic.derm).status) == (403, "active")


class TestPolicy:
    @pytest.fixture
    def proposed(self, clinic):
        proposal = CellProposal(**CELL, effect="refuse", citation="A new rule")
        return propose_cell(actor=world.a_manager(clinic.site), proposal=proposal)

    def test_a_cell_is_proposed(self, manager):
        file(manager, PolicyRow, kind="cell", effect="refuse", citation="A new rule", **CELL)

        assert PolicyRow.objects.get(citation="A new rule").valid is None

    def test_a_cell_that_no_policy_allows_is_refused(self, manager):
        cell = {"profession": "optometrist", "act": "lancet_extraction", "depth": "epidermal", "region": "face"}

        answer = file(manager, PolicyRow, kind="cell", effect="allow", citation="A new rule", **cell)

        assert "Optometrists" in answer.content.decode()

    def test_a_manager_verifies_but_does_not_approve(self, manager, proposed):
        step(manager, proposed, "verify")
        answer = manager.post(url(PolicyRow, "step", proposed.pk, "approve"))

        proposed.refresh_from_db()
        assert (proposed.verified_at is not None, answer.status_code, proposed.approved_at) == (True, 403, None)

    def test_the_director_approves_what_another_verified_and_visits_move(self, director, clinic, proposed, visit):
        verify_policy_row(actor=world.a_manager(clinic.site), row=proposed, now=NOW)

        answer = step(director, proposed, "approve")

        assert "1 visit needs another practitioner" in answer.content.decode()
        assert status_of(visit) == "needs_reassignment"

    def test_nobody_approves_what_they_verified(self, clinic, proposed):
        both = world.a_user("medical_director", clinic.site, is_staff=True)
        Membership.objects.create(user=both, site=clinic.site, role="manager")
        client = signed_in(both)

        step(client, proposed, "verify")
        answer = step(client, proposed, "approve")

        assert "another person" in answer.content.decode()
        assert PolicyRow.objects.get(pk=proposed.pk).approved_at is None


class TestCatalogueAndTasks:
    def test_a_price_is_changed(self, manager, clinic):
        lancet = Treatment.objects.get(code="lancet-extraction")

        correct(manager, lancet, **treatment_form(lancet, clinic.site) | {"price": "145.00"})

        lancet.refresh_from_db()
        assert (str(lancet.price), list(lancet.sites.all())) == ("145.00", [clinic.site])

    def test_a_price_for_the_free_consultation_is_refused_by_the_database_in_words(self, manager, clinic):
        free = Treatment.objects.get(code="free-consultation")

        answer = correct(manager, free, **treatment_form(free, clinic.site) | {"price": "10.00"})

        assert "has no price" in answer.content.decode()

    def test_a_task_is_done_by_who_says_so(self, manager, clinic):
        task = open_task(kind="call", subject=clinic.patient.pk, site=clinic.site, role="manager", due_at=NOW)

        step(manager, task, "done")

        assert Task.objects.get(pk=task.pk).done_by.memberships.get().role == "manager"


def treatment_form(treatment, site):
    names = ("name", "minutes", "buffer_before", "buffer_after", "price", "downtime_days")
    return {name: getattr(treatment, name) for name in names} | {"sites": [site.pk], "active": "on"}
