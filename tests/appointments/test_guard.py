"""PostgreSQL refuses what must never be stored, whoever writes it."""

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from appointments.models import Appointment, AppointmentItem, Authority, ResourceClaim
from appointments.policies.statuses import LIVE, STAFFED, STATUSES, TRANSITIONS
from clinic.models import Opening, Privilege, Shift, SupervisionCover
from tests.factories import (
    AGES,
    LANCET_FACE,
    a_body_site,
    a_cover,
    a_lesion,
    a_patient,
    a_practitioner,
    a_room,
    a_seat,
    a_site,
    a_treatment,
    a_visit,
    an_item,
    at,
    span,
)

pytestmark = pytest.mark.django_db
EYELID = "lancet_extraction/epidermal@eyelid"


def refused_as(write) -> str:
    """The name of the constraint that refuses this write, deferred ones included."""

    @transaction.atomic
    def write_and_check() -> None:
        write()
        connection.check_constraints()

    with pytest.raises(DatabaseError) as refusal:
        write_and_check()
    return refusal.value.__cause__.diag.constraint_name


def sql(statement: str, *values) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


class TestClaims:
    def test_are_derived_for_practitioner_room_and_patient(self):
        visit = a_visit()

        kinds = set(ResourceClaim.objects.filter(appointment=visit).values_list("kind", flat=True))

        assert kinds == {"practitioner", "room", "patient"}

    def test_refuse_an_overlapping_visit_of_the_practitioner(self):
        visit = a_visit()

        assert refused_as(lambda: a_visit(visit.practitioner, during=span(15))) == "claim_is_free"

    def test_refuse_an_overlapping_visit_in_the_room(self):
        visit = a_visit()

        assert refused_as(lambda: a_visit(room=visit.room, during=span(15))) == "claim_is_free"

    def test_refuse_an_overlapping_visit_of_the_patient(self):
        visit = a_visit()

        assert refused_as(lambda: a_visit(patient=visit.patient, during=span(15))) == "claim_is_free"

    def test_let_a_visit_follow_at_once(self):
        visit = a_visit()

        following = a_visit(visit.practitioner, room=visit.room, during=span(30))

        assert following.claims.count() == 3

    def test_include_the_buffers(self):
        visit = a_visit(blocked=span(-10, 50))

        assert refused_as(lambda: a_visit(visit.practitioner, during=span(35))) == "claim_is_free"

    def test_name_who_was_first(self):
        visit = a_visit()

        with pytest.raises(DatabaseError) as refusal, transaction.atomic():
            a_visit(visit.practitioner, during=span(15))

        assert str(visit.id) in refusal.value.__cause__.diag.message_detail

    def test_go_when_the_visit_is_cancelled(self):
        visit = a_visit()

        Appointment.objects.filter(pk=visit.pk).update(status="cancelled")

        assert not visit.claims.exists()
        assert not visit.authorities.exists()

    def test_follow_a_move_onto_overlapping_time(self):
        visit = a_visit()

        Appointment.objects.filter(pk=visit.pk).update(during=span(15), blocked=span(15))

        assert {claim.during for claim in visit.claims.all()} == {span(15)}
        connection.check_constraints()

    def test_cannot_be_written_by_hand(self):
        visit = a_visit()

        assert refused_as(lambda: sql("DELETE FROM appointments_resourceclaim")) == "row_is_derived"
        assert refused_as(lambda: sql("DELETE FROM appointments_authority")) == "row_is_derived"
        assert visit.claims.count() == 3

    def test_missing_ones_are_found_even_when_the_guard_of_the_table_is_off(self):
        visit = a_visit()

        def remove():
            sql("SET CONSTRAINTS ALL IMMEDIATE")
            sql("ALTER TABLE appointments_resourceclaim DISABLE TRIGGER claim_is_derived")
            sql("DELETE FROM appointments_resourceclaim WHERE appointment_id = %s AND kind = 'room'", visit.id)

        assert refused_as(remove) == "visit_holds_its_claims"

    def test_of_a_closed_room_are_refused(self):
        room = a_room()
        Opening.objects.filter(resource=room.id).update(during=DateTimeTZRange(at(-60), at(10)))

        assert refused_as(lambda: a_visit(room=room)) == "claimed_resource_is_open"


class TestAuthority:
    def test_refuses_a_performer_without_the_privilege(self):
        assert refused_as(lambda: a_visit(a_practitioner())) == "performer_is_privileged"

    def test_refuses_a_privilege_of_another_profession(self):
        practitioner = a_practitioner(LANCET_FACE, profession="physician_assistant")

        assert refused_as(lambda: a_visit(practitioner)) == "performer_is_privileged"

    def test_refuses_a_privilege_that_ends_before_the_visit_does(self):
        practitioner = a_practitioner(LANCET_FACE)
        Privilege.objects.update(valid=DateTimeTZRange(AGES.lower, at(29)))

        assert refused_as(lambda: a_visit(practitioner)) == "performer_is_privileged"

    def test_accepts_adjacent_renewals(self):
        practitioner = a_practitioner(LANCET_FACE)
        privilege = Privilege.objects.get()
        Privilege.objects.update(valid=DateTimeTZRange(AGES.lower, at(10)))
        Privilege.objects.create(
            practitioner=practitioner,
            site=privilege.site,
            profession=privilege.profession,
            scope=LANCET_FACE,
            supervision="none",
            valid=DateTimeTZRange(at(10), AGES.upper),
        )

        assert a_visit(practitioner).authorities.count() == 1

    def test_refuses_a_visit_outside_the_shift_buffers_included(self):
        practitioner = a_practitioner(LANCET_FACE)
        Shift.objects.filter(practitioner=practitioner).update(during=DateTimeTZRange(at(-60), at(30)))

        assert refused_as(lambda: a_visit(practitioner, blocked=span(0, 35))) == "performer_is_on_shift"

    def test_refuses_restricted_work_without_an_authoriser(self):
        item = {"authorised_by": None, "authorised_profession": None, "authorised_at": None}

        assert refused_as(lambda: a_visit(items=(item,))) == "restricted_item_has_an_authoriser"

    def test_refuses_an_authoriser_who_does_not_hold_the_scope(self):
        item = {"authorised_by": a_practitioner()}

        assert refused_as(lambda: a_visit(items=(item,))) == "booker_is_authorised"

    def test_refuses_an_item_whose_region_is_not_its_lesions(self):
        patient = a_patient()
        lesion = a_lesion(patient, region="eyelid")

        assert refused_as(lambda: a_visit(patient=patient, items=({"lesion": lesion},))) == "item_is_of_what_its_lesion_is"

    def test_refuses_a_lesion_of_another_patient(self):
        assert refused_as(lambda: a_visit(items=({"lesion": a_lesion()},))) == "item_lesion_is_of_the_patient"

    def test_refuses_to_reclassify_a_lesion_under_a_live_visit(self):
        visit = a_visit()
        lesion = visit.items.get().lesion

        assert refused_as(lambda: type(lesion).objects.update(depth="dermal")) == "item_is_of_what_its_lesion_is"

    def test_refuses_a_lancet_shallower_than_its_lesion(self):
        practitioner = a_practitioner("lancet_extraction/stratum_corneum@face")
        patient = a_patient()
        item = {"lesion": a_lesion(patient), "scope": "lancet_extraction/stratum_corneum@face"}

        assert refused_as(lambda: a_visit(practitioner, patient=patient, items=(item,))) == "lancet_reaches_its_lesion"

    def test_refuses_an_act_that_is_not_of_the_treatment(self):
        consultation = a_treatment("free-consultation", (("consult_free", "none"),), price=0)

        assert refused_as(lambda: a_visit(items=({"treatment": consultation},))) == "item_act_is_of_its_treatment"

    def test_judges_a_body_site_near_the_eye_as_eyelid(self):
        scope = "microdermabrasion/superficial@periocular"
        treatment = a_treatment("microdermabrasion", (("microdermabrasion", "superficial"),))
        visit = a_visit(a_practitioner(scope, LANCET_FACE))

        def add():
            AppointmentItem.objects.create(
                appointment=visit,
                patient=visit.patient,
                group=visit.id,
                treatment=treatment,
                minutes=30,
                body_site=a_body_site("under_eye", "periocular"),
                act="microdermabrasion",
                depth="superficial",
                region="periocular",
            )

        assert refused_as(add) == "item_region_is_of_its_body_site"


class TestSupervision:
    def supervised(self):
        supervisor = a_practitioner(LANCET_FACE)
        assistant = a_practitioner(LANCET_FACE, profession="physician_assistant", supervision="direct")
        a_cover(supervisor, assistant, LANCET_FACE)
        return supervisor, assistant

    def book(self, supervisor, assistant, **fields):
        return a_visit(
            assistant,
            profession="physician_assistant",
            supervision="direct",
            supervisor=supervisor,
            supervisor_profession="dermatologist",
            seat=a_seat(supervisor, fields.pop("seat", 1)),
            items=({"supervision": "direct", "authorised_by": supervisor, "authorised_profession": "dermatologist"},),
            **fields,
        )

    def test_takes_a_seat_of_the_supervisor(self):
        visit = self.book(*self.supervised())

        assert visit.claims.filter(kind="supervisor_seat").count() == 1

    def test_refuses_supervised_work_without_a_supervisor(self):
        _, assistant = self.supervised()

        def book():
            a_visit(assistant, profession="physician_assistant", items=({"supervision": "direct"},))

        assert refused_as(book) == "supervised_work_has_a_supervisor"

    def test_refuses_an_agreement_for_other_work(self):
        supervisor, assistant = self.supervised()
        SupervisionCover.objects.update(scope="chemical_peel/medium@face")

        assert refused_as(lambda: self.book(supervisor, assistant)) == "supervisor_has_agreed"

    def test_refuses_a_supervisor_who_leaves_before_the_end(self):
        supervisor, assistant = self.supervised()
        Shift.objects.filter(practitioner=supervisor).update(during=DateTimeTZRange(at(-60), at(20)))

        assert refused_as(lambda: self.book(supervisor, assistant)) == "supervisor_is_on_shift"

    def test_refuses_a_supervisor_who_may_not_do_it(self):
        supervisor, assistant = self.supervised()
        other = a_practitioner(LANCET_FACE)
        Privilege.objects.filter(practitioner=supervisor).delete()

        def book():
            visit = self.book(supervisor, assistant, seat=1)
            visit.items.update(authorised_by=other)

        assert refused_as(book) in {"supervisor_is_privileged", "booker_is_authorised"}

    def test_refuses_the_same_seat_twice(self):
        supervisor, assistant = self.supervised()
        self.book(supervisor, assistant)
        colleague = a_practitioner(LANCET_FACE, profession="physician_assistant", supervision="direct")
        a_cover(supervisor, colleague, LANCET_FACE)

        assert refused_as(lambda: self.book(supervisor, colleague)) == "claim_is_free"

    def test_refuses_a_seat_that_is_not_offered(self):
        supervisor, assistant = self.supervised()

        assert refused_as(lambda: self.book(supervisor, assistant, seat=4)) == "visit_seat_is_offered"

    def test_refuses_a_visit_that_says_less_supervision_than_its_items(self):
        supervisor, assistant = self.supervised()
        visit = self.book(supervisor, assistant)

        assert refused_as(lambda: Appointment.objects.filter(pk=visit.pk).update(supervision="general")) == (
            "visit_is_supervised_as_its_items"
        )


class TestCourse:
    @pytest.mark.parametrize("was", STATUSES)
    def test_is_the_same_table_in_python_and_in_sql(self, was):
        allowed = {status for status in STATUSES if sql("SELECT 1 WHERE appointment_may_become(%s, %s)", was, status)}

        assert allowed == TRANSITIONS[was]

    def test_words_for_live_and_staffed_are_the_same(self):
        live = {status for status in STATUSES if sql("SELECT 1 WHERE appointment_is_live(%s)", status)}
        staffed = {status for status in STATUSES if sql("SELECT 1 WHERE appointment_is_staffed(%s)", status)}

        assert (live, staffed) == (set(LIVE), set(STAFFED))

    def test_refuses_an_illegal_step(self):
        visit = a_visit()

        assert refused_as(lambda: Appointment.objects.filter(pk=visit.pk).update(status="completed")) == (
            "visit_follows_its_course"
        )

    def test_refuses_to_move_an_ended_visit(self):
        visit = a_visit()
        Appointment.objects.filter(pk=visit.pk).update(status="cancelled")

        assert refused_as(lambda: Appointment.objects.filter(pk=visit.pk).update(during=span(60), blocked=span(60))) == (
            "ended_visit_is_not_changed"
        )

    def test_refuses_a_live_visit_without_an_item(self):
        assert refused_as(lambda: a_visit(items=())) == "visit_has_an_item"

    def test_refuses_to_take_the_last_item_away(self):
        visit = a_visit()

        assert refused_as(lambda: sql("DELETE FROM appointments_appointmentitem WHERE appointment_id = %s", visit.id)) == (
            "visit_has_an_item"
        )

    def test_needs_reassignment_keeps_patient_and_room_only(self):
        visit = a_visit()

        Appointment.objects.filter(pk=visit.pk).update(status="needs_reassignment")

        assert set(visit.claims.values_list("kind", flat=True)) == {"patient", "room"}
        assert not Authority.objects.filter(appointment=visit).exists()


class TestPlaces:
    def test_refuse_a_room_of_another_site(self):
        elsewhere = a_room(a_site("jersey-city", jurisdiction="US-NJ"))

        assert refused_as(lambda: a_visit(room=elsewhere)) == "visit_room_is_at_its_site"

    def test_refuse_a_device_of_another_site(self):
        assert refused_as(lambda: a_visit(devices=[a_room().id])) == "visit_devices_are_at_its_site"


class TestHistory:
    @pytest.mark.parametrize("statement", ["UPDATE {} SET status = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
    def test_of_a_visit_cannot_be_edited(self, statement):
        a_visit()

        assert refused_as(lambda: sql(statement.format("appointments_appointmentevent"))) == "history_is_append_only"

    def test_keeps_every_change(self):
        visit = a_visit()

        Appointment.objects.filter(pk=visit.pk).update(status="cancelled")

        assert list(visit.history.order_by("pgh_id").values_list("pgh_label", "status")) == [
            ("insert", "booked"),
            ("update", "cancelled"),
        ]


class TestSources:
    def test_cannot_shrink_under_a_visit(self):
        a_visit()
        until = datetime(2026, 1, 1, tzinfo=UTC)

        assert refused_as(lambda: Privilege.objects.update(valid=DateTimeTZRange(AGES.lower, until))) == (
            "performer_is_privileged"
        )

    def test_an_item_can_be_added_with_its_own_authority(self):
        visit = a_visit()

        an_item(visit)

        assert visit.authorities.count() == 2
