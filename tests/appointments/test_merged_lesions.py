"""Visits and orders of a record that became part of another lesion."""

import pytest

from appointments.models import Appointment, AppointmentItem
from appointments.services.moving import reschedule_appointment
from patients.models import Lesion
from patients.services.merging import merge_lesions, preview_merge, undo_merge
from tests import clinic_world as world
from tests.clinic_world import NOW, SmallClinic, after, book, codes, judged
from tests.refusing import refused_as
from treatments.selectors.work import Asked, work_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> SmallClinic:
    return world.a_small_clinic()


@pytest.fixture
def twin(clinic) -> Lesion:
    """The same milium, charted a second time."""
    return world.charted(clinic.patient)


def merge(clinic: SmallClinic, twin: Lesion) -> list:
    return merge_lesions(actor=clinic.derm.user, other=twin, lasting=clinic.lesion, reason="Noted twice.", now=NOW)[1]


def undo(clinic: SmallClinic, twin: Lesion) -> list:
    return undo_merge(actor=clinic.derm.user, other=twin, reason="Two after all.", now=NOW)[1]


def status_of(visit: Appointment) -> str:
    return Appointment.objects.get(pk=visit.pk).status


def lesions_of(visit: Appointment) -> set:
    return set(AppointmentItem.objects.filter(appointment=visit).values_list("lesion", flat=True))


class TestVisits:
    def test_of_either_record_stay_where_both_were_alike(self, clinic, twin):
        visits = [
            book(clinic.derm.user, clinic.patient, after(day), clinic.derm, lesion)
            for day, lesion in enumerate((clinic.lesion, twin), start=1)
        ]

        moved = merge(clinic, twin)

        assert (moved, [status_of(visit) for visit in visits]) == ([], ["booked", "booked"])

    def test_that_the_stricter_record_refuses_are_set_adrift(self, clinic, twin):
        visit = book(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion)
        Lesion.objects.filter(pk=twin.pk).update(suspicious=True)
        _, foreseen = preview_merge(actor=clinic.derm.user, other=twin, lasting=clinic.lesion, now=NOW)

        moved = merge(clinic, twin)

        assert (foreseen, moved, status_of(visit)) == ([visit.pk], [visit.pk], "needs_reassignment")

    def test_of_the_record_that_ended_are_set_adrift_by_what_the_lasting_one_is(self, clinic, twin):
        visit = book(clinic.derm.user, clinic.patient, after(), clinic.derm, twin)
        Lesion.objects.filter(pk=clinic.lesion.pk).update(depth="dermal")

        moved = merge(clinic, twin)

        assert (moved, status_of(visit)) == ([visit.pk], "needs_reassignment")

    def test_of_the_record_that_ended_move_to_the_lasting_one(self, clinic, twin):
        visit = book(clinic.derm.user, clinic.patient, after(), clinic.derm, twin)
        merge(clinic, twin)

        reschedule_appointment(actor=clinic.derm.user, visit=visit, start=after(2), now=NOW)

        assert lesions_of(visit) == {clinic.lesion.pk}

    def test_that_are_booked_for_it_are_booked_for_the_lasting_one(self, clinic, twin):
        merge(clinic, twin)

        visit = book(clinic.derm.user, clinic.patient, after(), clinic.derm, twin)

        assert lesions_of(visit) == {clinic.lesion.pk}

    def test_name_it_once_where_both_are_asked_for(self, clinic, twin):
        merge(clinic, twin)
        both = Asked(treatment="lancet-extraction", lesions=(twin.pk, clinic.lesion.pk))

        work = work_of(patient=clinic.patient, site=clinic.site, asked=[both])

        assert [row.lesion for row in work.rows] == [clinic.lesion]


class TestOrders:
    def test_for_the_record_that_ended_cover_the_lasting_one(self, clinic, twin):
        signed = world.order(clinic.derm, clinic.patient, [twin])
        merge(clinic, twin)

        visit = book(clinic.desk, clinic.patient, after(), clinic.derm, clinic.lesion)

        item = AppointmentItem.objects.get(appointment=visit)
        assert (item.order_item.order, item.order_item.lesion_id) == (signed, twin.pk)

    def test_stay_as_they_were_signed(self, clinic, twin):
        signed = world.order(clinic.derm, clinic.patient, [twin])

        merge(clinic, twin)

        assert signed.items.get().lesion_id == twin.pk

    def test_cover_no_other_lesion(self, clinic, twin):
        world.order(clinic.derm, clinic.patient, [twin])
        merge(clinic, twin)
        other = world.charted(clinic.patient, body_site="nose")

        assert "order_required" in codes(judged(clinic.desk, clinic.patient, after(), clinic.derm, other).reasons)

    def test_of_records_that_were_parted_again_carry_their_visit_no_more(self, clinic, twin):
        world.order(clinic.derm, clinic.patient, [twin])
        merge(clinic, twin)
        visit = book(clinic.desk, clinic.patient, after(), clinic.derm, clinic.lesion)

        moved = undo(clinic, twin)

        assert (moved, status_of(visit)) == ([visit.pk], "needs_reassignment")
        answer = judged(clinic.desk, clinic.patient, after(), clinic.derm, clinic.lesion)
        assert "order_required" in codes(answer.reasons)

    def test_of_parted_records_are_refused_by_the_database(self, clinic, twin):
        world.order(clinic.derm, clinic.patient, [twin])
        merge(clinic, twin)
        visit = book(clinic.desk, clinic.patient, after(), clinic.derm, clinic.lesion)
        undo(clinic, twin)

        rows = Appointment.objects.filter(pk=visit.pk)

        assert refused_as(lambda: rows.update(status="booked")) == "order_covers_the_visit"


class TestOverrides:
    def test_of_the_record_that_ended_serve_the_lasting_one(self, clinic, twin):
        world.noted_skin(clinic.patient, "keloid")
        override = world.overridden(clinic.derm, clinic.patient, "G20", "lancet-extraction")
        type(override).objects.filter(pk=override.pk).update(lesion=twin)
        merge(clinic, twin)

        assert book(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion).status == "booked"
