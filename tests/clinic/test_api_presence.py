"""Shifts, time off and closures over HTTP."""

from typing import Any

import pytest

from clinic.base import uuid7
from clinic.models import Closure, PlannedShift, Room, Shift, TimeOff
from tests.clinic.tokens import client_of
from tests.factories_clinic import a_practitioner, a_site, a_user

pytestmark = pytest.mark.django_db
START, END = "2150-01-12T09:00:00-05:00", "2150-01-12T17:00:00-05:00"
ABSENT = "01900000-0000-7000-8000-000000000000"


def file(what: str, *, role: str = "manager", **body: Any) -> Any:
    defaults = {"start": START, "end": END}
    return client_of(a_user(role)).post(f"/api/v1/{what}/", defaults | body)


def read(address: str, query: dict[str, Any] | None = None, *, role: str = "front_desk") -> Any:
    return client_of(a_user(role)).get(f"/api/v1/{address}/", query)


class TestShifts:
    def test_are_filed(self):
        a_site()
        practitioner = a_practitioner(user=a_user())

        response = file("shifts", practitioner=practitioner.user.username, site="columbus")

        assert response.status_code == 201
        assert response.json() == {
            "id": str(PlannedShift.objects.get().id),
            "practitioner": {"id": str(practitioner.id), "name": practitioner.name, "username": practitioner.user.username},
            "site": "columbus",
            "start": START,
            "end": END,
            "moved": [],
        }

    def test_are_listed_as_they_are(self):
        a_site()
        practitioner = a_practitioner()
        file("shifts", practitioner=str(practitioner.id), site="columbus")
        file("time-off", practitioner=str(practitioner.id), start="2150-01-12T12:00:00-05:00")

        results = read("shifts", {"site": "columbus", "practitioner": str(practitioner.id), "from": START, "to": END}).json()[
            "results"
        ]

        assert [(shown["start"], shown["end"]) for shown in results] == [(START, "2150-01-12T12:00:00-05:00")]

    def test_are_narrowed_by_time(self):
        a_site()
        file("shifts", practitioner=str(a_practitioner().id), site="columbus")

        assert read("shifts", {"from": END}).json()["results"] == []

    def test_are_shown_by_the_id_that_was_answered_and_the_one_listed(self):
        a_site()
        filed = file("shifts", practitioner=str(a_practitioner().id), site="columbus").json()["id"]

        for key in (filed, Shift.objects.get().id):
            response = read(f"shifts/{key}")
            assert (response.status_code, response.json()["start"]) == (200, START)
            assert response["ETag"]

    def test_are_withdrawn(self):
        a_site()
        filed = file("shifts", practitioner=str(a_practitioner().id), site="columbus").json()["id"]

        response = client_of(a_user("manager")).delete(f"/api/v1/shifts/{filed}/")

        assert (response.status_code, response.json()) == (200, {"moved": []})
        assert not Shift.objects.exists()

    def test_of_a_roster_are_not_withdrawn(self):
        a_site()
        file("shifts", practitioner=str(a_practitioner().id), site="columbus")

        assert client_of(a_user("manager")).delete(f"/api/v1/shifts/{Shift.objects.get().id}/").status_code == 404

    def test_refuse_two_sites_at_once(self):
        a_site()
        practitioner = str(a_practitioner().id)
        file("shifts", practitioner=practitioner, site="columbus")
        elsewhere = a_user("manager", site=a_site("jersey-city"))

        response = client_of(elsewhere).post(
            "/api/v1/shifts/", {"practitioner": practitioner, "site": "jersey-city", "start": START, "end": END}
        )

        assert (response.status_code, response.json()["code"]) == (422, "shift_overlaps")

    def test_are_not_filed_by_the_manager_of_another_site(self):
        a_site("jersey-city")

        response = file("shifts", practitioner=str(a_practitioner().id), site="jersey-city")

        assert (response.status_code, response.json()["code"]) == (403, "not_permitted")

    @pytest.mark.parametrize(
        ("change", "status", "code"),
        [
            ({"practitioner": "nobody"}, 404, "not_found"),
            ({"practitioner": ABSENT}, 404, "not_found"),
            ({"site": "nowhere"}, 404, "not_found"),
            ({"end": START}, 400, "malformed"),
            ({"start": "2150-01-12"}, 400, "malformed"),
            ({"start": "2026-01-01T00:00:00Z", "end": "2026-01-02T00:00:00Z"}, 422, "in_the_past"),
        ],
    )
    def test_answer_what_is_wrong(self, change, status, code):
        a_site()

        response = file("shifts", **{"practitioner": str(a_practitioner().id), "site": "columbus"} | change)

        assert (response.status_code, response.json()["code"]) == (status, code)


class TestTimeOff:
    def test_is_filed_in_the_time_of_the_site_where_one_works(self):
        a_site()
        practitioner = str(a_practitioner().id)
        file(
            "shifts",
            practitioner=practitioner,
            site="columbus",
            start="2150-01-11T09:00:00-05:00",
            end="2150-01-11T17:00:00-05:00",
        )

        response = file("time-off", practitioner=practitioner, reason="Away.")

        assert response.status_code == 201
        shown = response.json()
        assert (shown["start"], shown["end"], shown["reason"], shown["moved"]) == (START, END, "Away.", [])

    def test_says_why_only_to_managers(self):
        a_site()
        file("time-off", practitioner=str(a_practitioner().id), reason="Away.")

        assert read("time-off", role="manager").json()["results"][0]["reason"] == "Away."
        assert "reason" not in read("time-off").json()["results"][0]

    def test_is_listed_by_practitioner(self):
        a_site()
        practitioner = a_practitioner()
        for whose in (practitioner, a_practitioner()):
            file("time-off", practitioner=str(whose.id))

        results = read("time-off", {"practitioner": str(practitioner.id)}).json()["results"]

        assert [shown["practitioner"]["id"] for shown in results] == [str(practitioner.id)]

    def test_is_cancelled(self):
        a_site()
        filed = file("time-off", practitioner=str(a_practitioner().id)).json()["id"]

        response = client_of(a_user("manager")).delete(f"/api/v1/time-off/{filed}/")

        assert (response.status_code, response.json()) == (200, {"moved": []})
        assert not TimeOff.objects.exists()


class TestClosures:
    def test_of_a_site_are_filed(self):
        a_site()

        response = file("closures", site="columbus")

        assert response.status_code == 201
        assert response.json() == {
            "id": str(Closure.objects.get().id),
            "site": "columbus",
            "room": None,
            "device": None,
            "reason": "",
            "start": START,
            "end": END,
            "moved": [],
        }

    def test_of_a_room_are_filed_and_listed(self):
        room = Room.objects.create(site=a_site(), name="Room 1")
        file("closures", site="columbus")

        response = file("closures", site="columbus", room=str(room.id))

        assert response.json()["room"] == {"id": str(room.id), "name": "Room 1"}
        results = read("closures", {"site": "columbus", "room": str(room.id)}).json()["results"]
        assert [shown["id"] for shown in results] == [response.json()["id"]]

    def test_of_a_room_elsewhere_are_not_found(self):
        a_site()
        room = Room.objects.create(site=a_site("jersey-city"), name="Room 1")

        assert file("closures", site="columbus", room=str(room.id)).status_code == 404

    def test_name_a_room_or_a_device(self):
        a_site()

        response = file("closures", site="columbus", room=str(uuid7()), device=str(uuid7()))

        assert (response.status_code, response.json()["errors"][0]["field"]) == (400, "device")

    def test_end_early(self):
        a_site()
        filed = file("closures", site="columbus").json()["id"]

        response = client_of(a_user("manager")).delete(f"/api/v1/closures/{filed}/")

        assert (response.status_code, response.json()) == (200, {"moved": []})
        assert not Closure.objects.exists()


class TestWhoMayFile:
    @pytest.mark.parametrize("what", ["shifts", "time-off", "closures"])
    @pytest.mark.parametrize(
        ("role", "reads", "files"),
        [
            ("front_desk", 200, 403),
            ("practitioner", 200, 403),
            ("medical_director", 200, 403),
            ("manager", 200, 400),
            (None, 403, 403),
        ],
    )
    def test_is_the_manager_and_all_staff_read(self, what, role, reads, files):
        a_site()
        caller = client_of(a_user(role))

        assert caller.get(f"/api/v1/{what}/").status_code == reads
        assert caller.post(f"/api/v1/{what}/", {}).status_code == files

    @pytest.mark.parametrize("what", ["shifts", "time-off", "closures"])
    def test_nobody_finds_what_does_not_exist(self, what):
        caller = client_of(a_user("manager"))

        assert caller.get(f"/api/v1/{what}/{ABSENT}/").status_code == 404
        assert caller.delete(f"/api/v1/{what}/{ABSENT}/").status_code == 404
