"""How lesions go on, come back and are told about by patients: services, and what PostgreSQL refuses."""

import pytest

from clinic.errors import Conflict, Malformed, NotAllowed, RuleBroken
from clinic.scopes import UNKNOWN
from patients.models import Lesion, LesionReport
from patients.policies.courses import LESION_STATUSES, LESION_TRANSITIONS, REFERRAL_STATUSES, REFERRAL_TRANSITIONS
from patients.services.lesions import NewLesion, correct_lesion, note_lesion
from patients.services.reference import load_catalogues
from patients.services.reports import accept_report, decline_report
from tests.factories import a_lesion, a_patient, a_user
from tests.factories_lesions import NOW, a_report, now_is
from tests.patients.charting import a_clinician
from tests.refusing import refused_as, sql

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def catalogues():
    load_catalogues()


def noted(patient, actor=None, **fields) -> Lesion:
    lesion = NewLesion(**{"body_site": "cheek", "laterality": "left"} | fields)
    return note_lesion(actor=actor or a_clinician(), patient=patient, lesion=lesion, now=NOW)


class TestTheTables:
    @pytest.mark.parametrize("was", LESION_STATUSES)
    def test_of_lesions_are_the_same_in_python_and_in_sql(self, was):
        allowed = {word for word in LESION_STATUSES if sql("SELECT 1 WHERE patients_lesion_may_become(%s, %s)", was, word)}

        assert allowed == LESION_TRANSITIONS[was]

    @pytest.mark.parametrize("was", REFERRAL_STATUSES)
    def test_of_referrals_are_the_same_in_python_and_in_sql(self, was):
        allowed = {word for word in REFERRAL_STATUSES if sql("SELECT 1 WHERE patients_referral_may_become(%s, %s)", was, word)}

        assert allowed == REFERRAL_TRANSITIONS[was]


class TestStatus:
    def test_follows_its_course(self):
        lesion = a_lesion()

        for status in ("planned", "in_treatment", "resolved", "watching"):
            correct_lesion(actor=a_clinician(), lesion=lesion.pk, changes={"status": status}, now=NOW)

        assert now_is(lesion).status == "watching"

    def test_refuses_a_step_that_does_not_follow(self):
        lesion = a_lesion(status="resolved")

        with pytest.raises(Conflict) as refused:
            correct_lesion(actor=a_clinician(), lesion=lesion.pk, changes={"status": "planned"}, now=NOW)

        assert refused.value.code == "illegal_transition"

    def test_refuses_it_in_the_database_too(self):
        lesion = a_lesion(status="recurred")

        assert refused_as(lambda: Lesion.objects.filter(pk=lesion.pk).update(status="watching")) == "lesion_follows_its_course"


class TestRecurrence:
    def test_names_the_lesion_that_came_back(self):
        earlier = a_lesion(status="resolved")

        again = noted(earlier.patient, recurrence_of=earlier.pk)

        assert (again.recurrence_of_id, now_is(earlier).status) == (earlier.pk, "recurred")

    def test_may_come_more_than_once(self):
        earlier = a_lesion(status="resolved")

        both = [noted(earlier.patient, recurrence_of=earlier.pk).pk for _ in range(2)]

        assert set(earlier.recurrences.values_list("pk", flat=True)) == set(both)

    @pytest.mark.parametrize("status", ["watching", "planned", "in_treatment", "referred"])
    def test_follows_what_was_resolved(self, status):
        earlier = a_lesion(status=status)

        with pytest.raises(Conflict):
            noted(earlier.patient, recurrence_of=earlier.pk)

        assert now_is(earlier).status == status

    def test_belongs_to_the_same_patient(self):
        with pytest.raises(RuleBroken) as refused:
            noted(a_patient(), recurrence_of=a_lesion(status="resolved").pk)

        assert refused.value.code == "lesion_of_another_patient"

    def test_is_a_practitioners_to_say(self):
        earlier = a_lesion(status="resolved")

        with pytest.raises(NotAllowed):
            noted(earlier.patient, a_user(), recurrence_of=earlier.pk)

    def test_is_refused_by_the_database_for_another_patient(self):
        earlier = a_lesion(status="resolved")

        assert refused_as(lambda: a_lesion(recurrence_of=earlier)) == "recurrence_is_of_the_same_patient"

    def test_is_refused_by_the_database_for_what_was_never_resolved(self):
        earlier = a_lesion()

        assert refused_as(lambda: a_lesion(earlier.patient, recurrence_of=earlier)) == "recurrence_follows_a_resolved_lesion"

    def test_is_said_once(self):
        earlier = a_lesion(status="resolved")
        other = a_lesion(earlier.patient)

        rows = Lesion.objects.filter(pk=other.pk)

        assert refused_as(lambda: rows.update(recurrence_of=earlier)) == "recurrence_is_noted_once"


class TestPlaceAndLook:
    def test_refuse_a_chart_that_does_not_show_the_body_site(self):
        with pytest.raises(Malformed) as refused:
            noted(a_patient(), chart="torso_back", x=0.5, y=0.5)

        assert list(refused.value.fields) == ["chart"]

    def test_refuse_a_body_site_that_its_chart_does_not_show(self):
        lesion = noted(a_patient(), chart="face_left", x=0.5, y=0.5)

        with pytest.raises(Malformed):
            correct_lesion(actor=a_clinician(), lesion=lesion.pk, changes={"laterality": "right"}, now=NOW)

    @pytest.mark.parametrize("place", [{"x": 1.2}, {"y": -0.1}, {"x": None}, {"chart": "the_moon"}])
    def test_are_refused_off_the_chart_by_the_database(self, place):
        lesion = noted(a_patient(), chart="face_left", x=0.5, y=0.5)

        name = refused_as(lambda: Lesion.objects.filter(pk=lesion.pk).update(**place))

        assert name in {"lesion_lies_on_its_chart", "lesion_has_a_known_chart"}

    def test_are_kept_as_they_were_told(self):
        lesion = noted(a_patient(), colour="white", hard=True, picked=True, cause="sunburn", cause_note="last July")

        kept = now_is(lesion)
        assert (kept.colour, kept.hard, kept.picked, kept.painful) == ("white", True, True, None)
        assert (kept.cause, kept.cause_note) == ("sunburn", "last July")


class TestReports:
    def test_are_no_lesions(self):
        report = a_report(body_site="under_eye")

        assert (report.state, Lesion.objects.count()) == ("reported", 0)

    def test_become_one_that_nobody_has_verified_or_diagnosed(self):
        lesion = accept_report(actor=a_clinician(), report=a_report(body_site="under_eye", painful=True), now=NOW)

        kept = now_is(lesion)
        assert (kept.region_verified, kept.authority_region, kept.depth) == (False, "eyelid", UNKNOWN)
        assert (kept.diagnosis, kept.diagnosis_certainty, kept.painful) == (None, "none", True)
        assert LesionReport.objects.get().lesion_id == kept.pk

    def test_are_declined_with_a_reason(self):
        report = decline_report(actor=a_clinician(), report=a_report(), reason="A freckle.", now=NOW)

        assert (report.state, report.decline_reason, Lesion.objects.count()) == ("declined", "A freckle.", 0)

    def test_are_not_declined_without_one(self):
        with pytest.raises(Malformed):
            decline_report(actor=a_clinician(), report=a_report(), reason=" ", now=NOW)

    def test_are_decided_once(self):
        report = a_report()
        accept_report(actor=a_clinician(), report=report, now=NOW)

        for decide in (accept_report, lambda **asked: decline_report(reason="No.", **asked)):
            with pytest.raises(Conflict):
                decide(actor=a_clinician(), report=report, now=NOW)

    def test_are_decided_by_practitioners(self):
        with pytest.raises(NotAllowed):
            accept_report(actor=a_user(), report=a_report(), now=NOW)

    def test_refuse_both_sides_at_once(self):
        with pytest.raises(RuleBroken) as refused:
            a_report(laterality="bilateral")

        assert refused.value.code == "split_by_side"

    def test_stay_as_they_were_decided(self):
        report = a_report()
        accept_report(actor=a_clinician(), report=report, now=NOW)
        rows = LesionReport.objects.filter(pk=report.pk)

        assert refused_as(lambda: rows.update(words="x")) == "decided_report_is_not_changed"
        assert refused_as(lambda: sql("DELETE FROM patients_lesionreport")) == "decided_report_is_not_changed"

    def test_name_no_lesion_of_another_patient(self):
        report, by = a_report(), a_user()
        rows = LesionReport.objects.filter(pk=report.pk)

        name = refused_as(lambda: rows.update(state="accepted", lesion=a_lesion(), decided_by=by, decided_at=NOW))

        assert name == "reported_lesion_is_of_the_patient"
