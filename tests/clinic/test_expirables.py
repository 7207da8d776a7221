"""Papers that end: told to who answers for them in steps, settled when they are renewed, listed for managers."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
import time_machine

from clinic.base import uuid7
from clinic.models import ExpiryNotice, Licence, Membership, Practitioner, Task
from clinic.policies.expirables import Paper, due_step, said_of, state_of, unrenewed
from clinic.services.credentials.licences import LicenceCorrection, correct_licence, file_licence, verify_licence
from clinic.services.credentials.staff import deactivate_practitioner
from clinic.services.expirables import watch_expirables
from clinic.services.tasks import assign_task, finish_task, snooze_task
from tests.clinic.tokens import client_of
from tests.factories_clinic import (
    a_grant,
    a_licence,
    a_pending_licence,
    a_practitioner,
    a_site,
    a_training,
    a_user,
    an_agreement,
)
from tests.refusing import refused_as, sql

STEPS = (90, 60, 30, 7)
ENDS = date(2027, 6, 30)
MORNING = datetime(2027, 6, 1, 12, tzinfo=UTC)  # 29 days before, 08:00 in Columbus
URL = "/api/v1/expirables/"


def on(day: date, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def days_before(days: int, hour: int = 12) -> datetime:
    """So many days before the last valid day."""
    return on(ENDS - timedelta(days=days), hour)


def a_paper(**fields) -> Paper:
    defaults = {
        "id": uuid7(),
        "kind": "certification",
        "holder": HOLDER,
        "line": ("lancet",),
        "first": date(2026, 1, 1),
        "last": ENDS,
    }
    return Paper(**defaults | fields)


HOLDER = uuid7()


class TestStepsOfTelling:
    @pytest.mark.parametrize(
        ("left", "step"),
        [(91, None), (90, 90), (61, 90), (60, 60), (31, 60), (30, 30), (8, 30), (7, 7), (1, 7), (0, 7), (-1, None)],
    )
    def test_the_latest_that_was_reached_is_due(self, left, step):
        assert due_step(left, steps=STEPS) == step

    @pytest.mark.parametrize(("left", "state"), [(91, "valid"), (90, "ending"), (0, "ending"), (-1, "ended")])
    def test_it_ends_from_the_first_step_on(self, left, state):
        assert state_of(left, steps=STEPS) == state

    def test_without_steps_nothing_is_due(self):
        assert due_step(3, steps=()) is None


class TestWhatIsUnrenewed:
    def ends_beside(self, **other) -> bool:
        paper = a_paper()
        return paper in unrenewed([paper, a_paper(**other)])

    def test_one_that_begins_the_day_after_renews(self):
        assert not self.ends_beside(first=ENDS + timedelta(days=1), last=ENDS + timedelta(days=365))

    def test_one_that_begins_after_a_gap_does_not(self):
        assert self.ends_beside(first=ENDS + timedelta(days=2), last=ENDS + timedelta(days=365))

    def test_one_that_does_not_count_yet_does_not(self):
        assert self.ends_beside(last=ENDS + timedelta(days=365), counts=False)

    @pytest.mark.parametrize("other", [{"line": ("peel",)}, {"holder": uuid7()}, {"kind": "grant"}, {"supervisor": uuid7()}])
    def test_one_of_another_line_does_not(self, other):
        assert self.ends_beside(last=ENDS + timedelta(days=365), **other)

    def test_one_that_covers_less_does_not(self):
        face, both = frozenset({("s", "peel", "direct")}), frozenset({("s", "peel", "direct"), ("t", "peel", "direct")})
        wide, narrow = a_paper(covers=both), a_paper(covers=face, last=ENDS + timedelta(days=365))

        assert unrenewed([wide, narrow]) == [wide, narrow]

    def test_of_two_that_end_alike_one_is_told(self):
        assert len(unrenewed([a_paper(), a_paper()])) == 1

    def test_a_chain_ends_with_its_last(self):
        first = a_paper()
        second = a_paper(first=ENDS + timedelta(days=1), last=ENDS + timedelta(days=10))
        third = a_paper(first=ENDS + timedelta(days=11), last=ENDS + timedelta(days=20))

        assert unrenewed([first, second, third]) == [third]


class TestWhatIsSaid:
    @pytest.mark.parametrize(
        ("paper", "said"),
        [
            (
                {"kind": "licence", "line": ("medical_aesthetician", "US-OH", "")},
                "The medical aesthetician licence of Eva (US-OH) ends",
            ),
            ({}, "The lancet training of Eva ends"),
            ({"kind": "agreement", "line": ()}, "The supervision agreement of Eva with Dr. Roth ends"),
            (
                {"kind": "grant", "line": ("lancet_extraction/dermal@face", "x")},
                "The grant of lancet extraction/dermal@face to Eva ends",
            ),
        ],
    )
    def test_which_paper(self, paper, said):
        text = said_of(a_paper(**paper), holder="Eva", supervisor="Dr. Roth", left=30, visits=0)

        assert text == f"{said} with 2027-06-30, in 30 days. No visit is booked beyond it."

    @pytest.mark.parametrize(
        ("left", "visits", "said"),
        [(0, 1, "today. 1 visit is"), (1, 2, "in 1 day. 2 visits are"), (7, 0, "in 7 days. No visit is")],
    )
    def test_when_and_how_much(self, left, visits, said):
        assert said in said_of(a_paper(), holder="Eva", supervisor="", left=left, visits=visits)


@pytest.fixture
def staff(db) -> SimpleNamespace:
    """A manager, and an esthetician who signs in, whose licence ends at the end of June."""
    user = a_user("practitioner")
    person = a_practitioner(user=user, name="Eva")
    licence = a_licence(person, "esthetician", valid_through=ENDS)
    return SimpleNamespace(manager=a_user("manager"), user=user, person=person, licence=licence)


def told(kind: str = "renew_paper", **fields) -> list[Task]:
    return list(Task.objects.filter(kind=kind, **fields).order_by("id"))


def open_ones(kind: str = "renew_paper") -> list[Task]:
    return list(Task.objects.filter(kind=kind).exclude(state="done"))


class TestWatching:
    def test_tells_the_managers_and_the_holder(self, staff):
        watch_expirables(now=MORNING)

        [task], [own] = told(), told("renew_own_paper")
        assert (task.role, task.assignee, task.subject, task.state) == ("manager", None, staff.licence.pk, "open")
        assert (own.role, own.assignee, own.subject) == ("practitioner", staff.user, staff.licence.pk)
        assert task.detail == own.detail
        assert task.detail.startswith("The esthetician licence of Eva (US-OH) ends with 2027-06-30, in 29 days.")

    def test_says_nothing_before_the_first_step(self, staff):
        watch_expirables(now=days_before(91))

        assert not Task.objects.exists()

    def test_tells_each_step_once_however_often_it_looks(self, staff):
        for days in (95, 90, 89, 60, 31, 30, 8, 7, 6, 0, -1):
            for hour in (12, 18):
                watch_expirables(now=days_before(days, hour))

        assert [notice.step for notice in ExpiryNotice.objects.order_by("told_at")] == list(STEPS)
        assert len(told()) == len(told("renew_own_paper")) == 4

    def test_keeps_one_open_of_all_steps_with_whoever_had_taken_it(self, staff):
        watch_expirables(now=days_before(60))
        [first] = told()
        assign_task(actor=staff.manager, task=first.id, assignee=staff.manager)
        snooze_task(actor=staff.manager, task=first.id, until=days_before(20), now=days_before(60))

        watch_expirables(now=days_before(30))

        [second] = open_ones()
        first.refresh_from_db()
        assert (second.assignee, second.state, second.due_at) == (staff.manager, "open", days_before(30))
        assert (first.state, first.done_by) == ("done", None)

    def test_asks_again_at_the_next_step_what_somebody_called_done(self, staff):
        watch_expirables(now=days_before(60))
        finish_task(actor=staff.manager, task=told()[0].id, now=days_before(59))

        watch_expirables(now=days_before(58))
        assert not open_ones()
        watch_expirables(now=days_before(30))
        assert len(open_ones()) == 1

    def test_after_an_outage_tells_the_latest_step_alone(self, staff):
        watch_expirables(now=days_before(91))
        watch_expirables(now=days_before(25))

        assert [notice.step for notice in ExpiryNotice.objects.all()] == [30]
        assert len(told()) == 1

    def test_is_urgent_in_the_last_week(self, staff):
        watch_expirables(now=days_before(30))
        watch_expirables(now=days_before(7))

        assert [task.urgent for task in told()] == [False, True]

    def test_goes_on_asking_once_it_has_ended(self, staff):
        watch_expirables(now=days_before(7))
        watch_expirables(now=days_before(-3))

        assert len(open_ones()) == 1

    def test_tells_nobody_by_name_who_does_not_sign_in(self, staff):
        Practitioner.objects.filter(pk=staff.person.pk).update(user=None)
        a_licence(a_practitioner(user=a_user("practitioner")), valid_through=ENDS)

        watch_expirables(now=MORNING)

        assert {task.assignee for task in told("renew_own_paper")} != {None}
        assert len(told("renew_own_paper")) == 1

    def test_leaves_out_who_left(self, staff):
        Practitioner.objects.filter(pk=staff.person.pk).update(active=False)

        watch_expirables(now=MORNING)

        assert not Task.objects.exists()

    @pytest.mark.parametrize("status", ["revoked", "lapsed", "pending_verification"])
    def test_leaves_out_licences_that_are_not_in_force(self, staff, status):
        Licence.objects.filter(pk=staff.licence.pk).update(status=status, verified_at=None)

        watch_expirables(now=MORNING)

        assert not Task.objects.exists()

    def test_tells_of_trainings_grants_and_agreements(self, staff):
        doctor = a_practitioner(user=a_user("practitioner"), name="Dr. Roth")
        papers = {
            a_training(staff.person, valid_through=ENDS).pk,
            a_grant(staff.person, "lancet_extraction/dermal@face", valid_through=ENDS).pk,
            an_agreement(doctor, staff.person, valid_through=ENDS).pk,
            staff.licence.pk,
        }

        watch_expirables(now=MORNING)

        assert {task.subject for task in told()} == papers
        assert [task.assignee for task in told("renew_supervision")] == [doctor.user]

    def test_tells_each_site_whose_law_the_licence_is_of(self, staff):
        mansfield, newark = a_site("mansfield"), a_site("newark", jurisdiction="US-NJ")
        for site in (mansfield, newark):
            Membership.objects.create(user=staff.user, site=site, role="practitioner")

        watch_expirables(now=MORNING)

        assert {task.site.code for task in told()} == {"columbus", "mansfield"}
        assert len(told("renew_own_paper")) == 1


class TestMidnight:
    """The sixtieth day before the end begins at midnight of the site."""

    @pytest.mark.parametrize(
        ("zone", "ends", "midnight"),
        [
            # 60 days before lie on the other side of a change of the clock
            ("America/New_York", date(2027, 4, 30), datetime(2027, 3, 1, 5, tzinfo=UTC)),
            ("America/New_York", date(2027, 5, 13), datetime(2027, 3, 14, 5, tzinfo=UTC)),
            ("America/New_York", date(2027, 5, 14), datetime(2027, 3, 15, 4, tzinfo=UTC)),
            ("America/New_York", date(2028, 1, 6), datetime(2027, 11, 7, 4, tzinfo=UTC)),
            ("America/New_York", date(2028, 1, 7), datetime(2027, 11, 8, 5, tzinfo=UTC)),
            ("Pacific/Honolulu", date(2027, 5, 13), datetime(2027, 3, 14, 10, tzinfo=UTC)),
        ],
    )
    def test_is_that_of_the_site(self, db, zone, ends, midnight):
        site = a_site("elsewhere", time_zone=zone)
        person = a_practitioner(user=a_user("practitioner", site=site))
        a_licence(person, valid_through=ends)

        watch_expirables(now=midnight - timedelta(minutes=1))
        before = {notice.step for notice in ExpiryNotice.objects.all()}
        watch_expirables(now=midnight)

        assert (before, {notice.step for notice in ExpiryNotice.objects.all()}) == ({90}, {90, 60})

    def test_comes_later_further_west(self, staff):
        west = a_site("west", time_zone="Pacific/Honolulu")
        Membership.objects.create(user=staff.user, site=west, role="practitioner")
        midnight_in_columbus = datetime(2027, 5, 31, 4, tzinfo=UTC)

        watch_expirables(now=midnight_in_columbus)
        assert {notice.site.code: notice.step for notice in ExpiryNotice.objects.all()} == {"columbus": 30, "west": 60}
        watch_expirables(now=midnight_in_columbus + timedelta(hours=6))

        assert len(ExpiryNotice.objects.filter(step=30)) == 2


class TestRenewal:
    def renewed(self, staff, **fields) -> Licence:
        licence, _ = file_licence(
            actor=staff.manager,
            practitioner=staff.person,
            profession="esthetician",
            jurisdiction="US-OH",
            number="new",
            valid_from=fields.get("valid_from", ENDS + timedelta(days=1)),
            valid_through=ENDS + timedelta(days=730),
            now=MORNING,
        )
        return licence

    def test_settles_what_was_asked_once_it_is_verified(self, staff):
        watch_expirables(now=MORNING)

        licence = self.renewed(staff)
        assert len(open_ones()) == len(open_ones("renew_own_paper")) == 1
        verify_licence(actor=staff.manager, licence=licence, method="board site", now=MORNING)

        assert not open_ones()
        assert not open_ones("renew_own_paper")
        assert {task.done_by for task in told()} == {None}

    def test_after_a_gap_settles_nothing(self, staff):
        watch_expirables(now=MORNING)

        licence = self.renewed(staff, valid_from=ENDS + timedelta(days=3))
        verify_licence(actor=staff.manager, licence=licence, method="board site", now=MORNING)

        assert len(open_ones()) == 1

    def test_of_the_paper_itself_is_told_anew_from_the_first_step(self, staff):
        watch_expirables(now=days_before(60))
        Licence.objects.filter(pk=staff.licence.pk).update(valid_through=ENDS + timedelta(days=365))

        watch_expirables(now=days_before(59))
        assert not open_ones()
        watch_expirables(now=days_before(60) + timedelta(days=365))

        assert [(notice.step, notice.ends_on.year) for notice in ExpiryNotice.objects.order_by("told_at")] == [
            (60, 2027),
            (60, 2028),
        ]
        assert len(open_ones()) == 1

    def test_is_not_asked_of_what_was_revoked(self, staff):
        watch_expirables(now=MORNING)

        correct_licence(actor=staff.manager, licence=staff.licence, correction=LicenceCorrection(status="revoked"), now=MORNING)

        assert not open_ones()

    def test_is_not_asked_of_who_left(self, staff):
        watch_expirables(now=MORNING)

        deactivate_practitioner(actor=staff.manager, practitioner=staff.person, now=MORNING)

        assert not open_ones()


class TestPostgres:
    def test_tells_a_step_once(self, staff):
        watch_expirables(now=MORNING)
        again = (
            "INSERT INTO clinic_expirynotice (paper, kind, site_id, ends_on, step, told_at)"
            " SELECT paper, kind, site_id, ends_on, step, now() FROM clinic_expirynotice"
        )

        assert refused_as(lambda: sql(again)) == "expiry_step_is_told_once"

    @pytest.mark.parametrize(
        ("change", "constraint"),
        [("kind = 'pet'", "expiry_is_of_a_known_paper"), ("step = 0", "expiry_step_lies_ahead")],
    )
    def test_knows_papers_and_steps(self, staff, change, constraint):
        watch_expirables(now=MORNING)

        assert refused_as(lambda: sql(f"UPDATE clinic_expirynotice SET {change}")) == constraint


class TestOverHttp:
    def shown(self, user, **query) -> list[dict]:
        with time_machine.travel(MORNING, tick=False):
            response = client_of(user).get(URL, query)
        assert response.status_code == 200, response.json()
        return response.json()["results"]

    def test_lists_what_ends_with_what_is_left(self, staff):
        [shown] = self.shown(staff.manager)

        assert shown == {
            "id": str(staff.licence.pk),
            "kind": "licence",
            "practitioner": {"id": str(staff.person.pk), "name": "Eva", "username": staff.user.username},
            "of": ["esthetician", "US-OH"],
            "site": "columbus",
            "ends_on": "2027-06-30",
            "days_left": 29,
            "state": "ending",
            "visits_beyond": 0,
        }

    def test_looks_as_far_as_it_is_asked(self, staff):
        a_training(staff.person, valid_through=ENDS + timedelta(days=100))

        assert len(self.shown(staff.manager, within_days=10)) == 0
        assert [row["state"] for row in self.shown(staff.manager, within_days=200)] == ["ending", "valid"]

    def test_lists_what_ended_until_it_is_renewed(self, staff):
        a_training(staff.person, valid_through=date(2027, 5, 1))
        a_training(staff.person, kind="peel", valid_through=date(2026, 5, 1))

        rows = self.shown(staff.manager, within_days=0)

        assert [(row["kind"], row["days_left"], row["state"]) for row in rows] == [("certification", -31, "ended")]

    def test_keeps_to_the_sites_that_one_manages(self, staff):
        other = a_user("manager", site=a_site("jersey-city"))

        assert self.shown(other) == []
        assert self.shown(staff.manager, site="jersey-city") == []
        assert len(self.shown(a_user("medical_director", site=a_site("jersey-city")))) == 1

    @pytest.mark.parametrize("query", [{"within_days": "-1"}, {"within_days": "732"}, {"within_days": "x"}, {"limit": "3"}])
    def test_refuses_what_it_cannot_read(self, staff, query):
        assert client_of(staff.manager).get(URL, query).status_code == 400

    @pytest.mark.parametrize(
        ("role", "status"), [("front_desk", 403), ("practitioner", 403), ("manager", 200), ("medical_director", 200)]
    )
    def test_is_for_leaders(self, db, role, status):
        assert client_of(a_user(role)).get(URL).status_code == status

    def test_counts_pending_renewals_for_nothing(self, staff):
        a_pending_licence(staff.person, "esthetician", valid_through=ENDS + timedelta(days=365))

        assert len(self.shown(staff.manager)) == 1
