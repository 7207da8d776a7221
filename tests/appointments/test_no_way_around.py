"""Nobody books around the rule: no path, in one step or in two, turns an allowed visit into a forbidden one."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from appointments.models import Appointment, AppointmentItem
from appointments.services.course import check_in, start_treatment
from appointments.services.moving import (
    add_treatment,
    hand_over,
    reassign_appointment,
    remove_treatment,
    reschedule_appointment,
)
from clinic.errors import DomainError, Malformed, NotAllowed, RuleBroken
from clinic.models import Licence, Privilege, Shift, SupervisionCover
from patients.models import BodySite, Lesion
from patients.services.assessments import NewAssessment, sign_assessment
from patients.services.lesions import NewLesion, correct_lesion, note_lesion
from patients.services.patients import correct_patient
from tests import clinic_world as world
from tests.clinic_world import NOW, SmallClinic, after, asked, book, codes, gates, judged
from treatments.selectors.work import Asked

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> SmallClinic:
    return world.a_small_clinic()


@pytest.fixture
def esthetician(clinic):
    return world.hire("esthetician", site=clinic.site, trainings=["lancet"])


@pytest.fixture
def assistant(clinic):
    person = world.hire("physician_assistant", site=clinic.site, trainings=["lancet"])
    world.agree(clinic.derm, person)
    return person


@pytest.fixture
def lid(clinic) -> Lesion:
    return world.charted(clinic.patient, "eyelid")


def stored(visit: Appointment) -> Appointment:
    return Appointment.objects.get(pk=visit.pk)


def refusal_of(act) -> set[str]:
    """Every code with which the act is refused."""
    with pytest.raises(DomainError) as refused:
        act()
    return codes(refused.value.reasons) or {refused.value.code}


def constraint_of(act) -> str:
    """The constraint that refuses what is written past all services."""
    with pytest.raises(DatabaseError) as refused:
        checked(act)
    return refused.value.__cause__.diag.constraint_name


@transaction.atomic
def checked(act) -> None:
    """Do it, and have every deferred constraint speak."""
    act()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class TestCallingItSomethingElse:
    def test_a_milium_is_not_booked_as_a_comedone(self, clinic, esthetician):
        item = Asked(treatment="comedone-extraction", lesions=(clinic.lesion.id,))

        answer = judged(esthetician.user, clinic.patient, after(), esthetician, item)

        assert gates(answer.reasons) == {"treatment_mismatch": "G30"}

    def test_a_milium_is_not_cleaned_up(self, clinic):
        item = Asked(treatment="clean-up", lesions=(clinic.lesion.id,))

        answer = judged(clinic.desk, clinic.patient, after(), clinic.derm, item)

        assert "treatment_mismatch" in codes(answer.reasons)

    def test_a_lancet_names_its_lesion_and_no_body_site(self, clinic):
        item = Asked(treatment="lancet-extraction", body_site="cheek")

        with pytest.raises(Malformed):
            judged(clinic.derm.user, clinic.patient, after(), clinic.derm, item)

    def test_a_shallower_depth_that_is_asked_changes_nothing(self, clinic, esthetician):
        aesthetician = world.hire("medical_aesthetician", site=clinic.site, trainings=["lancet"])
        world.agree(clinic.derm, aesthetician)
        deep = world.charted(clinic.patient, depth="dermal")
        item = Asked(treatment="lancet-extraction", lesions=(deep.id,), depth="epidermal")

        answer = judged(clinic.derm.user, clinic.patient, after(), aesthetician, item)

        assert gates(answer.reasons) == {"depth_not_permitted": "G15"}

    def test_an_unknown_depth_counts_as_the_deepest(self, clinic):
        aesthetician = world.hire("medical_aesthetician", site=clinic.site, trainings=["lancet"])
        world.agree(clinic.derm, aesthetician)
        unknown = world.charted(clinic.patient, depth="unknown")

        answer = judged(clinic.derm.user, clinic.patient, after(), aesthetician, unknown)

        assert codes(answer.reasons) == {"depth_not_permitted"}

    def test_a_body_site_beside_the_eye_counts_as_the_lid(self, clinic, esthetician):
        item = Asked(treatment="comedone-extraction", body_site="under_eye")

        answer = judged(clinic.derm.user, clinic.patient, after(), esthetician, item)

        assert {"eyelid_restricted", "region_unverified"} <= codes(answer.reasons)

    def test_work_at_the_lid_by_body_site_needs_somebody_who_answers_for_it(self, clinic):
        item = Asked(treatment="comedone-extraction", body_site="eyelid_left_upper")

        answer = judged(clinic.desk, clinic.patient, after(), clinic.derm, item)

        assert codes(answer.reasons) == {"order_required"}

    def test_another_patients_lesion_is_not_borrowed(self, clinic):
        other = world.charted(world.a_patient())

        answer = judged(clinic.derm.user, clinic.patient, after(), clinic.derm, other)

        assert codes(answer.reasons) == {"lesion_of_another_patient"}


class TestRewritingTheLesion:
    def corrected(self, actor, lesion: Lesion, **changes) -> None:
        correct_lesion(actor=actor, lesion=lesion.id, changes=changes, now=NOW)

    @pytest.mark.parametrize("changes", [{"body_site": "cheek", "laterality": "right"}, {"depth": "stratum_corneum"}])
    def test_nobody_loosens_it_by_a_correction(self, clinic, lid, changes):
        with pytest.raises(NotAllowed):
            self.corrected(clinic.derm.user, lid, **changes)

        lid.refresh_from_db()
        assert (lid.region, lid.depth) == ("eyelid", "epidermal")

    def test_the_front_desk_corrects_nothing(self, clinic):
        with pytest.raises(NotAllowed):
            self.corrected(clinic.desk, clinic.lesion, depth="stratum_corneum")

    @pytest.mark.parametrize(
        "finding",
        [
            {"region": "face"},
            {"depth": "stratum_corneum"},
            {"diagnosis": "milium", "certainty": "confirmed"},
        ],
    )
    def test_an_esthetician_loosens_nothing_by_an_assessment(self, clinic, lid, esthetician, finding):
        lesion = world.charted(clinic.patient, "eyelid", diagnosis=None)

        with pytest.raises(NotAllowed):
            sign_assessment(actor=esthetician.user, lesions=[lesion.id], assessment=NewAssessment(**finding), now=NOW)

    def test_an_assistant_does_not_verify_a_region_off_the_lid(self, clinic, assistant):
        lesion = world.charted(clinic.patient, "periocular", region_verified=False)

        with pytest.raises(NotAllowed):
            sign_assessment(actor=assistant.user, lesions=[lesion.id], assessment=NewAssessment(region_verified=True), now=NOW)

    def test_an_assistants_confirmation_alone_does_not_open_a_lesion_to_the_lancet(self, clinic, assistant):
        lesion = world.charted(clinic.patient, diagnosis=None)
        finding = NewAssessment(diagnosis="milium", certainty="confirmed")
        sign_assessment(actor=assistant.user, lesions=[lesion.id], assessment=finding, now=NOW)

        answer = judged(clinic.derm.user, clinic.patient, after(), clinic.derm, lesion)

        assert codes(answer.reasons) == {"diagnosis_unconfirmed"}

    def test_the_front_desk_notes_no_shallow_lesion(self, clinic):
        noted = note_lesion(
            actor=clinic.desk,
            patient=clinic.patient,
            lesion=NewLesion(body_site="cheek", laterality="left", depth="stratum_corneum"),
            now=NOW,
        )

        assert noted.depth == "unknown"

    def test_a_lesion_under_a_booked_visit_is_not_moved_in_the_table(self, clinic, assistant, lid):
        visit = book(clinic.derm.user, clinic.patient, after(), clinic.derm, lid)
        cheek = BodySite.objects.get(code="cheek")

        refused = constraint_of(lambda: Lesion.objects.filter(pk=lid.pk).update(region="face", body_site=cheek))

        assert refused == "item_is_of_what_its_lesion_is"
        assert stored(visit).status == "booked"

    def test_a_comedone_that_turns_out_to_be_a_milium_is_not_left_with_the_esthetician(self, clinic, esthetician):
        lesion = world.charted(clinic.patient, diagnosis="closed_comedone")
        item = Asked(treatment="comedone-extraction", lesions=(lesion.id,))
        visit = book(clinic.desk, clinic.patient, after(), esthetician, item)
        finding = NewAssessment(diagnosis="milium", certainty="confirmed")

        sign_assessment(actor=clinic.derm.user, lesions=[lesion.id], assessment=finding, now=NOW)

        assert stored(visit).status == "needs_reassignment"


class TestTwoSteps:
    @pytest.mark.parametrize("treatment", ["review", "diagnosis"])
    def test_a_lid_is_not_added_to_a_harmless_visit_of_somebody_who_may_not(self, clinic, assistant, lid, treatment):
        first = Asked(treatment=treatment, lesions=(clinic.lesion.id,))
        world.agree(clinic.derm, assistant, ["diagnose_lesion"], "general")
        visit = book(clinic.desk, clinic.patient, after(), assistant, first)
        [item] = asked(lid)

        refused = refusal_of(lambda: add_treatment(actor=clinic.derm.user, visit=visit, item=item, now=NOW))

        assert "eyelid_restricted" in refused

    def test_a_lid_is_not_added_to_a_consultation_by_the_front_desk(self, clinic, lid):
        visit = book(clinic.desk, clinic.patient, after(), clinic.derm, "free-consultation")
        [item] = asked(lid)

        refused = refusal_of(lambda: add_treatment(actor=clinic.desk, visit=visit, item=item, now=NOW))

        assert refused == {"consultation_only", "order_required"}

    def test_the_first_item_is_not_taken_off_to_leave_a_consultation_beside_work(self, clinic):
        visit = book(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion, "review")
        [item] = asked("free-consultation")

        refused = refusal_of(lambda: add_treatment(actor=clinic.derm.user, visit=visit, item=item, now=NOW))

        assert refused == {"consultation_only"}

    def test_a_visit_does_not_change_hands_to_somebody_who_may_not(self, clinic, esthetician):
        visit = book(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion)

        refused = refusal_of(
            lambda: reassign_appointment(actor=clinic.derm.user, visit=visit, practitioner=esthetician, now=NOW)
        )

        assert refused == {"piercing_not_permitted"}

    def test_nor_does_it_by_a_move(self, clinic, esthetician):
        visit = book(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion)

        refused = refusal_of(
            lambda: reschedule_appointment(
                actor=clinic.derm.user, visit=visit, start=after(2), practitioner=esthetician, now=NOW
            )
        )

        assert refused == {"piercing_not_permitted"}

    def test_nor_does_it_in_the_middle_of_the_treatment(self, clinic, esthetician):
        visit = book(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion)
        here = check_in(actor=clinic.desk, visit=visit, now=after())
        start_treatment(actor=clinic.derm.user, visit=here, now=after())

        refused = refusal_of(
            lambda: hand_over(actor=clinic.derm.user, visit=stored(visit), practitioner=esthetician, now=after(minute=5))
        )

        assert refused == {"piercing_not_permitted"}

    def test_a_visit_is_not_moved_behind_the_end_of_a_licence(self, clinic):
        leaving = world.a_dermatologist(site=clinic.site, valid_through=after(3).date())
        visit = book(leaving.user, clinic.patient, after(), leaving, clinic.lesion)

        refused = refusal_of(lambda: reschedule_appointment(actor=clinic.derm.user, visit=visit, start=after(5), now=NOW))

        assert refused == {"licence_expired"}

    def test_a_supervised_visit_is_not_moved_to_where_its_supervisor_is_away(self, clinic):
        aesthetician = world.hire("medical_aesthetician", site=clinic.site, trainings=["lancet"])
        boss = world.a_dermatologist(site=clinic.site, shift=(after(1, 9), after(1, 17)))
        world.agree(boss, aesthetician)
        visit = book(clinic.derm.user, clinic.patient, after(), aesthetician, clinic.lesion)

        refused = refusal_of(lambda: reschedule_appointment(actor=clinic.desk, visit=visit, start=after(2), now=NOW))

        assert refused == {"supervisor_absent"}

    def test_a_visit_does_not_move_into_the_time_of_a_contraindication(self, clinic):
        world.noted_skin(clinic.patient, "infection", since=after(5).date())
        visit = book(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion)

        refused = refusal_of(lambda: reschedule_appointment(actor=clinic.derm.user, visit=visit, start=after(6), now=NOW))

        assert refused == {"contraindicated"}

    def test_a_removed_item_does_not_leave_its_order_to_another_lesion(self, clinic):
        other = world.charted(clinic.patient, body_site="nose")
        world.order(clinic.derm, clinic.patient, [clinic.lesion])
        visit = book(clinic.desk, clinic.patient, after(), clinic.derm, clinic.lesion, "review")
        group = visit.items.get(treatment__code="lancet-extraction").group
        remove_treatment(actor=clinic.desk, visit=visit, item=group, now=NOW)
        [item] = asked(other)

        refused = refusal_of(lambda: add_treatment(actor=clinic.desk, visit=stored(visit), item=item, now=NOW))

        assert refused == {"order_required"}


class TestStretchingAnOrder:
    def test_it_does_not_serve_twice(self, clinic):
        order = world.order(clinic.derm, clinic.patient, [clinic.lesion])
        book(clinic.desk, clinic.patient, after(), clinic.derm, clinic.lesion, order=order.id)

        answer = judged(clinic.desk, clinic.patient, after(2), clinic.derm, clinic.lesion, order=order.id)

        assert gates(answer.reasons) == {"order_required": "G29"}

    def test_it_does_not_serve_at_another_site(self, clinic):
        order = world.order(clinic.derm, clinic.patient, [clinic.lesion])
        dayton = world.open_site("dayton")
        colleague = world.a_dermatologist(site=dayton)

        answer = judged(
            world.front_desk(dayton), clinic.patient, after(), colleague, clinic.lesion, order=order.id, site=dayton
        )

        assert codes(answer.reasons) == {"order_required"}

    def test_it_does_not_serve_another_lesion(self, clinic):
        order = world.order(clinic.derm, clinic.patient, [clinic.lesion])
        other = world.charted(clinic.patient, body_site="nose")

        answer = judged(clinic.desk, clinic.patient, after(), clinic.derm, other, order=order.id)

        assert codes(answer.reasons) == {"order_required"}

    def test_it_does_not_serve_another_patient(self, clinic):
        order = world.order(clinic.derm, clinic.patient, [clinic.lesion])
        other = world.a_patient()

        answer = judged(clinic.desk, other, after(), clinic.derm, world.charted(other), order=order.id)

        assert codes(answer.reasons) == {"order_required"}

    def test_it_does_not_serve_another_treatment(self, clinic):
        order = world.order(clinic.derm, clinic.patient, [clinic.lesion])
        item = Asked(treatment="laser-resurfacing", lesions=(clinic.lesion.id,))

        answer = judged(clinic.desk, clinic.patient, after(), clinic.derm, item, order=order.id)

        assert codes(answer.reasons) == {"order_required"}

    def test_it_does_not_serve_a_lesion_that_lies_deeper_by_now(self, clinic):
        order = world.order(clinic.derm, clinic.patient, [clinic.lesion])
        correct_lesion(actor=clinic.derm.user, lesion=clinic.lesion.id, changes={"depth": "dermal"}, now=NOW)

        answer = judged(clinic.desk, clinic.patient, after(), clinic.derm, clinic.lesion, order=order.id)

        assert codes(answer.reasons) == {"order_required"}

    def test_it_does_not_serve_once_its_signer_may_not_do_the_work(self, clinic):
        colleague = world.a_dermatologist(site=clinic.site)
        order = world.order(colleague, clinic.patient, [clinic.lesion])
        Licence.objects.filter(practitioner=colleague).update(status="revoked")
        world.rebuild_authority(practitioners=[colleague.id], now=NOW)

        answer = judged(clinic.desk, clinic.patient, after(), clinic.derm, clinic.lesion, order=order.id)

        assert codes(answer.reasons) == {"order_required"}

    @pytest.mark.parametrize("profession", ["esthetician", "physician_assistant", "optometrist", "ophthalmologist"])
    def test_nobody_signs_what_they_may_not_do_alone(self, clinic, profession):
        signer = world.hire(profession, site=clinic.site, trainings=["lancet"])
        world.agree(clinic.derm, signer)

        with pytest.raises(RuleBroken):
            world.order(signer, clinic.patient, [clinic.lesion])

    def test_the_front_desk_signs_nothing(self, clinic):
        with pytest.raises(NotAllowed):
            world.sign_order(actor=clinic.desk, patient=clinic.patient, site=clinic.site, items=asked(clinic.lesion), now=NOW)


class TestWritingPastTheServices:
    @pytest.fixture
    def visit(self, clinic) -> Appointment:
        return book(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion)

    def updated(self, visit: Appointment, **fields) -> str:
        return constraint_of(lambda: Appointment.objects.filter(pk=visit.pk).update(**fields))

    def test_a_bulk_update_gives_no_visit_to_somebody_who_may_not(self, visit, esthetician):
        assert self.updated(visit, practitioner=esthetician) == "performer_is_privileged"

    def test_a_bulk_update_claims_no_profession(self, visit, esthetician):
        assert self.updated(visit, practitioner=esthetician, profession="esthetician") == "performer_is_privileged"

    def test_a_bulk_update_moves_no_visit_out_of_the_shift(self, visit):
        late = world.AGES[1] + timedelta(days=1)
        during = world.DateTimeTZRange(late, late + timedelta(minutes=30))
        Privilege.objects.all().update(valid=world.DateTimeTZRange(world.AGES[0], late + timedelta(days=9)))

        refused = self.updated(visit, during=during, blocked=during)

        assert refused in {"performer_is_on_shift", "claimed_resource_is_open"}

    def test_a_bulk_update_revives_no_visit_that_ended(self, clinic, visit):
        Appointment.objects.filter(pk=visit.pk).update(status="cancelled")

        assert self.updated(visit, status="booked") == "visit_follows_its_course"

    def test_an_item_is_not_rewritten_to_lie_elsewhere(self, visit):
        rewritten = constraint_of(lambda: AppointmentItem.objects.filter(appointment=visit).update(region="body"))

        assert rewritten == "item_is_of_what_its_lesion_is"

    def test_an_item_is_not_rewritten_to_be_shallower_than_its_lesion(self, visit):
        rewritten = constraint_of(lambda: AppointmentItem.objects.filter(appointment=visit).update(depth="stratum_corneum"))

        assert rewritten == "lancet_reaches_its_lesion"

    def test_an_item_is_not_rewritten_as_another_act(self, visit):
        rewritten = constraint_of(
            lambda: AppointmentItem.objects.filter(appointment=visit).update(act="skin_analysis", depth="none")
        )

        assert rewritten == "item_act_is_of_its_treatment"

    def test_an_item_is_not_authorised_by_somebody_who_may_not(self, visit, esthetician):
        rewritten = constraint_of(lambda: AppointmentItem.objects.filter(appointment=visit).update(authorised_by=esthetician))

        assert rewritten == "booker_is_authorised"

    def test_an_item_is_not_authorised_by_nobody(self, visit):
        rewritten = constraint_of(
            lambda: AppointmentItem.objects.filter(appointment=visit).update(
                authorised_by=None, authorised_profession=None, authorised_at=None
            )
        )

        assert rewritten == "restricted_item_has_an_authoriser"

    def test_supervised_work_is_not_called_unsupervised(self, clinic, assistant):
        visit = book(clinic.derm.user, clinic.patient, after(), assistant, clinic.lesion)

        rewritten = constraint_of(lambda: AppointmentItem.objects.filter(appointment=visit).update(supervision="none"))

        assert rewritten in {"performer_is_privileged", "visit_is_supervised_as_its_items"}

    @pytest.mark.parametrize("model", [Privilege, Shift])
    def test_what_a_visit_leans_on_is_not_deleted_beneath_it(self, visit, model):
        refused = constraint_of(lambda: model.objects.filter(practitioner=visit.practitioner).delete())

        assert refused in {"performer_is_privileged", "performer_is_on_shift", "booker_is_authorised"}

    def test_nor_is_the_cover_of_a_supervisor(self, clinic, assistant):
        book(clinic.derm.user, clinic.patient, after(), assistant, clinic.lesion)

        assert constraint_of(lambda: SupervisionCover.objects.all().delete()) == "supervisor_has_agreed"

    def test_nor_does_a_privilege_end_within_a_visit(self, visit):
        shortened = world.DateTimeTZRange(world.AGES[0], visit.end - timedelta(seconds=1))

        refused = constraint_of(lambda: Privilege.objects.filter(practitioner=visit.practitioner).update(valid=shortened))

        assert refused == "performer_is_privileged"


class TestAge:
    def test_a_child_is_not_made_grown_up_by_the_front_desk(self, clinic):
        child = world.a_patient(birth_date=date(2017, 1, 1), guardian_name="Grace")
        lesion = world.charted(child)
        finding = NewAssessment(diagnosis="milium", certainty="confirmed")
        sign_assessment(actor=clinic.derm.user, lesions=[lesion.id], assessment=finding, now=NOW)

        with pytest.raises(NotAllowed):
            correct_patient(actor=clinic.desk, patient=child, changes={"birth_date": date(1990, 1, 1)}, now=NOW)
