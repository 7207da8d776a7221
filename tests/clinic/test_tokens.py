"""Signing in, using a token, and how it ends."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from rest_framework.test import APIClient

from clinic.models import Practitioner, StaffToken, User
from clinic.selectors.people import live_token
from clinic.services.tidying import tidy
from clinic.services.tokens import TRIES, BadCredentials, TooMany, count_attempt, digest_of, sign_in, use_token
from tests.clinic.tokens import client_of
from tests.factories import a_site, a_user

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 1, 12, 17, 0, tzinfo=UTC)
URL = "/api/v1/auth/token/"


def a_person(**fields) -> User:
    user = a_user(**fields)
    user.set_password("a good long password")
    user.save()
    return user


def signed_in(**fields) -> tuple[bytes, StaffToken]:
    user = a_person(**fields)
    secret, token = sign_in(username=user.username, password="a good long password", now=NOW)
    return secret.encode(), token


class TestSignIn:
    def test_keeps_only_the_digest(self):
        secret, token = signed_in()

        assert bytes(token.digest) == digest_of(secret)
        assert len(secret) == 43

    def test_lasts_twelve_hours(self):
        _, token = signed_in()

        assert token.expires_at == NOW + timedelta(hours=12)

    @pytest.mark.parametrize(("username", "password"), [("nobody", "a good long password"), ("ada", "wrong")])
    def test_refuses_an_unknown_name_and_a_wrong_password_alike(self, username, password):
        a_person(username="ada")

        with pytest.raises(BadCredentials) as refused:
            sign_in(username=username, password=password, now=NOW)

        assert refused.value.code == "bad_credentials"

    def test_refuses_somebody_who_left(self):
        user = a_person(username="ada", is_active=False)

        with pytest.raises(BadCredentials):
            sign_in(username=user.username, password="a good long password", now=NOW)


class TestUseToken:
    def test_finds_the_user(self):
        secret, token = signed_in()

        assert use_token(secret=secret, now=NOW).user == token.user

    def test_costs_two_queries(self, django_assert_num_queries):
        secret, _ = signed_in()

        with django_assert_num_queries(2):
            use_token(secret=secret, now=NOW)

    def test_knows_no_other_secret(self):
        signed_in()

        assert use_token(secret=b"another", now=NOW) is None

    def test_ends_after_fifteen_idle_minutes(self):
        secret, _ = signed_in()

        assert use_token(secret=secret, now=NOW + timedelta(minutes=15)) is None

    def test_stays_alive_while_it_is_used(self):
        secret, _ = signed_in()

        for minutes in range(10, 12 * 60, 10):
            assert use_token(secret=secret, now=NOW + timedelta(minutes=minutes))

        assert use_token(secret=secret, now=NOW + timedelta(hours=12)) is None

    def test_notes_its_use_at_most_once_a_minute(self):
        secret, token = signed_in()

        use_token(secret=secret, now=NOW + timedelta(seconds=59))
        token.refresh_from_db()

        assert token.last_used_at == NOW

    def test_dies_with_the_user_at_once(self):
        secret, token = signed_in()

        User.objects.filter(id=token.user_id).update(is_active=False)

        assert use_token(secret=secret, now=NOW) is None


class TestCountAttempt:
    def test_refuses_the_eleventh_within_a_minute(self):
        for _ in range(TRIES):
            count_attempt(username="ada", address="10.0.0.1", now=NOW)

        with pytest.raises(TooMany) as refused:
            count_attempt(username="Ada", address="10.0.0.1", now=NOW + timedelta(seconds=20))

        assert refused.value.wait == 40

    def test_counts_each_name_and_address_for_itself(self):
        for _ in range(TRIES):
            count_attempt(username="ada", address="10.0.0.1", now=NOW)

        assert count_attempt(username="bea", address="10.0.0.1", now=NOW).count == 1
        assert count_attempt(username="ada", address="10.0.0.2", now=NOW).count == 1

    def test_starts_anew_after_a_minute(self):
        for _ in range(TRIES):
            count_attempt(username="ada", address="10.0.0.1", now=NOW)

        assert count_attempt(username="ada", address="10.0.0.1", now=NOW + timedelta(minutes=1)).count == 1


class TestTidy:
    def test_deletes_dead_tokens_and_keeps_live_ones(self):
        dead, _ = signed_in()
        user = a_person(username="late")
        later = NOW + timedelta(hours=12)
        live, _ = sign_in(username=user.username, password="a good long password", now=later)

        tidy(now=later)

        assert live_token(digest=digest_of(dead), now=NOW) is None
        assert live_token(digest=digest_of(live.encode()), now=later)


class TestTokenOverHttp:
    def test_gives_a_token_and_says_who_it_is(self):
        site = a_site()
        user = a_person(username="derm", role="practitioner", site=site)
        practitioner = Practitioner.objects.create(user=user, name="Dr. Derm")

        response = APIClient().post(URL, {"username": "derm", "password": "a good long password"})

        assert response.status_code == 200
        assert response.json()["user"] == {
            "id": str(user.id),
            "username": "derm",
            "practitioner": {"id": str(practitioner.id), "name": "Dr. Derm", "username": "derm"},
            "roles": [{"site": "columbus", "role": "practitioner"}],
        }

    def test_opens_the_api(self):
        a_person(username="ada")
        token = APIClient().post(URL, {"username": "ada", "password": "a good long password"}).json()["token"]

        response = APIClient().get("/api/v1/tasks/", HTTP_AUTHORIZATION=f"Bearer {token}")

        assert response.status_code == 200

    def test_answers_401_to_a_wrong_password(self):
        a_person(username="ada")

        response = APIClient().post(URL, {"username": "ada", "password": "wrong"})

        assert response.status_code == 401
        assert response.json()["code"] == "bad_credentials"
        assert response["Content-Type"] == "application/problem+json"

    def test_is_not_hindered_by_a_dead_token(self):
        a_person(username="ada")

        body = {"username": "ada", "password": "a good long password"}
        response = APIClient().post(URL, body, HTTP_AUTHORIZATION="Bearer dead")

        assert response.status_code == 200

    def test_answers_429_with_a_moment_to_wait_for(self):
        with time_machine.travel(NOW, tick=False):
            answers = [APIClient().post(URL, {"username": "ada", "password": "x"}) for _ in range(TRIES + 1)]

        assert [answer.status_code for answer in answers] == [401] * TRIES + [429]
        assert answers[-1]["Retry-After"] == "60"
        assert answers[-1].json()["code"] == "too_many"

    def test_does_not_throttle_where_that_was_switched_off(self, settings):
        settings.THROTTLED = False

        answers = [APIClient().post(URL, {"username": "ada", "password": "x"}) for _ in range(TRIES + 1)]

        assert answers[-1].status_code == 401

    def test_ends_the_token_on_sign_out(self):
        client = client_of(a_user())

        assert client.delete(URL).status_code == 204
        assert client.get("/api/v1/tasks/").status_code == 401

    def test_asks_for_a_token_before_it_ends_one(self):
        response = APIClient().delete(URL)

        assert response.status_code == 401
        assert response["WWW-Authenticate"] == "Bearer"

    @pytest.mark.parametrize(
        "body",
        [
            {"username": "ada"},
            {"username": "ada\0", "password": "x"},
            {"username": 5, "password": "x"},
            {"username": "ada", "password": "x", "admin": True},
            [],
            None,
        ],
    )
    def test_answers_400_to_what_it_cannot_read(self, body):
        response = APIClient().post(URL, body, format="json")

        assert response.status_code == 400
        assert response.json()["code"] == "malformed"
