"""Visits that lost their ground over HTTP: listed with substitutes, and given away in one call."""

import pytest

from appointments.models import Message
from clinic.base import uuid7
from clinic.models import Licence
from clinic.services.credentials.licences import reinstate_licence, suspend_licence
from tests.appointments.api.desk import API, APPOINTMENTS, act, booked
from tests.clinic.tokens import client_of
from tests.clinic_world import NOW, a_dermatologist, a_manager, a_patient, a_user, after, front_desk, open_site

REASSIGNMENTS = f"{API}/reassignments/"
APPLY = f"{REASSIGNMENTS}apply/"
DIAGNOSIS = [{"treatment": "diagnosis"}]


def suspend(clinic):
    licence = Licence.objects.get(practitioner=clinic.derm)
    return suspend_licence(actor=a_manager(), licence=licence, reason="The board says so.", now=NOW)


def moves_of(results):
    """The first substitute of each."""
    return [
        {"appointment": row["appointment"], "practitioner": first["practitioner"]["id"], "start": first["start"]}
        for row in results
        for first in row["substitutes"][:1]
    ]


@pytest.fixture
def adrift(clinic):
    """Two visits whose dermatologist lost the licence, and a colleague who is free."""
    visits = [booked(clinic, after(hour=hour), treatments=DIAGNOSIS) for hour in (10, 11)]
    a_dermatologist(site=clinic.site, username="derm-2")
    suspend(clinic)
    return visits


class TestTheList:
    def test_shows_each_visit_with_substitutes(self, clinic, adrift):
        body = clinic.desk.get(REASSIGNMENTS).json()

        assert {row["appointment"] for row in body["results"]} == {visit["id"] for visit in adrift}
        assert set(body["results"][0]) == {"appointment", "reason", "since", "substitutes", "needs"}
        assert set(body["results"][0]["substitutes"][0]) == {"practitioner", "start", "end"}

    def test_puts_the_same_time_first(self, clinic, adrift):
        results = clinic.desk.get(REASSIGNMENTS).json()["results"]

        starts = {visit["id"]: visit["start"] for visit in adrift}
        assert all(row["substitutes"][0]["start"] == starts[row["appointment"]] for row in results)
        assert all(row["substitutes"][0]["practitioner"]["username"] == "derm-2" for row in results)

    def test_is_of_one_site(self, clinic, adrift):
        open_site("mansfield")

        assert clinic.desk.get(REASSIGNMENTS, {"site": "columbus"}).json()["results"]
        assert clinic.desk.get(REASSIGNMENTS, {"site": "mansfield"}).json()["results"] == []

    def test_is_empty_for_those_who_do_not_see_the_patients(self, clinic, adrift):
        elsewhere = open_site("mansfield")

        assert client_of(front_desk(elsewhere)).get(REASSIGNMENTS).json()["results"] == []

    def test_is_empty_again_after_reinstating(self, clinic, adrift):
        client = clinic.desk
        licence = Licence.objects.get(practitioner=clinic.derm)
        reinstate_licence(actor=a_manager(), licence=licence, now=NOW)

        for visit in adrift:
            act(clinic, visit, "reassign", {"practitioner": "derm"})

        assert client.get(REASSIGNMENTS).json()["results"] == []

    def test_refuses_other_questions(self, clinic):
        assert clinic.desk.get(REASSIGNMENTS, {"colour": "red"}).status_code == 400


class TestManyAtOneTime:
    def test_names_each_free_start_first_for_one_visit_only(self, clinic):
        for hour in (9, 10):
            patient = a_patient(clinic.site)
            other = a_dermatologist(site=clinic.site) if hour == 9 else clinic.derm
            booked(clinic, after(hour=10), patient=str(patient.id), practitioner=str(other.id), treatments=DIAGNOSIS)
        a_dermatologist(site=clinic.site, username="derm-2")
        for licence in Licence.objects.exclude(practitioner__user__username="derm-2"):
            suspend_licence(actor=a_manager(), licence=licence, reason="The board says so.", now=NOW)

        rows = clinic.desk.get(REASSIGNMENTS).json()["results"]
        answer = clinic.desk.post(APPLY, {"moves": moves_of(rows)}).json()

        assert (len(answer["moved"]), answer["failed"]) == (2, [])


class TestWhatIsNeeded:
    @pytest.fixture
    def unsigned(self, clinic):
        """An extraction that nobody answers for any more, since its dermatologist lost the licence."""
        visit = booked(clinic)
        colleague = a_dermatologist(site=clinic.site, username="derm-2")
        suspend(clinic)
        return visit, client_of(colleague.user)

    def test_tells_the_front_desk_that_a_signature_is_missing(self, clinic, unsigned):
        [row] = clinic.desk.get(REASSIGNMENTS).json()["results"]

        assert [reason["code"] for reason in row["needs"]] == ["order_required"]

    def test_is_nothing_for_who_may_authorise_it(self, clinic, unsigned):
        visit, colleague = unsigned

        [row] = colleague.get(REASSIGNMENTS).json()["results"]
        answer = colleague.post(APPLY, {"moves": moves_of([row])}).json()

        assert row["needs"] == []
        assert answer["moved"] == [visit["id"]]


class TestOneCall:
    def test_moves_them_all(self, clinic, adrift):
        moves = moves_of(clinic.desk.get(REASSIGNMENTS).json()["results"])

        response = clinic.desk.post(APPLY, {"moves": moves})

        assert (response.status_code, response.json()["failed"]) == (200, [])
        assert set(response.json()["moved"]) == {visit["id"] for visit in adrift}
        shown = clinic.desk.get(f"{APPOINTMENTS}{adrift[0]['id']}/").json()
        assert (shown["status"], shown["practitioner"]["username"]) == ("booked", "derm-2")

    def test_tells_each_patient_once(self, clinic, adrift):
        Message.objects.filter(kind="P01").update(state="sent", sent_at=NOW)

        clinic.desk.post(APPLY, {"moves": moves_of(clinic.desk.get(REASSIGNMENTS).json()["results"])})

        notices = Message.objects.filter(kind="P05", state="due").values_list("appointment", flat=True)
        assert sorted(str(visit) for visit in notices) == sorted(visit["id"] for visit in adrift)

    def test_lets_one_fail_by_itself(self, clinic, adrift):
        moves = moves_of(clinic.desk.get(REASSIGNMENTS).json()["results"])
        moves[1]["practitioner"], moves[1]["start"] = moves[0]["practitioner"], moves[0]["start"]

        body = clinic.desk.post(APPLY, {"moves": moves}).json()

        assert body == {
            "moved": [moves[0]["appointment"]],
            "failed": [{"appointment": moves[1]["appointment"], "code": "slot_taken"}],
        }

    def test_says_which_it_does_not_know(self, clinic, adrift):
        unknown, [move, *_] = str(uuid7()), moves_of(clinic.desk.get(REASSIGNMENTS).json()["results"])

        body = clinic.desk.post(APPLY, {"moves": [move | {"appointment": unknown}, move | {"practitioner": "nobody"}]}).json()

        assert [failed["code"] for failed in body["failed"]] == ["not_found", "not_found"]

    def test_reads_strictly(self, clinic):
        for body in ({}, {"moves": []}, {"moves": [{"appointment": "x"}]}, {"moves": [], "colour": "red"}):
            assert clinic.desk.post(APPLY, body).status_code == 400

    def test_is_for_the_staff(self, clinic):
        nobody = client_of(a_user(None))

        assert nobody.post(APPLY, {"moves": []}).status_code == 403
        assert nobody.get(REASSIGNMENTS).status_code == 403


def test_a_visit_adrift_is_not_the_patients_to_notice(clinic):
    other = a_patient(clinic.site)
    booked(clinic, patient=str(other.id), treatments=DIAGNOSIS)
    suspend(clinic)

    assert not Message.objects.filter(kind="P05").exists()
