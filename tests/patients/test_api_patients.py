"""Patients and skin profiles over HTTP: status, code, body, and who may call."""

import uuid

import pytest

from patients.services.reference import load_catalogues
from tests.clinic.tokens import client_of
from tests.factories import a_lesion, a_patient, a_site, a_user
from tests.patients.charting import a_clinician

pytestmark = pytest.mark.django_db
PATIENTS = "/api/v1/patients/"
ADA = {
    "registered_site": "columbus",
    "given_name": "Ada",
    "family_name": "Lovelace",
    "birth_date": "1990-05-17",
    "phone": "(614) 555-0199",
}
GUARDIAN = {"name": "Mo Ng", "email": "mo@example.org"}


@pytest.fixture(autouse=True)
def site():
    return a_site()


@pytest.fixture
def desk():
    return client_of(a_user())


class TestRegistering:
    def test_answers_the_patient_with_a_version(self, desk):
        answer = desk.post(PATIENTS, ADA)

        assert answer.status_code == 201
        assert answer["ETag"]
        assert answer.json() == ADA | {
            "id": answer.json()["id"],
            "phone": "+16145550199",
            "email": None,
            "language": "en",
            "time_zone": "America/New_York",
            "preferred_channel": None,
            "guardian": None,
        }

    def test_asks_for_the_guardian_of_a_minor(self, desk):
        refused = desk.post(PATIENTS, ADA | {"birth_date": "2020-01-01"})
        taken = desk.post(PATIENTS, ADA | {"birth_date": "2020-01-01", "guardian": GUARDIAN})

        assert (refused.status_code, refused.json()["code"]) == (422, "guardian_missing")
        assert taken.json()["guardian"] == GUARDIAN | {"relationship": None, "phone": None, "for_adult": False}

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"given_name": ""}, "given_name"),
            ({"given_name": 7}, "given_name"),
            ({"birth_date": "17 May"}, "birth_date"),
            ({"birth_date": "0001-01-01"}, "birth_date"),
            ({"birth_date": "2199-01-01"}, "birth_date"),
            ({"email": "nowhere"}, "email"),
            ({"phone": "12"}, "phone"),
            ({"phone": "none"}, "phone"),
            ({"language": "tlh"}, "language"),
            ({"time_zone": "Mars/Olympus"}, "time_zone"),
            ({"guardian": {"name": "Mo", "phone": "x"}}, "guardian.phone"),
            ({"guardian": {"name": "Mo", "relationship": "mother", "for_adult": True}}, "guardian.for_adult"),
            ({"guardian": {"email": "mo@example.org"}}, "guardian.name"),
            ({"id": str(uuid.uuid4())}, "id"),
        ],
    )
    def test_names_the_field_that_cannot_be_read(self, desk, change, field):
        answer = desk.post(PATIENTS, ADA | change)

        assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
        assert [error["field"] for error in answer.json()["errors"]] == [field]

    def test_answers_an_unknown_site_with_404(self, desk):
        assert desk.post(PATIENTS, ADA | {"registered_site": "atlantis"}).status_code == 404

    def test_is_refused_at_a_site_of_others(self, desk):
        a_site("jersey-city")

        answer = desk.post(PATIENTS, ADA | {"registered_site": "jersey-city"})

        assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")


class TestReading:
    def test_lists_the_patients_of_ones_sites(self, desk):
        mine = a_patient()
        a_patient(registered_site=a_site("jersey-city"))

        assert [row["id"] for row in desk.get(PATIENTS).json()["results"]] == [str(mine.pk)]

    def test_answers_a_foreign_patient_like_a_random_id(self, desk):
        foreign = a_patient(registered_site=a_site("jersey-city"))
        known, random = (desk.get(f"{PATIENTS}{key}/") for key in (foreign.pk, uuid.uuid4()))

        assert (known.status_code, known.content) == (404, random.content)

    def test_finds_by_name(self, desk):
        ada = a_patient(given_name="Ada", family_name="Lovelace")
        a_patient(given_name="Grace")

        answer = desk.post(f"{PATIENTS}search/", {"q": "love"})

        assert (answer.status_code, [row["id"] for row in answer.json()["results"]]) == (200, [str(ada.pk)])

    def test_refuses_to_list_by_anything_that_is_not_allowed(self, desk):
        assert desk.get(f"{PATIENTS}?birth_date=1990-05-17").status_code == 400


class TestCorrecting:
    def test_needs_the_version_that_stands(self, desk):
        url = f"{PATIENTS}{a_patient().pk}/"
        version = desk.get(url)["ETag"]

        answers = [
            desk.patch(url, {"email": "a@example.org"}, **headers)
            for headers in ({}, {"HTTP_IF_MATCH": '"old"'}, {"HTTP_IF_MATCH": version}, {"HTTP_IF_MATCH": version})
        ]

        assert [answer.status_code for answer in answers] == [428, 412, 200, 412]
        assert answers[2]["ETag"] == desk.get(url)["ETag"]

    def test_answers_a_foreign_patient_like_a_random_id(self, desk):
        foreign = a_patient(registered_site=a_site("jersey-city"))
        known, random = (desk.patch(f"{PATIENTS}{key}/", {"email": None}) for key in (foreign.pk, uuid.uuid4()))

        assert (known.status_code, known.content) == (404, random.content)

    def test_takes_an_email_away(self, desk):
        url = f"{PATIENTS}{a_patient().pk}/"

        assert desk.patch(url, {"email": None}, HTTP_IF_MATCH="*").json()["email"] is None

    def test_refuses_a_new_birth_date_of_a_charted_patient(self, desk):
        lesion = a_lesion()
        finding = {"lesions": [str(lesion.pk)], "diagnosis": None, "certainty": "none", "depth": "dermal"}
        client_of(a_clinician()).post("/api/v1/assessments/", finding)

        answer = desk.patch(f"{PATIENTS}{lesion.patient_id}/", {"birth_date": "1980-01-01"}, HTTP_IF_MATCH="*")

        assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")


class TestSkinProfiles:
    URL = "/api/v1/skin-profiles/"

    def test_are_recorded_with_contraindications(self):
        held = [{"code": "isotretinoin", "since": "2026-06-01"}]

        answer = client_of(a_clinician()).post(
            self.URL, {"patient": str(a_patient().pk), "fitzpatrick": 4, "contraindications": held}
        )

        assert answer.status_code == 201
        assert (answer.json()["fitzpatrick"], answer.json()["contraindications"]) == (4, [held[0] | {"until": None}])

    def test_are_corrected_in_the_version_that_stands(self):
        client = client_of(a_clinician())
        url = f"{self.URL}{client.post(self.URL, {'patient': str(a_patient().pk)}).json()['id']}/"

        answer = client.patch(url, {"oily": True}, HTTP_IF_MATCH=client.get(url)["ETag"])

        assert (answer.status_code, answer.json()["oily"]) == (200, True)
        assert client.patch(url, {"oily": False}).status_code == 428

    def test_name_a_contraindication_that_ends_before_it_begins(self):
        held = [{"code": "keloid", "since": "2026-06-01", "until": "2026-05-01"}]

        answer = client_of(a_clinician()).post(self.URL, {"patient": str(a_patient().pk), "contraindications": held})

        assert [error["field"] for error in answer.json()["errors"]] == ["contraindications[0].until"]

    def test_of_a_foreign_patient_are_recorded_as_little_as_of_nobody(self):
        client = client_of(a_clinician())
        foreign = a_patient(registered_site=a_site("jersey-city"))
        known, random = (client.post(self.URL, {"patient": str(key)}) for key in (foreign.pk, uuid.uuid4()))

        assert (known.status_code, known.content) == (404, random.content)


CALLS = {
    "list patients": ("get", PATIENTS, None, "all"),
    "register": ("post", PATIENTS, ADA, "all"),
    "search": ("post", f"{PATIENTS}search/", {"q": "ada"}, "all"),
    "read": ("get", PATIENTS + "{patient}/", None, "all"),
    "correct": ("patch", PATIENTS + "{patient}/", {"language": "es"}, "all"),
    "list skin profiles": ("get", "/api/v1/skin-profiles/", None, "all"),
    "record skin": ("post", "/api/v1/skin-profiles/", {"patient": "{patient}", "oily": True}, "practitioners"),
    "list body sites": ("get", "/api/v1/body-sites/", None, "all"),
    "list lesions": ("get", "/api/v1/lesions/", None, "all"),
    "note a lesion": (
        "post",
        "/api/v1/lesions/",
        {"patient": "{patient}", "body_site": "cheek", "laterality": "left"},
        "all",
    ),
    "correct a lesion": ("patch", "/api/v1/lesions/{lesion}/", {"count": 2}, "practitioners"),
    "list assessments": ("get", "/api/v1/assessments/", None, "all"),
    "sign": (
        "post",
        "/api/v1/assessments/",
        {"lesions": ["{lesion}"], "diagnosis": None, "certainty": "none", "depth": "dermal"},
        "practitioners",
    ),
}


class TestWhoMayCall:
    @pytest.mark.parametrize("call", CALLS)
    @pytest.mark.parametrize("role", ["front_desk", "practitioner", "manager", "medical_director", "nobody", "anonymous"])
    def test_as_the_contract_says(self, call, role):
        load_catalogues()
        method, url, body, whose = CALLS[call]
        lesion = a_lesion()
        names = {"{patient}": str(lesion.patient_id), "{lesion}": str(lesion.pk)}
        client = self._client(role)

        answer = getattr(client, method)(_named(url, names), _named(body, names), HTTP_IF_MATCH="*")

        allowed = role in {"practitioner", "medical_director"} or (whose == "all" and role in {"front_desk", "manager"})
        expected = {True: {200, 201}, False: {401} if role == "anonymous" else {403}}[allowed]
        assert answer.status_code in expected

    def _client(self, role):
        if role == "anonymous":
            client = client_of(a_user())
            client.credentials()
            return client
        if role in {"practitioner", "medical_director"}:
            return client_of(a_clinician(role=role))
        return client_of(a_user(None if role == "nobody" else role, is_superuser=role == "nobody"))


def _named(value, names):
    """The value with the names in braces filled in."""
    if isinstance(value, str):
        return next((value.replace(name, key) for name, key in names.items() if name in value), value)
    if isinstance(value, list):
        return [_named(one, names) for one in value]
    if isinstance(value, dict):
        return {field: _named(one, names) for field, one in value.items()}
    return value
