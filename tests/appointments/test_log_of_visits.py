"""The log of a visit: what was planned and what came to it, from the door to the second signature."""

from datetime import UTC, datetime, timedelta

import pytest

from appointments.models import Appointment
from appointments.services.course import check_in, complete_visit, start_treatment
from appointments.services.moving import add_treatment, hand_over
from appointments.services.sweep import sweep_visits
from clinic.errors import RuleBroken
from clinic.models import Task
from tests import clinic_world as world
from tests.clinic_world import NOW, SmallClinic, after, asked, book
from tests.factories_log import consented, done, drafted, extracted
from treatments.models import Encounter, Procedure
from treatments.services.log.drafting import NewOutcome, draft_procedure
from treatments.services.log.incidents import report_incident
from treatments.services.log.signing import sign_procedure

pytestmark = pytest.mark.django_db
END = datetime(2027, 1, 13, 15, 30, tzinfo=UTC)  # half past ten in Columbus, tomorrow


@pytest.fixture
def clinic() -> SmallClinic:
    small = world.a_small_clinic()
    consented(small.patient)
    return small


@pytest.fixture
def medesth(clinic):
    """Works with the lancet while the dermatologist is on site."""
    person = world.hire("medical_aesthetician", site=clinic.site, trainings=["lancet"])
    world.agree(clinic.derm, person)
    return person


def begun(clinic: SmallClinic, performer) -> Appointment:
    """An ordered lancet extraction tomorrow at ten, under way."""
    world.order(clinic.derm, clinic.patient, [clinic.lesion])
    visit = book(clinic.desk, clinic.patient, after(), performer, clinic.lesion)
    check_in(actor=clinic.desk, visit=visit, now=after() - timedelta(minutes=5))
    return start_treatment(actor=performer.user, visit=visit, now=after())


def logged(visit: Appointment, performer, *items, **fields) -> Procedure:
    encounter = Encounter.objects.get(pk=visit.encounter_id)
    return drafted(encounter, performer, *items, **({"at": after(), "now": END} | fields))


def sign(procedure: Procedure, now=END) -> Procedure:
    return sign_procedure(actor=procedure.performed_by.user, procedure=procedure, now=now)


def refused(procedure: Procedure) -> RuleBroken:
    with pytest.raises(RuleBroken) as error:
        sign(procedure)
    return error.value


class TestTheStay:
    def test_keeps_the_plan_and_the_decision_with_which_it_began(self, clinic):
        visit = begun(clinic, clinic.derm)

        stay = Encounter.objects.get(pk=visit.encounter_id)
        assert (stay.plan["visit"], stay.plan["start"]) == (str(visit.pk), after().isoformat())
        assert stay.plan["places"] == [["lancet-extraction", str(clinic.lesion.pk)]]
        assert stay.begun["decision"]["licence"]["profession"] == "dermatologist"

    def test_follows_the_visit_into_other_hands(self, clinic, medesth):
        visit = begun(clinic, medesth)

        hand_over(actor=clinic.derm.user, visit=visit, practitioner=clinic.derm, now=after(minute=5))

        stay = Encounter.objects.get(pk=visit.encounter_id)
        assert (stay.practitioner, stay.plan["practitioner"]) == (clinic.derm, str(clinic.derm.pk))
        assert [earlier["practitioner"] for earlier in stay.plan["earlier"]] == [str(medesth.pk)]


class TestLogging:
    def test_of_what_was_planned_is_signed_under_supervision(self, clinic, medesth):
        row = sign(logged(begun(clinic, medesth), medesth, extracted(clinic.lesion)))

        assert (row.supervisor, row.supervision) == (clinic.derm, "direct")

    def test_of_a_lesion_that_came_to_the_visit_needs_that_it_was_added(self, clinic, medesth):
        visit = begun(clinic, medesth)
        second = world.charted(clinic.patient)

        refusal = refused(logged(visit, medesth, extracted(clinic.lesion), extracted(second)))

        assert world.gates(refusal.reasons) == {"order_required": "G29"}

    def test_of_a_lesion_that_was_added_is_signed(self, clinic, medesth):
        visit = begun(clinic, medesth)
        second = world.charted(clinic.patient)
        [item] = asked(second)
        add_treatment(actor=clinic.derm.user, visit=visit, item=item, now=after(minute=5))

        assert sign(logged(visit, medesth, extracted(clinic.lesion), extracted(second))).is_signed

    def test_of_a_lesion_where_the_visit_had_planned_its_body_site_is_signed(self, clinic, medesth):
        visit = begun(clinic, medesth)
        stay = Encounter.objects.get(pk=visit.encounter_id)
        Encounter.objects.filter(pk=stay.pk).update(plan=stay.plan | {"places": [["lancet-extraction", "cheek"]]})

        assert sign(logged(visit, medesth, extracted(clinic.lesion))).is_signed

    def test_of_a_lesion_that_the_planned_one_became_part_of_is_signed(self, clinic, medesth):
        visit = begun(clinic, medesth)
        lasting = world.charted(clinic.patient)
        type(lasting).objects.filter(pk=clinic.lesion.pk).update(merged_into=lasting)

        assert sign(logged(visit, medesth, extracted(lasting))).is_signed

    def test_of_a_lesion_that_nobody_has_confirmed_is_refused(self, clinic):
        visit = begun(clinic, clinic.derm)
        doubtful = world.charted(clinic.patient, certainty="provisional")

        assert world.gates(refused(logged(visit, clinic.derm, extracted(doubtful))).reasons) == {"diagnosis_unconfirmed": "G09"}

    def test_of_a_lesion_that_was_confirmed_during_the_visit_is_signed(self, clinic):
        visit = begun(clinic, clinic.derm)
        found = world.charted(clinic.patient)

        assert sign(logged(visit, clinic.derm, extracted(clinic.lesion, found))).is_signed


class TestDeeperThanPlanned:
    """Scenario 17."""

    def test_is_refused_as_a_log_and_becomes_an_incident(self, clinic, medesth):
        visit = begun(clinic, medesth)
        deeper = NewOutcome(lesion=clinic.lesion.pk, result="partial", attempts=1, depth="dermal")
        draft = logged(visit, medesth, extracted(clinic.lesion, outcomes=(deeper,)))

        refusal = refused(draft)

        assert world.gates(refusal.reasons) == {"depth_not_permitted": "G15"}
        body = refusal.extra["incident"]["body"]
        incident = report_incident(
            actor=medesth.user,
            encounter=draft.encounter,
            kind=body["kind"],
            what_happened=body["what_happened"],
            lesions=[clinic.lesion.pk],
            procedure=draft,
            now=END,
        )
        assert (incident.kind, incident.status, Procedure.objects.get().status) == ("depth_not_permitted", "open", "draft")

    def test_is_logged_by_the_dermatologist_after_a_hand_over(self, clinic, medesth):
        visit = begun(clinic, medesth)
        first = NewOutcome(lesion=clinic.lesion.pk, result="partial", attempts=1)
        sign(logged(visit, medesth, extracted(clinic.lesion, outcomes=(first,)), ended_at=after(minute=10)))
        hand_over(actor=medesth.user, visit=visit, practitioner=clinic.derm, now=after(minute=10))

        deeper = NewOutcome(lesion=clinic.lesion.pk, result="complete", attempts=1, depth="dermal")
        second = sign(
            logged(visit, clinic.derm, extracted(clinic.lesion, outcomes=(deeper,)), at=after(minute=12), ended_at=END)
        )

        assert [row.scopes for row in second.items.all()] == [["lancet_extraction/dermal@face"]]
        assert Encounter.objects.get().procedures.count() == 2


class TestCompleting:
    def test_asks_for_the_log_that_nobody_signed(self, clinic):
        visit = begun(clinic, clinic.derm)

        complete_visit(actor=clinic.derm.user, visit=visit, now=END)

        task = Task.objects.get(kind="log_visit")
        assert (task.subject, task.assignee) == (visit.encounter_id, clinic.derm.user)

    def test_asks_for_nothing_where_it_is_signed(self, clinic):
        visit = begun(clinic, clinic.derm)
        sign(logged(visit, clinic.derm, extracted(clinic.lesion)))

        complete_visit(actor=clinic.derm.user, visit=visit, now=END)

        assert not Task.objects.filter(kind="log_visit").exists()

    def test_is_answered_by_a_log_that_is_signed_later(self, clinic):
        visit = begun(clinic, clinic.derm)
        complete_visit(actor=clinic.derm.user, visit=visit, now=END)

        sign(logged(visit, clinic.derm, extracted(clinic.lesion)), now=after(2))

        assert Task.objects.get(kind="log_visit").state == "done"

    def test_of_a_talk_asks_for_nothing(self, clinic):
        visit = book(clinic.desk, clinic.patient, after(), clinic.derm, "free-consultation")
        check_in(actor=clinic.desk, visit=visit, now=after())
        start_treatment(actor=clinic.derm.user, visit=visit, now=after())

        complete_visit(actor=clinic.derm.user, visit=visit, now=END)

        assert not Task.objects.filter(kind="log_visit").exists()


def test_work_in_a_free_consultation_is_no_log(clinic):
    """G26."""
    visit = book(clinic.desk, clinic.patient, after(), clinic.derm, "free-consultation")
    check_in(actor=clinic.desk, visit=visit, now=after())
    visit = start_treatment(actor=clinic.derm.user, visit=visit, now=after())

    assert world.gates(refused(logged(visit, clinic.derm, extracted(clinic.lesion))).reasons) == {"consultation_only": "G26"}


def test_what_is_not_cosigned_in_time_goes_to_the_medical_director(clinic, medesth):
    row = sign(logged(begun(clinic, medesth), medesth, extracted(clinic.lesion)))

    sweep_visits(now=END + timedelta(hours=72))

    task = Task.objects.get(kind="cosign_overdue")
    assert (task.subject, task.role) == (row.pk, "medical_director")


def test_a_stay_that_was_cancelled_takes_no_log(clinic):
    visit = begun(clinic, clinic.derm)
    Encounter.objects.filter(pk=visit.encounter_id).update(status="cancelled")
    stay = Encounter.objects.get(pk=visit.encounter_id)

    with pytest.raises(Exception, match="cancelled"):
        draft_procedure(actor=clinic.derm.user, encounter=stay, log=done(clinic.derm, extracted(clinic.lesion)), now=NOW)
