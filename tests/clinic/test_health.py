"""The states of the parts, seen from a process that can reach all, some or none of them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection

from clinic import heartbeat
from clinic.celery import ring
from clinic.local import redis
from clinic.selectors.health import Health, health_at

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@pytest.fixture
def broker(tmp_path, settings):
    server = redis.start(home=tmp_path / "redis", log=tmp_path / "redis.log")
    settings.REDIS_URL = server.url
    yield server
    server.process.kill()
    server.process.wait()


class TestHealth:
    @pytest.mark.parametrize(
        ("database", "broker", "worker", "status"),
        [
            ("ok", "ok", "ok", "ok"),
            ("ok", "ok", "away", "degraded"),
            ("ok", "away", "unknown", "degraded"),
            ("away", "ok", "ok", "unavailable"),
            ("away", "away", "unknown", "unavailable"),
        ],
    )
    def test_status_follows_the_parts(self, database, broker, worker, status):
        assert Health(database=database, broker=broker, worker=worker, oldest_due_s=0).status == status


@pytest.mark.django_db
class TestHealthAt:
    def test_knows_nothing_of_the_worker_without_the_broker(self):
        health = health_at(now=NOW)

        assert (health.broker, health.worker) == ("away", "unknown")

    def test_sees_that_no_worker_has_left_a_mark(self, broker):
        health = health_at(now=NOW)

        assert (health.broker, health.worker) == ("ok", "away")

    def test_sees_the_mark_of_a_worker(self, broker):
        heartbeat.refresh()

        assert health_at(now=NOW).worker == "ok"

    def test_lets_the_mark_fade(self, broker):
        heartbeat.refresh()

        with heartbeat.connect() as connected:
            assert 0 < connected.ttl(heartbeat.KEY) <= heartbeat.LIFETIME_S

    def test_says_how_late_the_oldest_message_is(self, settings):
        settings.OLDEST_DUE_MESSAGE = f"{__name__}.a_minute_late"

        assert health_at(now=NOW).oldest_due_s == 60

    def test_says_nought_when_nothing_waits(self):
        assert health_at(now=NOW).oldest_due_s == 0


@pytest.mark.django_db
class TestReady:
    def test_answers_200_and_degraded_without_the_broker(self, client):
        answer = client.get("/api/v1/health/ready/")

        assert (answer.status_code, answer.json()["status"]) == (200, "degraded")

    def test_answers_503_without_the_database(self, client, monkeypatch):
        monkeypatch.setattr(connection, "cursor", unreachable)

        answer = client.get("/api/v1/health/ready/")

        assert (answer.status_code, answer.json()["database"], answer.headers["Retry-After"]) == (503, "away", "5")

    def test_needs_no_token(self, client):
        assert client.get("/api/v1/health/ready/").status_code != 401


@pytest.mark.django_db
class TestLive:
    def test_answers_200_without_the_database(self, client, monkeypatch):
        monkeypatch.setattr(connection, "cursor", unreachable)

        answer = client.get("/api/v1/health/live/")

        assert (answer.status_code, answer.json()["status"]) == (200, "ok")


class TestRing:
    def test_does_not_mind_that_the_broker_is_away(self):
        assert ring("clinic.heartbeat.refresh") is None


def a_minute_late(*, now: datetime) -> datetime:
    return now - timedelta(seconds=60)


def unreachable() -> None:
    raise OperationalError("the server is away")
