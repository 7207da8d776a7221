"""One list of tasks for each role and person: who sees what, what is pressing, and what happened to each."""

from datetime import timedelta

import pytest
import time_machine

from clinic.base import uuid7
from clinic.errors import Conflict
from clinic.models import Task
from clinic.policies.task_course import Standing, step_between
from clinic.selectors.tasks import narrowed, steps_of, tasks_visible_to
from clinic.services.tasks import assign_task, finish_task, open_task, reopen_task, snooze_task, wake_tasks
from tests.clinic.tokens import client_of
from tests.factories_clinic import NOW, a_site, a_user
from tests.refusing import refused_as, sql

pytestmark = pytest.mark.django_db
URL = "/api/v1/tasks/"
HOUR = timedelta(hours=1)


def a_task(**fields) -> Task:
    defaults = {"kind": "rebook", "subject": uuid7(), "site": a_site(), "role": "front_desk", "due_at": NOW}
    return open_task(**defaults | fields)


def listed(user, **query) -> list[str]:
    with time_machine.travel(NOW, tick=False):
        response = client_of(user).get(URL, query)
    assert response.status_code == 200, response.json()
    return [shown["id"] for shown in response.json()["results"]]


def ids(*tasks: Task) -> list[str]:
    return [str(task.id) for task in tasks]


class TestWhoSees:
    @pytest.mark.parametrize(
        ("role", "seen"),
        [
            ("front_desk", {"front_desk"}),
            ("practitioner", {"practitioner"}),
            ("manager", {"front_desk", "practitioner", "manager", "medical_director"}),
            ("medical_director", {"front_desk", "practitioner", "manager", "medical_director"}),
        ],
    )
    def test_a_role_its_own_and_leaders_all(self, role, seen):
        for other in ("front_desk", "practitioner", "manager", "medical_director"):
            a_task(role=other)

        assert {task.role for task in tasks_visible_to(a_user(role))} == seen

    def test_whoever_it_was_given_to(self):
        clerk, task = a_user("front_desk"), a_task(role="manager")

        assign_task(actor=a_user("manager"), task=task.id, assignee=clerk)

        assert list(tasks_visible_to(clerk)) == [task]

    def test_nobody_of_another_site(self):
        a_task(site=a_site("jersey-city"))

        assert not tasks_visible_to(a_user("manager"))

    @pytest.mark.parametrize("step", ["done", "assign", "snooze", "reopen"])
    def test_what_is_not_seen_cannot_be_touched(self, step):
        task, client = a_task(role="manager"), client_of(a_user("front_desk"))
        body = {"until": "2150-01-01T09:00:00-05:00"} if step == "snooze" else {}

        response = client.post(f"{URL}{task.id}/{step}/", body)

        task.refresh_from_db()
        assert (response.status_code, task.state, task.assignee) == (404, "open", None)

    def test_its_history_no_more_than_itself(self):
        response = client_of(a_user("front_desk")).get(f"{URL}{a_task(role='manager').id}/history/")

        assert response.status_code == 404


class TestWhatIsPressing:
    def test_urgent_ones_come_first_then_by_when_they_are_due(self):
        later, sooner = a_task(due_at=NOW + HOUR), a_task(due_at=NOW)
        urgent_later, urgent = a_task(due_at=NOW + 2 * HOUR, urgent=True), a_task(due_at=NOW + HOUR, urgent=True)

        assert listed(a_user("front_desk")) == ids(urgent, urgent_later, sooner, later)

    def test_pages_keep_that_order(self):
        tasks = [a_task(urgent=True), *(a_task(due_at=NOW + number * HOUR) for number in range(4))]
        client = client_of(a_user("front_desk"))

        first = client.get(URL, {"limit": 2}).json()
        second = client.get(first["next"]).json()
        third = client.get(second["next"]).json()

        shown = [row["id"] for page in (first, second, third) for row in page["results"]]
        assert shown == ids(*tasks)

    def test_says_which_are_urgent(self):
        a_task(urgent=True)

        [shown] = client_of(a_user("front_desk")).get(URL).json()["results"]

        assert shown["urgent"] is True


class TestNarrowing:
    def test_to_mine_takes_what_was_given_to_me_and_what_waits_for_my_role(self):
        clerk, colleague = a_user("front_desk"), a_user("front_desk")
        given, free, taken = a_task(assignee=clerk), a_task(), a_task(assignee=colleague)

        assert set(listed(clerk, mine="true")) == set(ids(given, free))
        assert listed(clerk, mine="false") == ids(taken)

    def test_to_a_person_by_username_or_id_or_to_nobody(self):
        manager, clerk = a_user("manager"), a_user("front_desk")
        given, free = a_task(assignee=clerk), a_task()

        assert listed(manager, assignee=clerk.username) == listed(manager, assignee=str(clerk.id)) == ids(given)
        assert listed(manager, assignee="none") == ids(free)

    def test_to_what_is_overdue_leaves_out_what_was_put_off(self):
        clerk, late, asleep = a_user("front_desk"), a_task(due_at=NOW - HOUR), a_task(due_at=NOW - HOUR)
        snooze_task(actor=clerk, task=asleep.id, until=NOW + HOUR, now=NOW)
        on_time = a_task()

        assert listed(clerk, overdue="true") == ids(late)
        assert set(listed(clerk, overdue="false")) == set(ids(asleep, on_time))

    def test_to_a_kind_and_a_moment(self):
        clerk, first = a_user("front_desk"), a_task(kind="call")
        a_task(kind="call", due_at=NOW + 2 * HOUR)
        a_task()

        assert listed(clerk, kind="call", due_before=(NOW + HOUR).isoformat()) == ids(first)

    @pytest.mark.parametrize("query", [{"mine": "yes"}, {"overdue": "1"}, {"due_before": "tomorrow"}, {"urgent": "true"}])
    def test_refuses_what_it_cannot_read(self, query):
        assert client_of(a_user("front_desk")).get(URL, query).status_code == 400

    def test_all_at_once(self):
        clerk = a_user("front_desk")
        task = a_task(due_at=NOW - HOUR, assignee=clerk)

        found = narrowed(
            tasks_visible_to(clerk), user=clerk, now=NOW, mine=True, overdue=True, assignee=clerk.username, due_before=NOW
        )

        assert list(found) == [task]


class TestReopening:
    def test_has_it_wait_for_whom_it_waited_before(self):
        clerk = a_user("front_desk")
        task = a_task(assignee=clerk)
        finish_task(actor=clerk, task=task.id, now=NOW)

        again = reopen_task(actor=a_user("manager"), task=task.id, note="She never called back.")

        assert (again.state, again.assignee, again.done_by, again.done_at) == ("open", clerk, None, None)
        assert again.note == "She never called back."

    def test_is_refused_while_it_is_open(self):
        with pytest.raises(Conflict) as refused:
            reopen_task(actor=a_user("front_desk"), task=a_task().id)

        assert refused.value.code == "illegal_transition"

    def test_is_refused_while_the_same_is_asked_anew(self):
        clerk, task = a_user("front_desk"), a_task()
        finish_task(actor=clerk, task=task.id, now=NOW)
        a_task(subject=task.subject)

        with pytest.raises(Conflict):
            reopen_task(actor=clerk, task=task.id)

    def test_over_http(self):
        clerk, task = a_user("front_desk"), a_task()
        client = client_of(clerk)
        client.post(f"{URL}{task.id}/done/", {"note": "Called."})

        response = client.post(f"{URL}{task.id}/reopen/", {"note": "It was the wrong number."})

        assert (response.status_code, response.json()["state"], response.json()["done_at"]) == (200, "open", None)


class TestHistory:
    def test_tells_every_step_with_who_did_it(self):
        clerk, boss = a_user("front_desk"), a_user("manager")
        task = a_task()
        assign_task(actor=boss, task=task.id, assignee=clerk)
        snooze_task(actor=clerk, task=task.id, until=NOW + HOUR, now=NOW, note="No answer.")
        wake_tasks(now=NOW + HOUR)
        finish_task(actor=clerk, task=task.id, now=NOW + HOUR, note="Reached her.")
        reopen_task(actor=boss, task=task.id)

        steps = [(one.step, one.by, one.standing.note) for one in steps_of(task)]

        assert steps == [
            ("opened", None, ""),
            ("assigned", boss.id, ""),
            ("snoozed", clerk.id, "No answer."),
            ("woken", None, "No answer."),
            ("finished", clerk.id, "Reached her."),
            ("reopened", boss.id, ""),
        ]

    def test_is_shown_over_http(self):
        clerk, task = a_user("front_desk"), a_task()
        client = client_of(clerk)
        client.post(f"{URL}{task.id}/assign/")

        results = client.get(f"{URL}{task.id}/history/").json()["results"]

        assert [(shown["step"], shown["by"], shown["assignee"]) for shown in results] == [
            ("opened", None, None),
            ("assigned", str(clerk.id), str(clerk.id)),
        ]

    @pytest.mark.parametrize(
        ("before", "after", "step"),
        [
            (None, "open", "opened"),
            ("open", "done", "finished"),
            ("snoozed", "done", "finished"),
            ("done", "open", "reopened"),
            ("open", "snoozed", "snoozed"),
            ("snoozed", "open", "woken"),
            ("open", "open", "changed"),
        ],
    )
    def test_names_each_step(self, before, after, step):
        def standing(state):
            return Standing(state=state, assignee=None, until=None, note="")

        assert step_between(before and standing(before), standing(after)) == step

    def test_a_longer_rest_is_a_step_of_its_own(self):
        first, second = (Standing(state="snoozed", assignee=None, until=NOW + number * HOUR, note="") for number in (1, 2))

        assert step_between(first, second) == "snoozed"


class TestSummary:
    def test_counts_for_each_role_and_person(self):
        manager, clerk = a_user("manager"), a_user("front_desk")
        a_task(due_at=NOW - HOUR, assignee=clerk)
        a_task(urgent=True, due_at=NOW + HOUR)
        snooze_task(actor=manager, task=a_task(role="manager").id, until=NOW + HOUR, now=NOW)
        finish_task(actor=clerk, task=a_task().id, now=NOW)

        with time_machine.travel(NOW, tick=False):
            shown = client_of(manager).get(f"{URL}summary/").json()

        assert shown == {
            "roles": [
                {"site": "columbus", "role": "front_desk", "open": 2, "overdue": 1, "urgent": 1, "snoozed": 0},
                {"site": "columbus", "role": "manager", "open": 0, "overdue": 0, "urgent": 0, "snoozed": 1},
            ],
            "people": [
                {
                    "assignee": str(clerk.id),
                    "username": clerk.username,
                    "open": 1,
                    "overdue": 1,
                    "urgent": 0,
                    "snoozed": 0,
                },
                {"assignee": None, "username": None, "open": 1, "overdue": 0, "urgent": 1, "snoozed": 1},
            ],
        }

    def test_counts_only_what_one_sees(self):
        a_task(role="manager")

        shown = client_of(a_user("front_desk")).get(f"{URL}summary/").json()

        assert shown == {"roles": [], "people": []}


class TestPostgres:
    @pytest.mark.parametrize(
        ("change", "constraint"),
        [
            ("state = 'done'", "task_is_done_at_a_moment"),
            ("done_at = now()", "task_is_done_at_a_moment"),
            ("done_by_id = (SELECT id FROM clinic_user LIMIT 1)", "task_is_done_at_a_moment"),
            ("state = 'snoozed'", "task_is_snoozed_until_a_moment"),
            ("snoozed_until = now()", "task_is_snoozed_until_a_moment"),
            ("state = 'done', done_at = now(), snoozed_until = now()", "task_is_snoozed_until_a_moment"),
        ],
    )
    def test_refuses_half_a_step(self, change, constraint):
        task = a_task()
        a_user()

        assert refused_as(lambda: sql(f"UPDATE clinic_task SET {change} WHERE id = %s", task.id)) == constraint

    def test_takes_what_settled_itself(self):
        assert sql("UPDATE clinic_task SET state = 'done', done_at = now() WHERE id = %s", a_task().id) == 1

    def test_refuses_two_that_say_the_same(self):
        task = a_task()
        again = (
            "INSERT INTO clinic_task (kind, subject, site_id, role, detail, due_at, state)"
            " VALUES (%s, %s, %s, %s, '', now(), 'open')"
        )

        assert refused_as(lambda: sql(again, task.kind, task.subject, task.site_id, task.role)) == "task_is_open_once"
