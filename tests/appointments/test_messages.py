"""What is written to and withdrawn from the ledger of messages."""

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from appointments.models import DueMessage, Message
from appointments.services.messages import plan_booked, plan_cancelled, plan_moved, plan_reassigned, withdraw
from tests.factories import NOON, a_visit, at, span

BOOKED_AT = NOON - timedelta(days=3)
LATER = BOOKED_AT + timedelta(minutes=1)

pytestmark = pytest.mark.django_db


def ledger(visit) -> list[tuple[str, int, str]]:
    rows = Message.objects.filter(appointment=visit).order_by("revision", "kind")
    return list(rows.values_list("kind", "revision", "state"))


def mark(visit, kind: str, **fields) -> None:
    rows = Message.objects.filter(appointment=visit, kind=kind)
    if "claimed_until" in fields:
        DueMessage.objects.filter(message__in=rows).update(**fields)
    else:
        rows.update(**fields)


def moved(visit, minutes: int = 60):
    """The visit, an hour later, as a move leaves it."""
    visit.during = visit.blocked = span(minutes)
    visit.revision += 1
    visit.save()
    return visit


class TestPlanBooked:
    def test_writes_a_confirmation_due_at_once_and_a_reminder_for_the_day_before(self):
        visit = a_visit()

        plan_booked(visit=visit, now=BOOKED_AT)

        rows = Message.objects.filter(appointment=visit).order_by("kind")
        assert [(row.kind, row.due_at, row.state) for row in rows] == [
            ("P01", BOOKED_AT, "due"),
            ("P02", NOON - timedelta(days=2), "due"),
            ("P03", NOON - timedelta(days=1), "due"),
        ]
        assert {row.recipient_id for row in rows} == {visit.patient_id}

    def test_writes_no_reminder_for_a_visit_within_a_day(self):
        visit = a_visit()

        plan_booked(visit=visit, now=at(-600))

        assert ledger(visit) == [("P01", 1, "due")]

    def test_repeated_writes_nothing_more(self):
        visit = a_visit()
        plan_booked(visit=visit, now=BOOKED_AT)

        plan_booked(visit=visit, now=LATER)

        assert ledger(visit) == [("P01", 1, "due"), ("P02", 1, "due"), ("P03", 1, "due")]

    def test_takes_few_statements(self, django_assert_max_num_queries):
        visit = a_visit()

        with django_assert_max_num_queries(6):
            plan_booked(visit=visit, now=BOOKED_AT)


class TestPlanMoved:
    def test_withdraws_what_was_not_sent_and_tells_the_new_time_once(self):
        visit = a_visit()
        plan_booked(visit=visit, now=BOOKED_AT)

        plan_moved(visit=moved(visit), now=LATER)

        assert [row for row in ledger(visit) if row[1] == 1] == [(kind, 1, "withdrawn") for kind in ("P01", "P02", "P03")]
        assert [row for row in ledger(visit) if row[1] == 2] == [(kind, 2, "due") for kind in ("P02", "P03", "P05")]

    def test_says_why_a_message_was_withdrawn(self):
        visit = a_visit()
        plan_booked(visit=visit, now=BOOKED_AT)

        plan_moved(visit=moved(visit), now=LATER)

        assert set(Message.objects.filter(state="withdrawn").values_list("reason_not_sent", flat=True)) == {
            "the visit was moved"
        }

    def test_leaves_alone_what_was_sent(self):
        visit = a_visit()
        plan_booked(visit=visit, now=BOOKED_AT)
        mark(visit, "P01", state="sent", sent_at=LATER)

        plan_moved(visit=moved(visit), now=LATER)

        assert ledger(visit)[0] == ("P01", 1, "sent")

    def test_withdraws_what_a_worker_has_claimed(self):
        visit = a_visit()
        plan_booked(visit=visit, now=BOOKED_AT)
        mark(visit, "P01", claimed_until=LATER)

        plan_moved(visit=moved(visit), now=LATER)

        assert ledger(visit)[0] == ("P01", 1, "withdrawn")

    def test_plans_the_reminder_for_the_day_before_the_new_time(self):
        visit = a_visit()
        plan_booked(visit=visit, now=BOOKED_AT)

        plan_moved(visit=moved(visit, 90), now=LATER)

        assert Message.objects.get(kind="P03", revision=2).due_at == at(90) - timedelta(days=1)

    def test_moved_twice_only_the_last_move_is_told(self):
        visit = a_visit()
        plan_booked(visit=visit, now=BOOKED_AT)
        plan_moved(visit=moved(visit, 60), now=LATER)

        plan_moved(visit=moved(visit, 120), now=LATER)

        assert [row for row in ledger(visit) if row[2] == "due"] == [("P02", 3, "due"), ("P03", 3, "due"), ("P05", 3, "due")]


class TestPlanReassigned:
    def test_tells_one_change_also_at_the_same_time(self):
        visit = a_visit()
        plan_booked(visit=visit, now=BOOKED_AT)
        mark(visit, "P01", state="sent", sent_at=LATER)

        plan_reassigned(visit=moved(visit, 0), now=LATER)

        assert [row for row in ledger(visit) if row[2] == "due"] == [("P02", 2, "due"), ("P03", 2, "due"), ("P05", 2, "due")]

    def test_does_not_remind_again_of_a_visit_within_a_day(self):
        visit = a_visit()
        plan_booked(visit=visit, now=BOOKED_AT)
        Message.objects.update(state="sent", sent_at=LATER)

        plan_reassigned(visit=moved(visit, 0), now=at(-600))

        assert [row for row in ledger(visit) if row[1] == 2] == [("P05", 2, "due")]


class TestPlanCancelled:
    @pytest.mark.parametrize("told", [{"state": "sent", "sent_at": LATER}, {"claimed_until": LATER}, {"attempts": 1}])
    def test_tells_a_patient_who_may_know_of_the_visit(self, told):
        visit = a_visit()
        plan_booked(visit=visit, now=BOOKED_AT)
        mark(visit, "P01", **told)

        plan_cancelled(visit=visit, now=LATER)

        assert [row for row in ledger(visit) if row[2] == "due"] == [("P05", 2, "due")]

    def test_says_nothing_to_a_patient_who_never_knew(self):
        visit = a_visit()
        plan_booked(visit=visit, now=BOOKED_AT)

        plan_cancelled(visit=visit, now=LATER)

        assert ledger(visit) == [(kind, 1, "withdrawn") for kind in ("P01", "P02", "P03")]

    def test_tells_it_beside_the_notice_of_a_move(self):
        visit = a_visit()
        plan_booked(visit=visit, now=BOOKED_AT)
        plan_moved(visit=moved(visit), now=LATER)
        mark(visit, "P05", state="sent", sent_at=LATER)

        plan_cancelled(visit=visit, now=LATER)

        assert [row for row in ledger(visit) if row[0] == "P05"] == [("P05", 2, "sent"), ("P05", 3, "due")]


class TestWithdraw:
    def test_leaves_nothing_to_be_sent(self):
        visit = a_visit()
        plan_booked(visit=visit, now=BOOKED_AT)

        withdrawn = withdraw(visit=visit, reason="the visit is over")

        assert withdrawn == 3
        assert not Message.objects.filter(appointment=visit, state="due").exists()

    def test_keeps_to_its_visit(self):
        visit, other = a_visit(), a_visit(during=span(60))
        plan_booked(visit=visit, now=BOOKED_AT)
        plan_booked(visit=other, now=BOOKED_AT)

        withdraw(visit=visit, reason="the visit is over")

        assert ledger(other) == [(kind, 1, "due") for kind in ("P01", "P02", "P03")]


class TestWhatWaits:
    """The small table that workers claim from follows the ledger, whoever writes."""

    def waiting(self, visit) -> set[tuple[str, datetime]]:
        rows = DueMessage.objects.filter(message__appointment=visit)
        return set(rows.values_list("message__kind", "due_at"))

    def refused(self, statement: str) -> str:
        with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
        return error.value.__cause__.diag.constraint_name

    def test_is_every_message_that_is_due(self):
        visit = a_visit()

        plan_booked(visit=visit, now=BOOKED_AT)

        assert self.waiting(visit) == set(Message.objects.values_list("kind", "due_at"))

    def test_leaves_with_the_state(self):
        visit = a_visit()
        plan_booked(visit=visit, now=BOOKED_AT)

        mark(visit, "P01", state="sent", sent_at=LATER)

        assert {kind for kind, _ in self.waiting(visit)} == {"P02", "P03"}

    def test_moves_with_the_moment_and_can_be_claimed_anew(self):
        visit = a_visit()
        plan_booked(visit=visit, now=BOOKED_AT)
        mark(visit, "P01", claimed_until=LATER)

        mark(visit, "P01", due_at=LATER)

        row = DueMessage.objects.get(message__kind="P01")
        assert (row.due_at, row.claimed_until) == (LATER, None)

    def test_keeps_its_claim_while_nothing_of_it_changes(self):
        visit = a_visit()
        plan_booked(visit=visit, now=BOOKED_AT)
        mark(visit, "P01", claimed_until=LATER)

        mark(visit, "P01", attempts=1)

        assert DueMessage.objects.get(message__kind="P01").claimed_until == LATER

    def test_goes_with_its_message(self):
        visit = a_visit()
        plan_booked(visit=visit, now=BOOKED_AT)

        Message.objects.all().delete()

        assert self.waiting(visit) == set()

    @pytest.mark.parametrize(
        ("statement", "name"),
        [
            ("DELETE FROM appointments_duemessage", "due_message_follows_its_message"),
            ("INSERT INTO appointments_duemessage VALUES (uuidv7(), now(), 'email')", "due_message_follows_its_message"),
            ("UPDATE appointments_duemessage SET due_at = now()", "due_message_is_only_claimed"),
        ],
    )
    def test_is_written_by_nobody_else(self, statement, name):
        plan_booked(visit=a_visit(), now=BOOKED_AT)

        assert self.refused(statement) == name
