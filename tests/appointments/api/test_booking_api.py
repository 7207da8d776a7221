"""Booking over HTTP: what is stored and shown, and every way in which it is refused."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appointments.models import Appointment, Message
from clinic.base import uuid7
from clinic.services.credentials.staff import deactivate_practitioner
from tests.appointments.api.desk import APPOINTMENTS, act, asking, booked, codes
from tests.clinic.tokens import client_of
from tests.clinic_world import (
    NOW,
    a_dermatologist,
    a_manager,
    a_patient,
    a_user,
    after,
    agree,
    charted,
    front_desk,
    hire,
    noted_skin,
    open_site,
    order,
    overridden,
)

QUERIES = 26


class TestABookedVisit:
    def test_is_shown_as_the_contract_says(self, clinic):
        body = clinic.desk.post(APPOINTMENTS, asking(clinic)).json()

        assert set(body) == {
            "id", "revision", "status", "site", "patient", "practitioner", "room", "supervisor", "start", "end", "items",
            "decision", "price", "previous_starts",
        }  # fmt: skip
        assert (body["revision"], body["status"], body["site"]) == (1, "booked", "columbus")
        assert (body["start"], body["end"]) == ("2027-01-13T10:00:00-05:00", "2027-01-13T10:30:00-05:00")
        assert body["patient"] == {"id": str(clinic.patient.id), "name": clinic.patient.name}
        assert body["practitioner"] == {"id": str(clinic.derm.id), "name": clinic.derm.name, "username": "derm"}
        assert body["price"] == {"amount": "140.00", "currency": "USD"}

    def test_shows_its_items(self, clinic):
        [item] = booked(clinic)["items"]

        order_id = str(clinic.patient.orders.get().id)
        assert item | {"id": None} == {
            "id": None,
            "treatment": "lancet-extraction",
            "lesions": [str(clinic.lesion.id)],
            "body_site": None,
            "region": "face",
            "depth": "epidermal",
            "scope": "lancet_extraction/epidermal@face",
            "supervision": "none",
            "order": order_id,
        }

    def test_says_what_it_rests_on(self, clinic):
        decision = booked(clinic)["decision"]

        assert set(decision) == {"allowed", "warnings", "licence", "policy", "sources"}
        assert decision["licence"]["profession"] == "dermatologist"
        assert decision["policy"][0]["scope"] == "lancet_extraction/epidermal@face"

    def test_carries_an_etag_that_changes_with_it(self, clinic):
        first = clinic.desk.post(APPOINTMENTS, asking(clinic))
        cancelled = act(clinic, first.json(), "cancel", {"reason": "The patient called."})

        assert first["ETag"] != cancelled["ETag"]

    def test_can_be_read_again(self, clinic):
        visit = booked(clinic)

        response = clinic.desk.get(f"{APPOINTMENTS}{visit['id']}/")

        assert (response.status_code, response.json()) == (200, visit)

    def test_takes_a_single_lesion_by_its_own_name(self, clinic):
        treatments = [{"treatment": "lancet-extraction", "lesion": str(clinic.lesion.id)}]

        assert booked(clinic, treatments=treatments)["items"][0]["lesions"] == [str(clinic.lesion.id)]

    def test_takes_the_practitioner_by_id_too(self, clinic):
        assert booked(clinic, practitioner=str(clinic.derm.id))["practitioner"]["username"] == "derm"

    def test_goes_to_somebody_who_may_when_nobody_is_named(self, clinic):
        hire("esthetician", site=clinic.site)

        assert booked(clinic, practitioner=None)["practitioner"]["username"] == "derm"

    def test_names_its_supervisor(self, clinic):
        assistant = hire("physician_assistant", site=clinic.site, trainings=("lancet",), username="pa")
        agree(clinic.derm, assistant)

        visit = booked(clinic, practitioner="pa", supervisor="derm")

        assert (visit["supervisor"]["username"], visit["items"][0]["supervision"]) == ("derm", "general")

    def test_shows_a_treatment_of_two_acts_as_one_item(self, clinic):
        treatments = [{"treatment": "clean-up", "body_site": "cheek"}]

        [item] = booked(clinic, treatments=treatments)["items"]

        assert (item["scope"], item["body_site"]) == ("comedone_extraction/stratum_corneum@face", "cheek")

    def test_keeps_the_order_of_its_items(self, clinic):
        treatments = [
            {"treatment": code, "body_site": "cheek"} for code in ("superficial-peel", "clean-up", "microdermabrasion")
        ]

        items = booked(clinic, treatments=treatments)["items"]

        assert [item["treatment"] for item in items] == ["superficial-peel", "clean-up", "microdermabrasion"]

    def test_starts_at_any_whole_minute(self, clinic):
        assert booked(clinic, after(minute=7))["start"] == "2027-01-13T10:07:00-05:00"

    def test_plans_its_confirmation(self, clinic):
        visit = booked(clinic)

        assert Message.objects.filter(appointment=visit["id"], kind="P01", state="due").count() == 1

    def test_remembers_who_booked_it(self, clinic):
        assert Appointment.objects.get(pk=booked(clinic)["id"]).booked_by == clinic.clerk

    def test_takes_few_queries(self, clinic):
        body = asking(clinic)

        with CaptureQueriesContext(connection) as queries:
            clinic.desk.post(APPOINTMENTS, body)

        assert len(queries) <= QUERIES


class TestARefusal:
    def test_gives_every_reason_at_once(self, clinic):
        hire("esthetician", site=clinic.site, username="esth")
        lesion = charted(clinic.patient, certainty="none", diagnosis=None)
        treatments = [{"treatment": "lancet-extraction", "lesion": str(lesion.id)}]

        response = clinic.desk.post(APPOINTMENTS, asking(clinic, practitioner="esth", treatments=treatments))

        assert {"piercing_not_permitted", "diagnosis_unconfirmed", "order_required"} <= set(codes(response.json()))
        assert all(reason["source"] and reason["mend"] for reason in response.json()["reasons"])

    def test_offers_alternatives_that_can_be_booked_as_they_stand(self, clinic):
        hire("esthetician", site=clinic.site, username="esth")

        refused = clinic.desk.post(APPOINTMENTS, asking(clinic, practitioner="esth"))
        first = refused.json()["alternatives"][0]
        again = asking(clinic, practitioner=first["practitioner"]["id"], site=first["site"]) | {"start": first["start"]}

        assert (refused.status_code, refused.json()["code"]) == (422, "piercing_not_permitted")
        assert clinic.desk.post(APPOINTMENTS, again).status_code == 201

    def test_says_who_may_work_at_the_eyelid(self, clinic):
        hire("physician_assistant", site=clinic.site, trainings=("lancet",), username="pa")
        lid = charted(clinic.patient, region="eyelid")
        order(clinic.derm, clinic.patient, [lid])
        treatments = [{"treatment": "lancet-extraction", "lesion": str(lid.id)}]

        response = clinic.desk.post(APPOINTMENTS, asking(clinic, practitioner="pa", treatments=treatments))

        assert (response.status_code, response.json()["code"]) == (422, "eyelid_restricted")

    def test_asks_the_front_desk_for_an_order(self, clinic):
        lesion = charted(clinic.patient)
        treatments = [{"treatment": "lancet-extraction", "lesion": str(lesion.id)}]

        response = clinic.desk.post(APPOINTMENTS, asking(clinic, treatments=treatments))

        assert (response.status_code, response.json()["code"]) == (403, "order_required")

    def test_does_not_ask_the_dermatologist_for_one(self, clinic):
        lesion = charted(clinic.patient)
        treatments = [{"treatment": "lancet-extraction", "lesion": str(lesion.id)}]

        assert booked(clinic, client=client_of(clinic.derm.user), treatments=treatments)["items"][0]["order"] is None

    def test_names_what_is_taken_and_the_next_free_starts(self, clinic):
        booked(clinic)
        other = a_patient(clinic.site)
        order(clinic.derm, other, [charted(other)])
        treatments = [{"treatment": "diagnosis"}]

        response = clinic.desk.post(APPOINTMENTS, asking(clinic, patient=str(other.id), treatments=treatments))

        body = response.json()
        assert (response.status_code, body["code"], body["reasons"][0]["resource"]) == (409, "slot_taken", "practitioner")
        assert body["alternatives"][0]["start"] > "2027-01-13T10:00:00-05:00"

    def test_judges_rules_before_claims(self, clinic):
        booked(clinic)
        lesion = charted(clinic.patient, suspicious=True)
        treatments = [{"treatment": "lancet-extraction", "lesion": str(lesion.id)}]

        response = clinic.desk.post(APPOINTMENTS, asking(clinic, treatments=treatments))

        assert response.status_code == 422
        assert "slot_taken" not in codes(response.json())

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"start": "2027-01-11T10:00:00-05:00"}, "in_the_past"),
            ({"start": "2031-01-11T10:00:00-05:00"}, "licence_expired"),
            ({"start": "2027-03-14T02:30:00-05:00"}, "not_a_local_time"),
            ({"start": "2027-03-14T02:30:00-04:00"}, "not_a_local_time"),
            ({"treatments": [{"treatment": "diagnosis", "minutes": 0}]}, "too_short"),
            ({"treatments": [{"treatment": "diagnosis", "minutes": 2000}]}, "too_long"),
            ({"treatments": [{"treatment": "diagnosis"}] * 12}, "too_many_treatments"),
            ({"treatments": [{"treatment": "haircut"}]}, "treatment_not_offered"),
        ],
    )
    def test_has_its_code(self, clinic, fields, code):
        response = clinic.desk.post(APPOINTMENTS, asking(clinic) | fields)

        assert (response.status_code, response.json()["code"]) == (422, code)
        assert code in codes(response.json())

    def test_of_a_lesion_of_another_patient(self, clinic):
        theirs = charted(a_patient(clinic.site))
        treatments = [{"treatment": "lancet-extraction", "lesion": str(theirs.id)}]

        response = clinic.desk.post(APPOINTMENTS, asking(clinic, treatments=treatments))

        assert response.status_code in (403, 422)
        assert "lesion_of_another_patient" in codes(response.json())

    def test_of_somebody_who_left(self, clinic):
        deactivate_practitioner(actor=clinic.clerk, practitioner=clinic.derm, now=NOW)

        response = clinic.desk.post(APPOINTMENTS, asking(clinic, treatments=[{"treatment": "diagnosis"}]))

        assert response.status_code == 422
        assert "practitioner_inactive" in codes(response.json())

    def test_outside_the_shift(self, clinic):
        hire("dermatologist", site=clinic.site, trainings=("lancet",), shift=(after(hour=9), after(hour=17)), username="early")

        response = clinic.desk.post(APPOINTMENTS, asking(clinic, after(hour=18), practitioner="early"))

        assert (response.status_code, response.json()["code"]) == (422, "outside_shift")

    def test_of_a_soft_gate_is_lifted_by_the_override_that_is_named(self, clinic):
        noted_skin(clinic.patient, "isotretinoin")
        treatments = [{"treatment": "medium-peel", "body_site": "cheek"}]
        refused = clinic.desk.post(APPOINTMENTS, asking(clinic, treatments=treatments))
        given = overridden(clinic.derm, clinic.patient, "G18", "medium-peel")

        visit = booked(clinic, treatments=treatments, overrides=[str(given.id)])

        assert (refused.status_code, refused.json()["code"]) == (422, "contraindicated")
        assert visit["status"] == "booked"

    def test_stores_nothing(self, clinic):
        clinic.desk.post(APPOINTMENTS, asking(clinic, start=NOW - timedelta(days=1)))

        assert not Appointment.objects.exists()
        assert not Message.objects.exists()


UNREADABLE = [
    ({"patient": "somebody"}, "patient"),
    ({"patient": None}, "patient"),
    ({"start": "tomorrow"}, "start"),
    ({"start": "2027-01-13T10:00:00"}, "start"),
    ({"start": "2027-01-13T10:00:30-05:00"}, "start"),
    ({"start": "0001-01-01T00:00:00+14:00"}, "start"),
    ({"start": "9999-12-31T23:59:00-12:00"}, "start"),
    ({"start": 5}, "start"),
    ({"treatments": []}, "treatments"),
    ({"treatments": "diagnosis"}, "treatments"),
    ({"treatments": [{"treatment": "lancet-extraction"}]}, "treatments[0].lesions"),
    ({"treatments": [{"treatment": "superficial-peel"}]}, "treatments[0]"),
    ({"treatments": [{"treatment": "superficial-peel", "body_site": "elbow"}]}, "treatments[0].body_site"),
    ({"treatments": [{"treatment": "diagnosis", "minutes": -1}]}, "treatments[0].minutes"),
    ({"treatments": [{"treatment": "diagnosis", "minutes": 10**12}]}, "treatments[0].minutes"),
    ({"treatments": [{"treatment": "diagnosis", "colour": "red"}]}, "treatments[0].colour"),
    ({"price": "0.00"}, "price"),
    ({"status": "completed"}, "status"),
]


class TestInputThatCannotBeRead:
    def test_is_named(self, clinic):
        named = []
        for fields, _ in UNREADABLE:
            response = clinic.desk.post(APPOINTMENTS, asking(clinic) | fields)
            named.append((response.status_code, fields, [error["field"] for error in response.json()["errors"]]))

        assert named == [(400, fields, [field]) for fields, field in UNREADABLE]

    def test_names_every_missing_field(self, clinic):
        response = clinic.desk.post(APPOINTMENTS, {})

        assert {error["field"] for error in response.json()["errors"]} == {"patient", "site", "start", "treatments"}


class TestWhatDoesNotExist:
    @pytest.mark.parametrize("name", ["patient", "order", "overrides"])
    def test_is_not_found_by_id(self, clinic, name):
        unknown = [str(uuid7())] if name == "overrides" else str(uuid7())

        assert clinic.desk.post(APPOINTMENTS, asking(clinic) | {name: unknown}).status_code == 404

    @pytest.mark.parametrize("name", ["site", "practitioner", "supervisor"])
    def test_is_not_found_by_name(self, clinic, name):
        assert clinic.desk.post(APPOINTMENTS, asking(clinic) | {name: "nowhere"}).status_code == 404

    def test_is_not_found_as_a_lesion(self, clinic):
        treatments = [{"treatment": "lancet-extraction", "lesion": str(uuid7())}]

        assert clinic.desk.post(APPOINTMENTS, asking(clinic, treatments=treatments)).status_code == 404

    def test_answers_like_what_may_not_be_seen(self, clinic):
        elsewhere = open_site("san-diego", jurisdiction="US-CA", time_zone="America/Los_Angeles")
        stranger = a_patient(elsewhere)
        theirs = charted(stranger)

        def answers(patient, lesion):
            treatments = [{"treatment": "lancet-extraction", "lesion": str(lesion)}]
            return clinic.desk.post(APPOINTMENTS, asking(clinic, patient=str(patient), treatments=treatments)).content

        assert answers(stranger.id, theirs.id) == answers(uuid7(), uuid7())
        assert answers(clinic.patient.id, theirs.id) == answers(clinic.patient.id, uuid7())

    def test_includes_the_visits_of_others(self, clinic):
        visit = booked(clinic)
        elsewhere = open_site("san-diego", jurisdiction="US-CA", time_zone="America/Los_Angeles")
        stranger = client_of(front_desk(elsewhere))

        theirs, unknown = (stranger.get(f"{APPOINTMENTS}{pk}/") for pk in (visit["id"], uuid7()))

        assert (theirs.status_code, theirs.content) == (404, unknown.content)


class TestWhoBooks:
    @pytest.mark.parametrize("role", ["front_desk", "practitioner", "manager", "medical_director"])
    def test_is_any_member_of_the_staff(self, clinic, role):
        assert booked(clinic, client=client_of(a_user(role, clinic.site)))["status"] == "booked"

    def test_is_nobody_without_a_role(self, clinic):
        response = client_of(a_user(None)).post(APPOINTMENTS, asking(clinic))

        assert (response.status_code, response.json()["code"]) == (403, "not_permitted")

    def test_works_at_that_site(self, clinic):
        elsewhere = open_site("mansfield")
        a_dermatologist(site=elsewhere, username="derm-2")

        response = clinic.desk.post(
            APPOINTMENTS,
            asking(clinic, site="mansfield", practitioner="derm-2", treatments=[{"treatment": "diagnosis"}]),
        )

        assert (response.status_code, response.json()["code"]) == (403, "not_permitted")

    def test_hears_the_rules_first(self, clinic):
        open_site("san-diego", jurisdiction="US-CA", time_zone="America/Los_Angeles")

        response = clinic.desk.post(APPOINTMENTS, asking(clinic, site="san-diego", treatments=[{"treatment": "diagnosis"}]))

        assert (response.status_code, response.json()["code"]) == (422, "jurisdiction_mismatch")


class TestTheListOfVisits:
    def test_is_sorted_by_start(self, clinic):
        later = booked(clinic, after(days=2))
        sooner = booked(clinic, after(days=1), treatments=[{"treatment": "diagnosis"}])

        results = clinic.desk.get(APPOINTMENTS).json()["results"]

        assert [visit["id"] for visit in results] == [sooner["id"], later["id"]]

    @pytest.mark.parametrize(
        ("query", "many"),
        [
            ({"date": "2027-01-13"}, 1),
            ({"date": "2027-01-14"}, 0),
            ({"site": "columbus", "date": "2027-01-13"}, 1),
            ({"practitioner": "derm"}, 1),
            ({"status": "booked"}, 1),
            ({"status": "cancelled"}, 0),
        ],
    )
    def test_is_filtered(self, clinic, query, many):
        booked(clinic, after(hour=23, minute=15))

        assert len(clinic.desk.get(APPOINTMENTS, query).json()["results"]) == many

    def test_is_of_one_patient(self, clinic):
        booked(clinic)

        assert clinic.desk.get(APPOINTMENTS, {"patient": str(a_patient(clinic.site).id)}).json()["results"] == []

    @pytest.mark.parametrize("query", [{"colour": "red"}, {"status": "lost"}, {"date": "13.01.2027"}, {"limit": "500"}])
    def test_refuses_other_questions(self, clinic, query):
        assert clinic.desk.get(APPOINTMENTS, query).status_code == 400

    def test_goes_on_where_the_page_ended(self, clinic):
        visits = [booked(clinic, after(days=day), treatments=[{"treatment": "diagnosis"}]) for day in (1, 2, 3)]

        first = clinic.desk.get(APPOINTMENTS, {"limit": "2"}).json()
        second = clinic.desk.get(first["next"]).json()

        assert [visit["id"] for visit in first["results"] + second["results"]] == [visit["id"] for visit in visits]

    def test_takes_the_same_few_queries_for_any_number(self, clinic):
        counts = []
        for day in (1, 2, 3):
            booked(clinic, after(days=day), treatments=[{"treatment": "diagnosis"}])
            with CaptureQueriesContext(connection) as queries:
                clinic.desk.get(APPOINTMENTS, {"site": "columbus"})
            counts.append(len(queries))

        assert counts == [counts[0]] * 3
        assert counts[0] <= 6

    def test_leaves_out_the_visits_of_other_sites(self, clinic):
        booked(clinic)
        elsewhere = open_site("san-diego", jurisdiction="US-CA", time_zone="America/Los_Angeles")

        assert client_of(front_desk(elsewhere)).get(APPOINTMENTS).json()["results"] == []

    def test_shows_a_manager_of_several_sites_each_day_as_it_is_there(self, clinic):
        elsewhere = open_site("san-diego", jurisdiction="US-CA", time_zone="America/Los_Angeles")
        a_dermatologist(site=elsewhere, username="derm-ca")
        manager = client_of(a_manager())
        booked(clinic, after(hour=9), client=manager, treatments=[{"treatment": "diagnosis"}])
        late = "2027-01-13T22:00:00-08:00"
        booked(
            clinic,
            client=manager,
            site="san-diego",
            practitioner="derm-ca",
            treatments=[{"treatment": "diagnosis"}],
            start=late,
        )

        results = manager.get(APPOINTMENTS, {"date": "2027-01-13"}).json()["results"]

        assert [visit["start"][:16] for visit in results] == ["2027-01-13T09:00", "2027-01-13T22:00"]


class TestAnIdempotencyKey:
    def test_gives_the_same_visit_again(self, clinic):
        first, second = (clinic.desk.post(APPOINTMENTS, asking(clinic), headers={"Idempotency-Key": "k"}) for _ in range(2))

        assert (second.status_code, second.json()["id"]) == (201, first.json()["id"])
        assert Appointment.objects.count() == 1

    def test_is_not_used_for_another_body(self, clinic):
        clinic.desk.post(APPOINTMENTS, asking(clinic), headers={"Idempotency-Key": "k"})

        response = clinic.desk.post(APPOINTMENTS, asking(clinic, after(hour=15)), headers={"Idempotency-Key": "k"})

        assert (response.status_code, response.json()["code"]) == (422, "key_reused")

    def test_of_somebody_else_means_nothing(self, clinic):
        body = asking(clinic, treatments=[{"treatment": "diagnosis"}])
        clinic.desk.post(APPOINTMENTS, body, headers={"Idempotency-Key": "k"})

        response = client_of(front_desk(clinic.site)).post(APPOINTMENTS, body, headers={"Idempotency-Key": "k"})

        assert (response.status_code, response.json()["code"]) == (409, "slot_taken")

    def test_keeps_a_refusal_too(self, clinic):
        body = asking(clinic, start=NOW - timedelta(days=1))

        first, second = (clinic.desk.post(APPOINTMENTS, body, headers={"Idempotency-Key": "k"}) for _ in range(2))

        assert (second.status_code, second.json()) == (422, first.json())


def test_every_step_of_a_visit_takes_a_key(committed_clinic):
    visit = booked(committed_clinic)
    steps = [("reschedule", {"start": "2027-01-13T15:00:00-05:00"}), ("check-in", {}), ("cancel", {"reason": "It got late."})]

    statuses = [
        committed_clinic.desk.post(f"{APPOINTMENTS}{visit['id']}/{step}/", body, headers={"Idempotency-Key": step}).status_code
        for step, body in steps
        for _ in range(2)
    ]

    assert statuses == [200] * 6


class TestTwentyCopiesAtOnce:
    def test_book_one_visit(self, committed_clinic):
        body = asking(committed_clinic)
        clients = [client_of(committed_clinic.clerk) for _ in range(20)]

        def send(client):
            try:
                return client.post(APPOINTMENTS, body, headers={"Idempotency-Key": "k"})
            finally:
                connection.close()

        with ThreadPoolExecutor(10) as pool:
            answers = list(pool.map(send, clients))

        booked_ids = {answer.json()["id"] for answer in answers if answer.status_code == 201}
        refused = {answer.json()["code"] for answer in answers if answer.status_code != 201}
        assert Appointment.objects.count() == len(booked_ids) == 1
        assert refused <= {"in_flight", "unavailable"}  # a crowded server may say: later
