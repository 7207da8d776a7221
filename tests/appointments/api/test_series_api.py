"""A course of visits over HTTP: all of them, or none, and every reason at once."""

import pytest

from appointments.models import Appointment, Message
from clinic.models.people import ROLES
from tests.appointments.api.desk import API, asking, booked
from tests.clinic.tokens import client_of
from tests.clinic_world import a_patient, a_user, after, hire

SERIES = f"{API}/appointments/series/"
PROPOSE = f"{SERIES}propose/"
CHEEK = [{"treatment": "comedone-extraction", "body_site": "cheek"}]


def course(clinic, *starts, client=None, **fields):
    visits = [asking(clinic, start, **({"treatments": CHEEK} | fields)) for start in starts]
    return (client or clinic.desk).post(SERIES, {"visits": visits})


class TestACourse:
    def test_is_booked_as_a_whole(self, clinic):
        response = course(clinic, after(8), after(1))

        assert response.status_code == 201
        visits = response.json()["visits"]
        assert [visit["start"] for visit in visits] == ["2027-01-20T10:00:00-05:00", "2027-01-13T10:00:00-05:00"]
        assert {visit["status"] for visit in visits} == {"booked"}
        assert Message.objects.filter(kind="P01").count() == 2

    def test_is_refused_as_a_whole_with_every_reason(self, clinic):
        booked(clinic, after(2), patient=str(a_patient(clinic.site).id), treatments=CHEEK)
        hire("optometrist", site=clinic.site, username="optometrist")
        visits = [
            asking(clinic, after(1), treatments=CHEEK),
            asking(clinic, after(2), treatments=CHEEK),
            asking(clinic, after(3), treatments=CHEEK, practitioner="optometrist"),
        ]

        response = clinic.desk.post(SERIES, {"visits": visits})

        answer = response.json()
        assert response.status_code == 422
        assert {(reason["visit"], reason["code"]) for reason in answer["reasons"]} >= {(1, "slot_taken")}
        assert {reason["visit"] for reason in answer["reasons"]} == {1, 2}
        assert answer["reasons"][-1]["code"] == "slot_taken"
        assert [error["field"] for error in answer["errors"]] == ["visits[1]", "visits[2]"]
        assert Appointment.objects.count() == 1

    def test_is_a_conflict_where_only_claims_stand_in_the_way(self, clinic):
        booked(clinic, after(2), patient=str(a_patient(clinic.site).id), treatments=CHEEK)

        response = course(clinic, after(1), after(2))

        assert (response.status_code, response.json()["code"]) == (409, "slot_taken")

    def test_has_no_two_visits_at_once(self, clinic):
        response = course(clinic, after(1), after(1, minute=15))

        assert response.status_code == 409
        assert [reason["visit"] for reason in response.json()["reasons"]] == [1]

    def test_uses_an_order_once(self, clinic):
        lancet = [{"treatment": "lancet-extraction", "lesions": [str(clinic.lesion.id)]}]

        response = course(clinic, after(8), after(1), treatments=lancet)

        assert (response.status_code, response.json()["code"]) == (403, "order_required")
        assert [reason["visit"] for reason in response.json()["reasons"]] == [0]

    def test_finds_somebody_else_for_a_second_visit(self, clinic):
        """Whoever is free for each, when nobody is named."""
        hire("dermatologist", site=clinic.site)

        response = course(clinic, after(1), after(1, minute=30), practitioner=None)

        assert response.status_code == 201

    def test_is_of_one_patient(self, clinic):
        visits = [asking(clinic, after(day), treatments=CHEEK, patient=str(a_patient(clinic.site).id)) for day in (1, 2)]

        response = clinic.desk.post(SERIES, {"visits": visits})

        assert (response.status_code, response.json()["errors"][0]["field"]) == (400, "visits")

    @pytest.mark.parametrize("number", [0, 1, 11])
    def test_has_two_to_ten_visits(self, clinic, number):
        response = course(clinic, *(after(day + 1) for day in range(number)))

        assert (response.status_code, response.json()["code"]) == (400, "malformed")

    def test_names_the_visit_that_cannot_be_read(self, clinic):
        visits = [
            asking(clinic, after(1), treatments=CHEEK),
            asking(clinic, after(2), treatments=[{"treatment": "lancet-extraction"}]),
        ]

        response = clinic.desk.post(SERIES, {"visits": visits})

        assert response.json()["errors"][0]["field"] == "visits[1].treatments[0].lesions"

    def test_names_the_visit_that_the_site_does_not_offer(self, clinic):
        visits = [asking(clinic, after(1), treatments=CHEEK), asking(clinic, after(2), treatments=[{"treatment": "haircut"}])]

        response = clinic.desk.post(SERIES, {"visits": visits})

        assert response.status_code == 422
        assert [(reason["code"], reason["visit"]) for reason in response.json()["reasons"]] == [("treatment_not_offered", 1)]

    def test_is_booked_once_for_a_key(self, clinic):
        visits = [asking(clinic, after(day), treatments=CHEEK) for day in (1, 2)]
        answers = [clinic.desk.post(SERIES, {"visits": visits}, headers={"Idempotency-Key": "k"}).json() for _ in range(2)]

        assert answers[0] == answers[1]
        assert Appointment.objects.count() == 2

    @pytest.mark.parametrize("role", [*ROLES, None])
    def test_is_for_all_staff(self, clinic, role):
        client = client_of(a_user(role, clinic.site))

        assert course(clinic, after(1), after(2), client=client).status_code == (201 if role else 403)


class TestProposals:
    def proposed(self, clinic, start, client=None, **fields):
        body = asking(clinic, start, treatments=CHEEK)
        body["first"] = body.pop("start")
        return (client or clinic.desk).post(PROPOSE, body | {"count": 3, "every_days": 14} | fields)

    def test_are_the_same_time_of_the_wall_clock_some_days_apart(self, clinic):
        """Two Sundays and one more: the clocks are put forward on March 14."""
        response = self.proposed(clinic, "2027-02-28T10:00:00-05:00")

        visits = response.json()["visits"]
        assert response.status_code == 200
        assert [visit["slot"]["start"] for visit in visits] == [visit["wanted"] for visit in visits]
        assert [visit["wanted"] for visit in visits] == [
            "2027-02-28T10:00:00-05:00",
            "2027-03-14T10:00:00-04:00",
            "2027-03-28T10:00:00-04:00",
        ]

    def test_pass_over_what_is_taken(self, clinic):
        booked(clinic, after(15), patient=str(a_patient(clinic.site).id), treatments=CHEEK)

        visits = self.proposed(clinic, after(1)).json()["visits"]

        assert visits[1]["wanted"] < visits[1]["slot"]["start"]

    def test_say_why_there_is_none(self, clinic):
        hire("optometrist", site=clinic.site, username="optometrist")

        visits = self.proposed(clinic, after(1), practitioner="optometrist").json()["visits"]

        assert [visit["slot"] for visit in visits] == [None] * 3
        assert all(visit["reasons"] for visit in visits)

    def test_may_be_booked_as_a_course(self, clinic):
        starts = [visit["slot"]["start"] for visit in self.proposed(clinic, after(1)).json()["visits"]]

        assert course(clinic, *starts).status_code == 201

    @pytest.mark.parametrize("role", [*ROLES, None])
    def test_are_for_all_staff(self, clinic, role):
        client = client_of(a_user(role, clinic.site))

        assert self.proposed(clinic, after(1), client).status_code == (200 if role else 403)
