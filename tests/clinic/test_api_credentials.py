"""Papers and policy over HTTP: status, code and body; who may call; and what moved."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.base import uuid7
from clinic.models import Grant, Licence, PolicyRow, Room
from clinic.services.authority import rebuild_authority
from clinic.signals import authority_changed
from tests.clinic.tokens import client_of
from tests.factories_clinic import (
    a_dermatologist,
    a_grant,
    a_licence,
    a_pending_licence,
    a_practitioner,
    a_site,
    a_training,
    a_user,
    an_agreement,
    licensed,
    the_policy,
)

pytestmark = pytest.mark.django_db
V1 = "/api/v1"
LANCET = "lancet_extraction/epidermal@face"
PERIOCULAR = "lancet_extraction/epidermal@periocular"
ROLES = ("front_desk", "practitioner", "manager", "medical_director")
VISIT = str(uuid7())


@pytest.fixture
def manager():
    return client_of(a_user("manager"))


@pytest.fixture
def director():
    return client_of(a_user("medical_director"))


@pytest.fixture
def rippled():
    """Every change of authority moves one visit."""

    def receive(**_message):
        return [VISIT]

    authority_changed.connect(receive)
    yield
    authority_changed.disconnect(receive)


def days(first=-30, last=300):
    """Valid days around today."""
    today = timezone.now().date()
    return {
        "valid_from": (today + timedelta(days=first)).isoformat(),
        "valid_through": (today + timedelta(days=last)).isoformat(),
    }


def current(**fields):
    """Days around today, for rows."""
    today = timezone.now().date()
    return {"valid_from": today - timedelta(days=30), "valid_through": today + timedelta(days=300)} | fields


def in_force(profession="dermatologist", practitioner=None):
    """A licence in force today, with authority made from it."""
    a_site()
    licence = a_licence(practitioner or a_practitioner(), profession, **current())
    rebuild_authority(practitioners=[licence.practitioner_id], now=timezone.now() - timedelta(days=1))
    return licence


def a_licence_body(practitioner, **changes):
    words = {"practitioner": str(practitioner.id), "profession": "dermatologist", "jurisdiction": "US-OH", "number": "MD 1"}
    return words | days() | changes


def edit(client, path, body):
    """PATCH with the version that stands."""
    etag = client.get(path).headers["ETag"]
    return client.patch(path, body, format="json", headers={"If-Match": etag})


def codes(answer):
    return answer.status_code, answer.json()["code"]


class TestWhoMayCall:
    READ = (
        "sites/",
        "rooms/",
        "practitioners/",
        "licences/",
        "certifications/",
        "supervision-agreements/",
        "grants/",
        "policy-rows/",
    )
    FILED = ("licences/", "certifications/", "supervision-agreements/", "grants/", "policy-rows/")

    @pytest.mark.parametrize("path", READ)
    def test_nobody_reads_without_a_token(self, client, path):
        assert client.get(f"{V1}/{path}").status_code == 401

    @pytest.mark.parametrize("role", ROLES)
    @pytest.mark.parametrize("path", READ)
    def test_all_staff_read(self, role, path):
        assert client_of(a_user(role)).get(f"{V1}/{path}").status_code == 200

    @pytest.mark.parametrize(
        ("role", "status"), [("front_desk", 403), ("practitioner", 403), ("manager", 400), ("medical_director", 403)]
    )
    @pytest.mark.parametrize("path", FILED)
    def test_only_managers_file(self, role, status, path):
        assert client_of(a_user(role)).post(f"{V1}/{path}", {}, format="json").status_code == status

    @pytest.mark.parametrize("act", ["verify", "suspend", "reinstate", "preview"])
    @pytest.mark.parametrize("role", ["front_desk", "practitioner", "medical_director"])
    def test_only_managers_act_on_licences(self, role, act):
        licence = in_force()

        answer = client_of(a_user(role)).post(f"{V1}/licences/{licence.id}/{act}/", {}, format="json")

        assert codes(answer) == (403, "not_permitted")

    @pytest.mark.parametrize(
        ("role", "status"), [("front_desk", 403), ("practitioner", 403), ("manager", 403), ("medical_director", 409)]
    )
    def test_only_the_director_approves(self, role, status):
        the_policy("esthetician")
        row = PolicyRow.objects.filter(kind="cell").first()

        answer = client_of(a_user(role)).post(f"{V1}/policy-rows/{row.id}/approve/", {}, format="json")

        assert answer.status_code == status

    def test_a_manager_of_another_site_grants_nothing_here(self):
        the_policy("physician_assistant")
        licence = in_force("physician_assistant")
        elsewhere = client_of(a_user("manager", site=a_site("dayton")))
        body = {"practitioner": str(licence.practitioner_id), "site": "columbus", "scope": PERIOCULAR} | days(0, 300)

        assert codes(elsewhere.post(f"{V1}/grants/", body, format="json")) == (403, "not_permitted")

    @pytest.mark.parametrize("path", ["licences", "certifications", "supervision-agreements", "grants", "policy-rows", "rooms"])
    def test_an_unknown_id_is_not_found(self, manager, path):
        assert codes(manager.get(f"{V1}/{path}/{uuid7()}/")) == (404, "not_found")


class TestPlaces:
    def test_sites_say_where_they_are(self, manager):
        assert manager.get(f"{V1}/sites/").json()["results"] == [
            {"code": "columbus", "name": "Columbus", "time_zone": "America/New_York", "jurisdiction": "US-OH"}
        ]

    def test_one_site_is_found_by_its_code(self, manager):
        assert manager.get(f"{V1}/sites/columbus/").json()["code"] == "columbus"

    def test_rooms_of_one_site(self, manager):
        here = Room.objects.create(site=a_site(), name="Room 1", equipment=["lancet"])
        Room.objects.create(site=a_site("dayton"), name="Room 1")

        answer = manager.get(f"{V1}/rooms/?site=columbus")

        assert answer.json()["results"] == [{"id": str(here.id), "name": "Room 1", "site": "columbus", "equipment": ["lancet"]}]

    def test_an_unknown_filter_is_malformed(self, manager):
        assert codes(manager.get(f"{V1}/rooms/?colour=red")) == (400, "malformed")


class TestPractitioners:
    def test_say_profession_sites_and_username(self, manager):
        user = a_user("practitioner")
        practitioner = a_practitioner(name="Dana", user=user)
        in_force(practitioner=practitioner)

        [shown] = manager.get(f"{V1}/practitioners/").json()["results"]

        assert shown == {
            "id": str(practitioner.id),
            "name": "Dana",
            "username": user.username,
            "professions": ["dermatologist"],
            "sites": ["columbus"],
            "max_supervisees": 3,
            "active": True,
        }

    def test_without_a_user_have_no_username(self, manager):
        a_practitioner()

        [shown] = manager.get(f"{V1}/practitioners/").json()["results"]

        assert "username" not in shown

    def test_are_found_by_username(self, manager):
        user = a_user()
        practitioner = a_practitioner(user=user)

        assert manager.get(f"{V1}/practitioners/{user.username}/").json()["id"] == str(practitioner.id)

    @pytest.mark.parametrize(
        ("query", "found"),
        [("profession=esthetician", 1), ("profession=optometrist", 0), ("active=false", 0), ("site=columbus", 1)],
    )
    def test_are_filtered(self, manager, query, found):
        in_force("esthetician", practitioner=a_practitioner(user=a_user("practitioner")))

        assert len(manager.get(f"{V1}/practitioners/?{query}").json()["results"]) == found

    def test_a_page_takes_the_same_queries_for_any_number(self, manager, django_assert_num_queries):
        for _ in range(3):
            in_force()
        manager.get(f"{V1}/practitioners/")

        with django_assert_num_queries(6):
            manager.get(f"{V1}/practitioners/")


class TestPrivileges:
    def of(self, client, practitioner, query=""):
        return client.get(f"{V1}/practitioners/{practitioner.id}/privileges/{query}").json()

    def test_say_what_is_held_and_why(self, manager):
        the_policy("dermatologist")
        licence = in_force()

        shown = next(row for row in self.of(manager, licence.practitioner)["results"] if row["scope"] == LANCET)

        words = {"act": "lancet_extraction", "region": "face", "depth": "epidermal", "site": "columbus"}
        assert words.items() <= shown.items()
        assert (shown["profession"], shown["supervision"], bool(shown["sources"])) == ("dermatologist", "none", True)
        assert shown["valid"]["end"].endswith(("-04:00", "-05:00"))

    def test_say_for_everything_else_why_not(self, manager):
        the_policy("esthetician")
        licence = in_force("esthetician")

        body = self.of(manager, licence.practitioner, "?site=columbus")

        held, refused = {row["scope"] for row in body["results"]}, {row["scope"] for row in body["refused"]}
        lid = {row["code"] for row in body["refused"] if row["scope"] == "lancet_extraction/epidermal@eyelid"}
        assert (len(held | refused), held & refused) == (64, set())
        assert lid == {"eyelid_restricted", "piercing_not_permitted"}
        assert all(row["source"] for row in body["refused"])

    def test_of_a_suspended_licence_are_refused_for_that(self, manager):
        the_policy("dermatologist")
        practitioner = a_practitioner()
        now = timezone.now()
        a_licence(practitioner, **current(status="suspended", suspended_from=now))
        a_site()

        body = self.of(manager, practitioner)

        assert (body["results"], {row["code"] for row in body["refused"] if row["scope"] == LANCET}) == (
            [],
            {"licence_suspended"},
        )

    def test_of_somebody_without_a_licence_are_refused_for_that(self, manager):
        the_policy("dermatologist")
        a_site()

        assert {row["code"] for row in self.of(manager, a_practitioner())["refused"]} == {"licence_missing"}

    def test_are_those_of_the_moment_asked(self, manager):
        the_policy("dermatologist")
        licence = in_force()

        assert self.of(manager, licence.practitioner, "?at=2030-01-01T00:00:00Z")["results"] == []

    @pytest.mark.parametrize(("query", "status"), [("?at=noon", 400), ("?site=nowhere", 404), ("?limit=5", 400)])
    def test_refuse_a_question_that_means_nothing(self, manager, query, status):
        practitioner = a_practitioner()

        assert manager.get(f"{V1}/practitioners/{practitioner.id}/privileges/{query}").status_code == status


class TestLicences:
    def test_filing_answers_the_licence(self, manager):
        practitioner = a_practitioner(name="Dana")

        answer = manager.post(f"{V1}/licences/", a_licence_body(practitioner), format="json")

        shown = answer.json()
        assert (answer.status_code, shown["status"], shown["moved"]) == (201, "pending_verification", [])
        assert shown["practitioner"] == {"id": str(practitioner.id), "name": "Dana"}

    def test_filing_takes_a_username(self, manager):
        user = a_user()
        practitioner = a_practitioner(user=user)

        answer = manager.post(f"{V1}/licences/", a_licence_body(practitioner) | {"practitioner": user.username}, format="json")

        assert answer.json()["practitioner"]["username"] == user.username

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"jurisdiction": "Ohio"}, "jurisdiction"),
            ({"profession": "wizard"}, "profession"),
            ({"valid_from": "soon"}, "valid_from"),
            ({"status": "active"}, "status"),
            ({"id": "x"}, "id"),
            ({"number": None}, "number"),
        ],
    )
    def test_filing_names_the_malformed_field(self, manager, change, field):
        answer = manager.post(f"{V1}/licences/", a_licence_body(a_practitioner(), **change), format="json")

        assert codes(answer) == (400, "malformed")
        assert [error["field"] for error in answer.json()["errors"]] == [field]

    def test_filing_for_nobody_is_not_found(self, manager):
        answer = manager.post(
            f"{V1}/licences/", a_licence_body(a_practitioner()) | {"practitioner": str(uuid7())}, format="json"
        )

        assert codes(answer) == (404, "not_found")

    def test_filing_refuses_days_out_of_order(self, manager):
        answer = manager.post(f"{V1}/licences/", a_licence_body(a_practitioner(), **days(10, 5)), format="json")

        assert codes(answer) == (422, "ends_before_it_begins")

    def test_lists_those_of_one_practitioner(self, manager):
        mine, _ = in_force(), in_force()

        rows = manager.get(f"{V1}/licences/?practitioner={mine.practitioner_id}&status=active").json()["results"]

        assert [row["id"] for row in rows] == [str(mine.id)]

    @pytest.mark.parametrize("method", ["board site", "board_site", "document", "phone"])
    def test_verifying_makes_it_active(self, manager, method):
        licence = a_pending_licence(a_practitioner(), **current())

        answer = manager.post(f"{V1}/licences/{licence.id}/verify/", {"method": method}, format="json")

        assert (answer.status_code, answer.json()["licence"]["status"], answer.json()["moved"]) == (200, "active", [])

    def test_suspending_answers_what_moved(self, manager, rippled):
        licence = in_force()

        answer = manager.post(f"{V1}/licences/{licence.id}/suspend/", {"reason": "complaint"}, format="json")

        assert (answer.status_code, answer.json()["licence"]["status"]) == (200, "suspended")
        assert answer.json()["moved"] == [VISIT]

    def test_suspending_takes_a_period(self, manager):
        licence = in_force()
        body = {"from": "2099-01-01T00:00:00Z", "until": "2099-02-01T00:00:00Z", "reason": "leave"}

        answer = manager.post(f"{V1}/licences/{licence.id}/suspend/", body, format="json")

        assert answer.json()["licence"]["suspended_until"] == "2099-02-01T00:00:00+00:00"

    def test_suspending_needs_a_reason(self, manager):
        answer = manager.post(f"{V1}/licences/{in_force().id}/suspend/", {}, format="json")

        assert codes(answer) == (400, "malformed")

    def test_suspending_backwards_is_refused(self, manager):
        body = {"from": "2099-01-01T00:00:00Z", "until": "2098-01-01T00:00:00Z", "reason": "x"}

        answer = manager.post(f"{V1}/licences/{in_force().id}/suspend/", body, format="json")

        assert codes(answer) == (422, "ends_before_it_begins")

    def test_reinstating_makes_it_active_again(self, manager):
        licence = in_force()
        manager.post(f"{V1}/licences/{licence.id}/suspend/", {"reason": "x"}, format="json")

        answer = manager.post(f"{V1}/licences/{licence.id}/reinstate/", {}, format="json")

        assert answer.json()["licence"]["status"] == "active"

    def test_reinstating_twice_is_a_conflict(self, manager):
        answer = manager.post(f"{V1}/licences/{in_force().id}/reinstate/", {}, format="json")

        assert codes(answer) == (409, "illegal_transition")

    def test_an_edit_names_its_version(self, manager):
        path = f"{V1}/licences/{in_force().id}/"

        missing = manager.patch(path, days(), format="json")
        stale = manager.patch(path, days(), format="json", headers={"If-Match": '"other"'})

        assert (codes(missing), codes(stale)) == ((428, "version_required"), (412, "stale_version"))

    def test_shortening_answers_what_moved_and_the_new_version(self, manager, rippled):
        path = f"{V1}/licences/{in_force().id}/"
        last = days(0, 5)["valid_through"]

        answer = edit(manager, path, {"valid_through": last})

        assert (answer.status_code, answer.json()["valid_through"], answer.json()["moved"]) == (200, last, [VISIT])
        assert answer.headers["ETag"] == manager.get(path).headers["ETag"]

    def test_saying_more_than_was_verified_is_refused(self, manager):
        answer = edit(manager, f"{V1}/licences/{in_force().id}/", {"number": "X"})

        assert codes(answer) == (422, "verification_needed")

    @pytest.mark.parametrize("field", ["practitioner", "profession", "jurisdiction", "verified_at"])
    def test_an_edit_of_what_it_is_about_is_malformed(self, manager, field):
        licence = in_force()

        answer = edit(manager, f"{V1}/licences/{licence.id}/", {field: "x"})

        licence.refresh_from_db()
        assert (codes(answer), licence.profession) == ((400, "malformed"), "dermatologist")

    @pytest.mark.parametrize(
        "change",
        [
            {"action": "suspend"},
            "suspend",
            {"action": "suspend", "from": "2099-01-01T00:00:00Z", "until": None},
            {"status": "revoked"},
            {"status": "suspended"},
            {"number": "X", "status": "pending_verification"},
        ],
    )
    def test_a_preview_names_what_would_break_and_writes_nothing(self, manager, rippled, change):
        licence = in_force()

        answer = manager.post(f"{V1}/licences/{licence.id}/preview/", {"change": change}, format="json")

        licence.refresh_from_db()
        assert (answer.status_code, answer.json(), licence.status) == (200, {"breaks": [VISIT]}, "active")

    @pytest.mark.parametrize("body", [{}, {"change": "juggle"}, {"change": {"from": "2099-01-01T00:00:00Z"}}, {"change": 7}])
    def test_a_preview_of_nothing_is_malformed(self, manager, body):
        answer = manager.post(f"{V1}/licences/{in_force().id}/preview/", body, format="json")

        assert codes(answer) == (400, "malformed")

    def test_a_repeated_key_suspends_once(self, manager, rippled):
        licence = in_force()
        send = {"path": f"{V1}/licences/{licence.id}/suspend/", "data": {"reason": "x"}, "format": "json"}

        first = manager.post(**send, headers={"Idempotency-Key": "once"})
        second = manager.post(**send, headers={"Idempotency-Key": "once"})

        assert (first.json(), first.status_code) == (second.json(), second.status_code)


class TestOtherPapers:
    def test_a_training_is_filed_read_and_ended(self, manager, rippled):
        practitioner = a_practitioner()
        body = {"practitioner": str(practitioner.id), "kind": "lancet"} | days()

        filed = manager.post(f"{V1}/certifications/", body, format="json")
        path = f"{V1}/certifications/{filed.json()['id']}/"

        assert (filed.status_code, filed.json()["moved"], manager.get(path).json()["kind"]) == (201, [VISIT], "lancet")
        assert manager.delete(path).json() == {"moved": [VISIT]}
        assert codes(manager.delete(path)) == (409, "illegal_transition")

    def test_a_training_is_shortened(self, manager):
        training = a_training(a_practitioner(), **current())
        last = days(0, 5)["valid_through"]

        answer = edit(manager, f"{V1}/certifications/{training.id}/", {"valid_through": last})

        assert answer.json()["valid_through"] == last

    def test_an_agreement_is_filed(self, manager):
        supervisor, supervisee = a_dermatologist(name="Dana"), licensed("physician_assistant")
        words = {"supervisor": str(supervisor.id), "supervisee": str(supervisee.id), "sites": ["columbus"], "level": "direct"}

        answer = manager.post(f"{V1}/supervision-agreements/", words | {"acts": ["lancet_extraction"]} | days(), format="json")

        shown = answer.json()
        assert (answer.status_code, shown["supervisor"]["name"], shown["sites"], shown["acts"], shown["moved"]) == (
            201,
            "Dana",
            ["columbus"],
            ["lancet_extraction"],
            [],
        )

    def test_an_agreement_with_an_esthetician_as_supervisor_is_refused(self, manager):
        supervisor, supervisee = licensed("esthetician"), licensed("physician_assistant")
        words = {"supervisor": str(supervisor.id), "supervisee": str(supervisee.id), "sites": ["columbus"], "level": "direct"}

        answer = manager.post(f"{V1}/supervision-agreements/", words | {"acts": ["lancet_extraction"]} | days(), format="json")

        assert codes(answer) == (422, "supervisor_not_qualified")

    def test_agreements_are_filtered_by_site_and_shortened(self, manager):
        agreement = an_agreement(a_dermatologist(), a_practitioner(), **current())
        an_agreement(a_dermatologist(), a_practitioner(), sites=[a_site("dayton")])
        last = days(0, 5)["valid_through"]

        listed = manager.get(f"{V1}/supervision-agreements/?site=columbus").json()["results"]
        answer = edit(manager, f"{V1}/supervision-agreements/{agreement.id}/", {"valid_through": last})

        assert [row["id"] for row in listed] == [str(agreement.id)]
        assert (answer.status_code, answer.json()["valid_through"]) == (200, last)

    def test_an_agreement_is_ended(self, manager, rippled):
        agreement = an_agreement(a_dermatologist(), a_practitioner(), **current())

        assert manager.delete(f"{V1}/supervision-agreements/{agreement.id}/").json() == {"moved": [VISIT]}

    def test_a_grant_is_filed(self, manager):
        the_policy("physician_assistant")
        licence = in_force("physician_assistant")
        body = {"practitioner": str(licence.practitioner_id), "site": "columbus", "scope": PERIOCULAR} | days(0, 300)

        answer = manager.post(f"{V1}/grants/", body, format="json")

        assert (answer.status_code, answer.json()["scope"], answer.json()["site"]) == (201, PERIOCULAR, "columbus")

    def test_a_grant_of_eyelid_work_is_refused_with_reasons(self, manager):
        the_policy("physician_assistant")
        licence = in_force("physician_assistant")
        lid = "lancet_extraction/epidermal@eyelid"
        body = {"practitioner": str(licence.practitioner_id), "site": "columbus", "scope": lid} | days(0, 300)

        answer = manager.post(f"{V1}/grants/", body, format="json")

        assert codes(answer) == (422, "eyelid_restricted")
        assert answer.json()["reasons"][0]["gate"] == "G02"

    def test_a_grant_is_shortened_and_ended(self, manager, rippled):
        grant = a_grant(a_practitioner(), PERIOCULAR, **current())
        path = f"{V1}/grants/{grant.id}/"
        last = days(0, 5)["valid_through"]

        assert edit(manager, path, {"valid_through": last}).json()["valid_through"] == last
        assert manager.delete(path).json() == {"moved": [VISIT]}
        assert Grant.objects.get().valid_through < timezone.now().date()


class TestPolicyRows:
    CELL = {
        "kind": "cell",
        "profession": "esthetician",
        "act": "microdermabrasion",
        "depth": "superficial",
        "region": "face",
        "effect": "refuse",
        "source": "Committee",
    }
    LAW = {
        "kind": "jurisdiction",
        "jurisdiction": "US-OH",
        "profession": "esthetician",
        "act": "microdermabrasion",
        "effect": "refuse",
        "source": "OAC",
    }

    def test_show_source_and_state(self, manager):
        the_policy("esthetician")

        [row] = manager.get(f"{V1}/policy-rows/?kind=jurisdiction&jurisdiction=US-OH&act=lancet_extraction").json()["results"]

        assert (row["source"], row["text_as_of"], row["certainty"], row["verified"], row["approved"]) == (
            "OAC 4713-8-04(E), (F)",
            "2024-12-16",
            "high",
            False,
            False,
        )

    def test_a_cell_goes_from_proposal_to_force_by_two_people(self, manager, director, rippled):
        the_policy("esthetician")
        proposed = manager.post(f"{V1}/policy-rows/", self.CELL, format="json")
        path = f"{V1}/policy-rows/{proposed.json()['id']}/"

        preview = manager.post(f"{path}preview/", {}, format="json")
        verified = manager.post(f"{path}verify/", {}, format="json")
        approved = director.post(f"{path}approve/", {}, format="json")

        assert (proposed.status_code, proposed.json()["valid"], proposed.json()["version"]) == (201, None, 2)
        assert (preview.json(), verified.json()["verified"]) == ({"breaks": [VISIT]}, True)
        assert (approved.status_code, approved.json()["approved"], approved.json()["moved"]) == (200, True, [VISIT])

    def test_a_law_tightens_at_once(self, manager, rippled):
        answer = manager.post(f"{V1}/policy-rows/", self.LAW, format="json")

        assert (answer.status_code, answer.json()["moved"], answer.json()["valid"]["end"][:4]) == (201, [VISIT], "9999")

    def test_a_proposal_is_withdrawn(self, manager):
        row = manager.post(f"{V1}/policy-rows/", self.LAW, format="json").json()["id"]

        answer = manager.post(f"{V1}/policy-rows/{row}/withdraw/", {}, format="json")

        assert answer.status_code == 200

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"depth": None}, "depth"),
            ({"jurisdiction": "US-OH"}, "jurisdiction"),
            ({"effect": "maybe"}, "effect"),
            ({"version": 7}, "version"),
        ],
    )
    def test_a_malformed_proposal_names_its_field(self, manager, change, field):
        answer = manager.post(f"{V1}/policy-rows/", self.CELL | change, format="json")

        assert codes(answer) == (400, "malformed")
        assert [error["field"] for error in answer.json()["errors"]] == [field]

    def test_a_cell_without_its_region_names_it(self, manager):
        body = {name: value for name, value in self.CELL.items() if name != "region"}

        answer = manager.post(f"{V1}/policy-rows/", body, format="json")

        assert [error["field"] for error in answer.json()["errors"]] == ["region"]

    def test_eyelids_stay_with_dermatologists_and_ophthalmologists(self, manager):
        the_policy("esthetician")

        answer = manager.post(f"{V1}/policy-rows/", self.CELL | {"region": "eyelid", "effect": "allow"}, format="json")

        assert codes(answer) == (422, "eyelid_restricted")

    def test_whoever_verified_does_not_approve(self, manager):
        the_policy("esthetician")
        both = a_user("medical_director")
        both.memberships.create(site=a_site(), role="manager")
        person = client_of(both)
        row = PolicyRow.objects.get(jurisdiction="US-OH", act="lancet_extraction")
        person.post(f"{V1}/policy-rows/{row.id}/verify/", {}, format="json")

        assert codes(person.post(f"{V1}/policy-rows/{row.id}/approve/", {}, format="json")) == (403, "not_permitted")


def test_history_says_who_suspended_and_why():
    user = a_user("manager")
    licence = in_force()

    client_of(user).post(f"{V1}/licences/{licence.id}/suspend/", {"reason": "complaint"}, format="json")

    context = Licence.objects.get().history.latest("pgh_id").pgh_context
    assert (context["user"], context["why"]) == (str(user.id), "licence_suspended")
