"""The log over HTTP: status, code, body, and who may call."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from appointments.services.course import check_in
from tests import clinic_world as world
from tests.clinic.tokens import client_of
from tests.clinic_world import NOW, SmallClinic
from tests.factories_log import a_stay, consented
from treatments.models import Encounter, Procedure

pytestmark = pytest.mark.django_db
API = "/api/v1"
PROCEDURES, ENCOUNTERS = f"{API}/procedures/", f"{API}/encounters/"


@pytest.fixture
def clinic() -> SmallClinic:
    small = world.a_small_clinic(rooms=1)
    consented(small.patient)
    return small


@pytest.fixture
def stay(clinic) -> Encounter:
    return a_stay(clinic.patient, clinic.derm)


@pytest.fixture
def derm(clinic) -> APIClient:
    return client_of(clinic.derm.user)


def told(stay: Encounter, lesion: Any, **item: Any) -> dict[str, Any]:
    """The body of a log: one milium, opened with a lancet and gone."""
    work = {
        "treatment": "lancet-extraction",
        "lesions": [str(lesion.pk)],
        "outcomes": [{"lesion": str(lesion.pk), "result": "complete", "attempts": 1, "seconds": 10}],
        "checklist": {
            "cleansed": True,
            "sterile": True,
            "single_use": True,
            "sharps_disposed_at": (NOW + timedelta(minutes=20)).isoformat(),
        },
        "instruments": [{"kind": "lancet", "lot": "L-4711"}],
    }
    return {
        "encounter": str(stay.pk),
        "items": [work | item],
        "performed_by": "derm",
        "performed_at": (NOW + timedelta(minutes=5)).isoformat(),
        "complications": [],
    }


def drafted(client: APIClient, body: dict[str, Any]) -> dict[str, Any]:
    answer = client.post(PROCEDURES, body)
    assert answer.status_code == 201, answer.json()
    return answer.json()


def act(client: APIClient, shown: dict[str, Any], action: str, body: dict[str, Any] | None = None) -> Any:
    return client.post(f"{PROCEDURES}{shown['id']}/{action}/", body or {})


class TestDrafting:
    def test_answers_what_was_told(self, clinic, stay, derm):
        shown = drafted(derm, told(stay, clinic.lesion))

        assert (shown["status"], shown["encounter"], shown["performed_by"]["username"]) == ("draft", str(stay.pk), "derm")
        [item] = shown["items"]
        assert (item["act"], item["depth"], item["region"]) == ("lancet_extraction", "epidermal", "face")
        assert item["outcomes"] == [
            {
                "lesion": str(clinic.lesion.pk),
                "result": "complete",
                "reason": "",
                "attempts": 1,
                "seconds": 10,
                "depth": None,
            }
        ]
        assert item["instruments"] == [{"kind": "lancet", "lot": "L-4711"}]

    def test_keeps_what_cannot_be_signed(self, clinic, stay, derm):
        shown = drafted(derm, told(stay, clinic.lesion, checklist={}))

        assert act(derm, shown, "sign").status_code == 422
        assert derm.get(f"{PROCEDURES}{shown['id']}/").json() == shown

    def test_refuses_the_lesion_of_another_patient(self, clinic, stay, derm):
        foreign = world.charted(world.a_patient(clinic.site))

        answer = derm.post(PROCEDURES, told(stay, foreign))

        assert (answer.status_code, answer.json()["code"]) == (422, "lesion_of_another_patient")

    def test_takes_the_form_of_a_peel(self, clinic, stay, derm):
        peel = {"agent": "glycolic_acid", "percent": 30, "ph": 3.5, "layers": 1, "minutes": 3}

        shown = drafted(derm, told(stay, clinic.lesion, treatment="superficial-peel", peel=peel))

        assert shown["items"][0]["peel"] == peel | {"neutralised": True, "sunscreen_advice": True}

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"encounter": None}, "encounter"),
            ({"items": []}, "items"),
            ({"performed_at": "yesterday"}, "performed_at"),
            ({"ended_at": "2027-01-12T17:00:00+00:00"}, "ended_at"),
            ({"status": "signed"}, "status"),
            ({"override": True}, "override"),
            ({"supervisor": "derm"}, "supervisor"),
            ({"complications": [{"kind": "Big Scar"}]}, "complications[0].kind"),
        ],
    )
    def test_names_the_field_that_cannot_be_read(self, clinic, stay, derm, change, field):
        answer = derm.post(PROCEDURES, told(stay, clinic.lesion) | change)

        assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
        assert field in [error["field"] for error in answer.json()["errors"]]

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"lesions": []}, "items[0].outcomes"),
            ({"lesions": [], "outcomes": []}, "items[0].lesions"),
            ({"peel": {"agent": "tca", "percent": 10, "ph": 1, "layers": 1, "minutes": 1}}, "items[0].peel"),
            ({"peel": {"agent": "tca", "percent": 101, "ph": 15, "layers": 1, "minutes": 1}}, "items[0].peel.percent"),
            ({"checklist": {"sterile": "yes"}}, "items[0].checklist.sterile"),
            ({"instruments": [{"lot": "1"}]}, "items[0].instruments[0].kind"),
            ({"instruments": [None]}, "items[0].instruments[0]"),
            ({"outcomes": [None]}, "items[0].outcomes[0]"),
        ],
    )
    def test_names_the_field_of_an_item(self, clinic, stay, derm, change, field):
        answer = derm.post(PROCEDURES, told(stay, clinic.lesion, **change))

        assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
        assert field in [error["field"] for error in answer.json()["errors"]]

    def test_asks_why_something_was_not_done(self, clinic, stay, derm):
        outcome = {"lesion": str(clinic.lesion.pk), "result": "not_done"}

        answer = derm.post(PROCEDURES, told(stay, clinic.lesion, outcomes=[outcome]))

        assert answer.json()["errors"][0]["field"] == "items[0].outcomes[0].reason"


class TestRewriting:
    def test_changes_the_draft_as_a_whole(self, clinic, stay, derm):
        shown = drafted(derm, told(stay, clinic.lesion, checklist={}))
        read = derm.get(f"{PROCEDURES}{shown['id']}/")

        answer = derm.put(f"{PROCEDURES}{shown['id']}/", told(stay, clinic.lesion), headers={"If-Match": read["ETag"]})

        assert answer.status_code == 200
        assert answer.json()["items"][0]["checklist"]["sterile"] is True

    def test_needs_the_version_that_was_read(self, clinic, stay, derm):
        shown = drafted(derm, told(stay, clinic.lesion))
        address = f"{PROCEDURES}{shown['id']}/"

        missing = derm.put(address, told(stay, clinic.lesion))
        stale = derm.put(address, told(stay, clinic.lesion), headers={"If-Match": '"old"'})

        assert (missing.status_code, stale.status_code) == (428, 412)

    def test_is_over_once_it_is_signed(self, clinic, stay, derm):
        shown = act(derm, drafted(derm, told(stay, clinic.lesion)), "sign").json()
        tag = derm.get(f"{PROCEDURES}{shown['id']}/")["ETag"]

        answer = derm.put(f"{PROCEDURES}{shown['id']}/", told(stay, clinic.lesion), headers={"If-Match": tag})

        assert (answer.status_code, answer.json()["code"]) == (409, "illegal_transition")
        assert derm.get(f"{PROCEDURES}{shown['id']}/").json() == shown


class TestSigning:
    def test_answers_the_signed_log(self, clinic, stay, derm):
        answer = act(derm, drafted(derm, told(stay, clinic.lesion)), "sign")

        shown = answer.json()
        assert answer.status_code == 200, shown
        assert (shown["status"], shown["signed_by"]["username"], shown["profession"]) == ("signed", "derm", "dermatologist")
        assert shown["decision"]["licence"]["verified"] is True

    def test_refuses_with_every_reason_and_the_way_to_an_incident(self, clinic, stay, derm):
        shown = drafted(derm, told(stay, clinic.lesion, checklist={}, outcomes=[]))

        answer = act(derm, shown, "sign").json()

        assert (answer["status"], answer["code"]) == (422, "sterility_not_recorded")
        assert [reason["code"] for reason in answer["reasons"]] == ["sterility_not_recorded", "outcome_missing"]
        assert answer["incident"]["body"]["procedure"] == shown["id"]

    def test_a_second_time_is_a_conflict(self, clinic, stay, derm):
        shown = drafted(derm, told(stay, clinic.lesion))
        act(derm, shown, "sign")

        assert act(derm, shown, "sign").status_code == 409

    def test_of_somebody_elses_work_is_not_permitted(self, clinic, stay, derm):
        other = client_of(world.a_dermatologist(site=clinic.site).user)

        answer = act(other, drafted(derm, told(stay, clinic.lesion)), "sign")

        assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")

    def test_takes_addenda_afterwards(self, clinic, stay, derm):
        shown = drafted(derm, told(stay, clinic.lesion))
        act(derm, shown, "sign")

        answer = act(derm, shown, "addenda", {"text": "A small scar.", "complications": ["scar"]})

        assert answer.status_code == 201
        [addendum], [complication] = answer.json()["addenda"], answer.json()["complications"]
        assert (addendum["text"], complication["addendum"]) == ("A small scar.", addendum["id"])


class TestCosigning:
    @pytest.fixture
    def signed(self, clinic) -> dict[str, Any]:
        """A log that a physician assistant signed, who works under derm."""
        pa = world.hire("physician_assistant", site=clinic.site, trainings=["lancet"], username="pa")
        world.agree(clinic.derm, pa, level="general")
        stay = a_stay(clinic.patient, pa, places=[["lancet-extraction", str(clinic.lesion.pk)]])
        client = client_of(pa.user)
        answer = act(client, drafted(client, told(stay, clinic.lesion) | {"performed_by": "pa"}), "sign")
        assert answer.status_code == 200, answer.json()
        return answer.json()

    def test_is_the_supervisors(self, derm, signed):
        answer = act(derm, signed, "cosign")

        assert (answer.status_code, answer.json()["cosigned_by"]["username"]) == (200, "derm")
        assert (signed["supervisor"]["username"], signed["cosigned_at"]) == ("derm", None)

    def test_again_changes_nothing(self, derm, signed):
        first = act(derm, signed, "cosign").json()

        assert act(derm, signed, "cosign").json() == first

    def test_is_nobody_elses(self, clinic, signed):
        other = client_of(world.a_dermatologist(site=clinic.site).user)

        assert act(other, signed, "cosign").status_code == 403


class TestWhoMayCall:
    @pytest.mark.parametrize(
        ("role", "reads", "writes"),
        [("front_desk", 200, 403), ("manager", 200, 403), ("practitioner", 200, 201), ("medical_director", 200, 201)],
    )
    def test_by_role(self, clinic, stay, role, reads, writes):
        person = world.hire("dermatologist", site=clinic.site, role=role, trainings=["lancet"])
        client = client_of(person.user)

        answers = client.get(PROCEDURES), client.post(PROCEDURES, told(stay, clinic.lesion))

        assert [answer.status_code for answer in answers] == [reads, writes]

    @pytest.mark.parametrize("action", ["sign", "cosign", "addenda"])
    def test_the_desk_signs_nothing(self, clinic, stay, derm, action):
        shown = drafted(derm, told(stay, clinic.lesion))

        assert act(client_of(clinic.desk), shown, action, {"text": "x"}).status_code == 403

    def test_without_a_token_nobody(self):
        assert APIClient().get(PROCEDURES).status_code == 401

    def test_what_is_of_other_sites_does_not_exist(self, clinic, stay, derm):
        elsewhere = world.open_site("jersey-city", jurisdiction="US-NJ")
        stranger = client_of(world.hire("dermatologist", site=elsewhere, jurisdiction="US-NJ").user)
        shown = drafted(derm, told(stay, clinic.lesion))

        foreign = act(stranger, shown, "sign")
        random = act(stranger, {"id": str(uuid.uuid4())}, "sign")

        assert (foreign.status_code, foreign.content) == (404, random.content)
        assert stranger.post(PROCEDURES, told(stay, clinic.lesion)).status_code == 404


class TestReading:
    def test_finds_logs_by_patient_stay_lesion_and_status(self, clinic, stay, derm):
        shown = drafted(derm, told(stay, clinic.lesion))

        for query in (
            f"patient={clinic.patient.pk}",
            f"encounter={stay.pk}",
            f"lesion={clinic.lesion.pk}",
            "status=draft",
            "site=columbus",
        ):
            assert [row["id"] for row in derm.get(f"{PROCEDURES}?{query}").json()["results"]] == [shown["id"]], query
        assert derm.get(f"{PROCEDURES}?status=signed").json()["results"] == []

    def test_a_page_of_stays_names_their_logs(self, clinic, stay, derm):
        shown = drafted(derm, told(stay, clinic.lesion))

        [row] = derm.get(f"{ENCOUNTERS}?patient={clinic.patient.pk}").json()["results"]

        assert (row["id"], row["procedures"], row["status"]) == (str(stay.pk), [shown["id"]], "in_progress")

    def test_finds_the_stay_of_a_visit(self, clinic, derm):
        world.order(clinic.derm, clinic.patient, [clinic.lesion])
        visit = world.book(clinic.desk, clinic.patient, world.after(), clinic.derm, clinic.lesion)
        check_in(actor=clinic.desk, visit=visit, now=world.after())

        [row] = derm.get(f"{ENCOUNTERS}?appointment={visit.pk}").json()["results"]

        assert (row["appointment"], row["status"]) == (str(visit.pk), "arrived")

    def test_a_page_takes_the_same_queries_however_long(self, clinic, stay, derm, django_assert_max_num_queries):
        for _ in range(3):
            drafted(derm, told(stay, clinic.lesion))

        with django_assert_max_num_queries(12):
            assert len(derm.get(PROCEDURES).json()["results"]) == 3


def test_drafts_are_never_lost(clinic, stay, derm):
    drafted(derm, told(stay, clinic.lesion))

    assert Procedure.objects.get().history.count() == 1
