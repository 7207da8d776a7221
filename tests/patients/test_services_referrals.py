"""Referring lesions, and following that until it has ended."""

from datetime import UTC, date, datetime, timedelta

import pytest

from clinic.errors import Conflict, Malformed, NotAllowed, RuleBroken
from clinic.models import Task
from clinic.services.tasks import finish_task
from patients.models import Referral, ReferredLesion
from patients.services.lesions import correct_lesion
from patients.services.reference import load_catalogues
from patients.services.referral_looks import follow_referrals
from patients.services.referrals import (
    book_referral,
    close_referral,
    decline_referral,
    record_referral_seen,
    unbook_referral,
)
from tests.factories import a_lesion, a_patient, a_user
from tests.factories_lesions import NOW, a_referral, now_is, signed
from tests.patients.charting import a_clinician
from tests.refusing import refused_as

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def catalogues():
    load_catalogues()


def waiting(referral: Referral, *, now: datetime | None = None) -> set[str]:
    """The kinds of tasks about it that are not done (and due, where a moment is named)."""
    rows = Task.objects.filter(subject=referral.pk).exclude(state="done")
    return set((rows.filter(due_at__lte=now) if now else rows).values_list("kind", flat=True))


def booked(referral: Referral) -> Referral:
    return book_referral(actor=a_user(), referral=referral, booked_for=NOW + 7 * DAY, booked_with="Dr Lid", now=NOW)


class TestOpening:
    def test_refers_the_lesions_and_asks_after_three_and_fourteen_days(self):
        lesion = a_lesion()

        referral = a_referral(lesion)

        assert (referral.status, referral.urgency, now_is(lesion).status) == ("open", "soon", "referred")
        assert waiting(referral, now=NOW + 2 * DAY) == set()
        assert waiting(referral, now=NOW + 3 * DAY) == {"book_referral"}
        assert waiting(referral, now=NOW + 14 * DAY) == {"book_referral", "follow_referral"}

    def test_leaves_a_lesion_that_recurred_as_it_is(self):
        lesion = a_lesion(status="recurred")

        a_referral(lesion)

        assert now_is(lesion).status == "recurred"

    def test_names_lesions_of_one_patient(self):
        with pytest.raises(RuleBroken) as refused:
            a_referral(a_lesion(), a_lesion())

        assert refused.value.code == "lesion_of_another_patient"

    def test_is_not_done_twice_for_one_specialty(self):
        lesion = a_lesion()
        a_referral(lesion)

        with pytest.raises(Conflict) as refused:
            a_referral(lesion)

        assert refused.value.code == "already_referred"
        assert a_referral(lesion, to="ophthalmology").status == "open"

    def test_is_for_practitioners(self):
        with pytest.raises(NotAllowed):
            a_referral(actor=a_user())

    def test_says_why(self):
        with pytest.raises(Malformed):
            a_referral(reason="  ")


class TestAFinding:
    @pytest.mark.parametrize(
        ("finding", "urgency", "reason"),
        [
            ({"diagnosis": "wart", "certainty": "provisional"}, "soon", "May be: Viral wart."),
            ({"diagnosis": "basal_cell_carcinoma", "certainty": "provisional"}, "urgent", "May be: Basal cell carcinoma."),
            ({"suspected": ["syringoma"]}, "soon", "May be: Syringoma."),
            ({"suspicious": True}, "soon", "Flagged as suspicious, contagious or uncertain."),
        ],
    )
    def test_that_is_not_certain_blocks_the_lesion_and_refers_it(self, finding, urgency, reason):
        lesion = a_lesion()

        assessment = signed(lesion, actor=a_clinician("esthetician"), **finding)

        [referral] = assessment.referrals.all()
        assert (referral.to, referral.urgency, referral.reason) == ("dermatology", urgency, reason)
        assert (now_is(lesion).suspicious, now_is(lesion).status) == (True, "referred")

    def test_of_lids_and_cheeks_goes_to_each_specialty(self):
        patient = a_patient()
        lid, cheek = a_lesion(patient, region="eyelid"), a_lesion(patient)

        assessment = signed(lid, cheek, suspicious=True)

        assert {row.to: [item.lesion_id for item in row.items.all()] for row in assessment.referrals.all()} == {
            "ophthalmology": [lid.pk],
            "dermatology": [cheek.pk],
        }

    def test_of_a_child_goes_to_a_pediatrician(self):
        lesion = a_lesion(a_patient(birth_date=date(2020, 1, 1), guardian_name="Mo"))

        assert signed(lesion, suspected=["wart"]).referrals.get().to == "pediatrics"

    def test_that_repeats_it_opens_no_second_one(self):
        lesion = a_lesion()
        signed(lesion, suspicious=True)

        assert not signed(lesion, suspicious=True).referrals.exists()

    @pytest.mark.parametrize(
        "finding",
        [
            {"diagnosis": "milium", "certainty": "confirmed", "excluded": ["wart"]},
            {"diagnosis": "wart", "certainty": "refuted"},
            {"depth": "dermal"},
        ],
    )
    def test_that_is_certain_refers_nothing(self, finding):
        lesion = a_lesion()

        assert not signed(lesion, **finding).referrals.exists()
        assert now_is(lesion).status == "watching"


class TestFollowing:
    def test_ends_the_question_whether_it_is_booked(self):
        referral = booked(a_referral())

        assert (referral.status, waiting(referral)) == ("booked", {"follow_referral"})

    def test_asks_again_when_the_visit_fell_through(self):
        referral = booked(a_referral())

        referral = unbook_referral(actor=a_user(), referral=referral, now=NOW + DAY)

        assert (referral.status, referral.booked_for) == ("open", None)
        assert waiting(referral, now=NOW + DAY) == {"book_referral"}

    def test_takes_another_time(self):
        referral = booked(a_referral())

        referral = book_referral(actor=a_user(), referral=referral, booked_for=NOW + 9 * DAY, now=NOW)

        assert (referral.status, referral.booked_for) == ("booked", NOW + 9 * DAY)

    def test_refuses_a_time_before_it_was_opened(self):
        with pytest.raises(RuleBroken) as refused:
            book_referral(actor=a_user(), referral=a_referral(), booked_for=NOW - DAY, now=NOW)

        assert refused.value.code == "in_the_past"

    @pytest.mark.parametrize("seen_on", [date(2027, 1, 11), date(2027, 1, 14)])
    def test_refuses_a_day_before_it_or_yet_to_come(self, seen_on):
        with pytest.raises(Malformed):
            record_referral_seen(actor=a_user(), referral=a_referral(), seen_on=seen_on, now=NOW + DAY)

    @pytest.mark.parametrize(
        ("outcome", "status"),
        [("cleared", "watching"), ("treated", "resolved"), ("kept", "referred"), ("not_seen", "watching")],
    )
    def test_ends_with_what_came_of_it(self, outcome, status):
        lesion = a_lesion()
        referral = a_referral(lesion)
        record_referral_seen(actor=a_user(), referral=referral, seen_on=date(2027, 1, 13), now=NOW + DAY)

        referral = close_referral(actor=a_clinician(), referral=referral, outcome=outcome, note="Benign.", now=NOW + DAY)

        assert (referral.status, referral.outcome, referral.ended_at) == ("closed", outcome, NOW + DAY)
        assert (now_is(lesion).status, waiting(referral)) == (status, set())

    def test_lifts_no_flag(self):
        lesion = a_lesion()
        referral = signed(lesion, suspicious=True).referrals.get()

        close_referral(actor=a_clinician(), referral=referral, outcome="cleared", now=NOW)

        assert now_is(lesion).suspicious

    def test_keeps_a_lesion_referred_that_another_one_follows(self):
        lesion = a_lesion()
        first = a_referral(lesion)
        a_referral(lesion, to="ophthalmology")

        close_referral(actor=a_clinician(), referral=first, outcome="cleared", now=NOW)

        assert now_is(lesion).status == "referred"

    def test_may_come_to_nothing(self):
        lesion = a_lesion()
        referral = a_referral(lesion)

        referral = decline_referral(actor=a_clinician(), referral=referral, reason="She prefers to wait.", now=NOW)

        assert (referral.status, now_is(lesion).status, waiting(referral)) == ("declined", "watching", set())

    def test_ends_once(self):
        referral = close_referral(actor=a_clinician(), referral=a_referral(), outcome="cleared", now=NOW)

        for end in (
            lambda: close_referral(actor=a_clinician(), referral=referral, outcome="kept", now=NOW),
            lambda: decline_referral(actor=a_clinician(), referral=referral, reason="No.", now=NOW),
            lambda: booked(referral),
        ):
            with pytest.raises(Conflict) as refused:
                end()
            assert refused.value.code == "illegal_transition"

    @pytest.mark.parametrize("end", [close_referral, decline_referral])
    def test_is_ended_by_practitioners(self, end):
        told = {"outcome": "cleared"} if end is close_referral else {"reason": "No."}

        with pytest.raises(NotAllowed):
            end(actor=a_user(), referral=a_referral(), now=NOW, **told)

    def test_keeps_its_lesions_from_going_on(self):
        lesion = a_lesion()
        a_referral(lesion)

        with pytest.raises(Conflict):
            correct_lesion(actor=a_clinician(), lesion=lesion.pk, changes={"status": "planned"}, now=NOW)


class TestTheNightlySweep:
    def test_opens_what_somebody_was_done_with_a_week_later(self):
        referral = a_referral()
        for task in Task.objects.filter(subject=referral.pk):
            finish_task(actor=a_user(), task=task.pk, now=NOW + 14 * DAY)

        follow_referrals(now=NOW + 20 * DAY)
        before = waiting(referral)
        follow_referrals(now=NOW + 22 * DAY)

        assert (before, waiting(referral)) == (set(), {"book_referral", "follow_referral"})

    def test_asks_once(self):
        referral = a_referral()

        for days in (15, 16, 17):
            follow_referrals(now=NOW + days * DAY)

        assert Task.objects.filter(subject=referral.pk).count() == 2

    def test_asks_no_more_whether_it_is_booked_once_it_is(self):
        referral = booked(a_referral())

        follow_referrals(now=NOW + 60 * DAY)

        assert waiting(referral) == {"follow_referral"}

    def test_leaves_what_has_ended_alone(self):
        referral = close_referral(actor=a_clinician(), referral=a_referral(), outcome="cleared", now=NOW)

        follow_referrals(now=NOW + 60 * DAY)

        assert waiting(referral) == set()


class TestTheDatabase:
    def test_refuses_a_lesion_of_another_patient(self):
        referral, lesion = a_referral(), a_lesion()

        for patient in (referral.patient, lesion.patient):
            item = ReferredLesion(referral=referral, lesion=lesion, patient=patient)
            assert refused_as(item.save) in {
                "referred_lesion_is_of_the_patient",
                "referral_is_of_the_patient_of_its_lesions",
            }

    @pytest.mark.parametrize(
        ("change", "name"),
        [
            ({"status": "closed"}, "closed_referral_has_its_outcome"),
            ({"status": "declined"}, "declined_referral_has_its_reason"),
            ({"status": "booked"}, "booked_referral_has_a_time"),
            ({"outcome": "cleared"}, "closed_referral_has_its_outcome"),
            ({"reason": ""}, "referral_gives_its_reason"),
            ({"to": "cardiology"}, "referral_goes_to_a_known_specialty"),
        ],
    )
    def test_refuses_half_an_ending(self, change, name):
        rows = Referral.objects.filter(pk=a_referral().pk)

        assert refused_as(lambda: rows.update(**change)) == name

    def test_refuses_to_touch_what_has_ended(self):
        referral = close_referral(actor=a_clinician(), referral=a_referral(), outcome="cleared", now=NOW)

        rows = Referral.objects.filter(pk=referral.pk)

        assert refused_as(lambda: rows.update(outcome_note="x")) == "ended_referral_is_not_changed"

    def test_refuses_a_step_that_does_not_follow(self):
        referral = a_referral()
        record_referral_seen(actor=a_user(), referral=referral, seen_on=date(2027, 1, 12), now=NOW)
        rows = Referral.objects.filter(pk=referral.pk)

        assert refused_as(lambda: rows.update(status="open")) == "referral_follows_its_course"


def test_the_questions_keep_the_hour_of_the_opening():
    referral = a_referral(now=datetime(2027, 3, 12, 15, tzinfo=UTC))

    due = dict(Task.objects.filter(subject=referral.pk).values_list("kind", "due_at"))

    assert due["book_referral"] == datetime(2027, 3, 15, 14, tzinfo=UTC)
