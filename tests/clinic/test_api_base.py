"""What every view has from its base: who may call, strict input, problems, versions, pages and keys that act once."""

import json
import threading
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import psycopg_pool
import pytest
from django.db import InterfaceError, OperationalError, connection, transaction
from django.urls import include, path, re_path
from psycopg import errors as driver
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.test import APIClient

from clinic.api.base import ApiView, Unknown
from clinic.api.errors import flatten
from clinic.api.idempotency import REPLAYED
from clinic.api.permissions import ANY_STAFF, DIRECTORS, MANAGERS, PRACTITIONERS, anyone, require_role
from clinic.api.render import local, period
from clinic.api.schema import ProblemShown
from clinic.api.strict import Day, Moment, Strict, read
from clinic.api.versions import answer, etag_of, require_version
from clinic.base import uuid7
from clinic.errors import Conflict, DomainError, Malformed, NotAllowed, NotFound, Refusal, RuleBroken, Unavailable
from clinic.models import KeptAnswer, Membership, Room, Site, StaffToken, User
from clinic.services.tidying import tidy
from tests.clinic.tokens import a_token, client_of
from tests.factories_clinic import a_site, a_user

RAISED: list[Exception] = []


class ItemInput(Strict):
    treatment = serializers.CharField(max_length=50)
    lesions = serializers.ListField(child=serializers.UUIDField(), required=False)


class ThingInput(Strict):
    name = serializers.CharField(max_length=50)
    shown = serializers.CharField(read_only=True)
    count = serializers.IntegerField(required=False)
    sure = serializers.BooleanField(required=False)
    kind = serializers.ChoiceField(["1", "2"], required=False)
    start = Moment(required=False)
    day = Day(required=False)
    treatments = ItemInput(many=True, required=False)
    anything = serializers.JSONField(required=False)


class Things(ApiView):
    """Makes rooms: something that can be counted."""

    roles = {"GET": ANY_STAFF, "POST": ANY_STAFF, "PATCH": MANAGERS}

    def get(self, request):
        raise RAISED[-1]

    def post(self, request):
        given = read(ThingInput, request)
        room = Room.objects.create(site=a_site(), name=given["name"])
        if RAISED:
            raise RAISED[-1]
        return answer({"id": str(room.id), "name": room.name}, status=201)

    def patch(self, request):
        given = read(ThingInput, request, partial=True)
        room = Room.objects.select_for_update().get()
        require_version(request, etag_of({"name": room.name}))
        room.name = given["name"]
        room.save()
        return answer({"name": room.name})


class ForDirectors(ApiView):
    roles = {"GET": DIRECTORS, "POST": PRACTITIONERS}

    def get(self, request):
        return Response({})

    def post(self, request):
        return Response({})

    def delete(self, request):
        return Response(status=204)


class ForAnyone(ApiView):
    roles = {"GET": anyone}

    def get(self, request):
        return Response({"hello": "there"})


@pytest.fixture(autouse=True)
def _probes(settings):
    urls = ModuleType("probes")
    urls.urlpatterns = [
        path("api/v1/things/", Things.as_view()),
        path("api/v1/directors/", ForDirectors.as_view()),
        path("api/v1/anyone/", ForAnyone.as_view()),
        path("api/v1/", include("clinic.api.urls")),
        re_path("^api/", Unknown.as_view()),
    ]
    settings.ROOT_URLCONF = urls
    RAISED.clear()


def client(role: str = "front_desk") -> APIClient:
    return client_of(a_user(role))


def post(body: Any, **headers: str) -> Any:
    return client().post("/api/v1/things/", body, format="json", headers=headers)


def fields_of(response: Any) -> list[str]:
    return [error["field"] for error in response.json()["errors"]]


@pytest.mark.django_db
class TestRoles:
    @pytest.mark.parametrize(
        ("role", "status"),
        [("front_desk", 403), ("practitioner", 403), ("manager", 403), ("medical_director", 200), (None, 403)],
    )
    def test_are_named_by_the_view(self, role, status):
        assert client_of(a_user(role)).get("/api/v1/directors/").status_code == status

    def test_give_a_superuser_without_membership_nothing(self):
        user = a_user()
        user.is_superuser = True
        user.save()

        assert client_of(user).get("/api/v1/directors/").status_code == 403

    def test_a_method_that_names_none_is_nobodys(self):
        response = client("medical_director").delete("/api/v1/directors/")

        assert (response.status_code, response.json()["code"]) == (403, "not_permitted")

    def test_a_method_that_does_not_exist_is_405(self):
        response = client("medical_director").put("/api/v1/directors/", {})

        assert response.status_code == 405
        assert response["Allow"] == "GET, POST, DELETE, HEAD"

    def test_without_a_token_is_401(self):
        response = APIClient().get("/api/v1/directors/")

        assert (response.status_code, response.json()["code"]) == (401, "not_authenticated")
        assert response["WWW-Authenticate"] == "Bearer"

    @pytest.mark.parametrize("header", ["Bearer", "Bearer wrong", "Basic YTpi", "Bearer \xff"])
    def test_with_another_header_is_401(self, header):
        assert APIClient().get("/api/v1/directors/", HTTP_AUTHORIZATION=header).status_code == 401

    def test_anyone_means_without_a_token_too(self):
        assert APIClient().get("/api/v1/anyone/").json() == {"hello": "there"}

    def test_hold_at_their_site_only(self):
        user = a_user("manager", site=a_site("jersey-city"))

        require_role(user, MANAGERS, site=a_site("jersey-city"))
        with pytest.raises(NotAllowed):
            require_role(user, MANAGERS, site=a_site("columbus"))


@pytest.mark.django_db
class TestNotFound:
    def test_is_said_alike_for_every_address(self):
        caller = client()
        RAISED.append(NotFound())

        hidden, unknown = caller.get("/api/v1/things/"), caller.get("/api/v1/nothing/here/")
        task, slashless = caller.get(f"/api/v1/tasks/{uuid7()}/"), caller.get("/api/v1/tasks")

        assert {answer.status_code for answer in (hidden, unknown, task, slashless)} == {404}
        assert len({answer.content for answer in (hidden, unknown, task, slashless)}) == 1

    def test_is_not_said_to_strangers(self):
        assert APIClient().get("/api/v1/nothing/").status_code == 401


@pytest.mark.django_db
class TestProblem:
    def test_has_the_same_members_always(self):
        RAISED.append(RuleBroken("too_long", "That is too long."))

        response = client().get("/api/v1/things/")

        assert response["Content-Type"] == "application/problem+json"
        assert response.json() == {
            "type": "urn:pearl:problem:too_long",
            "title": "Unprocessable Entity",
            "status": 422,
            "detail": "That is too long.",
            "code": "too_long",
            "reasons": [],
            "alternatives": [],
            "errors": [],
        }
        assert set(response.json()) == set(ProblemShown().fields)

    @pytest.mark.parametrize(
        ("error", "status", "code"),
        [
            (Malformed({"start": "No."}), 400, "malformed"),
            (NotAllowed("not_permitted", "No."), 403, "not_permitted"),
            (Conflict("slot_taken", "No."), 409, "slot_taken"),
            (Conflict("stale_version", "No."), 412, "stale_version"),
            (RuleBroken("order_required", "No."), 403, "order_required"),
            (Unavailable("broker_away", "No."), 503, "broker_away"),
            (OperationalError("gone"), 503, "unavailable"),
            (InterfaceError("gone"), 503, "unavailable"),
            (psycopg_pool.PoolTimeout("none free"), 503, "unavailable"),
            (driver.DeadlockDetected("met"), 503, "unavailable"),
        ],
    )
    def test_has_the_status_of_its_kind(self, error, status, code):
        RAISED.append(error)

        response = client().get("/api/v1/things/")

        assert (response.status_code, response.json()["code"]) == (status, code)
        assert ("Retry-After" in response) == (status == 503)

    def test_says_that_the_database_is_away(self):
        RAISED.append(OperationalError("could not connect to 10.0.0.5"))

        response = client().get("/api/v1/things/")

        assert response.json()["title"] == "The database is away"
        assert b"10.0.0.5" not in response.content

    def test_is_decided_by_the_first_reason_by_gate(self):
        taken = Refusal(code="slot_taken", detail="Somebody is there.", resource="room")
        order = Refusal(code="order_required", detail="An order is needed.", gate="G29")
        lid = Refusal(code="eyelid_restricted", detail="Not at the lid.", gate="G02")
        RAISED.append(Conflict("slot_taken", "Somebody is there.", reasons=[taken, order, lid]))

        response = client().get("/api/v1/things/")

        assert (response.status_code, response.json()["code"]) == (422, "eyelid_restricted")
        assert [reason["code"] for reason in response.json()["reasons"]] == [
            "eyelid_restricted",
            "order_required",
            "slot_taken",
        ]

    @pytest.mark.parametrize(
        ("code", "gate", "status"), [("slot_taken", "", 409), ("order_required", "G29", 403), ("outside_shift", "", 422)]
    )
    def test_has_the_status_of_its_first_reason(self, code, gate, status):
        RAISED.append(RuleBroken("refused", "No.", reasons=[Refusal(code=code, detail="No.", gate=gate)]))

        assert client().get("/api/v1/things/").status_code == status

    def test_may_say_more(self):
        RAISED.append(RuleBroken("code_wrong", "Wrong.", extra={"tries_left": 3}))

        assert client().get("/api/v1/things/").json()["tries_left"] == 3

    @pytest.mark.parametrize("error", [ZeroDivisionError("a bug"), DomainError("strange", "Of no kind.")])
    def test_is_not_made_of_what_nobody_foresaw(self, error):
        RAISED.append(error)

        with pytest.raises(type(error)):
            client().get("/api/v1/things/")


@pytest.mark.django_db
class TestStrictInput:
    @pytest.mark.parametrize(
        ("body", "fields"),
        [
            ({}, ["name"]),
            ({"name": "a", "colour": "red"}, ["colour"]),
            ({"name": "a", "shown": "x"}, ["shown"]),
            ({"colour": "red"}, ["name", "colour"]),
            ({"name": 5}, ["name"]),
            ({"name": None}, ["name"]),
            ({"name": "a", "count": "5"}, ["count"]),
            ({"name": "a", "count": True}, ["count"]),
            ({"name": "a", "sure": "yes"}, ["sure"]),
            ({"name": "a", "kind": 1}, ["kind"]),
            ({"name": "a", "start": "2027-01-12T09:00:00"}, ["start"]),
            ({"name": "a", "start": "0001-01-01T00:00:00+14:00"}, ["start"]),
            ({"name": "a", "start": "9999-12-31T23:59:59-12:00"}, ["start"]),
            ({"name": "a", "start": "2027-02-30T09:00:00Z"}, ["start"]),
            ({"name": "a", "start": 1800000000}, ["start"]),
            ({"name": "a", "day": "0001-01-01"}, ["day"]),
            ({"name": "a", "day": "9999-12-31"}, ["day"]),
            ({"name": "a", "treatments": [{"treatment": "x", "lesions": ["nonsense"]}]}, ["treatments[0].lesions[0]"]),
            ({"name": "a", "treatments": [{"treatment": "x"}, {"treatment": "x", "lesions": 5}]}, ["treatments[1].lesions"]),
            ({"name": "a", "treatments": [{"treatment": "x", "lesions": [5]}]}, ["treatments[0].lesions"]),
            ({"name": "a", "treatments": [{"treatment": "x", "more": 1}]}, ["treatments[0].more"]),
            ({"name": "a", "treatments": {}}, ["treatments"]),
            ([], [""]),
            ("text", [""]),
        ],
    )
    def test_names_each_field_that_is_wrong(self, body, fields):
        response = post(body)

        assert (response.status_code, response.json()["code"]) == (400, "malformed")
        assert fields_of(response) == fields

    @pytest.mark.parametrize(
        "raw",
        [
            b"{",
            b"",
            b"null",
            b"\xff\xfe",
            b'{"name": NaN}',
            b'{"name": "a\\u0000"}',
            b'{"name": "a\\ud800"}',
            b'{"name": "a", "anything": {"\\uD800": 1}}',
            b'{"name": "a", "anything": ["x\\u0000"]}',
            b"[" * 100_000,
            b'{"name": "a", "count": ' + b"9" * 5000 + b"}",
        ],
    )
    def test_refuses_what_is_no_sane_json(self, raw):
        response = client().post("/api/v1/things/", raw, content_type="application/json")

        assert (response.status_code, response.json()["code"]) == (400, "malformed")

    @pytest.mark.parametrize("key", [None, "k1"])
    def test_refuses_a_body_of_two_megabytes(self, key):
        headers = {"Idempotency-Key": key} if key else {}

        response = client().post(
            "/api/v1/things/", json.dumps({"name": "a" * 2_000_000}), content_type="application/json", headers=headers
        )

        assert (response.status_code, response.json()["code"]) == (413, "too_large")

    def test_refuses_forms(self):
        response = client().post("/api/v1/things/", "name=a", content_type="application/x-www-form-urlencoded")

        assert response.status_code == 415

    def test_takes_pairs_of_surrogates_for_what_they_mean(self):
        response = client().post("/api/v1/things/", rb'{"name": "\ud83d\ude00"}', content_type="application/json")

        assert (response.status_code, response.json()["name"]) == (201, "\U0001f600")

    def test_reads_a_moment_as_utc(self):
        given = ThingInput(data={"name": "a", "start": "2027-01-12T09:00:00-05:00"})
        given.is_valid(raise_exception=True)

        assert given.validated_data["start"] == datetime(2027, 1, 12, 14, tzinfo=UTC)

    def test_flattens_errors_to_dotted_paths(self):
        detail = {"a": {"b": [{}, {"c": ["x"]}]}, "d": {0: ["y"]}, "non_field_errors": ["z"]}

        assert list(flatten(detail)) == [("a.b[1].c", "x"), ("d[0]", "y"), ("", "z")]


@pytest.mark.django_db
class TestVersions:
    def edit(self, **headers: str) -> Any:
        Room.objects.get_or_create(site=a_site(), name="One")
        return client("manager").patch("/api/v1/things/", {"name": "Two"}, headers=headers)

    def test_are_required(self):
        response = self.edit()

        assert (response.status_code, response.json()["code"]) == (428, "version_required")

    @pytest.mark.parametrize("tag", ['"old"', "nonsense", 'W/"weak"'])
    def test_that_are_stale_refuse(self, tag):
        response = self.edit(**{"If-Match": tag})

        assert (response.status_code, response.json()["code"]) == (412, "stale_version")

    def test_that_stand_allow(self):
        response = self.edit(**{"If-Match": etag_of({"name": "One"})})

        assert response.json() == {"name": "Two"}
        assert response["ETag"] == etag_of({"name": "Two"})


@pytest.mark.django_db
class TestIdempotencyKey:
    def test_gives_the_same_answer_and_acts_once(self):
        caller = client()

        first = caller.post("/api/v1/things/", {"name": "One"}, headers={"Idempotency-Key": "k"})
        again = caller.post("/api/v1/things/", {"name": "One"}, headers={"Idempotency-Key": "k"})

        assert (first.status_code, again.status_code) == (201, 201)
        assert first.json() == again.json()
        assert again[REPLAYED] == "true"
        assert Room.objects.count() == 1

    def test_refuses_another_body(self):
        caller = client()
        caller.post("/api/v1/things/", {"name": "One"}, headers={"Idempotency-Key": "k"})

        response = caller.post("/api/v1/things/", {"name": "Two"}, headers={"Idempotency-Key": "k"})

        assert (response.status_code, response.json()["code"]) == (422, "key_reused")
        assert Room.objects.count() == 1

    def test_belongs_to_its_caller(self):
        post({"name": "One"}, **{"Idempotency-Key": "k"})
        response = post({"name": "Two"}, **{"Idempotency-Key": "k"})

        assert response.status_code == 201
        assert Room.objects.count() == 2

    def test_keeps_refusals_and_undoes_what_was_written(self):
        caller = client()
        RAISED.append(RuleBroken("too_long", "That is too long."))
        first = caller.post("/api/v1/things/", {"name": "One"}, headers={"Idempotency-Key": "k"})
        RAISED.clear()

        again = caller.post("/api/v1/things/", {"name": "One"}, headers={"Idempotency-Key": "k"})

        assert (first.status_code, again.status_code) == (422, 422)
        assert first.json() == again.json()
        assert again["Content-Type"] == "application/problem+json"
        assert not Room.objects.exists()

    @pytest.mark.parametrize("error", [OperationalError("gone"), NotAllowed("not_permitted", "No.")])
    def test_keeps_no_failure_that_may_pass(self, error):
        caller = client()
        RAISED.append(error)
        caller.post("/api/v1/things/", {"name": "One"}, headers={"Idempotency-Key": "k"})
        RAISED.clear()

        again = caller.post("/api/v1/things/", {"name": "One"}, headers={"Idempotency-Key": "k"})

        assert again.status_code == 201
        assert Room.objects.count() == 1

    def test_undoes_the_work_of_a_bug(self):
        RAISED.append(ZeroDivisionError())

        with pytest.raises(ZeroDivisionError):
            post({"name": "One"}, **{"Idempotency-Key": "k"})

        assert not Room.objects.exists()
        assert not KeptAnswer.objects.exists()

    def test_is_forgotten_after_a_day(self):
        caller = client()
        caller.post("/api/v1/things/", {"name": "One"}, headers={"Idempotency-Key": "k"})
        KeptAnswer.objects.update(created_at=datetime.now(UTC) - timedelta(hours=24))

        response = caller.post("/api/v1/things/", {"name": "Two"}, headers={"Idempotency-Key": "k"})

        assert (response.status_code, response.json()["name"]) == (201, "Two")

    def test_is_tidied_away_after_a_day(self):
        post({"name": "One"}, **{"Idempotency-Key": "k"})

        tidy(now=datetime.now(UTC) + timedelta(hours=24))

        assert not KeptAnswer.objects.exists()

    @pytest.mark.parametrize("key", ["", "x" * 256, "schlüssel"])
    def test_has_to_be_printable_and_short(self, key):
        assert post({"name": "One"}, **{"Idempotency-Key": key}).status_code == 400


@pytest.fixture
def _committed(django_db_setup, django_db_blocker):
    """What is written is committed, for other connections to see, and deleted afterwards (history refuses that to everybody else)."""
    with django_db_blocker.unblock():
        yield
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            for model in (KeptAnswer, StaffToken, Membership, Room, Site, User):
                for kind in (
                    model,
                    *(relation.related_model for relation in model._meta.related_objects if relation.name == "history"),
                ):
                    cursor.execute(f'DELETE FROM "{kind._meta.db_table}"')
        connection.close()


@pytest.mark.usefixtures("_committed")
class TestIdempotencyKeyInARace:
    def test_answers_in_flight_while_the_first_runs(self):
        user = a_user("front_desk")
        name = f"{user.pk} k"
        caller = client_of(user)
        answers = []

        def second() -> None:
            answers.append(caller.post("/api/v1/things/", {"name": "One"}, headers={"Idempotency-Key": "k"}))
            connection.close()

        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 24))", [name])
            thread = threading.Thread(target=second)
            thread.start()
            thread.join()

        assert (answers[0].status_code, answers[0].json()["code"]) == (409, "in_flight")

    def test_acts_once_for_many_at_once(self):
        user = a_user("front_desk")
        a_site()
        token = a_token(user)
        statuses = []

        def send() -> None:
            caller = APIClient()
            caller.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
            statuses.append(caller.post("/api/v1/things/", {"name": "One"}, headers={"Idempotency-Key": "k"}).status_code)
            connection.close()

        threads = [threading.Thread(target=send) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert Room.objects.count() == 1
        assert set(statuses) <= {201, 409}
        assert 201 in statuses


@pytest.mark.django_db
class TestHistory:
    def test_knows_who_and_in_which_request(self):
        user = a_user("front_desk")

        client_of(user).post("/api/v1/things/", {"name": "One"})

        event = Room.objects.get().history.get()
        assert event.pgh_context["user"] == str(user.id)
        assert event.pgh_context["request_id"]


class TestRender:
    def test_shows_a_moment_with_the_offset_of_the_zone(self):
        moment = datetime(2027, 7, 1, 12, tzinfo=UTC)

        assert local(moment, Site(time_zone="America/New_York").zone) == "2027-07-01T08:00:00-04:00"

    def test_shows_utc_where_the_offset_has_seconds(self):
        assert local(datetime(1901, 1, 1, tzinfo=UTC), Site(time_zone="Africa/Monrovia").zone) == "1901-01-01T00:00:00+00:00"

    @pytest.mark.parametrize("hours", [0, -1, 24 * 4000])
    def test_refuses_periods_that_do_not_last_or_last_too_long(self, hours):
        start = datetime(2027, 7, 1, 12, tzinfo=UTC)

        with pytest.raises(Malformed):
            period(start, start + timedelta(hours=hours))
