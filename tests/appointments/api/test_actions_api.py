"""What happens to a visit over HTTP: moves, steps, and who may do which."""

from datetime import timedelta

import pytest
import time_machine

from appointments.models import Appointment
from clinic.base import uuid7
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
    open_site,
    order,
)

TEN = "2027-01-13T10:00:00-05:00"
BODIES = {
    "reschedule": {"start": "2027-01-13T15:00:00-05:00"},
    "reassign": {"practitioner": "derm-2"},
    "add-treatment": {"item": {"treatment": "diagnosis"}},
    "remove-treatment": {"item": str(uuid7())},
    "hand-over": {"practitioner": "derm-2"},
    "check-in": {},
    "undo-check-in": {},
    "start": {},
    "complete": {},
    "no-show": {},
    "cancel": {"reason": "The patient called."},
    "entered-in-error": {"reason": "The wrong patient."},
}
STAFF = ("front_desk", "practitioner", "manager", "medical_director")
BY = dict.fromkeys(BODIES, STAFF) | dict.fromkeys(("hand-over", "start", "complete"), ("practitioner", "medical_director"))
BY["entered-in-error"] = ("manager",)


def steps(clinic, visit, *actions):
    """Take the visit through these actions, as a practitioner where it needs one."""
    derm = client_of(clinic.derm.user)
    for action in actions:
        response = act(clinic, visit, action, BODIES[action], client=derm if action in ("start", "complete") else None)
        assert response.status_code == 200, response.json()
    return response.json()


class TestRescheduling:
    def test_moves_the_same_visit(self, clinic):
        visit = booked(clinic)

        moved = act(clinic, visit, "reschedule", BODIES["reschedule"]).json()

        assert (moved["id"], moved["revision"]) == (visit["id"], 2)
        assert (moved["start"], moved["previous_starts"]) == (BODIES["reschedule"]["start"], [TEN])

    def test_keeps_its_items_their_ids_and_its_order(self, clinic):
        visit = booked(clinic)

        moved = act(clinic, visit, "reschedule", BODIES["reschedule"]).json()

        assert moved["items"] == visit["items"]

    def test_can_change_hands_on_the_way(self, clinic):
        a_dermatologist(site=clinic.site, username="derm-2")
        visit = booked(clinic)

        moved = act(clinic, visit, "reschedule", BODIES["reschedule"] | {"practitioner": "derm-2"}).json()

        assert moved["practitioner"]["username"] == "derm-2"

    def test_keeps_the_old_place_when_it_is_refused(self, clinic):
        visit = booked(clinic)
        other = a_patient(clinic.site)
        booked(clinic, after(hour=15), patient=str(other.id), treatments=[{"treatment": "diagnosis"}])

        refused = act(clinic, visit, "reschedule", BODIES["reschedule"])

        assert (refused.status_code, refused.json()["code"]) == (409, "slot_taken")
        assert clinic.desk.get(f"{APPOINTMENTS}{visit['id']}/").json() == visit

    def test_can_overlap_its_own_old_place(self, clinic):
        visit = booked(clinic)

        assert act(clinic, visit, "reschedule", {"start": "2027-01-13T10:10:00-05:00"}).status_code == 200

    @pytest.mark.parametrize(
        ("start", "code"), [("2027-01-11T10:00:00-05:00", "in_the_past"), ("2027-03-14T02:30:00-05:00", "not_a_local_time")]
    )
    def test_is_refused(self, clinic, start, code):
        response = act(clinic, booked(clinic), "reschedule", {"start": start})

        assert (response.status_code, response.json()["code"]) == (422, code)

    def test_stays_within_the_order(self, clinic):
        visit = booked(clinic)

        response = act(clinic, visit, "reschedule", {"start": (NOW + timedelta(days=91)).isoformat()})

        assert (response.status_code, response.json()["code"]) == (403, "order_required")

    def test_keeps_the_price_that_was_quoted(self, clinic):
        visit = booked(clinic)
        Appointment.objects.filter(pk=visit["id"]).update(price="99.00")

        moved = act(clinic, visit, "reschedule", BODIES["reschedule"]).json()

        assert moved["price"]["amount"] == "99.00"


class TestReassigning:
    def test_gives_the_visit_to_another(self, clinic):
        a_dermatologist(site=clinic.site, username="derm-2")
        visit = booked(clinic)

        moved = act(clinic, visit, "reassign", BODIES["reassign"]).json()

        assert (moved["practitioner"]["username"], moved["start"], moved["revision"]) == ("derm-2", TEN, 2)

    def test_seats_a_supervisor_where_the_other_needs_one(self, clinic):
        assistant = hire("physician_assistant", site=clinic.site, trainings=("lancet",), username="pa")
        agree(clinic.derm, assistant)
        visit = booked(clinic)

        moved = act(clinic, visit, "reassign", {"practitioner": "pa"}).json()

        assert (moved["supervisor"]["username"], moved["items"][0]["supervision"]) == ("derm", "general")

    def test_is_refused_for_somebody_who_may_not(self, clinic):
        hire("esthetician", site=clinic.site, username="esth")

        response = act(clinic, booked(clinic), "reassign", {"practitioner": "esth"})

        assert (response.status_code, response.json()["code"]) == (422, "piercing_not_permitted")

    def test_knows_nobody_else(self, clinic):
        assert act(clinic, booked(clinic), "reassign", {"practitioner": "nobody"}).status_code == 404


class TestTheTreatmentsOfAVisit:
    def test_can_grow(self, clinic):
        visit = booked(clinic)

        grown = act(clinic, visit, "add-treatment", {"item": {"treatment": "clean-up", "body_site": "cheek"}}).json()

        assert [item["treatment"] for item in grown["items"]] == ["lancet-extraction", "clean-up"]
        assert grown["items"][0]["id"] == visit["items"][0]["id"]
        assert grown["end"] > visit["end"]
        assert float(grown["price"]["amount"]) > float(visit["price"]["amount"])

    def test_can_shrink(self, clinic):
        visit = booked(clinic)
        grown = act(clinic, visit, "add-treatment", {"item": {"treatment": "clean-up", "body_site": "cheek"}}).json()

        shrunk = act(clinic, visit, "remove-treatment", {"item": grown["items"][1]["id"]}).json()

        assert (shrunk["items"], shrunk["end"], shrunk["price"]) == (visit["items"], visit["end"], visit["price"])

    def test_never_shrink_to_nothing(self, clinic):
        visit = booked(clinic)

        response = act(clinic, visit, "remove-treatment", {"item": visit["items"][0]["id"]})

        assert (response.status_code, response.json()["code"]) == (422, "last_treatment")

    def test_need_an_order_for_an_eyelid(self, clinic):
        visit = booked(clinic, treatments=[{"treatment": "diagnosis"}])
        lid = charted(clinic.patient, region="eyelid")

        response = act(clinic, visit, "add-treatment", {"item": {"treatment": "lancet-extraction", "lesion": str(lid.id)}})

        assert (response.status_code, response.json()["code"]) == (403, "order_required")

    def test_use_the_open_order(self, clinic):
        visit = booked(clinic, treatments=[{"treatment": "diagnosis"}])

        item = {"treatment": "lancet-extraction", "lesion": str(clinic.lesion.id)}
        grown = act(clinic, visit, "add-treatment", {"item": item}).json()

        assert grown["items"][1]["order"] == str(clinic.patient.orders.get().id)

    def test_do_not_push_the_next_patient_aside(self, clinic):
        visit = booked(clinic)
        other = a_patient(clinic.site)
        booked(clinic, "2027-01-13T10:40:00-05:00", patient=str(other.id), treatments=[{"treatment": "diagnosis"}])

        response = act(clinic, visit, "add-treatment", {"item": {"treatment": "clean-up", "body_site": "cheek"}})

        assert (response.status_code, response.json()["code"]) == (409, "slot_taken")

    def test_are_told_where_the_item_is_malformed(self, clinic):
        response = act(clinic, booked(clinic), "add-treatment", {"item": {"treatment": "clean-up"}})

        assert response.status_code == 400
        assert [error["field"] for error in response.json()["errors"]] == ["item"]


class TestTheCourse:
    def test_runs_from_the_door_to_the_end(self, clinic):
        visit = booked(clinic)

        shown = [steps(clinic, visit, action)["status"] for action in ("check-in", "start", "complete")]

        assert shown == ["checked_in", "in_treatment", "completed"]

    def test_goes_back_from_a_check_in(self, clinic):
        visit = booked(clinic)

        assert steps(clinic, visit, "check-in", "undo-check-in")["status"] == "booked"

    def test_lets_another_go_on(self, clinic):
        a_dermatologist(site=clinic.site, username="derm-2")
        visit = booked(clinic)
        steps(clinic, visit, "check-in", "start")

        taken = act(clinic, visit, "hand-over", BODIES["hand-over"], client=client_of(clinic.derm.user)).json()

        assert (taken["practitioner"]["username"], taken["status"]) == ("derm-2", "in_treatment")

    def test_records_a_no_show_a_quarter_of_an_hour_late(self, clinic):
        visit = booked(clinic)

        early = act(clinic, visit, "no-show")
        with time_machine.travel(after(hour=10, minute=15)):
            late, again = (act(clinic, visit, "no-show", client=client_of(clinic.clerk)) for _ in range(2))

        assert (early.status_code, early.json()["code"]) == (409, "illegal_transition")
        assert (late.status_code, late.json()["status"]) == (200, "no_show")
        assert (again.status_code, again.json()) == (200, late.json())

    def test_cancels_once(self, clinic):
        visit = booked(clinic)

        first, again = (act(clinic, visit, "cancel", BODIES["cancel"]) for _ in range(2))

        assert (first.status_code, first.json()["status"]) == (200, "cancelled")
        assert (again.status_code, again.json(), again["ETag"]) == (200, first.json(), first["ETag"])

    def test_frees_what_a_cancelled_visit_held(self, clinic):
        visit = booked(clinic)
        act(clinic, visit, "cancel", BODIES["cancel"])

        assert booked(clinic)["items"][0]["order"] == visit["items"][0]["order"]

    def test_marks_mistakes_even_at_the_end(self, clinic):
        visit = booked(clinic)
        steps(clinic, visit, "check-in", "start", "complete")

        response = act(clinic, visit, "entered-in-error", BODIES["entered-in-error"], client=client_of(a_manager()))

        assert (response.status_code, response.json()["status"]) == (200, "entered_in_error")

    @pytest.mark.parametrize(
        ("before", "action"),
        [
            ((), "undo-check-in"),
            ((), "start"),
            ((), "complete"),
            ((), "hand-over"),
            (("check-in",), "check-in"),
            (("check-in",), "reschedule"),
            (("check-in",), "no-show"),
            (("check-in", "start"), "cancel"),
            (("cancel",), "check-in"),
            (("cancel",), "reschedule"),
            (("cancel",), "no-show"),
        ],
    )
    def test_allows_no_other_step(self, clinic, before, action):
        a_dermatologist(site=clinic.site, username="derm-2")
        visit = booked(clinic)
        if before:
            steps(clinic, visit, *before)

        response = act(clinic, visit, action, BODIES[action], client=client_of(clinic.derm.user))

        assert (response.status_code, codes(response.json())) == (409, ["illegal_transition"])

    def test_judges_once_more_at_the_door(self, clinic):
        visit = booked(clinic)
        type(clinic.lesion).objects.filter(pk=clinic.lesion.pk).update(suspicious=True)

        response = act(clinic, visit, "check-in")

        assert (response.status_code, response.json()["code"]) == (422, "lesion_suspicious")


class TestWhoActs:
    def test_holds_a_role_that_includes_it(self, clinic):
        visit = booked(clinic)
        clients = {role: client_of(a_user(role, clinic.site)) for role in (*STAFF, None)}

        statuses = {
            (action, role): act(clinic, visit, action, {"colour": "red"}, client=client).status_code
            for action in BODIES
            for role, client in clients.items()
        }

        assert statuses == {(action, role): 400 if role in BY[action] else 403 for action, role in statuses}

    def test_sees_the_visit(self, clinic):
        visit = booked(clinic)
        elsewhere = open_site("san-diego", jurisdiction="US-CA", time_zone="America/Los_Angeles")
        strangers = {role: client_of(a_user(role, elsewhere)) for role in ("front_desk", "practitioner", "manager")}

        for action, body in BODIES.items():
            client = strangers[BY[action][0]]
            theirs, unknown = (act(clinic, {"id": pk}, action, body, client=client) for pk in (visit["id"], uuid7()))

            assert (action, theirs.status_code, theirs.content) == (action, 404, unknown.content)

    def test_works_at_the_site_of_the_visit(self, clinic):
        visit = booked(clinic)
        elsewhere = open_site("mansfield")
        clerk = front_desk(elsewhere)
        clinic.patient.registered_site = elsewhere
        clinic.patient.save()

        response = act(clinic, visit, "cancel", BODIES["cancel"], client=client_of(clerk))

        assert (response.status_code, response.json()["code"]) == (403, "not_permitted")

    def test_sends_nothing_else(self, clinic):
        visit = booked(clinic)
        clients = {role: client_of(a_user(role, clinic.site)) for role in ("front_desk", "practitioner", "manager")}

        errors = {
            action: act(clinic, visit, action, body | {"colour": "red"}, client=clients[BY[action][0]]).json()["errors"]
            for action, body in BODIES.items()
        }

        assert {action: [error["field"] for error in found] for action, found in errors.items()} == {
            key: ["colour"] for key in BODIES
        }

    def test_leaves_nothing_out(self, clinic):
        visit = booked(clinic)
        needed = {
            "reschedule": ["start"],
            "reassign": ["practitioner"],
            "add-treatment": ["item"],
            "remove-treatment": ["item"],
        }

        errors = {action: act(clinic, visit, action, {}).json()["errors"] for action in (*needed, "cancel")}

        assert {action: [error["field"] for error in found] for action, found in errors.items()} == needed | {
            "cancel": ["reason"]
        }


def test_an_order_serves_one_visit(clinic):
    booked(clinic)

    again = clinic.desk.post(APPOINTMENTS, asking(clinic, after(hour=15)))

    assert (again.status_code, again.json()["code"]) == (403, "order_required")


def test_an_order_of_another_site_serves_none(clinic):
    elsewhere = open_site("mansfield")
    derm = a_dermatologist(site=elsewhere, username="derm-2")
    lesion = charted(clinic.patient)
    order(derm, clinic.patient, [lesion], site=elsewhere)
    treatments = [{"treatment": "lancet-extraction", "lesion": str(lesion.id)}]

    response = clinic.desk.post(APPOINTMENTS, asking(clinic, treatments=treatments))

    assert (response.status_code, response.json()["code"]) == (403, "order_required")
