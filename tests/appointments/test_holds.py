"""A time that is held: kept like a booking, for some minutes, and nobody is told."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from appointments.models import Appointment, Message, ResourceClaim
from appointments.policies.statuses import BOOKED, CANCELLED, HELD
from appointments.services.course import cancel_appointment
from appointments.services.holds import confirm_hold, expire_holds, hold_appointment, release_hold
from clinic.errors import Conflict, DomainError
from clinic.models import Licence
from clinic.services.credentials.licences import suspend_licence
from tests import clinic_world as world
from tests.clinic_world import NOW, after, ask, book
from tests.factories_waitlist import CHEEK, HALF_AN_HOUR, a_hold
from tests.refusing import refused_as, sql
from treatments.models import Override, TreatmentOrder

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic():
    return world.a_small_clinic()


def confirmed(clinic, visit, now=NOW):
    return confirm_hold(actor=clinic.desk, visit=visit, now=now)


def refusal_of(act):
    with pytest.raises(DomainError) as refused:
        act()
    return refused.value.code


class TestHold:
    def test_keeps_practitioner_and_room_from_everybody_else(self, clinic):
        a_hold(clinic)

        assert set(ResourceClaim.objects.values_list("kind", flat=True)) == {"practitioner", "room"}
        other = ask(clinic.desk, world.a_patient(), after(), clinic.derm, CHEEK)
        assert refusal_of(lambda: hold_appointment(request=other, until=NOW + HALF_AN_HOUR)) == "slot_taken"

    def test_tells_nobody(self, clinic):
        a_hold(clinic)

        assert not Message.objects.exists()

    def test_is_refused_as_a_booking_would_be(self, clinic):
        assert refusal_of(lambda: a_hold(clinic, after(), clinic.lesion)) == "order_required"

    def test_keeps_the_order_for_itself(self, clinic):
        order = world.order(clinic.derm, clinic.patient, [clinic.lesion])

        a_hold(clinic, after(), clinic.lesion)

        assert TreatmentOrder.objects.get(pk=order.pk).status == "used"
        assert refusal_of(lambda: a_hold(clinic, after(2), clinic.lesion)) == "order_required"

    def test_uses_up_no_override_before_it_is_confirmed(self, clinic):
        child = world.a_patient(birth_date=clinic.patient.birth_date.replace(year=2017), guardian_name="Grace")
        world.overridden(clinic.derm, child, "G12", "lancet-extraction")
        request = ask(clinic.derm.user, child, after(), clinic.derm, world.charted(child))

        held = hold_appointment(request=request, until=NOW + HALF_AN_HOUR)

        assert Override.objects.get().used_by is None
        confirm_hold(actor=clinic.derm.user, visit=held, now=NOW)
        assert Override.objects.get().used_by == held.id


class TestConfirm:
    def test_books_and_tells_the_patient(self, clinic):
        held = a_hold(clinic)

        visit = confirmed(clinic, held, NOW + timedelta(minutes=29))

        row = Appointment.objects.get(pk=held.pk)
        assert (row.status, row.held_until, row.booked_by, row.booked_at) == (BOOKED, None, clinic.desk, visit.booked_at)
        assert {"P01"} <= set(Message.objects.values_list("kind", flat=True))
        assert ResourceClaim.objects.filter(kind="patient", appointment=visit).exists()

    def test_comes_too_late_at_the_moment_itself(self, clinic):
        held = a_hold(clinic)

        assert refusal_of(lambda: confirmed(clinic, held, NOW + HALF_AN_HOUR)) == "hold_expired"

    def test_comes_too_late_after_the_sweep(self, clinic):
        held = a_hold(clinic)
        expire_holds(now=NOW + HALF_AN_HOUR)

        assert refusal_of(lambda: confirmed(clinic, held, NOW + HALF_AN_HOUR)) == "hold_expired"

    def test_happens_once(self, clinic):
        held = a_hold(clinic)
        confirmed(clinic, held)

        assert refusal_of(lambda: confirmed(clinic, held)) == "illegal_transition"

    def test_is_refused_when_the_patient_is_elsewhere_then(self, clinic):
        held = a_hold(clinic)
        book(clinic.desk, clinic.patient, after(minute=15), world.hire("dermatologist", site=clinic.site), CHEEK)

        assert refusal_of(lambda: confirmed(clinic, held)) == "slot_taken"
        assert Appointment.objects.get(pk=held.pk).status == HELD

    def test_judges_the_visit_once_more(self, clinic):
        held = a_hold(clinic)
        world.noted_skin(clinic.patient, "infection")

        assert refusal_of(lambda: confirmed(clinic, held)) == "contraindicated"


class TestTheEnd:
    def test_frees_everything(self, clinic):
        order = world.order(clinic.derm, clinic.patient, [clinic.lesion])
        held = a_hold(clinic, after(), clinic.lesion)

        release_hold(visit=held, reason="Changed their mind", now=NOW)

        assert not ResourceClaim.objects.exists()
        assert TreatmentOrder.objects.get(pk=order.pk).status == "active"

    def test_comes_by_itself_for_those_whose_time_is_over(self, clinic):
        over = a_hold(clinic)
        later = a_hold(clinic, after(2), until=NOW + timedelta(hours=1))

        assert expire_holds(now=NOW + HALF_AN_HOUR) == 1

        statuses = dict(Appointment.objects.values_list("id", "status"))
        assert statuses == {over.id: CANCELLED, later.id: HELD}

    def test_comes_by_the_command_too(self, clinic, capsys):
        a_hold(clinic, until=NOW - timedelta(days=3650))

        call_command("expire_holds")

        assert capsys.readouterr().out == '{"expired": 1}\n'

    def test_may_be_made_by_the_desk_as_for_any_visit(self, clinic):
        held = a_hold(clinic)

        visit = cancel_appointment(actor=clinic.desk, visit=held, reason="Not wanted", now=NOW)

        assert (visit.status, visit.held_until) == (CANCELLED, None)
        assert not Message.objects.exists()

    def test_comes_when_the_performer_may_not_do_it_any_more(self, clinic):
        """Nothing is set adrift that nobody was promised."""
        held = a_hold(clinic)
        booked = book(clinic.desk, world.a_patient(), after(2), clinic.derm, CHEEK)

        _, moved = suspend_licence(
            actor=world.a_manager(), licence=Licence.objects.get(practitioner=clinic.derm), reason="The board says so.", now=NOW
        )

        assert moved == [booked.id]
        assert Appointment.objects.get(pk=held.pk).status == CANCELLED

    def test_cannot_be_made_twice(self, clinic):
        held = a_hold(clinic)
        release_hold(visit=held, reason="Changed their mind", now=NOW)

        with pytest.raises(Conflict):
            release_hold(visit=held, reason="Changed their mind", now=NOW)


class TestTheDatabase:
    def test_refuses_a_hold_without_an_end(self, clinic):
        held = a_hold(clinic)

        assert (
            refused_as(lambda: sql("UPDATE appointments_appointment SET held_until = NULL WHERE id = %s", held.id))
            == "held_visit_says_until_when"
        )

    def test_refuses_an_end_of_what_is_not_held(self, clinic):
        visit = book(clinic.desk, clinic.patient, after(), clinic.derm, CHEEK)

        assert (
            refused_as(lambda: sql("UPDATE appointments_appointment SET held_until = now() WHERE id = %s", visit.id))
            == "held_visit_says_until_when"
        )
