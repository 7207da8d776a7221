"""Nobody is treated without a consent that is in force when the work is done; booking does not ask for it."""

from datetime import timedelta

import pytest

from appointments.models import Appointment
from appointments.services.course import check_in, start_treatment, undo_check_in
from appointments.services.moving import add_treatment
from appointments.services.refusing import WorkRefused
from patients.models import Consent
from patients.services.consents import withdraw_consent
from tests import clinic_world as world
from tests.clinic_world import NOW, SmallClinic, after, book, gates, judged
from tests.factories_consents import a_consent, agreed
from treatments.selectors.consents import consent_refusals
from treatments.selectors.work import Asked

pytestmark = pytest.mark.django_db
CLEAN_UP = Asked(treatment="clean-up", body_site="cheek")
PEEL = Asked(treatment="superficial-peel", body_site="cheek")


@pytest.fixture
def clinic() -> SmallClinic:
    return world.a_small_clinic()


@pytest.fixture
def stranger(clinic):
    """Somebody who has signed nothing."""
    return world.a_patient(clinic.site)


def extraction(clinic, patient) -> Appointment:
    return book(clinic.derm.user, patient, after(), clinic.derm, world.charted(patient))


def arrived(clinic, visit, *, now=None) -> Appointment:
    return check_in(actor=clinic.desk, visit=visit, now=now or after())


def added(clinic, visit, *, now=None) -> Appointment:
    """A peel of the cheek on top, added by the practitioner."""
    return add_treatment(actor=clinic.derm.user, visit=visit, item=PEEL, now=now or after())


def refused(act) -> list[str]:
    """The kinds of work that are refused for want of a consent, and for no other reason."""
    with pytest.raises(WorkRefused) as refusal:
        act()
    assert gates(refusal.value.reasons) == {"consent_missing": "G16"}
    return [reason.resource for reason in refusal.value.reasons]


class TestBooking:
    def test_asks_for_no_consent(self, clinic, stranger):
        answer = judged(clinic.derm.user, stranger, after(), clinic.derm, world.charted(stranger))

        assert answer.allowed


class TestCheckIn:
    def test_without_a_consent_is_refused_and_changes_nothing(self, clinic, stranger):
        visit = extraction(clinic, stranger)

        assert refused(lambda: arrived(clinic, visit)) == ["lancet_extraction"]
        assert Appointment.objects.get(pk=visit.pk).status == "booked"

    def test_with_one_that_is_signed_at_the_door_goes_on(self, clinic, stranger):
        visit = extraction(clinic, stranger)
        a_consent(stranger, signed_at=after())

        assert arrived(clinic, visit).status == "checked_in"

    def test_before_the_signature_is_refused(self, clinic, stranger):
        visit = extraction(clinic, stranger)
        a_consent(stranger, signed_at=after())

        assert refused(lambda: arrived(clinic, visit, now=after() - timedelta(minutes=1))) == ["lancet_extraction"]

    def test_after_a_withdrawal_is_refused(self, clinic):
        visit = extraction(clinic, clinic.patient)
        withdraw_consent(actor=clinic.desk, consent=Consent.objects.get(), reason="Changed my mind", now=NOW)

        assert refused(lambda: arrived(clinic, visit)) == ["lancet_extraction"]

    def test_with_a_consent_to_something_else_is_refused(self, clinic, stranger):
        agreed(stranger, "photos", "chemical_peel")

        assert refused(lambda: arrived(clinic, extraction(clinic, stranger))) == ["lancet_extraction"]

    def test_of_a_clean_up_asks_for_each_of_its_kinds(self, clinic, stranger):
        visit = book(clinic.derm.user, stranger, after(), clinic.derm, CLEAN_UP)

        assert refused(lambda: arrived(clinic, visit)) == ["comedone_extraction", "microdermabrasion"]

    def test_for_a_talk_needs_no_consent(self, clinic, stranger):
        visit = book(clinic.desk, stranger, after(), clinic.derm, "skin-analysis")

        assert arrived(clinic, visit).status == "checked_in"

    def test_tells_a_missing_consent_beside_every_other_reason(self, clinic, stranger):
        visit = extraction(clinic, stranger)
        world.noted_skin(stranger, "infection")

        with pytest.raises(WorkRefused) as refusal:
            arrived(clinic, visit)

        assert gates(refusal.value.reasons) == {"consent_missing": "G16", "contraindicated": "G17"}


class TestStart:
    def test_after_a_withdrawal_in_the_waiting_room_is_refused(self, clinic):
        visit = arrived(clinic, extraction(clinic, clinic.patient))
        withdraw_consent(actor=clinic.desk, consent=Consent.objects.get(), reason="Changed my mind", now=after())

        assert refused(lambda: start_treatment(actor=clinic.derm.user, visit=visit, now=after())) == ["lancet_extraction"]

    def test_a_withdrawal_does_not_keep_the_check_in_from_being_undone(self, clinic):
        visit = arrived(clinic, extraction(clinic, clinic.patient))
        withdraw_consent(actor=clinic.desk, consent=Consent.objects.get(), reason="Changed my mind", now=after())

        assert undo_check_in(actor=clinic.desk, visit=visit, now=after()).status == "booked"


class TestAddingATreatment:
    def test_while_the_patient_is_here_asks_for_its_consent(self, clinic):
        visit = arrived(clinic, extraction(clinic, clinic.patient))

        assert refused(lambda: added(clinic, visit)) == ["chemical_peel"]
        assert visit.items.count() == 1

    def test_in_the_middle_of_the_treatment_asks_for_it_too(self, clinic):
        visit = arrived(clinic, extraction(clinic, clinic.patient))
        visit = start_treatment(actor=clinic.derm.user, visit=visit, now=after())

        assert refused(lambda: added(clinic, visit)) == ["chemical_peel"]

    def test_that_was_agreed_to_goes_on(self, clinic):
        agreed(clinic.patient, "chemical_peel")
        visit = arrived(clinic, extraction(clinic, clinic.patient))

        assert added(clinic, visit).items.count() == 2

    def test_before_the_patient_has_come_asks_for_none(self, clinic):
        assert added(clinic, extraction(clinic, clinic.patient), now=NOW).items.count() == 2


class TestAtTheTimeOfTheWork:
    def test_what_was_withdrawn_later_was_in_force_then(self, clinic):
        withdraw_consent(actor=clinic.desk, consent=Consent.objects.get(), reason="Changed my mind", now=NOW)

        def missing(at):
            return [row.code for row in consent_refusals(patient=clinic.patient, acts={"lancet_extraction"}, at=at)]

        assert (missing(NOW - timedelta(minutes=1)), missing(NOW)) == ([], ["consent_missing"])

    def test_other_work_asks_nothing_of_the_database(self, clinic, django_assert_num_queries):
        with django_assert_num_queries(0):
            assert consent_refusals(patient=clinic.patient, acts={"skin_analysis"}, at=NOW) == []
