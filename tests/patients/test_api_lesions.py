"""Body sites, lesions and assessments over HTTP: status, code and body."""

import uuid

import pytest

from patients.models import Assessment, Lesion
from patients.services.reference import load_catalogues
from tests.clinic.tokens import client_of
from tests.factories import a_lesion, a_patient, a_site, a_user
from tests.patients.charting import a_clinician

pytestmark = pytest.mark.django_db
LESIONS, ASSESSMENTS = "/api/v1/lesions/", "/api/v1/assessments/"


@pytest.fixture(autouse=True)
def catalogues():
    load_catalogues()
    a_site()


def note(client, **fields):
    return client.post(LESIONS, {"patient": str(a_patient().pk), "body_site": "cheek", "laterality": "left"} | fields)


def sign(client, *lesions, **fields):
    body = {"lesions": [str(lesion.pk) for lesion in lesions], "diagnosis": "milium", "certainty": "confirmed"}
    return client.post(ASSESSMENTS, body | fields)


class TestBodySites:
    def test_say_what_they_count_as(self):
        rows = client_of(a_user()).get("/api/v1/body-sites/").json()["results"]

        regions = {row["code"]: (row["region"], row["authority_region"]) for row in rows}
        assert len(rows) == 17
        assert (regions["under_eye"], regions["cheek"]) == (("periocular", "eyelid"), ("face", "face"))


class TestNotingALesion:
    def test_answers_what_is_judged(self):
        answer = note(client_of(a_user()), body_site="under_eye", size_mm=1.5, chart="face_front", x=0.4, y=0.25)

        shown = answer.json()
        assert answer.status_code == 201
        assert (shown["region"], shown["authority_region"], shown["region_verified"]) == ("periocular", "eyelid", False)
        assert (shown["diagnosis"], shown["diagnosis_certainty"], shown["suspicious"]) == (None, "none", False)
        assert (shown["depth"], shown["size_mm"], shown["count"], shown["status"]) == ("unknown", 1.5, 1, "watching")
        assert set(shown["patient"]) == {"id", "name"}

    def test_refuses_both_sides_at_once(self):
        answer = note(client_of(a_user()), body_site="eyelid_right_upper", laterality="bilateral")

        assert (answer.status_code, answer.json()["code"]) == (422, "split_by_side")

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"laterality": None}, "laterality"),
            ({"laterality": "up"}, "laterality"),
            ({"depth": "bottomless"}, "depth"),
            ({"milia_type": "giant"}, "milia_type"),
            ({"size_mm": -1}, "size_mm"),
            ({"count": 0}, "count"),
            ({"x": 2, "y": 0.5, "chart": "face_front"}, "x"),
            ({"x": 0.5}, "chart"),
            ({"patient": "me"}, "patient"),
            ({"region": "face"}, "region"),
            ({"suspicious": False}, "suspicious"),
        ],
    )
    def test_names_the_field_that_cannot_be_read(self, change, field):
        answer = note(client_of(a_user()), **change)

        assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
        assert [error["field"] for error in answer.json()["errors"]] == [field]

    @pytest.mark.parametrize("change", [{"body_site": "elbow"}, {"patient": str(uuid.uuid4())}])
    def test_answers_what_is_unknown_with_404(self, change):
        assert note(client_of(a_user()), **change).status_code == 404

    def test_answers_a_foreign_patient_like_a_random_id(self):
        foreign = a_patient(registered_site=a_site("jersey-city"))
        known, random = (note(client_of(a_user()), patient=str(key)) for key in (foreign.pk, uuid.uuid4()))

        assert (known.status_code, known.content) == (404, random.content)
        assert not Lesion.objects.exists()


class TestReadingLesions:
    def test_lists_by_patient_region_and_status(self):
        lesion = a_lesion()
        a_lesion(lesion.patient, region="eyelid")
        a_lesion()

        answer = client_of(a_user()).get(f"{LESIONS}?patient={lesion.patient_id}&region=face&status=watching")

        assert [row["id"] for row in answer.json()["results"]] == [str(lesion.pk)]

    def test_answers_a_foreign_lesion_like_a_random_id(self):
        foreign = a_lesion(a_patient(registered_site=a_site("jersey-city")))
        known, random = (client_of(a_user()).get(f"{LESIONS}{key}/") for key in (foreign.pk, uuid.uuid4()))

        assert (known.status_code, known.content) == (404, random.content)


class TestCorrectingALesion:
    def test_answers_it_and_the_visits_moved(self):
        client, url = client_of(a_clinician("esthetician")), f"{LESIONS}{a_lesion().pk}/"

        answer = client.patch(url, {"depth": "dermal"}, HTTP_IF_MATCH=client.get(url)["ETag"])

        assert (answer.status_code, answer.json()["depth"], answer.json()["moved"]) == (200, "dermal", [])
        assert answer["ETag"] == client.get(url)["ETag"]

    def test_needs_the_version_that_stands(self):
        client, url = client_of(a_clinician()), f"{LESIONS}{a_lesion().pk}/"

        assert client.patch(url, {"count": 2}).status_code == 428
        assert client.patch(url, {"count": 2}, HTTP_IF_MATCH='"old"').status_code == 412

    @pytest.mark.parametrize("change", [{"body_site": "cheek", "laterality": "left"}, {"depth": "stratum_corneum"}])
    @pytest.mark.parametrize("actor", ["dermatologist", "esthetician", None])
    def test_refuses_whatever_loosens_a_rule(self, change, actor):
        client = client_of(a_clinician(actor) if actor else a_user())

        answer = client.patch(f"{LESIONS}{a_lesion(region='eyelid').pk}/", change, HTTP_IF_MATCH="*")

        assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")

    @pytest.mark.parametrize(
        "change",
        [{"region": "face"}, {"region_verified": True}, {"suspicious": False}, {"diagnosis": "milium"}, {"patient": None}],
    )
    def test_refuses_what_is_only_read(self, change):
        lesion = a_lesion(region="eyelid", suspicious=True)

        answer = client_of(a_clinician()).patch(f"{LESIONS}{lesion.pk}/", change, HTTP_IF_MATCH="*")

        lesion.refresh_from_db()
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
        assert (lesion.region, lesion.suspicious, lesion.diagnosis) == ("eyelid", True, None)


class TestAssessments:
    def test_are_signed_when_they_are_made(self):
        lesion, actor = a_lesion(), a_clinician()

        answer = sign(client_of(actor), lesion, depth="epidermal", note="Firm, white.")

        shown = answer.json()
        assert answer.status_code == 201
        assert (shown["lesions"], shown["diagnosis"], shown["certainty"]) == ([str(lesion.pk)], "milium", "confirmed")
        assert (shown["signed_by"]["username"], shown["profession"]) == (actor.username, "dermatologist")
        assert (shown["cosigned_by"], shown["moved"]) == (None, [])

    def test_change_what_the_lesion_shows(self):
        lesion, client = a_lesion(region="periocular"), client_of(a_clinician())

        sign(client, lesion, region_verified=True)

        shown = client.get(f"{LESIONS}{lesion.pk}/").json()
        assert (shown["authority_region"], shown["diagnosis_certainty"]) == ("periocular", "confirmed")

    def test_of_a_pa_confirm_once_a_physician_has_cosigned(self):
        lesion, physician = a_lesion(), client_of(a_clinician())
        made = sign(client_of(a_clinician("physician_assistant")), lesion).json()
        before = physician.get(f"{LESIONS}{lesion.pk}/").json()["diagnosis_certainty"]

        answer = physician.post(f"{ASSESSMENTS}{made['id']}/cosign/")

        after = physician.get(f"{LESIONS}{lesion.pk}/").json()["diagnosis_certainty"]
        assert (before, answer.status_code, after) == ("provisional", 200, "confirmed")
        assert answer.json()["cosigned_at"]

    def test_that_loosen_a_rule_are_refused_to_others(self):
        answer = sign(client_of(a_clinician("physician_assistant")), a_lesion(suspicious=True), suspicious=False)

        assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"lesions": []}, "lesions"),
            ({"lesions": ["x"]}, "lesions[0]"),
            ({"certainty": "sure"}, "certainty"),
            ({"diagnosis": "measles"}, "diagnosis"),
            ({"diagnosis": None}, "diagnosis"),
            ({"diagnosis": "wart", "suspicious": False}, "suspicious"),
            ({"signed_by": "me"}, "signed_by"),
        ],
    )
    def test_name_the_field_that_cannot_be_read(self, change, field):
        answer = sign(client_of(a_clinician()), a_lesion(), **change)

        assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
        assert answer.json()["errors"][0]["field"].startswith(field.split("[")[0])

    def test_of_a_foreign_lesion_answer_like_a_random_id(self):
        foreign = a_lesion(a_patient(registered_site=a_site("jersey-city")))
        client = client_of(a_clinician())
        body = {"diagnosis": "milium", "certainty": "confirmed"}
        known, random = (client.post(ASSESSMENTS, body | {"lesions": [str(key)]}) for key in (foreign.pk, uuid.uuid4()))

        assert (known.status_code, known.content) == (404, random.content)
        assert not Assessment.objects.exists()

    def test_are_never_edited(self):
        client = client_of(a_clinician())
        made = sign(client, a_lesion()).json()

        assert client.patch(f"{ASSESSMENTS}{made['id']}/", {"note": "x"}, HTTP_IF_MATCH="*").status_code == 405
