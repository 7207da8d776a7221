"""The waitlist over HTTP: joining, offers and their answers, and who may do what."""

from datetime import timedelta

import pytest

from appointments.models import WaitlistEntry
from appointments.services.waitlist.offering import offer_freed
from clinic.base import uuid7
from clinic.models.people import ROLES
from tests.appointments.api.desk import API, act, asking, booked
from tests.clinic.tokens import client_of
from tests.clinic_world import NOW, a_patient, a_user, after, charted, front_desk, hire, noted_skin, open_site

WAITLIST = f"{API}/waitlist/"
CHEEK = [{"treatment": "comedone-extraction", "body_site": "cheek"}]


def wish(clinic, **fields):
    body = {"patient": str(clinic.patient.id), "site": "columbus", "treatments": CHEEK, "practitioner": "derm"}
    return {name: value for name, value in (body | fields).items() if value is not None}


def joined(clinic, **fields):
    response = clinic.desk.post(WAITLIST, wish(clinic, **fields))
    assert response.status_code == 201, response.json()
    return response.json()


def offers(clinic, entry):
    return clinic.desk.get(f"{WAITLIST}{entry['id']}/offers/").json()["results"]


def answered(clinic, offer, word, client=None):
    return (client or clinic.desk).post(f"{WAITLIST}offers/{offer['id']}/{word}/", {})


@pytest.fixture
def offer(clinic):
    """Tomorrow at ten was cancelled, and is offered to the patient of the clinic."""
    visit = booked(clinic, patient=str(a_patient(clinic.site).id), treatments=CHEEK)
    entry = joined(clinic)
    act(clinic, visit, "cancel", {"reason": "Has caught a cold"})
    offer_freed(now=NOW + timedelta(minutes=1))
    [shown] = offers(clinic, entry)
    return shown


class TestJoining:
    def test_answers_with_the_entry(self, clinic):
        entry = joined(clinic, weekdays=[3, 1], earliest="09:00", latest="12:30", until="2027-02-01", priority=2)

        assert entry["patient"] == {"id": str(clinic.patient.id), "name": clinic.patient.name}
        shown = {name: entry[name] for name in ("state", "weekdays", "earliest", "latest", "from", "until", "priority")}
        assert shown == {
            "state": "waiting",
            "weekdays": [1, 3],
            "earliest": "09:00",
            "latest": "12:30",
            "from": "2027-01-12",
            "until": "2027-02-01",
            "priority": 2,
        }
        assert entry["treatments"] == [CHEEK[0] | {"lesions": [], "depth": None, "minutes": None}]

    def test_waits_for_ninety_days_unless_told(self, clinic):
        entry = joined(clinic)

        assert (entry["from"], entry["until"]) == ("2027-01-12", "2027-04-12")

    def test_takes_lesions_with_their_order(self, clinic):
        item = {"treatment": "lancet-extraction", "lesions": [str(clinic.lesion.id)]}

        assert joined(clinic, treatments=[item])["treatments"][0]["lesions"] == item["lesions"]

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"weekdays": [0]}, "weekdays"),
            ({"earliest": "25:00"}, "earliest"),
            ({"earliest": "12:00", "latest": "09:00"}, "latest"),
            ({"from": "2027-02-01", "until": "2027-01-31"}, "until"),
            ({"from": "2027-02-01", "until": "2028-02-28"}, "until"),
            ({"priority": 10}, "priority"),
            ({"colour": "red"}, "colour"),
        ],
    )
    def test_refuses_what_cannot_be_read(self, clinic, fields, field):
        response = clinic.desk.post(WAITLIST, wish(clinic, **fields))

        assert response.status_code == 400
        assert [error["field"].partition("[")[0] for error in response.json()["errors"]] == [field]

    def test_refuses_with_every_reason_what_could_never_be(self, clinic):
        noted_skin(clinic.patient, "infection")
        hire("esthetician", site=clinic.site, username="esthetician")
        item = {"treatment": "lancet-extraction", "lesions": [str(charted(clinic.patient).id)]}

        response = clinic.desk.post(WAITLIST, wish(clinic, treatments=[item], practitioner="esthetician"))

        assert response.status_code == 422
        assert {"contraindicated", "order_required"} < {reason["code"] for reason in response.json()["reasons"]}

    def test_refuses_an_order_of_somebody_else(self, clinic):
        assert clinic.desk.post(WAITLIST, wish(clinic, order=str(uuid7()))).status_code == 404

    def test_acts_once_for_a_key(self, clinic):
        answers = [clinic.desk.post(WAITLIST, wish(clinic), headers={"Idempotency-Key": "k"}).json() for _ in range(2)]

        assert answers[0] == answers[1]
        assert WaitlistEntry.objects.count() == 1


class TestTheList:
    def test_shows_who_waits_first_come_first(self, clinic):
        entries = [joined(clinic), joined(clinic, patient=str(a_patient(clinic.site).id))]

        assert clinic.desk.get(WAITLIST).json()["results"] == entries

    @pytest.mark.parametrize(
        ("query", "number"),
        [({"state": "waiting"}, 1), ({"state": "booked"}, 0), ({"site": "columbus"}, 1), ({"site": "mansfield"}, 0)],
    )
    def test_is_filtered(self, clinic, query, number):
        open_site("mansfield")
        joined(clinic)

        assert len(clinic.desk.get(WAITLIST, query).json()["results"]) == number

    def test_is_of_one_patient(self, clinic):
        entry = joined(clinic)
        joined(clinic, patient=str(a_patient(clinic.site).id))

        assert clinic.desk.get(WAITLIST, {"patient": str(clinic.patient.id)}).json()["results"] == [entry]

    def test_shows_one_with_its_version(self, clinic):
        entry = joined(clinic)

        response = clinic.desk.get(f"{WAITLIST}{entry['id']}/")

        assert (response.json(), bool(response["ETag"])) == (entry, True)


class TestAnOffer:
    def test_says_what_is_held_and_until_when(self, clinic, offer):
        assert (offer["state"], offer["start"], offer["expires_at"]) == (
            "offered",
            "2027-01-13T10:00:00-05:00",
            "2027-01-12T12:31:00-05:00",
        )
        assert clinic.desk.get(f"{API}/appointments/{offer['appointment']}/").json()["status"] == "held"

    def test_accepted_is_a_visit(self, clinic, offer):
        response = answered(clinic, offer, "accept")

        assert (response.status_code, response.json()["status"], response.json()["id"]) == (200, "booked", offer["appointment"])

    def test_accepted_after_its_time_has_expired(self, clinic, offer, time_machine):
        time_machine.move_to(NOW + timedelta(minutes=31))

        response = answered(clinic, offer, "accept", client_of(clinic.clerk))

        assert (response.status_code, response.json()["code"]) == (409, "hold_expired")

    def test_declined_goes_to_the_next(self, clinic, offer):
        response = answered(clinic, offer, "decline")

        assert (response.status_code, response.json()["state"]) == (200, "declined")
        assert clinic.desk.get(f"{WAITLIST}{offer['entry']}/").json()["state"] == "waiting"

    def test_is_answered_once(self, clinic, offer):
        answered(clinic, offer, "decline")

        response = answered(clinic, offer, "accept")

        assert (response.status_code, response.json()["code"]) == (409, "illegal_transition")

    def test_keeps_the_time_from_everybody_else(self, clinic, offer):
        body = asking(clinic, after(), patient=str(a_patient(clinic.site).id), treatments=CHEEK)

        assert clinic.desk.post(f"{API}/appointments/", body).json()["code"] == "slot_taken"

    def test_ends_with_the_wait(self, clinic, offer):
        response = clinic.desk.post(f"{WAITLIST}{offer['entry']}/withdraw/", {})

        assert (response.status_code, response.json()["state"]) == (200, "withdrawn")
        assert answered(clinic, offer, "accept").json()["code"] == "illegal_transition"


class TestWhoMay:
    @pytest.mark.parametrize("role", [*ROLES, None])
    def test_is_all_staff_and_nobody_else(self, clinic, offer, role):
        client, wanted = client_of(a_user(role, clinic.site)), 200 if role else 403
        entry = f"{WAITLIST}{offer['entry']}/"

        reads = [client.get(address).status_code for address in (WAITLIST, entry, f"{entry}offers/")]
        writes = [
            client.post(WAITLIST, wish(clinic)).status_code,
            answered(clinic, offer, "accept", client).status_code,
            answered(clinic, offer, "decline", client).status_code,
            client.post(f"{entry}withdraw/", {}).status_code,
        ]

        assert reads == [wanted] * 3
        assert writes == ([201, 200, 409, 409] if role else [403] * 4)

    def test_is_nobody_without_a_token(self, clinic, offer):
        clinic.desk.credentials()

        assert clinic.desk.get(WAITLIST).status_code == 401

    def test_is_not_told_of_what_is_elsewhere(self, clinic, offer):
        stranger = client_of(front_desk(open_site("mansfield")))
        unknown = stranger.get(f"{WAITLIST}{uuid7()}/")

        for address in (f"{offer['entry']}/", f"{offer['entry']}/offers/"):
            answer = stranger.get(f"{WAITLIST}{address}")
            assert (answer.status_code, answer.content) == (404, unknown.content)
        for address in (f"offers/{offer['id']}/accept/", f"offers/{offer['id']}/decline/", f"{offer['entry']}/withdraw/"):
            assert stranger.post(f"{WAITLIST}{address}", {}).content == unknown.content
        assert stranger.get(WAITLIST).json()["results"] == []

    def test_writes_only_where_they_work(self, clinic):
        """A patient whom both sites may see."""
        mansfield = open_site("mansfield")
        elsewhere = client_of(front_desk(mansfield))
        patient = a_patient(mansfield)

        response = elsewhere.post(WAITLIST, wish(clinic, patient=str(patient.id)))

        assert (response.status_code, response.json()["code"]) == (403, "not_permitted")
