"""Free starts over HTTP: what is offered can be booked, and an empty answer says why."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.base import uuid7
from tests.appointments.api.desk import API, APPOINTMENTS, asking, booked, codes
from tests.clinic.tokens import client_of
from tests.clinic_world import NOW, a_patient, a_user, after, agree, charted, hire, open_site, order

SLOTS, SEARCH = f"{API}/slots/", f"{API}/slots/search/"
QUERIES = {"GET": 6, "POST": 11}


def looking(clinic, **fields):
    """The body of a search: the patient's lesion, with anybody."""
    body = {name: value for name, value in asking(clinic).items() if name not in ("practitioner", "start")}
    return {name: value for name, value in (body | fields).items() if value is not None}


def starts(response):
    return [found["start"] for found in response.json()["results"]]


class TestASearch:
    def test_finds_the_next_starts_of_the_grid(self, clinic):
        response = clinic.desk.post(SEARCH, looking(clinic, limit=3))

        assert response.status_code == 200
        assert starts(response) == [f"2027-01-12T12:{minute}:00-05:00" for minute in (15, 30, 45)]

    def test_shows_who_and_where(self, clinic):
        found = clinic.desk.post(SEARCH, looking(clinic, limit=1)).json()["results"][0]

        assert found["practitioner"] == {"id": str(clinic.derm.id), "name": clinic.derm.name, "username": "derm"}
        assert set(found) >= {"start", "end", "practitioner", "room"}
        assert set(found["room"]) == {"id", "name"}

    def test_offers_what_can_be_booked(self, clinic):
        found = clinic.desk.post(SEARCH, looking(clinic)).json()["results"][-1]

        body = asking(clinic, start=found["start"], practitioner=found["practitioner"]["id"])

        assert clinic.desk.post(APPOINTMENTS, body).status_code == 201

    def test_offers_twenty_unless_told_otherwise(self, clinic):
        assert len(starts(clinic.desk.post(SEARCH, looking(clinic)))) == 20

    def test_leaves_out_what_is_taken(self, clinic):
        booked(clinic, after(hour=10), treatments=[{"treatment": "diagnosis"}])

        response = clinic.desk.post(SEARCH, looking(clinic, **{"from": after(hour=10).isoformat(), "limit": 1}))

        assert starts(response) > ["2027-01-13T10:15:00-05:00"]

    def test_names_the_supervisor(self, clinic):
        assistant = hire("physician_assistant", site=clinic.site, trainings=("lancet",), username="pa")
        agree(clinic.derm, assistant)

        found = clinic.desk.post(SEARCH, looking(clinic, practitioner="pa", limit=1)).json()["results"][0]

        assert found["supervisor"]["username"] == "derm"

    def test_ends_before_it_is_told_to(self, clinic):
        window = {"from": after(hour=9).isoformat(), "to": after(hour=10).isoformat()}

        found = starts(clinic.desk.post(SEARCH, looking(clinic, **window)))

        assert found == [f"2027-01-13T09:{minute}:00-05:00" for minute in ("00", "15", "30", "45")]

    def test_takes_dates_of_the_site_as_whole_days(self, clinic):
        window = {"from": "2027-01-14", "to": "2027-01-14", "limit": 100}

        found = starts(clinic.desk.post(SEARCH, looking(clinic, **window)))

        assert (found[0], found[-1]) == ("2027-01-14T00:00:00-05:00", "2027-01-14T23:45:00-05:00")

    def test_stops_where_the_order_expires(self, clinic):
        window = {"from": (NOW + timedelta(days=80)).isoformat(), "to": (NOW + timedelta(days=120)).isoformat(), "limit": 100}
        last = NOW + timedelta(days=90)

        seen = []
        while found := starts(clinic.desk.post(SEARCH, looking(clinic, **window))):
            seen += found
            window["from"] = found[-1][:16] + ":01" + found[-1][19:]

        assert seen[-1][:16] == last.astimezone(clinic.site.zone).isoformat()[:16] or seen[-1] < last.isoformat()

    def test_finds_the_patient_by_the_lesion(self, clinic):
        booked(clinic, after(hour=10), treatments=[{"treatment": "diagnosis"}])
        lesion = charted(clinic.patient)
        order(clinic.derm, clinic.patient, [lesion])
        treatments = [{"treatment": "lancet-extraction", "lesion": str(lesion.id)}]

        response = clinic.desk.post(SEARCH, looking(clinic, patient=None, treatments=treatments, limit=1))

        assert len(starts(response)) == 1

    def test_needs_no_patient(self, clinic):
        treatments = [{"treatment": "superficial-peel", "body_site": "cheek"}]

        assert starts(clinic.desk.post(SEARCH, looking(clinic, patient=None, treatments=treatments)))

    def test_takes_few_queries(self, clinic):
        body = looking(clinic)

        with CaptureQueriesContext(connection) as queries:
            clinic.desk.post(SEARCH, body)

        assert len(queries) <= QUERIES["POST"]


class TestAnEmptySearch:
    def test_says_who_may_not(self, clinic):
        hire("esthetician", site=clinic.site, username="esth")

        response = clinic.desk.post(SEARCH, looking(clinic, practitioner="esth"))

        assert (response.status_code, response.json()["results"]) == (200, [])
        assert codes(response.json())[0] == "piercing_not_permitted"

    def test_says_that_an_order_is_missing_and_all_the_rest(self, clinic):
        lesion = charted(clinic.patient, certainty="none", diagnosis=None)
        treatments = [{"treatment": "lancet-extraction", "lesion": str(lesion.id)}]

        response = clinic.desk.post(SEARCH, looking(clinic, treatments=treatments))

        assert codes(response.json()) == ["diagnosis_unconfirmed", "order_required"]

    def test_says_that_nobody_is_there(self, clinic):
        hire("dermatologist", site=clinic.site, trainings=("lancet",), shift=None, username="away")

        response = clinic.desk.post(SEARCH, looking(clinic, practitioner="away"))

        assert codes(response.json()) == ["outside_shift"]

    def test_says_that_the_time_has_passed(self, clinic):
        response = clinic.desk.post(SEARCH, looking(clinic, **{"from": "2027-01-02", "to": "2027-01-03"}))

        assert "in_the_past" in codes(response.json())

    def test_says_that_all_is_taken(self, clinic):
        hire("dermatologist", site=clinic.site, trainings=("lancet",), shift=(after(hour=10), after(hour=11)), username="brief")
        other = a_patient(clinic.site)
        booked(clinic, after(minute=15), patient=str(other.id), practitioner="brief", treatments=[{"treatment": "diagnosis"}])

        response = clinic.desk.post(SEARCH, looking(clinic, practitioner="brief"))

        assert codes(response.json()) == ["slot_taken"]


class TestSlotsOfOneTreatment:
    def test_need_neither_patient_nor_lesion(self, clinic):
        response = clinic.desk.get(SLOTS, {"site": "columbus", "treatment": "diagnosis", "limit": "2"})

        assert (response.status_code, len(starts(response))) == (200, 2)

    def test_are_judged_as_on_the_eyelid(self, clinic):
        hire("physician_assistant", site=clinic.site, trainings=("lancet",), username="pa")

        response = clinic.desk.get(SLOTS, {"site": "columbus", "treatment": "lancet-extraction", "practitioner": "pa"})

        assert starts(response) == []
        assert codes(response.json())[0] == "eyelid_restricted"

    def test_are_offered_by_those_who_may_do_it_anywhere(self, clinic):
        response = clinic.desk.get(SLOTS, {"site": "columbus", "treatment": "lancet-extraction", "practitioner": "derm"})

        assert len(starts(response)) == 20

    def test_take_few_queries(self, clinic):
        with CaptureQueriesContext(connection) as queries:
            clinic.desk.get(SLOTS, {"site": "columbus", "treatment": "diagnosis"})

        assert len(queries) <= QUERIES["GET"]

    @pytest.mark.parametrize(
        "query",
        [
            {"site": "columbus"},
            {"treatment": "diagnosis"},
            {"site": "columbus", "treatment": "diagnosis", "limit": "0"},
            {"site": "columbus", "treatment": "diagnosis", "limit": "101"},
            {"site": "columbus", "treatment": "diagnosis", "from": "noon"},
            {"site": "columbus", "treatment": "diagnosis", "from": "2027-01-13", "to": "2027-01-12"},
            {"site": "columbus", "treatment": "diagnosis", "cursor": "x"},
            {"site": "columbus", "treatment": "diagnosis", "from": "9999-12-31"},
        ],
    )
    def test_refuse_other_questions(self, clinic, query):
        assert clinic.desk.get(SLOTS, query).status_code == 400

    @pytest.mark.parametrize(
        ("query", "status"), [({"site": "nowhere"}, 404), ({"practitioner": "nobody"}, 404), ({"treatment": "haircut"}, 422)]
    )
    def test_answer_what_is_unknown(self, clinic, query, status):
        assert clinic.desk.get(SLOTS, {"site": "columbus", "treatment": "diagnosis"} | query).status_code == status


class TestWhoSearches:
    def test_is_nobody_without_a_role(self, clinic):
        nobody = client_of(a_user(None))

        assert nobody.post(SEARCH, looking(clinic)).status_code == 403
        assert nobody.get(SLOTS, {"site": "columbus", "treatment": "diagnosis"}).status_code == 403

    def test_sees_no_lesion_of_another_site(self, clinic):
        elsewhere = open_site("san-diego", jurisdiction="US-CA", time_zone="America/Los_Angeles")
        theirs = charted(a_patient(elsewhere))

        def answer(lesion):
            treatments = [{"treatment": "lancet-extraction", "lesion": str(lesion)}]
            return clinic.desk.post(SEARCH, looking(clinic, patient=None, treatments=treatments)).content

        assert answer(theirs.id) == answer(uuid7())
