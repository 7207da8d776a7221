"""The ripple: what visits lean on may end at any moment, at once; the visits are moved in the same transaction."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from appointments.models import Appointment, Authority, Message, ResourceClaim
from appointments.selectors.availability import Team
from appointments.selectors.reassignments import substitutes_for, visits_to_reassign
from appointments.selectors.visits import work_of_visit
from appointments.services.course import cancel_appointment, check_in, complete_visit, start_treatment
from appointments.services.moving import reassign_appointment
from appointments.services.reassigning import Move, apply_reassignments
from clinic.models import Licence, PolicyRow, Task
from clinic.policies.proposals import LawProposal
from clinic.services.absences import cancel_time_off, file_closure, file_time_off
from clinic.services.changes import preview
from clinic.services.credentials.agreements import end_agreement
from clinic.services.credentials.licences import LicenceCorrection, correct_licence, reinstate_licence, suspend_licence
from clinic.services.credentials.staff import deactivate_practitioner, limit_supervisees
from clinic.services.policy import propose_jurisdiction_row
from clinic.services.rosters import withdraw_shift
from patients.services.assessments import NewAssessment, sign_assessment
from patients.services.lesions import correct_lesion
from tests import clinic_world as world
from tests.clinic_world import NOW, SmallClinic, after, book
from treatments.services.orders import revoke_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> SmallClinic:
    return world.a_small_clinic()


@pytest.fixture
def visit(clinic) -> Appointment:
    """A lancet extraction by the dermatologist tomorrow at ten."""
    return book(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion)


@pytest.fixture
def assistant(clinic):
    """A physician assistant under the dermatologist."""
    person = world.hire("physician_assistant", site=clinic.site, trainings=["lancet", "peel"])
    world.agree(clinic.derm, person)
    return person


def stored(visit: Appointment) -> Appointment:
    return Appointment.objects.get(pk=visit.pk)


def licence_of(person) -> Licence:
    return Licence.objects.get(practitioner=person)


def suspend(person, **fields) -> list:
    return suspend_licence(actor=None, licence=licence_of(person), reason="board", now=NOW, **fields)[1]


def substitutes(visit: Appointment) -> list[Team]:
    row = stored(visit)
    return substitutes_for(visit=row, work=work_of_visit(row), now=NOW)


def another_visit(clinic, *, hour: int = 11, performer=None, days: int = 1) -> Appointment:
    patient = world.a_patient()
    return book(clinic.derm.user, patient, after(days, hour), performer or clinic.derm, world.charted(patient))


class TestSuspendingALicence:
    def test_moves_the_visits_of_its_holder(self, clinic, visit):
        moved = suspend(clinic.derm)

        assert moved == [visit.id]
        assert stored(visit).status == "needs_reassignment"

    def test_says_why_and_since_when(self, clinic, visit):
        suspend(clinic.derm)

        row = stored(visit)
        assert (row.reassignment_reason, row.needs_reassignment_since) == ("licence_suspended", NOW)

    def test_moves_the_visits_that_the_holder_supervises(self, clinic, assistant):
        visit = another_visit(clinic, performer=assistant)

        suspend(clinic.derm)

        assert stored(visit).status == "needs_reassignment"

    def test_moves_the_visits_that_stand_on_the_holders_order(self, clinic):
        colleague = world.a_dermatologist(site=clinic.site)
        world.order(clinic.derm, clinic.patient, [clinic.lesion])
        visit = book(clinic.desk, clinic.patient, after(), colleague, clinic.lesion)

        suspend(clinic.derm)

        assert stored(visit).status == "needs_reassignment"

    def test_leaves_the_visits_of_others_alone(self, clinic, visit):
        colleague = world.a_dermatologist(site=clinic.site)
        patient = world.a_patient()
        other = book(colleague.user, patient, after(), colleague, world.charted(patient))

        suspend(clinic.derm)

        assert stored(other).status == "booked"

    def test_for_a_while_moves_the_visits_of_that_while_only(self, clinic):
        colleague = world.a_dermatologist(site=clinic.site)
        soon, later = (
            book(colleague.user, patient, after(days), clinic.derm, world.charted(patient))
            for days, patient in ((1, world.a_patient()), (10, world.a_patient()))
        )

        suspend(clinic.derm, until=after(5))

        assert (stored(soon).status, stored(later).status) == ("needs_reassignment", "booked")

    def test_for_a_while_asks_for_a_new_signature_for_what_the_holder_answers_for(self, clinic):
        colleague = world.a_dermatologist(site=clinic.site)
        patient = world.a_patient()
        later = book(clinic.derm.user, patient, after(10), colleague, world.charted(patient))

        suspend(clinic.derm, until=after(5))

        assert stored(later).status == "needs_reassignment"

    def test_leaves_what_is_over_alone(self, clinic, visit):
        checked_in = check_in(actor=clinic.desk, visit=visit, now=after())
        start_treatment(actor=clinic.derm.user, visit=checked_in, now=after())
        complete_visit(actor=clinic.derm.user, visit=visit, now=after(minute=30))

        suspend_licence(actor=None, licence=licence_of(clinic.derm), reason="board", now=after(hour=12))

        assert stored(visit).status == "completed"

    def test_frees_the_practitioner_and_keeps_patient_and_room(self, clinic, visit):
        suspend(clinic.derm)

        assert set(ResourceClaim.objects.filter(appointment=visit).values_list("kind", flat=True)) == {"patient", "room"}
        assert not Authority.objects.filter(appointment=visit).exists()

    def test_opens_one_task_for_the_front_desk(self, clinic, visit):
        suspend(clinic.derm)

        task = Task.objects.get(kind="reassign_visit")
        assert (task.subject, task.role, task.site) == (visit.id, "front_desk", clinic.site)

    def test_is_shown_beforehand_and_writes_nothing_then(self, clinic, visit):
        foreseen = preview(lambda: suspend_licence(actor=None, licence=licence_of(clinic.derm), reason="board", now=NOW))

        assert foreseen == [visit.id]
        assert (stored(visit).status, licence_of(clinic.derm).status) == ("booked", "active")

    def test_succeeds_while_the_patient_is_being_treated(self, clinic, visit):
        start_treatment(actor=clinic.derm.user, visit=check_in(actor=clinic.desk, visit=visit, now=after()), now=after())

        moved = suspend_licence(actor=None, licence=licence_of(clinic.derm), reason="board", now=after(minute=5))[1]

        assert moved == [visit.id]

    def test_satisfies_every_deferred_constraint(self, clinic, visit):
        suspend(clinic.derm)

        connection.check_constraints()
        assert visits_to_reassign(clinic.desk).get() == visit

    def test_and_reinstating_lets_the_visit_be_booked_again_as_it_was(self, clinic, visit):
        suspend(clinic.derm)
        reinstate_licence(actor=None, licence=licence_of(clinic.derm), now=NOW + timedelta(hours=1))

        reassign_appointment(
            actor=clinic.derm.user, visit=stored(visit), practitioner=clinic.derm, now=NOW + timedelta(hours=2)
        )

        assert (stored(visit).status, stored(visit).practitioner) == ("booked", clinic.derm)


class TestWhatElseMovesVisits:
    def test_time_off_of_the_practitioner(self, clinic, visit):
        file_time_off(actor=None, practitioner=clinic.derm, during=DateTimeTZRange(after(1, 0), after(2, 0)), now=NOW)

        assert stored(visit).status == "needs_reassignment"

    def test_time_off_that_touches_only_a_buffer(self, clinic, visit):
        ends = after(hour=10, minute=35)

        file_time_off(actor=None, practitioner=clinic.derm, during=DateTimeTZRange(ends, after(2, 0)), now=NOW)

        assert stored(visit).status == "needs_reassignment"

    def test_time_off_before_the_visit_does_not(self, clinic, visit):
        file_time_off(
            actor=None, practitioner=clinic.derm, during=DateTimeTZRange(after(1, 0), after(hour=9, minute=55)), now=NOW
        )

        assert stored(visit).status == "booked"

    def test_time_off_of_a_supervisor_who_must_be_there(self, clinic):
        aesthetician = world.hire("medical_aesthetician", site=clinic.site, trainings=["lancet"])
        world.agree(clinic.derm, aesthetician)
        visit = another_visit(clinic, performer=aesthetician)

        file_time_off(actor=None, practitioner=clinic.derm, during=DateTimeTZRange(after(1, 0), after(2, 0)), now=NOW)

        assert stored(visit).status == "needs_reassignment"

    def test_time_off_of_a_supervisor_who_need_not_be_there_does_not(self, clinic, assistant):
        visit = another_visit(clinic, performer=assistant)

        file_time_off(actor=None, practitioner=clinic.derm, during=DateTimeTZRange(after(1, 0), after(2, 0)), now=NOW)

        assert stored(visit).status == "booked"

    def test_the_end_of_an_agreement(self, clinic):
        person = world.hire("physician_assistant", site=clinic.site, trainings=["lancet"])
        agreement = world.agree(clinic.derm, person)
        visit = another_visit(clinic, performer=person)

        end_agreement(actor=None, agreement=agreement, now=NOW)

        assert stored(visit).status == "needs_reassignment"

    def test_a_shift_that_is_withdrawn(self, clinic):
        colleague = world.a_dermatologist(site=clinic.site, shift=None)
        shift = world.on_duty(colleague, after(1, 9), after(1, 17), site=clinic.site)
        visit = another_visit(clinic, performer=colleague)

        withdraw_shift(actor=None, shift=shift.id, now=NOW)

        assert stored(visit).status == "needs_reassignment"

    def test_a_practitioner_who_leaves(self, clinic, visit):
        deactivate_practitioner(actor=None, practitioner=clinic.derm, now=NOW)

        assert stored(visit).status == "needs_reassignment"

    def test_a_room_that_is_closed(self, clinic, visit):
        _, moved = file_closure(
            actor=None, site=clinic.site, room=visit.room, during=DateTimeTZRange(after(1, 0), after(2, 0)), now=NOW
        )

        assert moved == [visit.id]

    def test_a_site_that_is_closed(self, clinic, visit):
        file_closure(actor=None, site=clinic.site, during=DateTimeTZRange(after(1, 0), after(2, 0)), now=NOW)

        assert stored(visit).status == "needs_reassignment"

    def test_the_closure_of_another_room_does_not(self, clinic, visit):
        other = clinic.site.rooms.exclude(pk=visit.room_id).first()

        file_closure(actor=None, site=clinic.site, room=other, during=DateTimeTZRange(after(1, 0), after(2, 0)), now=NOW)

        assert stored(visit).status == "booked"

    def test_fewer_seats_for_supervisees(self, clinic, assistant):
        visit = another_visit(clinic, performer=assistant)

        limit_supervisees(actor=None, practitioner=clinic.derm, max_supervisees=0, now=NOW)

        assert stored(visit).status == "needs_reassignment"

    def test_a_lesion_that_turns_out_to_lie_on_the_lid(self, clinic, assistant):
        visit = book(clinic.derm.user, clinic.patient, after(), assistant, clinic.lesion)

        finding = NewAssessment(region="eyelid")
        sign_assessment(actor=clinic.derm.user, lesions=[clinic.lesion.id], assessment=finding, now=NOW)

        assert stored(visit).status == "needs_reassignment"

    def test_a_lesion_that_is_corrected_to_lie_deeper(self, clinic, visit):
        _, moved = correct_lesion(actor=clinic.derm.user, lesion=clinic.lesion.id, changes={"depth": "dermal"}, now=NOW)

        assert moved == [visit.id]

    def test_a_lesion_that_becomes_suspicious(self, clinic, visit):
        finding = NewAssessment(suspicious=True)

        _, moved = sign_assessment(actor=clinic.derm.user, lesions=[clinic.lesion.id], assessment=finding, now=NOW)

        assert moved == [visit.id]

    def test_an_assessment_that_changes_nothing_does_not(self, clinic, visit):
        finding = NewAssessment(diagnosis="milium", certainty="confirmed")

        _, moved = sign_assessment(actor=clinic.derm.user, lesions=[clinic.lesion.id], assessment=finding, now=NOW)

        assert moved == []

    def test_an_order_that_is_revoked(self, clinic):
        order = world.order(clinic.derm, clinic.patient, [clinic.lesion])
        visit = book(clinic.desk, clinic.patient, after(), clinic.derm, clinic.lesion)

        _, moved = revoke_order(actor=clinic.derm.user, order=order, now=NOW)

        assert moved == [visit.id]

    def test_a_law_that_tightens(self, clinic, assistant):
        visit = another_visit(clinic, performer=assistant)
        law = LawProposal(
            jurisdiction="US-OH",
            profession="physician_assistant",
            act="lancet_extraction",
            effect="refuse",
            citation="A rule of 2027",
        )

        _, moved = propose_jurisdiction_row(actor=world.a_manager(), proposal=law, now=NOW)

        assert moved == [visit.id]
        assert PolicyRow.objects.filter(citation="A rule of 2027").exists()


class TestFindingASubstitute:
    def test_the_same_time_comes_first(self, clinic, visit):
        colleague = world.a_dermatologist(site=clinic.site)
        suspend(clinic.derm)

        teams = substitutes(visit)

        assert (teams[0].practitioner, teams[0].start) == (colleague.id, after())

    def test_then_the_nearest_free_starts(self, clinic, visit):
        colleague = world.a_dermatologist(site=clinic.site)
        patient = world.a_patient()
        book(colleague.user, patient, after(), colleague, world.charted(patient))
        suspend(clinic.derm)

        teams = substitutes(visit)

        assert (teams[0].practitioner, teams[0].start) == (colleague.id, after(minute=45))

    def test_nobody_who_may_not_is_offered(self, clinic, visit):
        world.hire("esthetician", site=clinic.site, trainings=["lancet"])
        suspend(clinic.derm)

        teams = substitutes(visit)

        assert teams == []

    def test_everybody_offered_at_the_same_time_can_take_it(self, clinic, visit):
        for _ in range(2):
            world.a_dermatologist(site=clinic.site)
        suspend_licence(actor=None, licence=licence_of(clinic.derm), reason="board", until=after(5), now=NOW)
        teams = substitutes(visit)

        for team in [team for team in teams if team.start == after()]:
            person = Licence.objects.get(practitioner=team.practitioner).practitioner
            reassign_appointment(actor=person.user, visit=stored(visit), practitioner=person, now=NOW)
            assert stored(visit).practitioner == person


class TestGivingManyVisitsAway:
    def test_moves_all_in_one_call(self, clinic, visit):
        second = another_visit(clinic)
        colleague = world.a_dermatologist(site=clinic.site)
        suspend(clinic.derm)
        colleague_user = colleague.user

        outcome = apply_reassignments(
            actor=colleague_user,
            moves=[Move(visit=stored(row), practitioner=colleague, start=row.start) for row in (visit, second)],
            now=NOW,
        )

        assert set(outcome.moved) == {visit.id, second.id}
        assert {stored(row).status for row in (visit, second)} == {"booked"}

    def test_what_fails_hinders_none_of_the_others(self, clinic, visit):
        second = another_visit(clinic)
        colleague, esthetician = world.a_dermatologist(site=clinic.site), world.hire("esthetician", site=clinic.site)
        suspend(clinic.derm)

        outcome = apply_reassignments(
            actor=colleague.user,
            moves=[
                Move(visit=stored(visit), practitioner=esthetician, start=visit.start),
                Move(visit=stored(second), practitioner=colleague, start=second.start),
            ],
            now=NOW,
        )

        assert (outcome.moved, outcome.failed) == ((second.id,), ((visit.id, "piercing_not_permitted"),))

    def test_finishes_the_task(self, clinic, visit):
        colleague = world.a_dermatologist(site=clinic.site)
        suspend(clinic.derm)

        apply_reassignments(
            actor=colleague.user, moves=[Move(visit=stored(visit), practitioner=colleague, start=visit.start)], now=NOW
        )

        assert Task.objects.get(kind="reassign_visit").state == "done"

    def test_tells_each_patient_exactly_once(self, clinic, visit):
        colleague = world.a_dermatologist(site=clinic.site)
        suspend(clinic.derm)

        apply_reassignments(
            actor=colleague.user, moves=[Move(visit=stored(visit), practitioner=colleague, start=visit.start)], now=NOW
        )

        assert Message.objects.filter(appointment=visit, kind="P05").exclude(state="withdrawn").count() == 1

    def test_by_the_front_desk_needs_a_new_signature_where_the_old_one_is_worth_nothing(self, clinic, visit):
        colleague = world.a_dermatologist(site=clinic.site)
        suspend(clinic.derm)

        outcome = apply_reassignments(
            actor=clinic.desk, moves=[Move(visit=stored(visit), practitioner=colleague, start=visit.start)], now=NOW
        )

        assert outcome.failed == ((visit.id, "order_required"),)

    def test_by_the_front_desk_works_on_a_new_order(self, clinic, visit):
        colleague = world.a_dermatologist(site=clinic.site)
        suspend(clinic.derm)
        world.order(colleague, clinic.patient, [clinic.lesion])

        outcome = apply_reassignments(
            actor=clinic.desk, moves=[Move(visit=stored(visit), practitioner=colleague, start=visit.start)], now=NOW
        )

        assert outcome.moved == (visit.id,)


class TestAVisitAdrift:
    @pytest.fixture
    def adrift(self, clinic, visit) -> Appointment:
        suspend(clinic.derm)
        return stored(visit)

    def test_can_be_cancelled(self, clinic, adrift):
        cancel_appointment(actor=clinic.desk, visit=adrift, reason="nobody free", now=NOW)

        assert stored(adrift).status == "cancelled"
        assert Task.objects.get(kind="reassign_visit").state == "done"

    def test_is_not_moved_a_second_time(self, clinic, adrift):
        _, moved = file_time_off(
            actor=None, practitioner=clinic.derm, during=DateTimeTZRange(after(1, 0), after(2, 0)), now=NOW
        )

        assert moved == []

    def test_keeps_the_patients_time(self, clinic, adrift):
        colleague = world.a_dermatologist(site=clinic.site)

        verdict = world.judged(clinic.desk, clinic.patient, after(), colleague, "review")

        assert [reason.resource for reason in verdict.reasons if reason.code == "slot_taken"] == ["patient"]

    def test_stays_adrift_when_the_time_off_is_cancelled(self, clinic):
        visit = another_visit(clinic)
        away, _ = file_time_off(actor=None, practitioner=clinic.derm, during=DateTimeTZRange(after(1, 0), after(2, 0)), now=NOW)

        cancel_time_off(actor=None, time_off=away.id, now=NOW)

        assert stored(visit).status == "needs_reassignment"


class TestALicenceThatEndsSoon:
    def shorten(self, person, last: date) -> None:
        correct_licence(actor=None, licence=licence_of(person), correction=LicenceCorrection(valid_through=last), now=NOW)

    def test_moves_the_visits_after_its_last_day_when_it_is_shortened(self, clinic):
        colleague = world.a_dermatologist(site=clinic.site)
        visit = another_visit(clinic, performer=colleague, days=4)

        self.shorten(colleague, date(2027, 1, 15))

        assert stored(visit).status == "needs_reassignment"

    def test_keeps_the_visits_of_its_last_day(self, clinic):
        colleague = world.a_dermatologist(site=clinic.site)
        visit = another_visit(clinic, performer=colleague, days=3, hour=22)

        self.shorten(colleague, date(2027, 1, 15))

        assert stored(visit).status == "booked"
