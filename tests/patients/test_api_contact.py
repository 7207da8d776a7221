"""Writing to a patient over HTTP: status, code, body, and who may call."""

import uuid

import pytest
from rest_framework.test import APIClient

from tests.clinic.tokens import client_of
from tests.factories import a_patient, a_site, a_user
from tests.factories_contact import PHONE, a_stopped_number, a_texted_patient

pytestmark = pytest.mark.django_db
PATIENTS = "/api/v1/patients/"
TOLD = {"channel": "sms", "consent_class": "transactional", "granted": True, "source": "At the desk"}


@pytest.fixture(autouse=True)
def site():
    return a_site()


@pytest.fixture
def desk():
    return client_of(a_user())


def contact(patient) -> str:
    return f"{PATIENTS}{patient.pk}/contact/"


def refusals(answer) -> dict[tuple[str, str], str | None]:
    return {(row["channel"], row["consent_class"]): row["refusal"] for row in answer.json()["channels"]}


class TestShowing:
    def test_says_for_each_channel_and_class_whether_and_why_not(self, desk):
        answer = desk.get(contact(a_patient(phone=PHONE)))

        assert (answer.status_code, len(refusals(answer))) == (200, 9)
        assert refusals(answer)["email", "treatment"] is None
        assert refusals(answer)["sms", "treatment"] == "no consent to text messages is recorded"

    def test_says_when_the_number_was_stopped(self, desk):
        a_stopped_number()

        answer = desk.get(contact(a_texted_patient()))

        assert refusals(answer)["sms", "transactional"] == "the number asked for no more texts on 1 June 2026"

    def test_shows_what_was_said_the_latest_first(self, desk):
        patient = a_texted_patient()
        desk.post(contact(patient), TOLD | {"granted": False})

        history = desk.get(contact(patient)).json()["history"]

        assert [word["granted"] for word in history] == [False, True, True]
        assert history[0]["recorded_by"]

    def test_answers_a_foreign_patient_like_a_random_id(self, desk):
        foreign = contact(a_patient(registered_site=a_site("jersey-city")))
        random = f"{PATIENTS}{uuid.uuid4()}/contact/"

        assert desk.get(foreign).status_code == 404
        assert desk.get(foreign).content == desk.get(random).content
        assert desk.post(foreign, TOLD).content == desk.post(random, TOLD).content


class TestNoting:
    def test_opens_and_closes_a_channel_at_once(self, desk):
        patient = a_patient(phone=PHONE)

        opened, closed = (desk.post(contact(patient), TOLD | {"granted": granted}) for granted in (True, False))

        assert (opened.status_code, refusals(opened)["sms", "transactional"]) == (201, None)
        assert "wanted" in refusals(closed)["sms", "transactional"]

    def test_of_offers_without_a_signature_is_refused(self, desk):
        answer = desk.post(contact(a_patient()), TOLD | {"consent_class": "marketing"})

        assert (answer.status_code, answer.json()["code"]) == (422, "written_consent_missing")

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"channel": "pigeon"}, "channel"),
            ({"consent_class": "internal"}, "consent_class"),
            ({"granted": "yes"}, "granted"),
            ({"source": ""}, "source"),
            ({"recorded_by": None}, "recorded_by"),
        ],
    )
    def test_names_the_field_that_cannot_be_read(self, desk, change, field):
        answer = desk.post(contact(a_patient()), TOLD | change)

        assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (400, [field])


class TestThePreferredChannel:
    def test_is_chosen_on_the_chart_and_given_up_again(self, desk):
        url = f"{PATIENTS}{a_texted_patient().pk}/"

        chosen = desk.patch(url, {"preferred_channel": "sms"}, headers={"If-Match": "*"})
        left = desk.patch(url, {"preferred_channel": None}, headers={"If-Match": "*"})

        assert [answer.json()["preferred_channel"] for answer in (chosen, left)] == ["sms", None]

    def test_closes_the_others(self, desk):
        answer = desk.get(contact(a_texted_patient(preferred_channel="sms")))

        assert refusals(answer)["email", "transactional"] == "the patient asked to be reached by text message alone"

    def test_is_one_that_there_is(self, desk):
        answer = desk.patch(f"{PATIENTS}{a_patient().pk}/", {"preferred_channel": "fax"}, headers={"If-Match": "*"})

        assert answer.status_code == 400

    @pytest.mark.parametrize("number", ["12", "none", "+1", "0", "+999 1", "614-555-01999-00000"])
    def test_a_number_that_is_none_is_said_by_name(self, desk, number):
        answer = desk.patch(f"{PATIENTS}{a_patient().pk}/", {"phone": number}, headers={"If-Match": "*"})

        assert (answer.status_code, answer.json()["errors"]) == (
            400,
            [{"field": "phone", "detail": "This is no phone number."}],
        )


class TestAccess:
    @pytest.mark.parametrize("role", ["front_desk", "practitioner", "manager", "medical_director"])
    def test_is_for_all_staff(self, role):
        caller, url = client_of(a_user(role)), contact(a_patient())

        assert (caller.get(url).status_code, caller.post(url, TOLD).status_code) == (200, 201)

    def test_is_for_nobody_without_a_token(self):
        url = contact(a_patient())

        assert (APIClient().get(url).status_code, APIClient().post(url, TOLD).status_code) == (401, 401)
