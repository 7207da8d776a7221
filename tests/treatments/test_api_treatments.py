"""The catalogue, orders and overrides over HTTP: status, code, body, and who may call."""

import uuid

import pytest

from patients.services.reference import load_catalogues as load_patient_catalogues
from tests.clinic.tokens import client_of
from tests.factories import a_lesion, a_patient, a_site, a_user
from tests.patients.charting import a_clinician
from tests.treatments.ordering import a_signer
from treatments.models import Override, TreatmentOrder
from treatments.services.reference import load_catalogues

pytestmark = pytest.mark.django_db
ORDERS, OVERRIDES, TREATMENTS = "/api/v1/orders/", "/api/v1/overrides/", "/api/v1/treatments/"
WHY = "Stopped six weeks ago; benefit outweighs the risk."


@pytest.fixture(autouse=True)
def catalogues():
    a_site()
    load_patient_catalogues()
    load_catalogues()


def order_for(lesion, **fields):
    items = [{"treatment": "lancet-extraction", "lesions": [str(lesion.pk)]}]
    return {"patient": str(lesion.patient_id), "site": "columbus", "items": items} | fields


def override_for(patient, **fields):
    return {"patient": str(patient.pk), "site": "columbus", "treatment": "medium-peel", "gate": "G18", "reason": WHY} | fields


class TestTreatments:
    def test_say_what_they_take_and_cost(self):
        rows = {row["code"]: row for row in client_of(a_user()).get(TREATMENTS).json()["results"]}

        assert len(rows) == 12
        assert rows["lancet-extraction"] == {
            "code": "lancet-extraction",
            "name": "Milia extraction with a lancet",
            "minutes": 30,
            "buffer_before": 5,
            "buffer_after": 10,
            "price": {"amount": "140.00", "currency": "USD"},
            "pierces": True,
            "hands_on": True,
        }
        assert (rows["superficial-peel"]["pierces"], rows["superficial-peel"]["hands_on"]) == (False, True)

    def test_are_listed_by_site(self):
        a_site("jersey-city")

        assert client_of(a_user()).get(f"{TREATMENTS}?site=jersey-city").json()["results"] == []
        assert client_of(a_user()).get(f"{TREATMENTS}?site=atlantis").status_code == 404


class TestSigningAnOrder:
    def test_answers_what_was_signed(self):
        actor, lesion = a_signer(), a_lesion()

        answer = client_of(actor).post(ORDERS, order_for(lesion))

        shown = answer.json()
        assert answer.status_code == 201
        assert (shown["status"], shown["site"], shown["signed_by"]["username"]) == ("active", "columbus", actor.username)
        assert shown["items"] == [
            {
                "treatment": "lancet-extraction",
                "lesions": [str(lesion.pk)],
                "body_site": None,
                "depth": "epidermal",
                "region": "face",
                "scopes": ["lancet_extraction/epidermal@face"],
            }
        ]

    def test_takes_a_single_lesion(self):
        lesion = a_lesion()
        items = [{"treatment": "lancet-extraction", "lesion": str(lesion.pk)}]

        assert client_of(a_signer()).post(ORDERS, order_for(lesion, items=items)).status_code == 201

    def test_refuses_who_may_not_do_the_work_alone_with_every_reason(self):
        answer = client_of(a_signer("physician_assistant")).post(ORDERS, order_for(a_lesion(region="eyelid")))

        reason = answer.json()["reasons"][0]
        assert (answer.status_code, answer.json()["code"]) == (422, "eyelid_restricted")
        assert (reason["gate"], reason["severity"]) == ("G02", "hard")
        assert reason["mend"]
        assert reason["source"]

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"items": []}, "items"),
            ({"items": None}, "items"),
            ({"items": [{"lesions": []}]}, "items[0].treatment"),
            ({"items": [{"treatment": "lancet-extraction"}]}, "items[0].lesions"),
            ({"items": [{"treatment": "review", "colour": "red"}]}, "items[0].colour"),
            ({"status": "active"}, "status"),
        ],
    )
    def test_names_the_field_that_cannot_be_read(self, change, field):
        answer = client_of(a_signer()).post(ORDERS, order_for(a_lesion()) | change)

        assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
        assert field in [error["field"] for error in answer.json()["errors"]]

    def test_answers_foreign_patients_and_lesions_like_random_ids(self):
        client, mine = client_of(a_signer()), a_lesion()
        foreign = a_lesion(a_patient(registered_site=a_site("jersey-city")))
        ids = [("patient", foreign.patient_id), ("patient", uuid.uuid4()), ("lesion", foreign.pk), ("lesion", uuid.uuid4())]

        answers = [
            client.post(
                ORDERS,
                order_for(mine, patient=str(key))
                if what == "patient"
                else order_for(mine, items=[{"treatment": "lancet-extraction", "lesions": [str(key)]}]),
            )
            for what, key in ids
        ]

        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.content for answer in answers}) == 1
        assert not TreatmentOrder.objects.exists()

    def test_acts_once_for_one_key(self):
        client, body = client_of(a_signer()), order_for(a_lesion())

        answers = [client.post(ORDERS, body, HTTP_IDEMPOTENCY_KEY="one") for _ in range(2)]

        assert answers[0].json() == answers[1].json()
        assert TreatmentOrder.objects.count() == 1


class TestOrders:
    def test_are_revoked_with_the_visits_moved(self):
        client = client_of(a_signer())
        made = client.post(ORDERS, order_for(a_lesion())).json()

        answer = client.post(f"{ORDERS}{made['id']}/revoke/")

        assert (answer.status_code, answer.json()["status"], answer.json()["moved"]) == (200, "revoked", [])

    def test_show_as_expired_when_their_time_is_over(self):
        client = client_of(a_signer())
        made = client.post(ORDERS, order_for(a_lesion())).json()
        TreatmentOrder.objects.update(signed_at="2020-01-01T00:00:00Z", expires_at="2020-04-01T00:00:00Z")

        assert client.get(f"{ORDERS}{made['id']}/").json()["status"] == "expired"
        assert client.get(f"{ORDERS}?status=active").json()["results"] == []
        assert len(client.get(f"{ORDERS}?status=expired&site=columbus").json()["results"]) == 1

    def test_of_a_foreign_patient_answer_like_a_random_id(self):
        made = client_of(a_signer()).post(ORDERS, order_for(a_lesion())).json()
        stranger = client_of(a_user(site=a_site("jersey-city")))
        known, random = (stranger.get(f"{ORDERS}{key}/") for key in (made["id"], uuid.uuid4()))

        assert (known.status_code, known.content) == (404, random.content)


class TestOverrides:
    def test_are_given_and_confirmed_by_two_people(self):
        giver, second = a_clinician(), a_user()
        made = client_of(giver).post(OVERRIDES, override_for(a_patient()))

        own = client_of(giver).post(f"{OVERRIDES}{made.json()['id']}/confirm/")
        other = client_of(second).post(f"{OVERRIDES}{made.json()['id']}/confirm/")

        assert (made.status_code, made.json()["confirmed_by"]) == (201, None)
        assert (own.status_code, own.json()["code"]) == (403, "not_permitted")
        assert (other.status_code, other.json()["confirmed_by"]) == (200, str(second.pk))

    @pytest.mark.parametrize("gate", ["G01", "G02", "G10", "G29"])
    def test_know_no_hard_gate(self, gate):
        answer = client_of(a_clinician(role="medical_director")).post(OVERRIDES, override_for(a_patient(), gate=gate))

        assert (answer.status_code, answer.json()["code"]) == (422, "no_break_glass")
        assert not Override.objects.exists()

    @pytest.mark.parametrize(
        ("change", "field"), [({"reason": "because"}, "reason"), ({"gate": "G99"}, "gate"), ({"used_by": None}, "used_by")]
    )
    def test_name_the_field_that_cannot_be_read(self, change, field):
        answer = client_of(a_clinician()).post(OVERRIDES, override_for(a_patient(), **change))

        assert answer.status_code == 400
        assert [error["field"] for error in answer.json()["errors"]] == [field]

    def test_for_a_foreign_patient_answer_like_a_random_id(self):
        client = client_of(a_clinician())
        foreign = a_patient(registered_site=a_site("jersey-city"))
        known, random = (
            client.post(OVERRIDES, override_for(foreign) | {"patient": str(key)}) for key in (foreign.pk, uuid.uuid4())
        )

        assert (known.status_code, known.content) == (404, random.content)


class TestWhoMayCall:
    READS = (TREATMENTS, ORDERS, OVERRIDES)

    @pytest.mark.parametrize("role", ["front_desk", "practitioner", "manager", "medical_director"])
    @pytest.mark.parametrize("url", READS)
    def test_all_staff_read(self, url, role):
        assert client_of(a_user(role)).get(url).status_code == 200

    @pytest.mark.parametrize("url", READS)
    def test_nobody_else_reads(self, url):
        stranger = client_of(a_user(None, is_superuser=True))
        anonymous = client_of(a_user())
        anonymous.credentials()

        assert (stranger.get(url).status_code, anonymous.get(url).status_code) == (403, 401)

    @pytest.mark.parametrize(("role", "status"), [("front_desk", 403), ("manager", 403), (None, 403)])
    def test_only_practitioners_sign_revoke_and_override(self, role, status):
        made = client_of(a_signer()).post(ORDERS, order_for(a_lesion())).json()
        client = client_of(a_user(role))

        answers = [
            client.post(ORDERS, order_for(a_lesion())),
            client.post(f"{ORDERS}{made['id']}/revoke/"),
            client.post(OVERRIDES, override_for(a_patient())),
        ]

        assert [answer.status_code for answer in answers] == [status] * 3

    @pytest.mark.parametrize("role", ["practitioner", "medical_director"])
    def test_practitioners_and_the_director_sign(self, role):
        assert client_of(a_signer(role=role)).post(ORDERS, order_for(a_lesion())).status_code == 201
