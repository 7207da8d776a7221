"""What visits have to do with papers that end: what is booked beyond, who is told of what lost its ground, and when."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from appointments.models import Appointment
from appointments.selectors.expiring import visits_beyond
from appointments.services.adrift import tell_managers_of_visits_adrift
from appointments.services.sweep import sweep_visits
from clinic.models import Certification, Licence, Practitioner, Task
from clinic.policies.expirables import AGREEMENT, CERTIFICATION, GRANT, LICENCE, Paper
from clinic.selectors.expirables import Ending
from clinic.services.absences import file_time_off
from clinic.services.credentials.agreements import end_agreement
from clinic.services.credentials.licences import LicenceCorrection, correct_licence, suspend_licence
from clinic.services.credentials.staff import deactivate_practitioner
from clinic.services.expirables import watch_expirables
from clinic.services.tasks import finish_task
from tests import clinic_world as world
from tests.clinic_world import NOW, SmallClinic, after, book
from tests.factories import LANCET_FACE, a_practitioner, a_site, a_user, a_visit, span

TODAY = date(2027, 1, 12)
pytestmark = pytest.mark.django_db


def ending(kind: str, holder: Practitioner, *line: str, last: date = TODAY, supervisor: Practitioner | None = None) -> Ending:
    paper = Paper(
        id=holder.pk,
        kind=kind,
        holder=holder.pk,
        line=line,
        first=date(2026, 1, 1),
        last=last,
        supervisor=supervisor and supervisor.pk,
    )
    return Ending(paper=paper, site=a_site(), holder=holder, left=0)


def beyond(one: Ending) -> int:
    [count] = visits_beyond([one]).values()
    return count


class TestVisitsBeyond:
    @pytest.mark.parametrize(
        ("kind", "line"),
        [
            (LICENCE, ("dermatologist", "US-OH", "")),
            (CERTIFICATION, ("lancet",)),
            (GRANT, (LANCET_FACE, "columbus")),
        ],
    )
    def test_lean_on_the_paper_of_their_performer(self, kind, line):
        visit = a_visit(during=span(24 * 60))

        assert beyond(ending(kind, visit.practitioner, *line)) == 1

    @pytest.mark.parametrize(
        ("kind", "line"),
        [
            (LICENCE, ("physician_assistant", "US-OH", "")),
            (CERTIFICATION, ("laser",)),
            (GRANT, ("lancet_extraction/dermal@face", "columbus")),
        ],
    )
    def test_lean_on_no_other_paper(self, kind, line):
        visit = a_visit(during=span(24 * 60))

        assert beyond(ending(kind, visit.practitioner, *line)) == 0

    def test_begin_with_midnight_of_the_site(self):
        performer = a_practitioner(LANCET_FACE)
        a_visit(performer, during=span(11 * 60 + 30))  # until midnight
        a_visit(performer, during=span(12 * 60))

        assert beyond(ending(LICENCE, performer, "dermatologist", "US-OH", "")) == 1

    def test_reach_beyond_also_when_they_begin_before(self):
        visit = a_visit(during=span(11 * 60 + 45))

        assert beyond(ending(LICENCE, visit.practitioner, "dermatologist", "US-OH", "")) == 1

    def test_are_not_those_that_ended(self):
        visit = a_visit(during=span(24 * 60), status="cancelled")

        assert beyond(ending(LICENCE, visit.practitioner, "dermatologist", "US-OH", "")) == 0

    def test_are_also_those_that_wait_for_somebody_else(self):
        visit = a_visit(during=span(24 * 60))
        Appointment.objects.filter(pk=visit.pk).update(status="needs_reassignment", needs_reassignment_since=NOW)

        assert beyond(ending(LICENCE, visit.practitioner, "dermatologist", "US-OH", "")) == 1

    def test_lean_on_the_agreement_and_the_licence_of_their_supervisor(self):
        clinic = world.a_small_clinic(rooms=1)
        assistant = world.hire("physician_assistant", site=clinic.site, trainings=["lancet"])
        world.agree(clinic.derm, assistant)
        book(clinic.derm.user, clinic.patient, after(), assistant, clinic.lesion)

        assert beyond(ending(AGREEMENT, assistant, supervisor=clinic.derm)) == 1
        assert beyond(ending(LICENCE, clinic.derm, "dermatologist", "US-OH", "")) == 1
        assert beyond(ending(AGREEMENT, assistant, supervisor=a_practitioner())) == 0

    def test_are_told_with_the_paper(self):
        clinic = world.a_small_clinic(rooms=1)
        book(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion)
        Certification.objects.filter(practitioner=clinic.derm, kind="lancet").update(valid_through=NOW.date())

        watch_expirables(now=NOW)

        [task] = Task.objects.filter(kind="renew_paper")
        assert task.detail.endswith("ends with 2027-01-12, today. 1 visit is booked beyond it.")


@pytest.fixture
def clinic() -> SmallClinic:
    return world.a_small_clinic()


@pytest.fixture
def assistant(clinic) -> Practitioner:
    """Who works only while the dermatologist is there."""
    person = world.hire("medical_aesthetician", site=clinic.site, trainings=["lancet", "peel"])
    world.agree(clinic.derm, person)
    return person


def the_licence(clinic) -> Licence:
    return Licence.objects.get(practitioner=clinic.derm)


def suspended(clinic, assistant):
    suspend_licence(actor=None, licence=the_licence(clinic), reason="board", now=NOW)


def not_verified_after_all(clinic, assistant):
    correct_licence(
        actor=None, licence=the_licence(clinic), correction=LicenceCorrection(status="pending_verification"), now=NOW
    )


def revoked(clinic, assistant):
    correct_licence(actor=None, licence=the_licence(clinic), correction=LicenceCorrection(status="revoked"), now=NOW)


def expired(clinic, assistant):
    Licence.objects.filter(practitioner=clinic.derm).update(valid_through=NOW.date() - timedelta(days=1))
    sweep_visits(now=NOW)


def away(clinic, assistant):
    file_time_off(actor=None, practitioner=clinic.derm, during=DateTimeTZRange(after(1, 6), after(5)), now=NOW)


def gone(clinic, assistant):
    deactivate_practitioner(actor=None, practitioner=clinic.derm, now=NOW)


def agreement_ended(clinic, assistant):
    end_agreement(actor=None, agreement=assistant.agreements_held.get(), now=NOW)


class TestWhatLostItsGround:
    @pytest.mark.parametrize("cause", [suspended, not_verified_after_all, revoked, expired, away, gone])
    def test_is_put_before_the_front_desk_at_once(self, clinic, assistant, cause):
        visit = book(clinic.derm.user, clinic.patient, after(3), clinic.derm, clinic.lesion)

        cause(clinic, assistant)

        assert [task.role for task in Task.objects.filter(kind="reassign_visit", subject=visit.pk)] == ["front_desk"]

    @pytest.mark.parametrize("cause", [suspended, not_verified_after_all, revoked, expired, away, gone, agreement_ended])
    def test_without_a_supervisor_too(self, clinic, assistant, cause):
        visit = book(clinic.derm.user, clinic.patient, after(3), assistant, clinic.lesion)

        cause(clinic, assistant)

        assert [task.role for task in Task.objects.filter(kind="reassign_visit", subject=visit.pk)] == ["front_desk"]


def summaries() -> list[Task]:
    return list(Task.objects.filter(kind="visits_adrift").order_by("id"))


class TestTheDailySummary:
    def adrift(self, minutes: int = 24 * 60, **fields) -> Appointment:
        visit = a_visit(during=span(minutes), **fields)
        Appointment.objects.filter(pk=visit.pk).update(status="needs_reassignment", needs_reassignment_since=NOW)
        return visit

    def test_tells_managers_how_many_wait_and_from_when(self):
        self.adrift()
        self.adrift(48 * 60)

        tell_managers_of_visits_adrift(now=NOW)

        [task] = summaries()
        assert (task.role, task.subject) == ("manager", task.site_id)
        assert task.detail == "2 visits wait for somebody else, the first on 2027-01-13."

    def test_is_one_task_while_it_is_open_and_says_the_number_of_today(self):
        self.adrift()
        tell_managers_of_visits_adrift(now=NOW)
        self.adrift(48 * 60)

        tell_managers_of_visits_adrift(now=NOW + timedelta(days=1, hours=-1))

        assert [task.detail[:8] for task in summaries()] == ["2 visits"]

    def test_is_asked_again_the_day_after_it_was_done(self):
        self.adrift(10 * 24 * 60)
        tell_managers_of_visits_adrift(now=NOW)
        finish_task(actor=a_user("manager"), task=summaries()[0].id, now=NOW)

        tell_managers_of_visits_adrift(now=datetime(2027, 1, 13, 4, 59, tzinfo=UTC))
        assert len(summaries()) == 1
        tell_managers_of_visits_adrift(now=datetime(2027, 1, 13, 5, tzinfo=UTC))
        assert len(summaries()) == 2

    def test_is_settled_when_none_waits(self):
        visit = self.adrift()
        tell_managers_of_visits_adrift(now=NOW)
        Appointment.objects.filter(pk=visit.pk).update(status="cancelled", cancel_reason="ill")

        tell_managers_of_visits_adrift(now=NOW + timedelta(hours=1))

        assert [(task.state, task.done_by) for task in summaries()] == [("done", None)]

    def test_that_settled_itself_is_asked_again_the_same_day(self):
        visit = self.adrift()
        tell_managers_of_visits_adrift(now=NOW)
        Appointment.objects.filter(pk=visit.pk).update(status="cancelled", cancel_reason="ill")
        tell_managers_of_visits_adrift(now=NOW + timedelta(hours=1))
        self.adrift(48 * 60)

        tell_managers_of_visits_adrift(now=NOW + timedelta(hours=2))

        assert [task.state for task in summaries()] == ["done", "open"]

    def test_leaves_the_past_alone(self):
        self.adrift(-24 * 60)

        tell_managers_of_visits_adrift(now=NOW)

        assert not summaries()

    def test_comes_with_the_nightly_sweep(self, clinic):
        visit = book(clinic.derm.user, clinic.patient, after(3), clinic.derm, clinic.lesion)
        suspended(clinic, None)

        sweep_visits(now=NOW)
        assert [task.state for task in summaries()] == ["open"]
        Appointment.objects.filter(pk=visit.pk).update(status="cancelled", cancel_reason="ill")
        sweep_visits(now=NOW)

        assert [task.state for task in summaries()] == ["done"]
