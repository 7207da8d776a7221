"""Consents over HTTP: status, code, body, and who may call."""

import uuid
from datetime import date

import pytest

from patients.models import Consent
from patients.policies.consents import KINDS
from patients.services.reference import load_catalogues
from tests.clinic.tokens import client_of
from tests.factories import a_patient, a_site, a_user
from tests.factories_consents import a_consent
from tests.patients.charting import a_clinician
from tests.patients.drawings import a_drawing, as_jpeg, as_url

pytestmark = pytest.mark.django_db
CONSENTS, TEXTS = "/api/v1/consents/", "/api/v1/consent-texts/"
BY_MO = {"role": "guardian", "name": "Mo Ng", "relationship": "mother"}
FIELDS = {"kind": "lancet_extraction", "text_version": 1, "signed_by": "patient", "signature": "Ada Lovelace"}


@pytest.fixture(autouse=True)
def catalogues():
    load_catalogues()


@pytest.fixture
def desk():
    return client_of(a_user())


def give(client, patient=None, **fields):
    return client.post(CONSENTS, {"patient": str((patient or a_patient()).pk)} | FIELDS | fields)


def a_child():
    return a_patient(birth_date=date(2015, 1, 1), guardian_name="Mo Ng")


class TestTexts:
    def test_are_there_for_every_kind_in_both_languages(self, desk):
        rows = desk.get(f"{TEXTS}?limit=100").json()["results"]

        assert {(row["kind"], row["language"]) for row in rows} == {(kind, word) for kind in KINDS for word in ("en", "es")}

    def test_are_found_by_kind_and_language(self, desk):
        [row] = desk.get(f"{TEXTS}?kind=photos&language=es").json()["results"]

        assert (row["version"], row["title"]) == (1, "Consentimiento para fotografías clínicas")


class TestGiving:
    def test_answers_what_was_signed(self, desk):
        patient = a_patient(given_name="Ada", family_name="Lovelace")

        answer = give(desk, patient)

        shown = answer.json()
        assert (answer.status_code, bool(answer["ETag"])) == (201, True)
        assert shown["patient"] == {"id": str(patient.pk), "name": "Ada Lovelace"}
        assert shown["signed_by"] == {"role": "patient", "name": "Ada Lovelace", "relationship": None}
        assert (shown["kind"], shown["text_version"], shown["signature"]) == ("lancet_extraction", 1, "Ada Lovelace")
        assert (shown["in_force"], shown["withdrawn_at"]) == (True, None)
        assert desk.get(f"{CONSENTS}{shown['id']}/").json() == shown

    def test_takes_a_drawn_signature(self, desk):
        answer = give(desk, signature=as_url(a_drawing()))

        assert (answer.status_code, answer.json()["signature"]) == (201, None)

    def test_takes_the_guardian_by_name(self, desk):
        answer = give(desk, a_child(), signed_by=BY_MO)

        assert (answer.status_code, answer.json()["signed_by"]) == (201, BY_MO)

    @pytest.mark.parametrize("version", [1, "1"])
    def test_takes_the_version_as_a_number_or_a_text_of_digits(self, desk, version):
        assert give(desk, text_version=version).status_code == 201

    def test_of_a_minor_is_refused_with_what_mends_it(self, desk):
        answer = give(desk, a_child())

        [reason] = answer.json()["reasons"]
        assert (answer.status_code, reason["code"]) == (422, "guardian_required")
        assert (bool(reason["mend"]), bool(reason["source"])) == (True, True)
        assert not Consent.objects.exists()

    def test_to_a_stale_text_is_refused_and_names_the_present_one(self, desk):
        answer = give(desk, text_version=2)

        assert (answer.status_code, answer.json()["code"]) == (422, "consent_text_stale")
        assert answer.json()["text_version"] == 1

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"kind": "tattoo"}, "kind"),
            ({"text_version": True}, "text_version"),
            ({"text_version": 1.5}, "text_version"),
            ({"text_version": "v1"}, "text_version"),
            ({"text_version": None}, "text_version"),
            ({"signed_by": "nurse"}, "signed_by.role"),
            ({"signed_by": ["patient"]}, "signed_by.role"),
            ({"signed_by": BY_MO | {"age": 40}}, "signed_by.age"),
            ({"signed_by": BY_MO | {"name": 7}}, "signed_by.name"),
            ({"signature": ""}, "signature"),
            ({"signature": 7}, "signature"),
            ({"signature": "data:image/png;base64,%%%"}, "signature"),
            ({"signature": as_url(as_jpeg(), "image/jpeg")}, "signature"),
            ({"signature": as_url(as_jpeg())}, "signature"),
            ({"language": "tlh"}, "language"),
            ({"signed_at": "2020-01-01T00:00:00Z"}, "signed_at"),
        ],
    )
    def test_names_the_field_that_cannot_be_read(self, desk, change, field):
        answer = give(desk, **change)

        assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
        assert [error["field"] for error in answer.json()["errors"]] == [field]

    def test_for_a_foreign_patient_is_answered_like_for_a_random_one(self, desk):
        foreign = a_patient(registered_site=a_site("jersey-city"))
        known, random = (desk.post(CONSENTS, FIELDS | {"patient": str(key)}) for key in (foreign.pk, uuid.uuid4()))

        assert (known.status_code, known.content) == (404, random.content)


class TestReading:
    def test_lists_by_patient_kind_and_withdrawal(self, desk):
        patient = a_patient()
        standing, gone = a_consent(patient), a_consent(patient, "photos")
        desk.post(f"{CONSENTS}{gone.pk}/withdraw/", {"reason": "No more"})
        a_consent(a_patient())

        def ids(query):
            return {row["id"] for row in desk.get(f"{CONSENTS}?patient={patient.pk}&{query}").json()["results"]}

        assert ids("limit=10") == {str(standing.pk), str(gone.pk)}
        assert (ids("withdrawn=true"), ids("withdrawn=false")) == ({str(gone.pk)}, {str(standing.pk)})
        assert ids("kind=photos") == {str(gone.pk)}

    @pytest.mark.parametrize("query", ["signer_name=Ada", "kind=tattoo", "withdrawn=yes", "patient=7"])
    def test_refuses_to_list_by_anything_else(self, desk, query):
        assert desk.get(f"{CONSENTS}?{query}").status_code == 400

    @pytest.mark.parametrize("what", ["", "page/", "pdf/"])
    def test_answers_a_foreign_consent_like_a_random_id(self, desk, what):
        foreign = a_consent(a_patient(registered_site=a_site("jersey-city")))
        known, random = (desk.get(f"{CONSENTS}{key}/{what}") for key in (foreign.pk, uuid.uuid4()))

        assert (known.status_code, known.content) == (404, random.content)

    @pytest.mark.parametrize("method", ["patch", "put", "delete"])
    def test_offers_no_way_to_change_one(self, desk, method):
        answer = getattr(desk, method)(f"{CONSENTS}{a_consent(a_patient()).pk}/", {"signer_name": "X"}, HTTP_IF_MATCH="*")

        assert answer.status_code == 405


class TestWithdrawing:
    def test_ends_it_at_once(self, desk):
        url = f"{CONSENTS}{a_consent(a_patient()).pk}/withdraw/"

        first, again = desk.post(url, {"reason": "Changed my mind"}), desk.post(url, {"reason": "Once more"})

        assert (first.status_code, again.status_code, again.json()) == (200, 200, first.json())
        assert (first.json()["in_force"], first.json()["withdrawal_reason"]) == (False, "Changed my mind")

    @pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "   "}, {"reason": "x", "withdrawn_at": "2020-01-01"}])
    def test_needs_a_reason_and_nothing_else(self, desk, body):
        assert desk.post(f"{CONSENTS}{a_consent(a_patient()).pk}/withdraw/", body).status_code == 400

    def test_of_a_foreign_consent_is_answered_like_a_random_id(self, desk):
        foreign = a_consent(a_patient(registered_site=a_site("jersey-city")))
        known, random = (desk.post(f"{CONSENTS}{key}/withdraw/", {"reason": "No more"}) for key in (foreign.pk, uuid.uuid4()))

        assert (known.status_code, known.content) == (404, random.content)


CALLS = ("list", "give", "show", "withdraw", "page", "pdf", "texts")


class TestWhoMayCall:
    @pytest.mark.parametrize("call", CALLS)
    @pytest.mark.parametrize(
        ("role", "status"),
        [
            ("front_desk", {200, 201}),
            ("practitioner", {200, 201}),
            ("manager", {200, 201}),
            ("medical_director", {200, 201}),
            ("nobody", {403}),
            ("anonymous", {401}),
        ],
    )
    def test_is_all_staff(self, call, role, status, monkeypatch):
        monkeypatch.setattr("patients.api.consent_papers.pdf_of", lambda **page: b"%PDF")
        consent = a_consent(a_patient())
        client = self._client(role)

        answer = {
            "list": lambda: client.get(CONSENTS),
            "give": lambda: give(client, consent.patient, kind="photos"),
            "show": lambda: client.get(f"{CONSENTS}{consent.pk}/"),
            "withdraw": lambda: client.post(f"{CONSENTS}{consent.pk}/withdraw/", {"reason": "No more"}),
            "page": lambda: client.get(f"{CONSENTS}{consent.pk}/page/"),
            "pdf": lambda: client.get(f"{CONSENTS}{consent.pk}/pdf/"),
            "texts": lambda: client.get(TEXTS),
        }[call]()

        assert answer.status_code in status

    def _client(self, role):
        if role in {"practitioner", "medical_director"}:
            return client_of(a_clinician(role=role))
        client = client_of(a_user(None if role in {"nobody", "anonymous"} else role, is_superuser=role == "nobody"))
        if role == "anonymous":
            client.credentials()
        return client
