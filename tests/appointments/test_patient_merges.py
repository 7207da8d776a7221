"""Merged charts and their visits: nobody is at two places at once, claims follow their patient, and all of it has a way back."""

import pytest
from django.db import connection

from appointments.models import Appointment, Message, ResourceClaim
from clinic.errors import Conflict, RuleBroken
from patients.services.patient_merges import preview_merge
from tests.factories import LANCET_FACE, a_lesion, a_patient, a_practitioner, a_user, a_visit, an_item, span
from tests.factories_merges import NEXT_WEEK, NOW, a_chart, all_rows, merged, parted, some_skin, two_patients
from tests.patients.test_patient_merges import refused_as, sql

pytestmark = pytest.mark.django_db
LATER = NEXT_WEEK + 60


def settle() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.fixture
def pair():
    """Two charts with everything, and visits of both to come."""
    duplicate, into = two_patients()
    a_chart(duplicate)
    a_chart(into, start=LATER)
    some_skin(duplicate, "keloid", fitzpatrick=5)
    some_skin(into, "herpes", fitzpatrick=2)
    return duplicate, into


def foreign_rows(patient) -> set[str]:
    """The tables in which something still refers to the patient, but for merges and what one has once."""
    needle = f'"{patient.pk}"'
    tables = {table for table, rows in all_rows().items() for row in rows if needle in row}
    return tables - {"patients_patient", "patients_skinprofile"}


class TestMerge:
    def test_moves_everything_in_every_table(self, pair):
        assert foreign_rows(pair[0])

        merged(*pair)

        assert not foreign_rows(pair[0])

    def test_moves_the_claims_of_visits_to_come(self, pair):
        [visit] = Appointment.objects.filter(patient=pair[0], status="booked")

        merged(*pair)

        assert ResourceClaim.objects.get(appointment=visit, kind="patient").resource == pair[1].pk
        settle()

    def test_moves_visits_that_have_ended(self, pair):
        merged(*pair)

        assert Appointment.objects.filter(patient=pair[1], status="completed").count() == 2

    def test_moves_messages(self, pair):
        merged(*pair)

        assert Message.objects.filter(recipient=pair[1]).count() == 2

    def test_is_told_exactly_before(self, pair):
        told = preview_merge(actor=a_user(), duplicate=pair[0], into=pair[1], now=NOW)

        merge = merged(*pair)

        assert (told.moves, told.changes) == (merge.moved, merge.changed)
        assert "appointments_appointment.patient_id" in told.moves

    def test_tells_of_open_orders(self, pair):
        told = preview_merge(actor=a_user(), duplicate=pair[0], into=pair[1], now=NOW)

        assert "open_orders" in {one.code for one in told.warnings}

    def test_refuses_visits_at_the_same_time_and_names_each(self):
        duplicate, into = two_patients()
        visits = [a_visit(patient=duplicate, during=span(start)) for start in (0, 120)]
        others = [a_visit(patient=into, during=span(start)) for start in (15, 120, 300)]

        with pytest.raises(RuleBroken) as refused:
            merged(duplicate, into)

        told = [(one.code, one.resource) for one in refused.value.reasons]
        assert told == [("visits_overlap", str(visit.pk)) for visit in visits]
        assert str(others[0].pk) in refused.value.reasons[0].detail

    def test_lets_visits_follow_at_once(self):
        duplicate, into = two_patients()
        visits = {a_visit(patient=duplicate, during=span(0)), a_visit(patient=into, during=span(30))}

        merged(duplicate, into)

        assert set(Appointment.objects.filter(patient=into)) == visits

    def test_is_refused_by_the_claims_too(self, monkeypatch):
        duplicate, into = two_patients()
        a_visit(patient=duplicate, during=span(0))
        a_visit(patient=into, during=span(15))
        monkeypatch.setattr("patients.services.patient_merges._considered", lambda duplicate, into: [])

        with pytest.raises(Conflict) as refused:
            merged(duplicate, into)

        assert [(one.code, one.resource) for one in refused.value.reasons] == [("merge_overtaken", "claim_is_free")]

    def test_that_postgresql_refuses_is_told_before(self, monkeypatch):
        duplicate, into = two_patients()
        a_visit(patient=duplicate, during=span(0))
        a_visit(patient=into, during=span(15))
        monkeypatch.setattr("patients.services.patient_merges._considered", lambda duplicate, into: [])

        told = preview_merge(actor=a_user(), duplicate=duplicate, into=into, now=NOW)

        assert [one.code for one in told.reasons] == ["merge_overtaken"]


class TestUndo:
    def test_gives_exactly_the_same_rows_back(self, pair):
        before = all_rows()
        merged(*pair)
        assert all_rows() != before

        parted(pair[0])

        assert all_rows() == before
        settle()

    def test_gives_exactly_the_same_rows_back_from_a_merge_into_a_merged_one(self, pair):
        third = a_patient()
        merged(pair[1], third)
        before = all_rows()
        merged(pair[0], third)

        parted(pair[0])

        assert all_rows() == before

    def test_refuses_a_visit_of_the_lasting_patient_that_treats_a_lesion_of_the_duplicate(self):
        duplicate, into = two_patients()
        lesion = a_lesion(duplicate)
        merged(duplicate, into)
        lesion.refresh_from_db()
        visit = a_visit(patient=into, items=({"lesion": lesion},))

        with pytest.raises(Conflict) as refused:
            parted(duplicate)

        [reason] = refused.value.reasons
        assert (reason.code, reason.resource) == ("stands_on_both", str(visit.items.get().pk))

    def test_refuses_an_item_of_a_visit_of_the_duplicate_that_treats_a_lesion_of_the_lasting_patient(self):
        duplicate, into = two_patients()
        visit = a_visit(patient=duplicate)
        merged(duplicate, into)
        visit.refresh_from_db()
        an_item(visit, lesion=a_lesion(into))

        with pytest.raises(Conflict) as refused:
            parted(duplicate)

        assert refused.value.code == "stands_on_both"

    def test_takes_visits_as_they_are_by_then(self, pair):
        [visit] = Appointment.objects.filter(patient=pair[0], status="booked")
        merged(*pair)
        Appointment.objects.filter(pk=visit.pk).update(status="cancelled", cancel_reason="ill")

        parted(pair[0])

        visit.refresh_from_db()
        assert (visit.patient, visit.status) == (pair[0], "cancelled")


class TestPastAllServices:
    def test_an_ended_visit_keeps_its_patient(self):
        visit, other = a_visit(status="completed"), a_patient()

        def write():
            sql("UPDATE appointments_appointment SET patient_id = %s WHERE id = %s", other.pk, visit.pk)

        assert refused_as(write) in {"ended_visit_is_not_changed", "row_changes_its_patient_by_a_merge"}

    def test_an_ended_visit_still_changes_nothing_else(self):
        visit = a_visit(status="completed")

        def write():
            sql("UPDATE appointments_appointment SET room_id = %s WHERE id = %s", a_visit(during=span(60)).room_id, visit.pk)

        assert refused_as(write) == "ended_visit_is_not_changed"

    def test_a_merged_patient_gets_no_visit(self):
        duplicate, into = two_patients()
        merged(duplicate, into)

        assert refused_as(lambda: a_visit(patient=duplicate)) == "merged_patient_takes_nothing_new"

    def test_a_merged_patient_gets_no_message(self):
        duplicate, into = two_patients()
        visit = a_visit(a_practitioner(LANCET_FACE), patient=into)
        merged(duplicate, into)

        def write():
            Message.objects.create(
                site=visit.site,
                appointment=visit,
                subject=visit.pk,
                revision=1,
                recipient=duplicate,
                kind="b",
                due_at=NOW,
                idempotency_key="once",
            )

        assert refused_as(write) == "merged_patient_takes_nothing_new"
