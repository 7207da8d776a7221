"""The course of a visit: from the door to the end, once at a time and never backwards."""

from datetime import timedelta

import pytest
from django.db import connection

from appointments.models import Appointment, Authority, Message, ResourceClaim
from appointments.services.course import (
    cancel_appointment,
    check_in,
    complete_visit,
    mark_as_mistake,
    record_no_show,
    start_treatment,
    undo_check_in,
)
from appointments.services.refusing import WorkRefused
from clinic.errors import Conflict
from clinic.models import Licence
from clinic.services.credentials.licences import suspend_licence
from tests import clinic_world as world
from tests.clinic_world import NOW, SmallClinic, after, book, codes
from treatments.models import TreatmentOrder

pytestmark = pytest.mark.django_db
AT_THE_DOOR = timedelta(minutes=-5)


@pytest.fixture
def clinic() -> SmallClinic:
    return world.a_small_clinic()


@pytest.fixture
def visit(clinic) -> Appointment:
    """An ordered lancet extraction tomorrow at ten."""
    world.order(clinic.derm, clinic.patient, [clinic.lesion])
    return book(clinic.desk, clinic.patient, after(), clinic.derm, clinic.lesion)


def stored(visit: Appointment) -> Appointment:
    return Appointment.objects.get(pk=visit.pk)


def arrived(clinic: SmallClinic, visit: Appointment) -> Appointment:
    return check_in(actor=clinic.desk, visit=visit, now=after() + AT_THE_DOOR)


def begun(clinic: SmallClinic, visit: Appointment) -> Appointment:
    return start_treatment(actor=clinic.derm.user, visit=arrived(clinic, visit), now=after())


class TestCheckIn:
    def test_opens_an_encounter(self, clinic, visit):
        arrived(clinic, visit)

        encounter = stored(visit).encounter
        assert (encounter.patient, encounter.practitioner, encounter.status) == (clinic.patient, clinic.derm, "arrived")

    def test_makes_the_visit_checked_in(self, clinic, visit):
        arrived(clinic, visit)

        assert stored(visit).status == "checked_in"

    def test_judges_the_visit_once_more(self, clinic, visit):
        world.noted_skin(clinic.patient, "infection")

        with pytest.raises(WorkRefused) as refused:
            arrived(clinic, visit)

        assert codes(refused.value.reasons) == {"contraindicated"}
        assert stored(visit).status == "booked"

    def test_works_for_a_patient_who_comes_late(self, clinic, visit):
        check_in(actor=clinic.desk, visit=visit, now=after(minute=10))

        assert stored(visit).status == "checked_in"

    def test_of_a_visit_that_lost_its_practitioner_is_refused(self, clinic, visit):
        suspend_licence(actor=None, licence=Licence.objects.get(practitioner=clinic.derm), reason="board", now=NOW)

        with pytest.raises(Conflict):
            arrived(clinic, visit)

        assert stored(visit).status == "needs_reassignment"

    def test_happens_once(self, clinic, visit):
        arrived(clinic, visit)

        with pytest.raises(Conflict) as refused:
            arrived(clinic, visit)

        assert refused.value.code == "illegal_transition"

    def test_can_be_undone(self, clinic, visit):
        undo_check_in(actor=clinic.desk, visit=arrived(clinic, visit), now=after())

        assert (stored(visit).status, stored(visit).encounter) == ("booked", None)

    def test_undone_cancels_the_encounter(self, clinic, visit):
        encounter = arrived(clinic, visit).encounter

        undo_check_in(actor=clinic.desk, visit=visit, now=after())

        encounter.refresh_from_db()
        assert encounter.status == "cancelled"

    def test_is_possible_again_after_it_was_undone(self, clinic, visit):
        undo_check_in(actor=clinic.desk, visit=arrived(clinic, visit), now=after())

        arrived(clinic, visit)

        assert stored(visit).status == "checked_in"

    def test_of_a_booked_visit_cannot_be_undone(self, clinic, visit):
        with pytest.raises(Conflict):
            undo_check_in(actor=clinic.desk, visit=visit, now=NOW)


class TestTreatment:
    def test_begins(self, clinic, visit):
        begun(clinic, visit)

        assert (stored(visit).status, stored(visit).encounter.status) == ("in_treatment", "in_progress")

    def test_does_not_begin_before_the_patient_is_checked_in(self, clinic, visit):
        with pytest.raises(Conflict):
            start_treatment(actor=clinic.derm.user, visit=visit, now=after())

    def test_ends(self, clinic, visit):
        complete_visit(actor=clinic.derm.user, visit=begun(clinic, visit), now=after(minute=30))

        row = stored(visit)
        assert (row.status, row.encounter.status, row.encounter.ended_at) == ("completed", "finished", after(minute=30))

    def test_over_holds_nothing_any_more(self, clinic, visit):
        complete_visit(actor=clinic.derm.user, visit=begun(clinic, visit), now=after(minute=30))

        assert not ResourceClaim.objects.filter(appointment=visit).exists()
        assert not Authority.objects.filter(appointment=visit).exists()

    def test_over_keeps_its_order_used(self, clinic, visit):
        complete_visit(actor=clinic.derm.user, visit=begun(clinic, visit), now=after(minute=30))

        assert TreatmentOrder.objects.get().status == "used"

    def test_over_is_not_cancelled_any_more(self, clinic, visit):
        complete_visit(actor=clinic.derm.user, visit=begun(clinic, visit), now=after(minute=30))

        with pytest.raises(Conflict):
            cancel_appointment(actor=clinic.desk, visit=stored(visit), reason="late", now=after(hour=12))

    def test_does_not_end_before_it_began(self, clinic, visit):
        with pytest.raises(Conflict):
            complete_visit(actor=clinic.derm.user, visit=visit, now=after())


class TestNoShow:
    def test_is_recorded_from_a_quarter_of_an_hour_on(self, clinic, visit):
        record_no_show(actor=clinic.desk, visit=visit, now=after(minute=15))

        assert stored(visit).status == "no_show"

    def test_is_not_recorded_before(self, clinic, visit):
        with pytest.raises(Conflict) as refused:
            record_no_show(actor=clinic.desk, visit=visit, now=after(minute=15) - timedelta(seconds=1))

        assert refused.value.code == "illegal_transition"

    def test_changes_nothing_when_repeated(self, clinic, visit):
        record_no_show(actor=clinic.desk, visit=visit, now=after(minute=15))

        again = record_no_show(actor=clinic.desk, visit=stored(visit), now=after(minute=20))

        assert again.status == "no_show"

    def test_frees_the_order(self, clinic, visit):
        record_no_show(actor=clinic.desk, visit=visit, now=after(minute=15))

        assert TreatmentOrder.objects.get().status == "active"

    def test_withdraws_what_was_still_to_be_sent(self, clinic, visit):
        record_no_show(actor=clinic.desk, visit=visit, now=after(minute=15))

        assert set(Message.objects.filter(appointment=visit, state="due").values_list("kind", flat=True)) == {"P06"}


class TestCancel:
    def test_ends_the_visit_with_its_reason(self, clinic, visit):
        cancel_appointment(actor=clinic.desk, visit=visit, reason="ill", now=NOW)

        assert (stored(visit).status, stored(visit).cancel_reason) == ("cancelled", "ill")

    def test_frees_all_that_it_held(self, clinic, visit):
        cancel_appointment(actor=clinic.desk, visit=visit, reason="ill", now=NOW)

        assert not ResourceClaim.objects.filter(appointment=visit).exists()

    def test_frees_the_order_for_another_visit(self, clinic, visit):
        cancel_appointment(actor=clinic.desk, visit=visit, reason="ill", now=NOW)

        again = book(clinic.desk, clinic.patient, after(2), clinic.derm, clinic.lesion)

        assert again.items.get().order_item.order == TreatmentOrder.objects.get()

    def test_changes_nothing_when_repeated(self, clinic, visit):
        cancel_appointment(actor=clinic.desk, visit=visit, reason="ill", now=NOW)

        cancel_appointment(actor=clinic.desk, visit=stored(visit), reason="another", now=NOW)

        assert stored(visit).cancel_reason == "ill"

    def test_repeated_by_somebody_who_saw_the_visit_booked_changes_nothing(self, clinic, visit):
        seen = stored(visit)
        cancel_appointment(actor=clinic.desk, visit=visit, reason="ill", now=NOW)

        again = cancel_appointment(actor=clinic.desk, visit=seen, reason="another", now=NOW)

        assert (again.status, stored(visit).cancel_reason) == ("cancelled", "ill")

    def test_of_a_patient_who_is_here_ends_the_encounter(self, clinic, visit):
        encounter = arrived(clinic, visit).encounter

        cancel_appointment(actor=clinic.desk, visit=stored(visit), reason="went home", now=after())

        encounter.refresh_from_db()
        assert encounter.status == "cancelled"

    def test_leaves_nothing_to_be_confirmed(self, clinic, visit):
        cancel_appointment(actor=clinic.desk, visit=visit, reason="ill", now=NOW)

        assert not Message.objects.filter(appointment=visit, state="due", kind__in=["P01", "P03"]).exists()

    def test_in_the_middle_of_the_treatment_is_refused(self, clinic, visit):
        with pytest.raises(Conflict):
            cancel_appointment(actor=clinic.desk, visit=begun(clinic, visit), reason="no", now=after())


class TestMistake:
    def test_is_marked_even_when_the_visit_is_over(self, clinic, visit):
        complete_visit(actor=clinic.derm.user, visit=begun(clinic, visit), now=after(minute=30))

        mark_as_mistake(actor=world.a_manager(), visit=stored(visit), reason="wrong patient", now=after(hour=12))

        assert stored(visit).status == "entered_in_error"

    def test_frees_all_that_the_visit_held(self, clinic, visit):
        mark_as_mistake(actor=world.a_manager(), visit=visit, reason="wrong patient", now=NOW)

        assert not ResourceClaim.objects.filter(appointment=visit).exists()
        assert TreatmentOrder.objects.get().status == "active"

    def test_is_final(self, clinic, visit):
        mark_as_mistake(actor=world.a_manager(), visit=visit, reason="wrong patient", now=NOW)

        with pytest.raises(Conflict):
            check_in(actor=clinic.desk, visit=stored(visit), now=after())

    def test_satisfies_every_deferred_constraint(self, clinic, visit):
        mark_as_mistake(actor=world.a_manager(), visit=visit, reason="wrong patient", now=NOW)

        connection.check_constraints()
        assert stored(visit).cancel_reason == "wrong patient"
