"""Home care: written, begun, replaced, completed, stopped, and ended by what forbids it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from clinic.errors import Conflict, Malformed, NotAllowed, RuleBroken
from clinic.models import Task
from patients.models import Contraindication
from patients.services.assessments import NewAssessment, sign_assessment
from patients.services.skin import Held, record_skin
from tests.factories import a_lesion, a_patient, a_user
from tests.factories_plans import (
    NOW,
    SUNSCREEN,
    TODAY,
    a_care,
    a_clinic_with_catalogues,
    a_draft,
    a_retinoid,
    a_supervised_author,
    an_author,
    contraindicated,
    home_care,
)
from treatments.models import HomeCarePlan, RetinoidRung
from treatments.selectors.routines import NewItem
from treatments.services.home_care import next_version, redraft_home_care
from treatments.services.home_care_course import complete_home_care, start_home_care, stop_home_care

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=84)
CLEANSER = NewItem(ingredient="gentle_cleanser", region="face", per_week=14, time_of_day="both")
PRESCRIBED = a_retinoid(ingredient="prescription_retinoid")


@pytest.fixture(autouse=True)
def _clinic():
    a_clinic_with_catalogues()


def refusal(*args, **fields) -> list[str]:
    """The codes with which writing is refused."""
    with pytest.raises(RuleBroken) as refused:
        a_draft(*args, **fields)
    assert not HomeCarePlan.objects.exists()
    return [refused.value.code, *(reason.code for reason in refused.value.reasons)]


def stored(row: HomeCarePlan) -> HomeCarePlan:
    return HomeCarePlan.objects.get(pk=row.pk)


def open_tasks(row: HomeCarePlan) -> dict[str, datetime]:
    return {task.kind: task.due_at for task in Task.objects.filter(subject=row.pk).exclude(state="done")}


class TestWriting:
    def test_makes_a_draft_that_keeps_what_was_told(self):
        lesion = a_lesion()
        care = a_care(a_retinoid(extent="spot", strength="high"), SUNSCREEN, lesions=(lesion.pk,))

        row = a_draft(patient=lesion.patient, care=care)

        assert (row.status, row.version, row.series, row.profession) == ("draft", 1, row.pk, "dermatologist")
        assert [warning["code"] for warning in row.warnings] == ["retinoid_ladder"]
        assert list(row.targets.values_list("lesion", "region")) == [(lesion.pk, "face")]

    @pytest.mark.parametrize(
        ("profession", "item", "allowed"),
        [
            ("dermatologist", PRESCRIBED, True),
            ("dermatologist", replace(PRESCRIBED, region="periocular"), True),
            ("physician_other", PRESCRIBED, True),
            ("physician_other", replace(PRESCRIBED, region="periocular"), False),
            ("physician_assistant", PRESCRIBED, False),
            ("nurse_practitioner", PRESCRIBED, False),
            ("medical_aesthetician", PRESCRIBED, False),
            ("esthetician", PRESCRIBED, False),
            ("esthetician", a_retinoid(), True),
            ("medical_aesthetician", a_retinoid(), True),
            ("physician_assistant", a_retinoid(), True),
            ("esthetician", replace(CLEANSER, region="eyelid"), False),
            ("nurse_practitioner", replace(CLEANSER, region="eyelid"), True),
            ("ophthalmologist", replace(CLEANSER, region="eyelid"), True),
            ("ophthalmologist", CLEANSER, False),
            ("pediatrician", CLEANSER, False),
            ("optometrist", CLEANSER, False),
            ("registered_nurse", CLEANSER, False),
            ("front_desk", CLEANSER, False),
        ],
    )
    def test_is_for_whom_the_matrix_lets(self, profession, item, allowed):
        actor, sunscreen = an_author(profession), replace(SUNSCREEN, region=item.region)
        care = a_care(item, sunscreen if item.region in {"face", "periocular"} else replace(CLEANSER, region=item.region))
        care = replace(care, items=list({entry.ingredient: entry for entry in care.items}.values()))

        if allowed:
            assert a_draft(actor, care=care).profession == profession
        else:
            assert {"privilege_missing", "optometrist_excluded", "supervision_agreement_missing"} & set(
                refusal(actor, care=care)
            )

    def test_lets_a_pa_prescribe_under_a_physicians_agreement(self):
        row = a_draft(a_supervised_author(), care=a_care(PRESCRIBED, SUNSCREEN))

        assert (row.profession, row.supervisor is not None) == ("physician_assistant", True)

    def test_tells_what_the_author_may_not_and_what_would_harm_at_once(self):
        care = a_care(replace(PRESCRIBED, strength="high"), SUNSCREEN, pregnancy_answer="trying")

        codes = refusal(an_author("esthetician"), care=care)

        assert codes[1:] == ["privilege_missing", "contraindicated", "retinoid_too_strong"]

    def test_judges_an_unverified_spot_beside_the_eye_as_the_lid(self):
        lesion = a_lesion(region="periocular")
        care = a_care(a_retinoid(extent="spot"), SUNSCREEN, lesions=(lesion.pk,))

        assert refusal(patient=lesion.patient, care=care)[0] == "spot_without_lesion"

    def test_is_refused_for_a_lesion_of_another_patient(self):
        assert refusal(care=a_care(CLEANSER, lesions=(a_lesion().pk,)))[0] == "lesion_of_another_patient"

    def test_is_refused_while_pregnancy_is_on_file(self):
        patient = a_patient()
        contraindicated(patient, "pregnant")

        assert refusal(patient=patient)[0] == "contraindicated"

    @pytest.mark.parametrize(
        ("item", "field"), [(replace(CLEANSER, ingredient="snake_oil"), "items[0].ingredient"), (SUNSCREEN, "items")]
    )
    def test_names_what_cannot_be_read(self, item, field):
        with pytest.raises(Malformed) as refused:
            a_draft(care=a_care(item, SUNSCREEN))

        assert set(refused.value.fields) == {field}

    def test_is_for_practitioners(self):
        with pytest.raises(NotAllowed):
            a_draft(a_user("practitioner"))


class TestChangingADraft:
    def test_writes_what_is_given_and_keeps_the_rest(self):
        actor = an_author()
        row = a_draft(actor)

        redraft_home_care(actor=actor, home_care=row, changes={"items": [CLEANSER], "note": "Gently."}, now=NOW)

        assert [item.ingredient.code for item in row.items.all()] == ["gentle_cleanser"]
        assert (stored(row).note, stored(row).pregnancy_answer) == ("Gently.", "no")

    def test_is_the_authors(self):
        with pytest.raises(NotAllowed):
            redraft_home_care(actor=an_author(), home_care=a_draft(), changes={"note": "Mine."}, now=NOW)

    def test_ends_when_it_begins(self):
        actor = an_author()
        row = home_care(actor)

        with pytest.raises(Conflict):
            redraft_home_care(actor=actor, home_care=row, changes={"note": "Late."}, now=NOW)


class TestBeginning:
    def test_dates_the_ladder_of_a_retinoid(self):
        row = home_care()

        rungs = RetinoidRung.objects.filter(plan=row).order_by("number").values_list("from_on", "nights")
        assert (row.status, row.starts_on) == ("active", TODAY)
        assert list(rungs) == [
            (TODAY, "one_or_two_a_week"),
            (date(2027, 2, 2), "every_other"),
            (date(2027, 2, 23), "every"),
            (date(2027, 4, 6), "ask_about_more"),
        ]

    def test_reminds_the_author_of_the_review_and_of_the_next_strength(self):
        row = home_care()

        assert open_tasks(row) == {
            "home_care_review": datetime(2027, 3, 13, 14, tzinfo=UTC),
            "retinoid_mid_strength": datetime(2027, 4, 6, 13, tzinfo=UTC),
        }
        assert set(Task.objects.values_list("assignee", flat=True)) == {row.author.user_id}

    def test_twice_changes_nothing(self):
        actor = an_author()
        row = home_care(actor)

        again = start_home_care(actor=actor, home_care=row, now=LATER)

        assert again.started_at == NOW

    def test_is_judged_again(self):
        actor = an_author()
        row = a_draft(actor)
        contraindicated(row.patient, "pregnant")

        with pytest.raises(RuleBroken) as refused:
            start_home_care(actor=actor, home_care=row, now=NOW)

        assert (refused.value.code, stored(row).status) == ("contraindicated", "draft")

    def test_is_the_authors(self):
        with pytest.raises(NotAllowed):
            start_home_care(actor=an_author(), home_care=a_draft(), now=NOW)

    def test_waits_while_the_patient_follows_another_plan(self):
        actor, patient = an_author(), a_patient()
        home_care(actor, patient=patient)
        other = a_draft(actor, patient=patient)

        with pytest.raises(Conflict) as refused:
            start_home_care(actor=actor, home_care=other, now=NOW)

        assert refused.value.code == "other_home_care"


class TestTheNextVersion:
    def test_says_what_the_last_one_said_but_asks_about_pregnancy_again(self):
        actor = an_author()
        row = home_care(actor)

        with pytest.raises(RuleBroken) as refused:
            next_version(actor=actor, home_care=row, changes={}, now=LATER)
        version = next_version(actor=actor, home_care=row, changes={"pregnancy_answer": "no"}, now=LATER)

        assert refused.value.code == "pregnancy_not_asked"
        assert (version.series, version.version, version.status) == (row.series, 2, "draft")
        assert [item.ingredient.code for item in version.items.order_by("position")] == ["retinol", "sunscreen"]

    def test_ends_the_one_before_when_it_begins(self):
        actor = an_author()
        row = home_care(actor)
        version = next_version(actor=actor, home_care=row, changes={"items": [CLEANSER]}, now=LATER)

        start_home_care(actor=actor, home_care=version, now=LATER)

        assert (stored(row).status, stored(row).ended_at, stored(version).status) == ("superseded", LATER, "active")
        assert open_tasks(row) == {}
        assert set(open_tasks(version)) == {"home_care_review"}

    @pytest.mark.parametrize(("after", "allowed"), [(83, False), (84, True)])
    def test_may_bring_a_middle_strength_after_twelve_weeks(self, after, allowed):
        actor, then = an_author(), NOW + timedelta(days=after)
        row = home_care(actor)
        changes = {"items": [a_retinoid(strength="medium"), SUNSCREEN], "pregnancy_answer": "no"}

        if allowed:
            assert next_version(actor=actor, home_care=row, changes=changes, now=then).version == 2
        else:
            with pytest.raises(RuleBroken) as refused:
                next_version(actor=actor, home_care=row, changes=changes, now=then)
            assert refused.value.code == "retinoid_ladder"

    def test_does_not_count_weeks_before_a_stop(self):
        actor = an_author()
        row = home_care(actor)
        stop_home_care(actor=actor, home_care=row, reason="Irritated.", now=NOW + timedelta(days=3))
        changes = {"items": [a_retinoid(strength="medium"), SUNSCREEN], "pregnancy_answer": "no"}

        with pytest.raises(RuleBroken):
            next_version(actor=actor, home_care=row, changes=changes, now=LATER)

    def test_leaves_a_ladder_that_goes_on_where_it_is(self):
        actor = an_author()
        row = home_care(actor)
        changes = {"items": [a_retinoid(), SUNSCREEN, CLEANSER], "pregnancy_answer": "no"}
        version = next_version(actor=actor, home_care=row, changes=changes, now=NOW + timedelta(days=30))

        start_home_care(actor=actor, home_care=version, now=NOW + timedelta(days=30))

        assert version.rungs.get(number=1).from_on == TODAY

    def test_is_written_once_at_a_time(self):
        actor = an_author()
        row = home_care(actor)
        next_version(actor=actor, home_care=row, changes={"items": [CLEANSER]}, now=NOW)

        with pytest.raises(Conflict) as refused:
            next_version(actor=an_author(), home_care=row, changes={"items": [CLEANSER]}, now=NOW)

        assert refused.value.code == "version_in_draft"

    def test_follows_what_was_begun(self):
        actor = an_author()

        with pytest.raises(Conflict):
            next_version(actor=actor, home_care=a_draft(actor), changes={}, now=NOW)


class TestEnding:
    def test_closes_what_was_to_be_followed_up(self):
        row = home_care()

        complete_home_care(actor=an_author(), home_care=row, now=LATER)

        assert (stored(row).status, stored(row).ended_at, open_tasks(row)) == ("completed", LATER, {})

    def test_says_why_it_was_stopped(self):
        row = home_care()

        stop_home_care(actor=an_author(), home_care=row, reason="Irritated.", now=LATER)

        assert (stored(row).status, stored(row).stop_reason) == ("stopped", "Irritated.")

    def test_is_final(self):
        actor = an_author()
        row = home_care(actor)
        complete_home_care(actor=actor, home_care=row, now=LATER)

        with pytest.raises(Conflict):
            stop_home_care(actor=actor, home_care=row, reason="Late.", now=LATER)

    def test_is_for_practitioners(self):
        with pytest.raises(NotAllowed):
            stop_home_care(actor=a_user(), home_care=home_care(), reason="No.", now=LATER)


class TestWhatForbidsIt:
    def record(self, patient, code, **fields):
        held = Held(code=code, **{"since": TODAY} | fields)
        record_skin(actor=an_author(), patient=patient, axes={}, contraindications=[held], now=LATER)

    def test_pregnancy_stops_a_retinoid_and_tells_the_author(self):
        row = home_care()

        self.record(row.patient, "pregnant")

        assert (stored(row).status, stored(row).stop_reason) == ("stopped", "Pregnancy was recorded.")
        assert open_tasks(row) == {"home_care_stopped": LATER}
        assert Contraindication.objects.filter(code="pregnant").exists()

    def test_breastfeeding_only_tells_the_author(self):
        row = home_care()

        self.record(row.patient, "breastfeeding")

        assert stored(row).status == "active"
        assert open_tasks(row)["home_care_check"] == LATER

    def test_a_pregnancy_that_was_over_before_changes_nothing(self):
        row = home_care()

        self.record(row.patient, "pregnant", since=date(2026, 1, 1), until=date(2026, 11, 1))

        assert stored(row).status == "active"

    def test_home_care_without_a_retinoid_goes_on(self):
        row = home_care(care=a_care(CLEANSER))

        self.record(row.patient, "pregnant")

        assert stored(row).status == "active"

    def test_a_lesion_that_turns_out_to_lie_on_the_lid_stops_what_goes_on_its_spot(self):
        lesion = a_lesion()
        row = home_care(patient=lesion.patient, care=a_care(a_retinoid(extent="spot"), SUNSCREEN, lesions=(lesion.pk,)))

        sign_assessment(actor=an_author(), lesions=[lesion.pk], assessment=NewAssessment(region="eyelid"), now=LATER)

        assert stored(row).status == "stopped"
        assert set(open_tasks(row)) == {"home_care_stopped"}

    def test_a_lesion_that_stays_on_the_face_stops_nothing(self):
        lesion = a_lesion()
        row = home_care(patient=lesion.patient, care=a_care(a_retinoid(extent="spot"), SUNSCREEN, lesions=(lesion.pk,)))

        sign_assessment(actor=an_author(), lesions=[lesion.pk], assessment=NewAssessment(depth="dermal"), now=LATER)

        assert stored(row).status == "active"
