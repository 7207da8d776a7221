"""Booking: what is stored, what is refused, and that a refusal leaves nothing behind."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from appointments.models import Appointment, AppointmentItem, Message, ResourceClaim
from appointments.services.booking import book_appointment
from appointments.services.refusing import BookingNotAllowed, SlotTaken, WorkRefused
from clinic.errors import Malformed, NotFound, RuleBroken
from clinic.services.credentials.staff import deactivate_practitioner
from tests import clinic_world as world
from tests.clinic_world import NOW, SmallClinic, after, ask, book, codes
from treatments.models import TreatmentOrder
from treatments.selectors.work import Asked
from treatments.services.orders import revoke_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> SmallClinic:
    return world.a_small_clinic()


def lancet(*lesions, **fields) -> Asked:
    return Asked(treatment="lancet-extraction", lesions=tuple(lesion.id for lesion in lesions), **fields)


class TestABookedVisit:
    def test_is_booked_for_the_dermatologist_who_books_it(self, clinic):
        visit = book(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion)

        visit = Appointment.objects.get(pk=visit.pk)
        assert (visit.status, visit.revision, visit.practitioner, visit.start) == ("booked", 1, clinic.derm, after())

    def test_lasts_as_long_as_the_catalogue_says(self, clinic):
        visit = book(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion)

        assert visit.end - visit.start == timedelta(minutes=30)

    def test_blocks_its_buffers(self, clinic):
        visit = book(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion)

        assert (visit.blocked.lower, visit.blocked.upper) == (
            visit.start - timedelta(minutes=5),
            visit.end + timedelta(minutes=10),
        )

    def test_claims_practitioner_patient_and_room(self, clinic):
        visit = book(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion)

        claimed = dict(ResourceClaim.objects.filter(appointment=visit).values_list("kind", "resource"))
        assert claimed == {"practitioner": clinic.derm.id, "patient": clinic.patient.id, "room": visit.room_id}

    def test_keeps_the_scope_of_its_lesion(self, clinic):
        visit = book(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion)

        assert visit.items.get().scope == "lancet_extraction/epidermal@face"

    def test_keeps_who_answers_for_restricted_work(self, clinic):
        visit = book(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion)

        assert visit.items.get().authorised_by == clinic.derm

    def test_keeps_the_price_of_its_treatments(self, clinic):
        visit = book(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion, "skin-analysis")

        assert visit.price == Decimal("185.00")

    def test_keeps_the_snapshot_of_its_decision(self, clinic):
        visit = book(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion)

        decision = Appointment.objects.get(pk=visit.pk).decision
        assert decision["allowed"] is True
        assert decision["licence"]["jurisdiction"] == "US-OH"
        assert [held["scope"] for held in decision["policy"]] == ["lancet_extraction/epidermal@face"]
        assert decision["sources"]

    def test_takes_the_usual_time_of_all_its_items(self, clinic):
        other = world.charted(clinic.patient, body_site="nose")

        visit = book(clinic.derm.user, clinic.patient, after(), clinic.derm, lancet(clinic.lesion), lancet(other, minutes=45))

        assert visit.end - visit.start == timedelta(minutes=75)

    def test_has_a_row_for_each_lesion_of_an_item(self, clinic):
        other = world.charted(clinic.patient, body_site="nose")

        visit = book(clinic.derm.user, clinic.patient, after(), clinic.derm, lancet(clinic.lesion, other))

        assert visit.items.count() == 2
        assert visit.items.values("group").distinct().count() == 1

    def test_has_a_row_for_each_act_of_a_clean_up(self, clinic):
        visit = book(clinic.desk, clinic.patient, after(), clinic.derm, Asked(treatment="clean-up", body_site="cheek"))

        assert sorted(visit.items.values_list("act", flat=True)) == ["comedone_extraction", "microdermabrasion"]

    def test_takes_the_device_that_its_treatment_needs(self, clinic):
        visit = book(clinic.desk, clinic.patient, after(), clinic.derm, Asked(treatment="microdermabrasion", body_site="cheek"))

        assert ResourceClaim.objects.filter(appointment=visit, kind="device").count() == 1

    def test_may_begin_at_any_minute(self, clinic):
        visit = book(clinic.derm.user, clinic.patient, after(minute=7), clinic.derm, clinic.lesion)

        assert visit.start == after(minute=7)

    def test_may_begin_while_the_buffers_of_another_end(self, clinic):
        book(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion)
        other = world.a_patient()

        visit = book(clinic.derm.user, other, after(minute=45), clinic.derm, world.charted(other))

        assert visit.start == after(minute=45)

    def test_is_confirmed_and_reminded_of(self, clinic):
        visit = book(clinic.derm.user, clinic.patient, after(3), clinic.derm, clinic.lesion)

        planned = dict(Message.objects.filter(appointment=visit).values_list("kind", "due_at"))
        assert planned == {"P01": NOW, "P02": after(1), "P03": after(2)}

    def test_goes_to_the_first_who_may_when_nobody_is_named(self, clinic):
        world.hire("esthetician", site=clinic.site, trainings=["lancet"])

        visit = book(clinic.derm.user, clinic.patient, after(), None, clinic.lesion)

        assert visit.practitioner == clinic.derm

    def test_satisfies_every_deferred_constraint(self, clinic):
        book(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion)

        connection.check_constraints()
        assert AppointmentItem.objects.count() == 1


class TestWhoBooks:
    def test_the_front_desk_without_an_order_is_refused(self, clinic):
        with pytest.raises(BookingNotAllowed) as refused:
            book(clinic.desk, clinic.patient, after(), clinic.derm, clinic.lesion)

        assert world.gates(refused.value.reasons) == {"order_required": "G29"}

    def test_the_front_desk_with_an_order_is_served(self, clinic):
        order = world.order(clinic.derm, clinic.patient, [clinic.lesion])

        visit = book(clinic.desk, clinic.patient, after(), clinic.derm, clinic.lesion, order=order.id)

        item = visit.items.get()
        assert (item.order_item.order, item.authorised_by) == (order, clinic.derm)

    def test_an_open_order_is_found_without_naming_it(self, clinic):
        order = world.order(clinic.derm, clinic.patient, [clinic.lesion])

        visit = book(clinic.desk, clinic.patient, after(), clinic.derm, clinic.lesion)

        assert visit.items.get().order_item.order == order

    def test_of_two_open_orders_the_one_that_expires_first_is_used(self, clinic):
        world.order(clinic.derm, clinic.patient, [clinic.lesion])
        older = world.order(clinic.derm, clinic.patient, [clinic.lesion], now=NOW - timedelta(days=3))

        visit = book(clinic.desk, clinic.patient, after(), clinic.derm, clinic.lesion)

        assert visit.items.get().order_item.order == older

    def test_an_order_is_used_once_booked(self, clinic):
        order = world.order(clinic.derm, clinic.patient, [clinic.lesion])

        book(clinic.desk, clinic.patient, after(), clinic.derm, clinic.lesion)

        assert TreatmentOrder.objects.get(pk=order.pk).status == "used"

    def test_an_order_of_two_items_stays_open_for_the_second(self, clinic):
        other = world.charted(clinic.patient, body_site="nose")
        order = world.order(clinic.derm, clinic.patient, [clinic.lesion, other])

        book(clinic.desk, clinic.patient, after(), clinic.derm, clinic.lesion)

        assert TreatmentOrder.objects.get(pk=order.pk).status == "active"

    def test_an_order_does_not_serve_twice(self, clinic):
        order = world.order(clinic.derm, clinic.patient, [clinic.lesion])
        book(clinic.desk, clinic.patient, after(), clinic.derm, clinic.lesion)

        with pytest.raises(BookingNotAllowed):
            book(clinic.desk, clinic.patient, after(2), clinic.derm, clinic.lesion, order=order.id)

    def test_an_order_does_not_serve_from_its_last_moment_on(self, clinic):
        order = world.order(clinic.derm, clinic.patient, [clinic.lesion])

        with pytest.raises(BookingNotAllowed):
            book(clinic.desk, clinic.patient, order.expires_at, clinic.derm, clinic.lesion)

    def test_a_revoked_order_does_not_serve(self, clinic):
        order = world.order(clinic.derm, clinic.patient, [clinic.lesion])
        revoke_order(actor=clinic.derm.user, order=order, now=NOW)

        with pytest.raises(BookingNotAllowed):
            book(clinic.desk, clinic.patient, after(), clinic.derm, clinic.lesion, order=order.id)

    def test_an_esthetician_does_not_authorise_what_she_may_not_do(self, clinic):
        esthetician = world.hire("esthetician", site=clinic.site, trainings=["lancet"])

        with pytest.raises(BookingNotAllowed):
            book(esthetician.user, clinic.patient, after(), clinic.derm, clinic.lesion)

    def test_work_that_is_not_restricted_needs_no_order(self, clinic):
        visit = book(clinic.desk, clinic.patient, after(), clinic.derm, "free-consultation")

        assert visit.items.get().authorised_by is None


class TestWhatIsRefused:
    def test_an_esthetician_pierces_nothing(self, clinic):
        esthetician = world.hire("esthetician", site=clinic.site, trainings=["lancet"])

        with pytest.raises(WorkRefused) as refused:
            book(clinic.derm.user, clinic.patient, after(), esthetician, clinic.lesion)

        assert world.gates(refused.value.reasons) == {"piercing_not_permitted": "G05"}

    def test_what_is_refused_offers_alternatives_that_can_be_booked_as_they_stand(self, clinic):
        esthetician = world.hire("esthetician", site=clinic.site, trainings=["lancet"])
        with pytest.raises(WorkRefused) as refused:
            book(clinic.derm.user, clinic.patient, after(), esthetician, clinic.lesion)

        offered = refused.value.alternatives[0]

        visit = book(clinic.derm.user, clinic.patient, datetime.fromisoformat(offered["start"]), clinic.derm, clinic.lesion)
        assert offered["practitioner"]["username"] == "derm"
        assert visit.start.astimezone(clinic.site.zone).isoformat() == offered["start"]

    def test_an_optometrist_does_nothing_here(self, clinic):
        optometrist = world.hire("optometrist", site=clinic.site)

        with pytest.raises(WorkRefused) as refused:
            book(clinic.derm.user, clinic.patient, after(), optometrist, clinic.lesion)

        assert "optometrist_excluded" in codes(refused.value.reasons)

    @pytest.mark.parametrize("profession", ["physician_assistant", "nurse_practitioner", "medical_aesthetician", "esthetician"])
    def test_the_eyelid_is_for_dermatologists_and_ophthalmologists(self, clinic, profession):
        performer = world.hire(profession, site=clinic.site, trainings=["lancet"])
        world.agree(clinic.derm, performer)

        with pytest.raises(WorkRefused) as refused:
            book(clinic.derm.user, clinic.patient, after(), performer, world.charted(clinic.patient, "eyelid"))

        assert "eyelid_restricted" in codes(refused.value.reasons)

    def test_an_ophthalmologist_opens_milia_on_the_lid(self, clinic):
        ophthalmologist = world.hire("ophthalmologist", site=clinic.site, trainings=["lancet"])

        visit = book(ophthalmologist.user, clinic.patient, after(), ophthalmologist, world.charted(clinic.patient, "eyelid"))

        assert visit.profession == "ophthalmologist"

    def test_an_unconfirmed_lesion(self, clinic):
        lesion = world.charted(clinic.patient, certainty="provisional")

        with pytest.raises(WorkRefused) as refused:
            book(clinic.derm.user, clinic.patient, after(), clinic.derm, lesion)

        assert world.gates(refused.value.reasons) == {"diagnosis_unconfirmed": "G09"}

    def test_every_reason_is_told_at_once(self, clinic):
        esthetician = world.hire("esthetician", site=clinic.site, valid_through=date(2027, 1, 1))
        lesion = world.charted(clinic.patient, "eyelid", certainty="none", diagnosis=None, suspicious=True)

        verdict = world.judged(clinic.desk, clinic.patient, after(-1), esthetician, lesion)

        assert codes(verdict.reasons) >= {
            "licence_expired",
            "eyelid_restricted",
            "piercing_not_permitted",
            "diagnosis_unconfirmed",
            "lesion_suspicious",
            "order_required",
            "in_the_past",
        }

    def test_reasons_come_by_gate(self, clinic):
        esthetician = world.hire("esthetician", site=clinic.site, shift=None)
        lesion = world.charted(clinic.patient, "eyelid", certainty="none", diagnosis=None)

        verdict = world.judged(clinic.desk, clinic.patient, after(), esthetician, lesion)

        found = [reason.gate for reason in verdict.reasons]
        assert found == sorted(found, key=lambda gate: (not gate, gate))

    def test_a_start_in_the_past(self, clinic):
        with pytest.raises(WorkRefused) as refused:
            book(clinic.derm.user, clinic.patient, NOW - timedelta(minutes=1), clinic.derm, clinic.lesion)

        assert refused.value.code == "in_the_past"

    def test_a_start_outside_the_shift(self, clinic):
        other = world.a_dermatologist(site=clinic.site, shift=(after(hour=9), after(hour=17)))

        with pytest.raises(WorkRefused) as refused:
            book(clinic.derm.user, clinic.patient, after(hour=8), other, clinic.lesion)

        assert codes(refused.value.reasons) == {"outside_shift"}

    def test_a_visit_whose_buffers_do_not_fit_into_the_shift(self, clinic):
        other = world.a_dermatologist(site=clinic.site, shift=(after(hour=9), after(hour=17)))

        with pytest.raises(WorkRefused) as refused:
            book(clinic.derm.user, clinic.patient, after(hour=9), other, clinic.lesion)

        assert codes(refused.value.reasons) == {"outside_shift"}

    def test_a_practitioner_who_left(self, clinic):
        other = world.a_dermatologist(site=clinic.site)
        deactivate_practitioner(actor=None, practitioner=other, now=NOW)
        other.refresh_from_db()

        with pytest.raises(WorkRefused) as refused:
            book(clinic.derm.user, clinic.patient, after(), other, clinic.lesion)

        assert "practitioner_inactive" in codes(refused.value.reasons)

    def test_a_lesion_of_another_patient(self, clinic):
        with pytest.raises(RuleBroken) as refused:
            book(clinic.derm.user, clinic.patient, after(), clinic.derm, world.charted(world.a_patient()))

        assert refused.value.code == "lesion_of_another_patient"

    def test_lesions_of_different_depth_in_one_item(self, clinic):
        deeper = world.charted(clinic.patient, depth="dermal")

        with pytest.raises(RuleBroken) as refused:
            book(clinic.derm.user, clinic.patient, after(), clinic.derm, lancet(clinic.lesion, deeper))

        assert refused.value.code == "split_items"

    @pytest.mark.parametrize(("minutes", "code"), [(91, "too_long"), (9, "too_short"), (4, "too_short")])
    def test_absurd_lengths(self, clinic, minutes, code):
        with pytest.raises(RuleBroken) as refused:
            book(clinic.derm.user, clinic.patient, after(), clinic.derm, lancet(clinic.lesion, minutes=minutes))

        assert refused.value.code == code

    def test_twelve_treatments_at_once(self, clinic):
        with pytest.raises(RuleBroken) as refused:
            book(clinic.derm.user, clinic.patient, after(), clinic.derm, *["skin-analysis"] * 12)

        assert refused.value.code == "too_many_treatments"

    def test_a_treatment_that_the_site_does_not_offer(self, clinic):
        clinic.site.treatments.remove(clinic.site.treatments.get(code="review"))

        with pytest.raises(RuleBroken) as refused:
            book(clinic.desk, clinic.patient, after(), clinic.derm, "review")

        assert refused.value.code == "treatment_not_offered"

    def test_a_lancet_without_a_lesion(self, clinic):
        with pytest.raises(Malformed):
            book(clinic.derm.user, clinic.patient, after(), clinic.derm, "lancet-extraction")

    def test_a_lesion_that_does_not_exist(self, clinic):
        with pytest.raises(NotFound):
            book(clinic.derm.user, clinic.patient, after(), clinic.derm, lancet(clinic.site))

    def test_equipment_that_no_room_has(self, clinic):
        clinic.site.rooms.update(equipment=["treatment_chair"])

        with pytest.raises(WorkRefused) as refused:
            book(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion)

        assert codes(refused.value.reasons) == {"room_unsuitable"}

    def test_a_soft_gate_without_an_override(self, clinic):
        child = world.a_patient(birth_date=date(2017, 1, 1), guardian_name="Grace")

        verdict = world.judged(clinic.derm.user, child, after(), clinic.derm, world.charted(child))

        assert codes(verdict.reasons) == {"pediatrician_first"}
        assert verdict.overrides_needed == ("G12",)

    def test_nothing_is_written(self, clinic):
        with pytest.raises(BookingNotAllowed):
            book(clinic.desk, clinic.patient, after(), clinic.derm, clinic.lesion)

        assert not Appointment.objects.exists()
        assert not ResourceClaim.objects.exists()
        assert not Message.objects.exists()


class TestAnOverride:
    def test_lifts_its_gate(self, clinic):
        child = world.a_patient(birth_date=date(2017, 1, 1), guardian_name="Grace")
        override = world.overridden(clinic.derm, child, "G12", "lancet-extraction")

        visit = book(clinic.derm.user, child, after(), clinic.derm, world.charted(child))

        override.refresh_from_db()
        assert override.used_by == visit.id

    def test_serves_one_visit_only(self, clinic):
        child = world.a_patient(birth_date=date(2017, 1, 1), guardian_name="Grace")
        lesion = world.charted(child)
        world.overridden(clinic.derm, child, "G12", "lancet-extraction")
        book(clinic.derm.user, child, after(), clinic.derm, lesion)

        with pytest.raises(WorkRefused) as refused:
            book(clinic.derm.user, child, after(2), clinic.derm, lesion)

        assert codes(refused.value.reasons) == {"pediatrician_first"}

    def test_is_used_up_alone_where_another_would_do_as_well(self, clinic):
        child = world.a_patient(birth_date=date(2017, 1, 1), guardian_name="Grace")
        overrides = [world.overridden(clinic.derm, child, "G12", "lancet-extraction") for _ in range(2)]

        book(clinic.derm.user, child, after(), clinic.derm, world.charted(child))

        assert sum(type(given).objects.get(pk=given.pk).used_by is None for given in overrides) == 1

    def test_that_another_visit_used_up_meanwhile_does_not_serve(self, clinic):
        child = world.a_patient(birth_date=date(2017, 1, 1), guardian_name="Grace")
        lesion = world.charted(child)
        world.overridden(clinic.derm, child, "G12", "lancet-extraction")
        late = ask(clinic.derm.user, child, after(2), clinic.derm, lesion)
        book(clinic.derm.user, child, after(), clinic.derm, lesion)

        with pytest.raises(WorkRefused) as refused:
            book_appointment(request=late)

        assert codes(refused.value.reasons) == {"pediatrician_first"}

    def test_is_not_used_up_by_a_visit_that_did_not_need_it(self, clinic):
        child = world.a_patient(birth_date=date(2017, 1, 1), guardian_name="Grace")
        override = world.overridden(clinic.derm, child, "G12", "lancet-extraction")

        book(clinic.derm.user, child, after(), clinic.derm, "diagnosis")

        override.refresh_from_db()
        assert override.used_by is None


class TestWhatIsTaken:
    def resource(self, refused) -> str:
        [reason] = refused.value.reasons
        assert reason.code == "slot_taken"
        return reason.resource

    def test_the_practitioner(self, clinic):
        book(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion)
        other = world.a_patient()

        with pytest.raises(SlotTaken) as refused:
            book(clinic.derm.user, other, after(minute=20), clinic.derm, world.charted(other))

        assert self.resource(refused) == "practitioner"

    def test_the_patient(self, clinic):
        book(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion)

        with pytest.raises(SlotTaken) as refused:
            book(clinic.desk, clinic.patient, after(minute=20), world.a_dermatologist(site=clinic.site), "review")

        assert self.resource(refused) == "patient"

    def test_the_last_room(self, clinic):
        clinic.site.rooms.exclude(name="Room 1").update(active=False)
        book(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion)
        other, colleague = world.a_patient(), world.a_dermatologist(site=clinic.site)

        with pytest.raises(SlotTaken) as refused:
            book(colleague.user, other, after(), colleague, world.charted(other))

        assert self.resource(refused) == "room"

    def test_the_last_device(self, clinic):
        abrasion = Asked(treatment="microdermabrasion", body_site="cheek")
        book(clinic.desk, clinic.patient, after(), clinic.derm, abrasion)

        with pytest.raises(SlotTaken) as refused:
            book(clinic.desk, world.a_patient(), after(), world.a_dermatologist(site=clinic.site), abrasion)

        assert self.resource(refused) == "device"

    def test_everybody_who_may(self, clinic):
        book(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion)
        other = world.a_patient()

        with pytest.raises(SlotTaken) as refused:
            book(clinic.derm.user, other, after(), None, world.charted(other))

        assert self.resource(refused) == "practitioner"

    def test_the_next_free_starts_are_offered(self, clinic):
        book(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion)
        other = world.a_patient()

        with pytest.raises(SlotTaken) as refused:
            book(clinic.derm.user, other, after(), clinic.derm, world.charted(other))

        starts = [datetime.fromisoformat(offered["start"]) for offered in refused.value.alternatives]
        assert starts == [after(minute=45), after(hour=11), after(hour=11, minute=15)]

    def test_the_alternatives_carry_the_offset_of_the_site(self, clinic):
        book(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion)
        other = world.a_patient()

        with pytest.raises(SlotTaken) as refused:
            book(clinic.derm.user, other, after(), clinic.derm, world.charted(other))

        assert refused.value.alternatives[0]["start"] == "2027-01-13T10:45:00-05:00"

    def test_a_rule_is_told_before_a_claim(self, clinic):
        book(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion)
        other = world.a_patient()

        with pytest.raises(BookingNotAllowed) as refused:
            book(clinic.desk, other, after(), clinic.derm, world.charted(other))

        assert codes(refused.value.reasons) == {"order_required"}


class TestSupervisedWork:
    def test_is_booked_with_the_supervisor_and_a_seat(self, clinic):
        assistant = world.hire("physician_assistant", site=clinic.site, trainings=["lancet"])
        world.agree(clinic.derm, assistant)

        visit = book(clinic.derm.user, clinic.patient, after(), assistant, clinic.lesion)

        assert (visit.supervision, visit.supervisor, visit.supervisor_profession) == ("general", clinic.derm, "dermatologist")
        assert visit.seat.practitioner == clinic.derm

    def test_leaves_the_supervisor_free_for_patients(self, clinic):
        assistant = world.hire("physician_assistant", site=clinic.site, trainings=["lancet"])
        world.agree(clinic.derm, assistant)
        book(clinic.derm.user, clinic.patient, after(), assistant, clinic.lesion)
        other = world.a_patient()

        visit = book(clinic.derm.user, other, after(), clinic.derm, world.charted(other))

        assert visit.start == after()

    def test_needs_an_agreement(self, clinic):
        assistant = world.hire("physician_assistant", site=clinic.site, trainings=["lancet"])

        with pytest.raises(WorkRefused) as refused:
            book(clinic.derm.user, clinic.patient, after(), assistant, clinic.lesion)

        assert world.gates(refused.value.reasons) == {"supervision_agreement_missing": "G08"}

    def test_needs_a_supervisor_who_may_do_it_alone(self, clinic):
        assistant = world.hire("physician_assistant", site=clinic.site, trainings=["lancet"])
        world.agree(world.hire("physician_other", site=clinic.site, trainings=["lancet"]), assistant)

        with pytest.raises(WorkRefused) as refused:
            book(clinic.derm.user, clinic.patient, after(), assistant, clinic.lesion)

        assert codes(refused.value.reasons) == {"supervisor_not_qualified"}

    def test_needs_a_supervisor_on_site_when_direct(self, clinic):
        aesthetician = world.hire("medical_aesthetician", site=clinic.site, trainings=["lancet"])
        away = world.a_dermatologist(site=clinic.site, shift=None)
        world.agree(away, aesthetician)

        with pytest.raises(WorkRefused) as refused:
            book(clinic.derm.user, clinic.patient, after(), aesthetician, clinic.lesion)

        assert codes(refused.value.reasons) == {"supervisor_absent"}

    def test_needs_nobody_on_site_when_general(self, clinic):
        assistant = world.hire("physician_assistant", site=clinic.site, trainings=["lancet"])
        away = world.a_dermatologist(site=clinic.site, shift=None)
        world.agree(away, assistant, level="general")

        visit = book(clinic.derm.user, clinic.patient, after(), assistant, clinic.lesion)

        assert visit.supervisor == away

    def test_needs_a_free_seat(self, clinic):
        clinic.derm.max_supervisees = 1
        clinic.derm.save()
        first, second = (world.hire("physician_assistant", site=clinic.site, trainings=["lancet"]) for _ in range(2))
        world.agree(clinic.derm, first)
        world.agree(clinic.derm, second)
        book(clinic.derm.user, clinic.patient, after(), first, clinic.lesion)
        other = world.a_patient()

        with pytest.raises(WorkRefused) as refused:
            book(clinic.derm.user, other, after(), second, world.charted(other))

        assert world.gates(refused.value.reasons) == {"supervisor_full": "G08"}

    def test_goes_to_the_supervisor_who_was_named(self, clinic):
        assistant = world.hire("physician_assistant", site=clinic.site, trainings=["lancet"])
        other = world.a_dermatologist(site=clinic.site)
        world.agree(clinic.derm, assistant)
        world.agree(other, assistant)

        visit = book(clinic.derm.user, clinic.patient, after(), assistant, clinic.lesion, supervisor=other.id)

        assert visit.supervisor == other

    def test_counts_no_supervisor_who_was_not_named(self, clinic):
        assistant = world.hire("physician_assistant", site=clinic.site, trainings=["lancet"])
        other = world.a_dermatologist(site=clinic.site)
        world.agree(clinic.derm, assistant)

        with pytest.raises(WorkRefused) as refused:
            book(clinic.derm.user, clinic.patient, after(), assistant, clinic.lesion, supervisor=other.id)

        assert codes(refused.value.reasons) == {"supervision_agreement_missing"}


class TestJudgedAtTheMoment:
    def test_a_request_judged_long_ago_is_judged_again_when_booked(self, clinic):
        request = ask(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion)
        book_appointment(request=request)

        with pytest.raises(SlotTaken):
            book_appointment(request=request)

    def test_a_lesion_reclassified_since_it_was_read_is_booked_as_what_it_is_now(self, clinic):
        request = ask(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion)
        type(clinic.lesion).objects.filter(pk=clinic.lesion.pk).update(depth="dermal")

        visit = book_appointment(request=request)

        assert visit.items.get().scope == "lancet_extraction/dermal@face"

    def test_a_lesion_reclassified_since_it_was_read_is_refused_where_it_may_not_be_treated(self, clinic):
        aesthetician = world.hire("medical_aesthetician", site=clinic.site, trainings=["lancet"])
        world.agree(clinic.derm, aesthetician)
        request = ask(clinic.derm.user, clinic.patient, after(), aesthetician, clinic.lesion)
        type(clinic.lesion).objects.filter(pk=clinic.lesion.pk).update(depth="dermal")

        with pytest.raises(WorkRefused) as refused:
            book_appointment(request=request)

        assert codes(refused.value.reasons) == {"depth_not_permitted"}

    def test_the_clock_is_the_one_of_the_request(self, clinic):
        later = datetime(2027, 2, 1, 12, tzinfo=UTC)

        with pytest.raises(WorkRefused) as refused:
            book(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion, now=later)

        assert refused.value.code == "in_the_past"
