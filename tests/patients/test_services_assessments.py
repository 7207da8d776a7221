"""Signing findings and co-signing them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from clinic.errors import Conflict, NotAllowed, RuleBroken
from clinic.models import Privilege
from patients.models import Assessment, Lesion
from patients.services.assessments import NewAssessment, cosign_assessment, sign_assessment
from patients.services.skin import Held, record_skin
from patients.signals import lesion_reclassified
from tests.factories import AGES, a_lesion, a_patient, a_user, a_visit
from tests.patients.charting import a_clinician, a_diagnosis, a_milia_type, confirmed

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 1, 12, 15, 0, tzinfo=UTC)
MILIUM = NewAssessment(diagnosis="milium", certainty="confirmed")


@pytest.fixture(autouse=True)
def catalogues():
    for code, kind in (("milium", "benign"), ("closed_comedone", "benign"), ("molluscum_contagiosum", "contagious")):
        a_diagnosis(code, kind)
    for code in ("primary", "neonatal", "en_plaque"):
        a_milia_type(code)


def sign(actor, *lesions, assessment=MILIUM, now=NOW) -> Assessment:
    return sign_assessment(actor=actor, lesions=[lesion.pk for lesion in lesions], assessment=assessment, now=now)[0]


def now_is(lesion: Lesion) -> tuple[str | None, str]:
    lesion.refresh_from_db()
    return lesion.diagnosis.code if lesion.diagnosis else None, lesion.diagnosis_certainty


class TestSignAssessment:
    @pytest.mark.parametrize(
        ("profession", "region", "certainty"),
        [
            ("dermatologist", "face", "confirmed"),
            ("ophthalmologist", "eyelid", "confirmed"),
            ("physician_assistant", "face", "provisional"),
        ],
    )
    def test_confirms_as_far_as_the_profession_reaches(self, profession, region, certainty):
        lesion = a_lesion(region=region)

        sign(a_clinician(profession), lesion)

        assert now_is(lesion) == ("milium", certainty)

    @pytest.mark.parametrize(
        ("profession", "region"), [("ophthalmologist", "face"), ("physician_assistant", "eyelid"), ("esthetician", "face")]
    )
    def test_refuses_to_confirm_beyond_it_and_writes_nothing(self, profession, region):
        lesion = a_lesion(region=region)

        with pytest.raises(NotAllowed):
            sign(a_clinician(profession), lesion)

        assert now_is(lesion) == (None, "none")
        assert not Assessment.objects.exists()

    @pytest.mark.parametrize(("born", "may"), [(date(2015, 1, 1), True), (date(1990, 1, 1), False)])
    def test_lets_a_pediatrician_confirm_for_children_only(self, born, may):
        lesion = a_lesion(a_patient(birth_date=born, guardian_name="Mo"))
        pediatrician = a_clinician("pediatrician")

        if may:
            sign(pediatrician, lesion)
        else:
            with pytest.raises(NotAllowed):
                sign(pediatrician, lesion)

        assert (now_is(lesion)[1] == "confirmed") is may

    def test_lets_nobody_confirm_whose_privilege_has_ended(self):
        actor, lesion = a_clinician(), a_lesion()
        ended = type(AGES)(AGES.lower, NOW - timedelta(days=1))
        Privilege.objects.filter(practitioner=actor.practitioner).update(valid=ended)

        with pytest.raises(NotAllowed):
            sign(actor, lesion)

    def test_signs_in_the_profession_that_may(self):
        actor, lesion = a_clinician("esthetician"), a_lesion()
        Privilege.objects.create(
            practitioner=actor.practitioner,
            site=lesion.patient.registered_site,
            profession="physician_assistant",
            scope="diagnose_lesion/none@face",
            supervision="general",
            valid=AGES,
        )

        assert sign(actor, lesion).profession == "physician_assistant"

    def test_marks_a_lesion_that_may_be_contagious_and_no_other(self):
        flagged, other = a_lesion(**confirmed()), a_lesion(**confirmed())
        finding = NewAssessment(diagnosis="molluscum_contagiosum", certainty="provisional")

        sign(a_clinician("esthetician"), flagged, assessment=finding)

        flagged.refresh_from_db()
        other.refresh_from_db()
        assert (flagged.suspicious, other.suspicious) == (True, False)

    def test_lets_a_dermatologist_clear_the_flag(self):
        lesion = a_lesion(suspicious=True)

        sign(a_clinician(), lesion, assessment=NewAssessment(diagnosis="milium", certainty="confirmed", suspicious=False))

        lesion.refresh_from_db()
        assert (lesion.suspicious, lesion.diagnosis_certainty) == (False, "confirmed")

    def test_verifies_a_region_beside_the_eye(self):
        lesion = a_lesion(region="periocular")

        sign(a_clinician(), lesion, assessment=NewAssessment(region_verified=True))

        lesion.refresh_from_db()
        assert lesion.authority_region == "periocular"

    def test_of_a_dermatologist_reviews_a_plaque(self):
        lesion = a_lesion(milia_type=a_milia_type("en_plaque"))

        sign(a_clinician(), lesion)

        lesion.refresh_from_db()
        assert lesion.plaque_reviewed

    def test_is_about_one_patient(self):
        with pytest.raises(RuleBroken) as refused:
            sign(a_clinician(), a_lesion(), a_lesion())

        assert refused.value.code == "lesion_of_another_patient"

    def test_is_for_practitioners(self):
        with pytest.raises(NotAllowed):
            sign(a_user("practitioner"), a_lesion())

    def test_tells_which_lesions_changed_and_answers_the_visits_moved(self):
        changed, visit = a_lesion(), a_patient().pk
        same = a_lesion(changed.patient, **confirmed())
        told = []

        def listen(sender, *, lesions, **_):
            told.append(set(lesions))
            return [visit]

        lesion_reclassified.connect(listen)
        try:
            _, moved = sign_assessment(actor=a_clinician(), lesions=[changed.pk, same.pk], assessment=MILIUM, now=NOW)
        finally:
            lesion_reclassified.disconnect(listen)

        assert (told, moved) == ([{changed.pk}], [visit])

    def test_moves_a_coming_visit_whose_lesion_lies_deeper(self):
        visit = a_visit()
        lesion = visit.items.get().lesion

        _, moved = sign_assessment(actor=a_clinician(), lesions=[lesion.pk], assessment=NewAssessment(depth="dermal"), now=NOW)

        visit.refresh_from_db()
        assert (moved, visit.status) == ([visit.pk], "needs_reassignment")

    def test_leaves_visits_of_other_lesions_alone(self):
        visit = a_visit()
        other = a_lesion(visit.patient)

        _, moved = sign_assessment(actor=a_clinician(), lesions=[other.pk], assessment=NewAssessment(depth="dermal"), now=NOW)

        assert moved == []


class TestCosignAssessment:
    def test_of_a_physician_confirms_what_a_pa_found(self):
        lesion = a_lesion(milia_type=a_milia_type("en_plaque"))
        signed = sign(a_clinician("physician_assistant"), lesion)

        cosign_assessment(actor=a_clinician("ophthalmologist"), assessment=signed, now=NOW)

        assert now_is(lesion) == ("milium", "confirmed")
        assert not lesion.plaque_reviewed

    @pytest.mark.parametrize("profession", ["physician_assistant", "esthetician", "pediatrician"])
    def test_is_refused_to_who_is_no_physician_of_the_patient(self, profession):
        signed = sign(a_clinician("physician_assistant"), a_lesion())

        with pytest.raises(NotAllowed):
            cosign_assessment(actor=a_clinician(profession), assessment=signed, now=NOW)

    def test_is_refused_where_none_is_needed(self):
        signed = sign(a_clinician(), a_lesion())

        with pytest.raises(RuleBroken) as refused:
            cosign_assessment(actor=a_clinician(), assessment=signed, now=NOW)

        assert refused.value.code == "not_to_be_cosigned"

    def test_is_refused_once_somebody_has_said_otherwise(self):
        lesion = a_lesion()
        signed = sign(a_clinician("physician_assistant"), lesion)
        sign(
            a_clinician(),
            lesion,
            assessment=NewAssessment(diagnosis="milium", certainty="refuted"),
            now=NOW + timedelta(hours=1),
        )

        with pytest.raises(Conflict):
            cosign_assessment(actor=a_clinician(), assessment=signed, now=NOW + timedelta(hours=2))

        assert now_is(lesion) == ("milium", "refuted")

    def test_twice_changes_nothing(self):
        signed, physician = sign(a_clinician("physician_assistant"), a_lesion()), a_clinician()
        first, _ = cosign_assessment(actor=physician, assessment=signed, now=NOW)

        again, moved = cosign_assessment(actor=physician, assessment=first, now=NOW + timedelta(hours=1))

        assert (again.cosigned_at, moved) == (NOW, [])


class TestRecordSkin:
    def test_adds_contraindications_and_ends_the_ones_named_again(self):
        actor, patient = a_clinician(), a_patient()
        since = date(2026, 6, 1)
        record_skin(
            actor=actor,
            patient=patient,
            axes={"fitzpatrick": 4},
            contraindications=[Held(code="isotretinoin", since=since)],
            now=NOW,
        )

        profile = record_skin(
            actor=actor,
            patient=patient,
            axes={},
            contraindications=[
                Held(code="isotretinoin", since=since, until=date(2026, 11, 1)),
                Held(code="keloid", since=since),
            ],
            now=NOW,
        )

        rows = {row.code: row.until for row in profile.contraindications.all()}
        assert (profile.fitzpatrick, rows) == (4, {"isotretinoin": date(2026, 11, 1), "keloid": None})

    def test_is_for_practitioners(self):
        with pytest.raises(NotAllowed):
            record_skin(actor=a_user(), patient=a_patient(), axes={"oily": True}, now=NOW)
