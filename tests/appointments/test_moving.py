"""Moving a visit: another time, other hands, other work; what is refused leaves the visit as it was."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from appointments.models import Appointment, Message, ResourceClaim
from appointments.services.course import cancel_appointment, check_in
from appointments.services.moving import (
    add_treatment,
    hand_over,
    reassign_appointment,
    remove_treatment,
    reschedule_appointment,
)
from appointments.services.refusing import BookingNotAllowed, SlotTaken, WorkRefused
from clinic.errors import Conflict, NotFound, RuleBroken
from clinic.services.absences import file_time_off
from tests import clinic_world as world
from tests.clinic_world import NOW, SmallClinic, after, asked, book, codes
from treatments.models import TreatmentOrder
from treatments.selectors.work import Asked
from treatments.services.orders import revoke_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> SmallClinic:
    return world.a_small_clinic()


@pytest.fixture
def visit(clinic) -> Appointment:
    """A lancet extraction tomorrow at ten."""
    return book(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion)


def stored(visit: Appointment) -> Appointment:
    return Appointment.objects.get(pk=visit.pk)


def state(visit: Appointment) -> tuple:
    """Everything of a visit that a refused move must leave alone."""
    row = stored(visit)
    claims = sorted(ResourceClaim.objects.filter(appointment=visit).values_list("resource", "during"), key=str)
    items = sorted(row.items.values_list("id", "treatment", "lesion", "authorised_by", "order_item"), key=str)
    return row.during, row.status, row.revision, row.practitioner_id, row.previous_starts, row.price, claims, items


class TestReschedule:
    def test_moves_the_same_visit(self, clinic, visit):
        moved = reschedule_appointment(actor=clinic.derm.user, visit=visit, start=after(2), now=NOW)

        assert (moved.id, stored(visit).start, stored(visit).revision) == (visit.id, after(2), 2)

    def test_remembers_the_starts_before(self, clinic, visit):
        reschedule_appointment(actor=clinic.derm.user, visit=visit, start=after(2), now=NOW)
        reschedule_appointment(actor=clinic.derm.user, visit=stored(visit), start=after(3), now=NOW)

        assert stored(visit).previous_starts == [after(), after(2)]

    def test_may_overlap_its_own_old_time(self, clinic, visit):
        reschedule_appointment(actor=clinic.derm.user, visit=visit, start=after(minute=15), now=NOW)

        assert stored(visit).start == after(minute=15)

    def test_frees_the_old_time(self, clinic, visit):
        reschedule_appointment(actor=clinic.derm.user, visit=visit, start=after(2), now=NOW)
        other = world.a_patient()

        assert book(clinic.derm.user, other, after(), clinic.derm, world.charted(other)).start == after()

    def test_claims_the_new_time_only(self, clinic, visit):
        reschedule_appointment(actor=clinic.derm.user, visit=visit, start=after(minute=15), now=NOW)

        [during] = ResourceClaim.objects.filter(appointment=visit, kind="patient").values_list("during", flat=True)
        assert (during.lower, during.upper) == (after(minute=15), after(minute=45))

    def test_keeps_the_old_place_when_the_new_one_is_taken(self, clinic, visit):
        other = world.a_patient()
        book(clinic.derm.user, other, after(2), clinic.derm, world.charted(other))
        before = state(visit)

        with pytest.raises(SlotTaken):
            reschedule_appointment(actor=clinic.derm.user, visit=visit, start=after(2), now=NOW)

        assert state(visit) == before

    def test_keeps_the_old_place_when_a_rule_refuses(self, clinic, visit):
        before = state(visit)

        with pytest.raises(WorkRefused) as refused:
            reschedule_appointment(actor=clinic.derm.user, visit=visit, start=after(-1), now=NOW)

        assert refused.value.code == "in_the_past"
        assert state(visit) == before

    def test_goes_to_another_practitioner_when_named(self, clinic, visit):
        colleague = world.a_dermatologist(site=clinic.site)

        reschedule_appointment(actor=clinic.derm.user, visit=visit, start=after(2), practitioner=colleague, now=NOW)

        assert stored(visit).practitioner == colleague

    def test_by_the_front_desk_rests_on_who_answered_so_far(self, clinic, visit):
        reschedule_appointment(actor=clinic.desk, visit=visit, start=after(2), now=NOW)

        assert stored(visit).items.get().authorised_by == clinic.derm

    def test_takes_its_order_along(self, clinic):
        order = world.order(clinic.derm, clinic.patient, [clinic.lesion])
        visit = book(clinic.desk, clinic.patient, after(), clinic.derm, clinic.lesion)

        reschedule_appointment(actor=clinic.desk, visit=visit, start=after(2), now=NOW)

        assert stored(visit).items.get().order_item.order == order
        assert TreatmentOrder.objects.get(pk=order.pk).status == "used"

    def test_beyond_the_life_of_its_order_is_refused(self, clinic):
        order = world.order(clinic.derm, clinic.patient, [clinic.lesion])
        visit = book(clinic.desk, clinic.patient, after(), clinic.derm, clinic.lesion)
        before = state(visit)

        with pytest.raises(BookingNotAllowed):
            reschedule_appointment(actor=clinic.desk, visit=visit, start=order.expires_at, now=NOW)

        assert state(visit) == before

    def test_does_not_lean_on_an_order_that_was_revoked(self, clinic):
        order = world.order(clinic.derm, clinic.patient, [clinic.lesion])
        visit = book(clinic.desk, clinic.patient, after(), clinic.derm, clinic.lesion)
        revoke_order(actor=clinic.derm.user, order=order, now=NOW)

        with pytest.raises(BookingNotAllowed):
            reschedule_appointment(actor=clinic.desk, visit=stored(visit), start=after(2), now=NOW)

    def test_past_the_end_of_the_licence_is_refused(self, clinic):
        leaving = world.a_dermatologist(site=clinic.site, valid_through=date(2027, 1, 20))
        visit = book(leaving.user, clinic.patient, after(), leaving, clinic.lesion)

        with pytest.raises(WorkRefused) as refused:
            reschedule_appointment(actor=leaving.user, visit=visit, start=after(10), now=NOW)

        assert codes(refused.value.reasons) == {"licence_expired"}

    def test_keeps_the_price_that_was_quoted(self, clinic, visit):
        clinic.site.treatments.filter(code="lancet-extraction").update(price="999.00")

        reschedule_appointment(actor=clinic.derm.user, visit=visit, start=after(2), now=NOW)

        assert stored(visit).price == visit.price

    def test_of_a_cancelled_visit_is_refused(self, clinic, visit):
        cancel_appointment(actor=clinic.desk, visit=visit, reason="ill", now=NOW)

        with pytest.raises(Conflict) as refused:
            reschedule_appointment(actor=clinic.derm.user, visit=stored(visit), start=after(2), now=NOW)

        assert refused.value.code == "illegal_transition"

    def test_seen_before_somebody_else_changed_the_visit_is_refused(self, clinic, visit):
        seen = stored(visit)
        reschedule_appointment(actor=clinic.derm.user, visit=visit, start=after(2), now=NOW)

        with pytest.raises(Conflict):
            reschedule_appointment(actor=clinic.derm.user, visit=seen, start=after(3), now=NOW)

        assert stored(visit).start == after(2)

    def test_tells_the_patient_once(self, clinic, visit):
        reschedule_appointment(actor=clinic.derm.user, visit=visit, start=after(2), now=NOW)

        due = Message.objects.filter(appointment=visit, state="due").values_list("kind", "revision")
        assert sorted(due) == [("P03", 2), ("P05", 2)]

    def test_satisfies_every_deferred_constraint(self, clinic, visit):
        reschedule_appointment(actor=clinic.derm.user, visit=visit, start=after(2), now=NOW)

        connection.check_constraints()
        assert ResourceClaim.objects.filter(appointment=visit).count() == 3

    def test_two_visits_change_places_by_way_of_a_third_time(self, clinic, visit):
        other = world.a_patient()
        second = book(clinic.derm.user, other, after(hour=11), clinic.derm, world.charted(other))
        reschedule_appointment(actor=clinic.derm.user, visit=visit, start=after(hour=14), now=NOW)

        reschedule_appointment(actor=clinic.derm.user, visit=second, start=after(), now=NOW)
        reschedule_appointment(actor=clinic.derm.user, visit=stored(visit), start=after(hour=11), now=NOW)

        assert (stored(visit).start, stored(second).start) == (after(hour=11), after())


class TestReassign:
    def test_gives_the_visit_to_somebody_else_at_its_time(self, clinic, visit):
        colleague = world.a_dermatologist(site=clinic.site)

        reassign_appointment(actor=clinic.desk, visit=visit, practitioner=colleague, now=NOW)

        assert (stored(visit).practitioner, stored(visit).start, stored(visit).revision) == (colleague, after(), 2)

    def test_to_somebody_supervised_takes_the_supervisor(self, clinic, visit):
        assistant = world.hire("physician_assistant", site=clinic.site, trainings=["lancet"])
        world.agree(clinic.derm, assistant)

        reassign_appointment(actor=clinic.desk, visit=visit, practitioner=assistant, now=NOW)

        assert (stored(visit).supervisor, stored(visit).items.get().supervision) == (clinic.derm, "general")

    def test_back_from_somebody_supervised_frees_the_supervisor(self, clinic):
        assistant = world.hire("physician_assistant", site=clinic.site, trainings=["lancet"])
        world.agree(clinic.derm, assistant)
        visit = book(clinic.derm.user, clinic.patient, after(), assistant, clinic.lesion)

        reassign_appointment(actor=clinic.desk, visit=visit, practitioner=clinic.derm, now=NOW)

        assert (stored(visit).supervisor, stored(visit).seat, stored(visit).supervision) == (None, None, "none")

    def test_to_somebody_who_may_not_is_refused(self, clinic, visit):
        esthetician = world.hire("esthetician", site=clinic.site, trainings=["lancet"])
        before = state(visit)

        with pytest.raises(WorkRefused) as refused:
            reassign_appointment(actor=clinic.derm.user, visit=visit, practitioner=esthetician, now=NOW)

        assert codes(refused.value.reasons) == {"piercing_not_permitted"}
        assert state(visit) == before

    def test_to_somebody_busy_is_refused(self, clinic, visit):
        colleague, other = world.a_dermatologist(site=clinic.site), world.a_patient()
        book(colleague.user, other, after(), colleague, world.charted(other))

        with pytest.raises(SlotTaken) as refused:
            reassign_appointment(actor=clinic.derm.user, visit=visit, practitioner=colleague, now=NOW)

        assert refused.value.reasons[0].resource == "practitioner"

    def test_keeps_the_room(self, clinic, visit):
        colleague = world.a_dermatologist(site=clinic.site)

        reassign_appointment(actor=clinic.desk, visit=visit, practitioner=colleague, now=NOW)

        assert stored(visit).room == visit.room


class TestAddTreatment:
    def test_lets_the_visit_grow(self, clinic, visit):
        [item] = asked("skin-analysis")

        add_treatment(actor=clinic.derm.user, visit=visit, item=item, now=NOW)

        assert (stored(visit).end - stored(visit).start, stored(visit).items.count()) == (timedelta(minutes=60), 2)

    def test_adds_its_price(self, clinic, visit):
        [item] = asked("skin-analysis")

        add_treatment(actor=clinic.derm.user, visit=visit, item=item, now=NOW)

        assert stored(visit).price == visit.price + 45

    def test_that_does_not_fit_before_the_next_visit_is_refused(self, clinic, visit):
        other = world.a_patient()
        book(clinic.derm.user, other, after(minute=45), clinic.derm, world.charted(other))
        before = state(visit)
        [item] = asked("skin-analysis")

        with pytest.raises(SlotTaken):
            add_treatment(actor=clinic.derm.user, visit=visit, item=item, now=NOW)

        assert state(visit) == before

    def test_of_restricted_work_by_the_front_desk_needs_an_order(self, clinic):
        visit = book(clinic.desk, clinic.patient, after(), clinic.derm, "skin-analysis")
        [item] = asked(clinic.lesion)

        with pytest.raises(BookingNotAllowed):
            add_treatment(actor=clinic.desk, visit=visit, item=item, now=NOW)

    def test_of_the_same_ordered_work_again_needs_an_order_of_its_own(self, clinic):
        world.order(clinic.derm, clinic.patient, [clinic.lesion])
        visit = book(clinic.desk, clinic.patient, after(), clinic.derm, clinic.lesion)
        [item] = asked(clinic.lesion)

        with pytest.raises(BookingNotAllowed):
            add_treatment(actor=clinic.desk, visit=visit, item=item, now=NOW)

    def test_of_restricted_work_with_an_order_is_served(self, clinic):
        visit = book(clinic.desk, clinic.patient, after(), clinic.derm, "skin-analysis")
        order = world.order(clinic.derm, clinic.patient, [clinic.lesion])
        [item] = asked(clinic.lesion)

        add_treatment(actor=clinic.desk, visit=visit, item=item, now=NOW, order=order.id)

        assert stored(visit).items.filter(order_item__order=order).count() == 1

    def test_beyond_the_performer_is_refused(self, clinic):
        esthetician = world.hire("esthetician", site=clinic.site)
        visit = book(
            clinic.desk, clinic.patient, after(), esthetician, Asked(treatment="comedone-extraction", body_site="cheek")
        )
        [item] = asked(clinic.lesion)

        with pytest.raises(WorkRefused) as refused:
            add_treatment(actor=clinic.derm.user, visit=visit, item=item, now=NOW)

        assert "piercing_not_permitted" in codes(refused.value.reasons)

    def test_to_a_free_consultation_is_refused(self, clinic):
        visit = book(clinic.desk, clinic.patient, after(), clinic.derm, "free-consultation")
        [item] = asked("skin-analysis")

        with pytest.raises(WorkRefused) as refused:
            add_treatment(actor=clinic.derm.user, visit=visit, item=item, now=NOW)

        assert world.gates(refused.value.reasons) == {"consultation_only": "G26"}

    def test_works_while_the_patient_is_here(self, clinic, visit):
        check_in(actor=clinic.desk, visit=visit, now=after() - timedelta(minutes=5))
        [item] = asked("skin-analysis")

        add_treatment(actor=clinic.derm.user, visit=stored(visit), item=item, now=after() + timedelta(minutes=5))

        assert (stored(visit).status, stored(visit).items.count()) == ("checked_in", 2)


class TestRemoveTreatment:
    def test_lets_the_visit_shrink(self, clinic):
        visit = book(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion, "skin-analysis")
        analysis = visit.items.get(treatment__code="skin-analysis").group

        remove_treatment(actor=clinic.desk, visit=visit, item=analysis, now=NOW)

        assert stored(visit).end == after(minute=30)

    def test_frees_its_order(self, clinic):
        order = world.order(clinic.derm, clinic.patient, [clinic.lesion])
        visit = book(clinic.desk, clinic.patient, after(), clinic.derm, clinic.lesion, "skin-analysis")
        group = visit.items.get(treatment__code="lancet-extraction").group

        remove_treatment(actor=clinic.desk, visit=visit, item=group, now=NOW)

        assert TreatmentOrder.objects.get(pk=order.pk).status == "active"

    def test_of_the_last_one_is_refused(self, clinic, visit):
        with pytest.raises(RuleBroken) as refused:
            remove_treatment(actor=clinic.desk, visit=visit, item=visit.items.get().group, now=NOW)

        assert refused.value.code == "last_treatment"

    def test_that_the_visit_does_not_have_is_not_found(self, clinic, visit):
        with pytest.raises(NotFound):
            remove_treatment(actor=clinic.desk, visit=visit, item=clinic.site.id, now=NOW)


class TestHandOver:
    @pytest.fixture
    def arrived(self, clinic, visit) -> Appointment:
        check_in(actor=clinic.desk, visit=visit, now=after() - timedelta(minutes=5))
        return stored(visit)

    def test_goes_on_with_somebody_else(self, clinic, arrived):
        colleague = world.a_dermatologist(site=clinic.site)

        hand_over(actor=clinic.derm.user, visit=arrived, practitioner=colleague, now=after() + timedelta(minutes=10))

        assert (stored(arrived).practitioner, stored(arrived).status) == (colleague, "checked_in")

    def test_to_somebody_who_may_not_is_refused(self, clinic, arrived):
        esthetician = world.hire("esthetician", site=clinic.site)

        with pytest.raises(WorkRefused):
            hand_over(actor=clinic.derm.user, visit=arrived, practitioner=esthetician, now=after())

        assert stored(arrived).practitioner == clinic.derm

    def test_tells_the_patient_nothing(self, clinic, arrived):
        colleague = world.a_dermatologist(site=clinic.site)

        hand_over(actor=clinic.derm.user, visit=arrived, practitioner=colleague, now=after())

        assert not Message.objects.filter(appointment=arrived, kind="P05").exists()

    def test_of_a_visit_that_has_not_begun_is_refused(self, clinic, visit):
        with pytest.raises(Conflict):
            hand_over(actor=clinic.derm.user, visit=visit, practitioner=world.a_dermatologist(site=clinic.site), now=NOW)


class TestAVisitAdrift:
    @pytest.fixture
    def adrift(self, clinic, visit) -> Appointment:
        file_time_off(actor=None, practitioner=clinic.derm, during=DateTimeTZRange(after(1, 0), after(2, 0)), now=NOW)
        return stored(visit)

    def test_is_booked_again_with_a_substitute(self, clinic, adrift):
        colleague = world.a_dermatologist(site=clinic.site)

        reassign_appointment(actor=clinic.desk, visit=adrift, practitioner=colleague, now=NOW)

        row = stored(adrift)
        assert (row.status, row.practitioner, row.reassignment_reason) == ("booked", colleague, "")

    def test_is_booked_again_at_another_time(self, clinic, adrift):
        reschedule_appointment(actor=clinic.desk, visit=adrift, start=after(3), now=NOW)

        assert (stored(adrift).status, stored(adrift).start) == ("booked", after(3))

    def test_holds_its_room_until_then(self, clinic, adrift):
        kinds = ResourceClaim.objects.filter(appointment=adrift).values_list("kind", flat=True)

        assert set(kinds) == {"room", "patient"}

    def test_cannot_stay_with_who_is_away(self, clinic, adrift):
        with pytest.raises(WorkRefused) as refused:
            reassign_appointment(actor=clinic.desk, visit=adrift, practitioner=clinic.derm, now=NOW)

        assert codes(refused.value.reasons) == {"outside_shift"}


class TestAnItemOfAVisit:
    def test_keeps_unusual_minutes_over_a_move(self, clinic):
        item = Asked(treatment="lancet-extraction", lesions=(clinic.lesion.id,), minutes=60)
        visit = book(clinic.derm.user, clinic.patient, after(), clinic.derm, item)

        reschedule_appointment(actor=clinic.desk, visit=visit, start=after(2), now=NOW)

        assert stored(visit).end - stored(visit).start == timedelta(minutes=60)

    def test_keeps_the_greater_depth_that_was_asked_over_a_move(self, clinic):
        item = Asked(treatment="lancet-extraction", lesions=(clinic.lesion.id,), depth="dermal")
        visit = book(clinic.derm.user, clinic.patient, after(), clinic.derm, item)

        reschedule_appointment(actor=clinic.desk, visit=visit, start=after(2), now=NOW)

        assert stored(visit).items.get().depth == "dermal"
