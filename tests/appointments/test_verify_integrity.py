"""The command finds what went around the guard: rows written while its triggers were switched off."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from appointments.models import Appointment, AppointmentItem, Authority, Message, ResourceClaim
from appointments.services.integrity import integrity_findings
from appointments.services.messages import plan_booked
from clinic.models import Opening, Privilege, Shift
from tests.factories import NOON, a_visit, at

pytestmark = pytest.mark.django_db
NOW = at(-3 * 24 * 60)


@pytest.fixture
def visit() -> Appointment:
    """A lawful visit with its messages, three days ahead."""
    booked = a_visit()
    plan_booked(visit=booked, now=NOW)
    connection.check_constraints()
    return booked


@contextmanager
def unguarded() -> Iterator[None]:
    """As a superuser may write who switches the triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = origin")


def promises() -> set[str]:
    return {finding.promise for finding in integrity_findings(now=NOW)}


class TestIntegrityFindings:
    def test_finds_nothing_where_the_guard_stood(self, visit):
        assert integrity_findings(now=NOW) == []

    def test_finds_two_visits_of_one_practitioner_at_once(self, visit):
        with unguarded():
            other = a_visit(practitioner=visit.practitioner, during=visit.during)

        found = [finding for finding in integrity_findings(now=NOW) if finding.promise == "no_overlap"]

        assert {finding.appointment for finding in found} <= {str(visit.id), str(other.id)}
        assert [finding.detail.split()[0] for finding in found] == ["practitioner"]

    def test_finds_a_missing_claim(self, visit):
        with unguarded():
            ResourceClaim.objects.filter(appointment=visit, kind="room").delete()

        assert promises() == {"claims_match_visits"}

    def test_finds_what_an_ended_visit_still_holds(self, visit):
        with unguarded():
            Appointment.objects.filter(pk=visit.pk).update(status="completed")

        assert "claims_match_visits" in promises()

    def test_finds_a_visit_without_items(self, visit):
        with unguarded():
            Authority.objects.filter(appointment=visit).delete()
            AppointmentItem.objects.filter(appointment=visit).delete()

        assert promises() == {"staffed_visits_are_privileged"}

    def test_finds_an_item_without_authority(self, visit):
        with unguarded():
            Authority.objects.filter(appointment=visit).delete()

        assert promises() == {"staffed_visits_are_privileged"}

    @pytest.mark.parametrize("field", ["practitioner", "room"])
    def test_finds_a_visit_outside_the_presence(self, visit, field):
        with unguarded():
            Shift.objects.filter(practitioner=visit.practitioner_id if field == "practitioner" else None).delete()
            Opening.objects.filter(resource=visit.room_id if field == "room" else None).delete()

        assert promises() == {"staffed_visits_are_covered"}

    def test_finds_a_privilege_that_ends_before_the_visit(self, visit):
        with unguarded():
            Privilege.objects.update(valid=DateTimeTZRange(NOW - timedelta(days=900), NOON + timedelta(minutes=10)))

        assert promises() == {"staffed_visits_are_covered"}

    def test_finds_a_message_that_waits_for_an_ended_visit(self, visit):
        Appointment.objects.filter(pk=visit.pk).update(status="cancelled")

        assert promises() == {"messages_match_visits"}

    def test_finds_a_message_of_before_the_move(self, visit):
        Appointment.objects.filter(pk=visit.pk).update(revision=2)

        found = {finding.detail for finding in integrity_findings(now=NOW)}

        assert found == {
            "P01 waits although the visit was moved since",
            "P02 waits although the visit was moved since",
            "P03 waits although the visit was moved since",
            "the visit will not be reminded of",
        }

    def test_finds_a_visit_without_its_reminder(self, visit):
        Message.objects.filter(kind="P03").delete()

        assert [finding.detail for finding in integrity_findings(now=NOW)] == ["the visit will not be reminded of"]


class TestCommand:
    def test_says_that_all_is_well(self, capsys):
        call_command("verify_integrity", "--json")

        answer = json.loads(capsys.readouterr().out)

        assert (answer["findings"], answer["live_visits"]) == ([], 0)

    def test_ends_with_one_and_names_what_it_found(self, visit, capsys):
        with unguarded():
            Authority.objects.filter(appointment=visit).delete()

        with pytest.raises(SystemExit) as ended:
            call_command("verify_integrity", "--json")

        [finding] = json.loads(capsys.readouterr().out)["findings"]
        assert ended.value.code == 1
        assert (finding["promise"], finding["appointment"]) == ("staffed_visits_are_privileged", str(visit.id))

    def test_says_it_in_words_too(self, visit, capsys):
        with unguarded():
            Authority.objects.filter(appointment=visit).delete()

        with pytest.raises(SystemExit):
            call_command("verify_integrity")

        assert f"visit {visit.id}" in capsys.readouterr().out
