"""Tasks: opened once, given, put off, done; and who sees them."""

from datetime import timedelta

import pytest

from clinic.base import uuid7
from clinic.errors import Conflict, NotFound, RuleBroken
from clinic.models import Task
from clinic.selectors.tasks import task_visible_to, tasks_visible_to
from clinic.services.tasks import assign_task, finish_task, finish_tasks_about, open_task, snooze_task, wake_tasks
from tests.clinic.tokens import client_of
from tests.factories_clinic import NOW, a_site, a_user

pytestmark = pytest.mark.django_db
SUBJECT = uuid7()


def a_task(**fields) -> Task:
    defaults = {"kind": "rebook", "subject": SUBJECT, "site": a_site(), "role": "front_desk", "due_at": NOW}
    return open_task(**defaults | fields)


class TestOpenTask:
    def test_opens_one(self):
        task = a_task(detail="Find another time.")

        assert (task.state, task.detail, task.assignee) == ("open", "Find another time.", None)

    def test_gives_the_one_that_is_not_yet_done(self):
        assert a_task().id == a_task(due_at=NOW + timedelta(days=1)).id

    def test_opens_another_when_the_first_is_done(self):
        first = a_task()
        finish_task(actor=a_user(), task=first.id, now=NOW)

        assert a_task().id != first.id

    def test_tells_kinds_and_subjects_apart(self):
        assert len({a_task().id, a_task(kind="cosign").id, a_task(subject=uuid7()).id}) == 3


class TestFinishTask:
    def test_notes_who_and_when(self):
        actor, task = a_user(), a_task()

        done = finish_task(actor=actor, task=task.id, now=NOW)

        assert (done.state, done.done_by, done.done_at) == ("done", actor, NOW)

    def test_changes_nothing_the_second_time(self):
        first, task = a_user(), a_task()
        finish_task(actor=first, task=task.id, now=NOW)

        again = finish_task(actor=a_user(), task=task.id, now=NOW + timedelta(hours=1))

        assert (again.done_by, again.done_at) == (first, NOW)

    def test_knows_no_such_task(self):
        with pytest.raises(NotFound):
            finish_task(actor=a_user(), task=uuid7(), now=NOW)

    def test_finishes_all_about_a_subject(self):
        task = a_task()
        other = a_task(subject=uuid7())

        assert finish_tasks_about(subjects=[SUBJECT], kind="rebook", actor=None, now=NOW) == 1

        task.refresh_from_db()
        other.refresh_from_db()
        assert (task.state, other.state) == ("done", "open")


class TestAssignTask:
    def test_gives_it_to_somebody_of_the_site(self):
        colleague = a_user("front_desk")

        assert assign_task(actor=a_user(), task=a_task().id, assignee=colleague).assignee == colleague

    def test_refuses_somebody_of_another_site(self):
        with pytest.raises(RuleBroken) as refused:
            assign_task(actor=a_user(), task=a_task().id, assignee=a_user("front_desk", site=a_site("jersey-city")))

        assert refused.value.code == "assignee_elsewhere"

    def test_refuses_what_is_done(self):
        colleague, task = a_user("front_desk"), a_task()
        finish_task(actor=colleague, task=task.id, now=NOW)

        with pytest.raises(Conflict) as refused:
            assign_task(actor=colleague, task=task.id, assignee=colleague)

        assert refused.value.code == "illegal_transition"


class TestSnoozeTask:
    def test_puts_it_off_until_it_wakes(self):
        task = snooze_task(actor=a_user(), task=a_task().id, until=NOW + timedelta(hours=2), now=NOW)

        assert task.state == "snoozed"
        assert wake_tasks(now=NOW + timedelta(hours=1)) == 0
        assert wake_tasks(now=NOW + timedelta(hours=2)) == 1
        task.refresh_from_db()
        assert (task.state, task.snoozed_until) == ("open", None)

    def test_refuses_a_moment_that_is_past(self):
        with pytest.raises(RuleBroken) as refused:
            snooze_task(actor=a_user(), task=a_task().id, until=NOW, now=NOW)

        assert refused.value.code == "in_the_past"


class TestTasksVisibleTo:
    def test_are_those_of_the_sites_where_one_works(self):
        task = a_task()
        elsewhere = a_user("front_desk", site=a_site("jersey-city"))

        assert list(tasks_visible_to(a_user("front_desk"))) == [task]
        assert list(tasks_visible_to(elsewhere)) == []

    def test_are_all_for_the_medical_director(self):
        task = a_task()

        assert list(tasks_visible_to(a_user("medical_director", site=a_site("jersey-city")))) == [task]

    def test_hide_what_is_elsewhere_like_what_does_not_exist(self):
        task = a_task()

        with pytest.raises(NotFound):
            task_visible_to(a_user("front_desk", site=a_site("jersey-city")), task.id)


class TestTasksOverHttp:
    URL = "/api/v1/tasks/"

    def test_are_listed_by_urgency_in_the_time_of_the_site(self):
        later, first = a_task(due_at=NOW + timedelta(days=1)), a_task(subject=uuid7())

        results = client_of(a_user("front_desk")).get(self.URL).json()["results"]

        assert [shown["id"] for shown in results] == [str(first.id), str(later.id)]
        assert results[0]["due_at"] == "2027-01-12T12:00:00-05:00"

    def test_are_narrowed_by_site_role_and_state(self):
        a_task()
        mine = a_task(subject=uuid7(), role="manager")

        response = client_of(a_user("manager")).get(self.URL, {"site": "columbus", "role": "manager", "state": "open"})

        assert [shown["id"] for shown in response.json()["results"]] == [str(mine.id)]

    @pytest.mark.parametrize(
        "query", [{"state": "lost"}, {"colour": "red"}, {"limit": "101"}, {"cursor": "x"}, {"ordering": "kind"}]
    )
    def test_refuse_other_parameters(self, query):
        response = client_of(a_user("front_desk")).get(self.URL, query)

        assert response.status_code == 400
        assert response.json()["errors"][0]["field"] == next(iter(query))

    def test_come_in_pages(self):
        ids = [str(a_task(subject=uuid7()).id) for _ in range(5)]
        client = client_of(a_user("front_desk"))

        first = client.get(self.URL, {"limit": 3}).json()
        second = client.get(first["next"]).json()

        assert [shown["id"] for shown in first["results"] + second["results"]] == ids
        assert second["next"] is None

    def test_are_done_by_the_caller(self):
        user, task = a_user("front_desk"), a_task()

        response = client_of(user).post(f"{self.URL}{task.id}/done/")

        assert (response.status_code, response.json()["state"], response.json()["done_by"]) == (200, "done", str(user.id))

    def test_go_to_a_colleague_by_username_or_to_the_caller(self):
        user, colleague, task = a_user("front_desk"), a_user("manager"), a_task()
        client = client_of(user)

        given = client.post(f"{self.URL}{task.id}/assign/", {"assignee": colleague.username}).json()
        taken = client.post(f"{self.URL}{task.id}/assign/").json()

        assert (given["assignee"], taken["assignee"]) == (str(colleague.id), str(user.id))

    def test_are_put_off(self):
        response = client_of(a_user("front_desk")).post(
            f"{self.URL}{a_task().id}/snooze/", {"until": "2150-01-01T09:00:00-05:00"}
        )

        assert (response.status_code, response.json()["state"]) == (200, "snoozed")

    def test_need_a_moment_with_an_offset(self):
        response = client_of(a_user("front_desk")).post(f"{self.URL}{a_task().id}/snooze/", {"until": "2150-01-01T09:00:00"})

        assert response.status_code == 400

    def test_answer_alike_when_hidden_and_when_absent(self):
        client = client_of(a_user("front_desk", site=a_site("jersey-city")))

        hidden, absent = client.get(f"{self.URL}{a_task().id}/"), client.get(f"{self.URL}{uuid7()}/")

        assert hidden.status_code == 404
        assert (hidden.content, hidden["Content-Type"]) == (absent.content, absent["Content-Type"])
