"""One machine: the parts that `manage.py up` starts, each by itself, and all of them together."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil
import psycopg
import pytest
import redis as redis_client
from redis.backoff import NoBackoff
from redis.retry import Retry

from clinic.local import postgres, redis, unprivileged
from clinic.local.place import Place, furnish
from clinic.local.process import LocalFailure, free_port, is_taken, kept_secret, write_private
from clinic.local.running import hold, outlive
from clinic.local.unprivileged import identity_for
from tests.machine import ROOT, Machine, is_gone, soon


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


class TestKeptSecret:
    def test_is_the_same_on_every_start(self, tmp_path):
        assert kept_secret(tmp_path / "secret") == kept_secret(tmp_path / "secret")

    def test_differs_between_places(self, tmp_path):
        assert kept_secret(tmp_path / "one") != kept_secret(tmp_path / "other")

    def test_is_for_its_owner_alone(self, tmp_path):
        kept_secret(tmp_path / "secret")

        assert mode_of(tmp_path / "secret") == 0o600


class TestWritePrivate:
    def test_narrows_a_file_that_was_open_to_all(self, tmp_path):
        path = tmp_path / "address"
        path.write_text("before")
        path.chmod(0o644)

        write_private(path, "after")

        assert (path.read_text(), mode_of(path)) == ("after", 0o600)


class TestPorts:
    def test_a_free_port_is_not_taken(self):
        assert not is_taken(host="127.0.0.1", port=free_port())

    def test_a_port_that_somebody_listens_on_is_taken(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            assert is_taken(host="127.0.0.1", port=server.getsockname()[1])


class TestHold:
    def test_refuses_a_second_supervisor(self, tmp_path):
        with hold(tmp_path), pytest.raises(LocalFailure, match=f"process {os.getpid()}"):
            hold(tmp_path)

    def test_lets_the_next_one_in(self, tmp_path):
        with hold(tmp_path):
            pass

        with hold(tmp_path) as lock:
            assert not lock.closed


class TestOutlive:
    def test_ends_what_an_earlier_supervisor_left_behind(self, tmp_path):
        with subprocess.Popen(["sleep", "60"]) as left:
            (tmp_path / "worker.pid").write_text(str(left.pid))

            outlive(tmp_path, patience_s=0.2)

            assert is_gone(left.pid)

    def test_spares_a_stranger_that_was_given_the_same_number(self, tmp_path):
        path = tmp_path / "worker.pid"
        with subprocess.Popen(["sleep", "60"]) as stranger:
            path.write_text(str(stranger.pid))
            os.utime(path, (time.time() - 3600, time.time() - 3600))

            outlive(tmp_path, patience_s=0.2)

            assert stranger.poll() is None
            stranger.kill()

    def test_forgets_numbers_that_mean_nothing(self, tmp_path):
        (tmp_path / "beat.pid").write_text("not a number")

        outlive(tmp_path, patience_s=0.2)

        assert not list(tmp_path.glob("*.pid"))


class TestFurnish:
    @pytest.fixture
    def place(self, tmp_path):
        before = os.umask(0o022)
        yield Place(code=ROOT, folder=tmp_path / "data", host="127.0.0.1", port=8000, demo=False)
        os.umask(before)

    def test_keeps_others_from_looking_in(self, place):
        furnish(place, given={}, public=False)

        assert mode_of(place.folder) & 0o066 == 0

    def test_speaks_plain_http_on_one_machine(self, place):
        furnish(place, given={}, public=False)

        assert place.variables["HTTPS"] == "0"

    @pytest.mark.parametrize(("given", "public"), [({"HTTPS": "1"}, False), ({}, True)])
    def test_leaves_https_alone_where_it_is_wanted(self, place, given, public):
        furnish(place, given=given, public=public)

        assert "HTTPS" not in place.variables


class TestIdentity:
    def test_is_ones_own_for_an_ordinary_user(self, tmp_path, monkeypatch):
        monkeypatch.setattr(os, "geteuid", lambda: 1000)

        assert identity_for(tmp_path, reach=[tmp_path]) is None

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to lose")
    def test_is_never_root(self, tmp_path):
        assert identity_for(tmp_path, reach=[tmp_path]).uid != 0

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to lose")
    def test_needs_no_passage_through_open_folders(self, tmp_path):
        assert identity_for(tmp_path, reach=[Path("/tmp/x")]).passage is None

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to lose")
    def test_says_so_where_closed_folders_cannot_be_passed(self, tmp_path, monkeypatch):
        tmp_path.chmod(0o700)
        monkeypatch.setattr(unprivileged, "_status_field", lambda name: "0")

        with pytest.raises(LocalFailure, match="choose a DATA_DIR"):
            identity_for(tmp_path, reach=[tmp_path / "data"])


class TestRedis:
    def test_keeps_its_data_over_a_kill(self, tmp_path):
        first = redis.start(home=tmp_path / "redis", log=tmp_path / "log")
        redis_client.Redis.from_url(first.url).set("rung", "yes")
        first.process.kill()
        first.process.wait()

        second = redis.start(home=tmp_path / "redis", log=tmp_path / "log")

        assert redis_client.Redis.from_url(second.url).get("rung") == b"yes"
        second.process.kill()
        second.process.wait()

    def test_asks_for_its_password(self, tmp_path):
        server = redis.start(home=tmp_path / "redis", log=tmp_path / "log")

        with pytest.raises(redis_client.AuthenticationError):
            redis_client.Redis(port=server.port, retry=Retry(NoBackoff(), 0)).ping()

        server.process.kill()
        server.process.wait()


@pytest.fixture(scope="module")
def embedded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("embedded")
    server = postgres.start(home=folder / "postgres", log=folder / "log", settings=postgres.FOR_TESTS)
    yield server.url
    server.stop()


class TestPostgres:
    def test_keeps_what_was_committed_over_a_kill(self, tmp_path):
        first = postgres.start(home=tmp_path / "postgres", log=tmp_path / "log")
        with psycopg.connect(first.url, autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        first.process.kill()
        first.process.wait()

        second = postgres.start(home=tmp_path / "postgres", log=tmp_path / "log")

        with psycopg.connect(second.url) as connection:
            assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
        second.stop()

    def test_ends_with_the_process_that_started_it(self, tmp_path):
        script = f"""
import os, signal
from pathlib import Path
from clinic.local import postgres
home = Path({str(tmp_path)!r})
server = postgres.start(home=home / "postgres", log=home / "log")
print(server.process.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
        done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)

        assert soon(lambda: is_gone(int(done.stdout)))

    @pytest.mark.parametrize(
        ("question", "answer"),
        [
            ("SHOW server_version_num", lambda text: int(text) >= 180000),
            ("SHOW password_encryption", lambda text: text == "scram-sha-256"),
            ("SHOW listen_addresses", lambda text: text == "127.0.0.1"),
            (
                "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = 'pearl'",
                lambda text: text == "bC.UTF-8",
            ),
        ],
    )
    def test_is_set_up_as_promised(self, embedded, question, answer):
        with psycopg.connect(embedded) as connection:
            assert answer(connection.execute(question).fetchone()[0])


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    closed = tmp_path_factory.mktemp("closed")
    closed.chmod(0o700)
    machine = Machine(closed / "data")
    machine.start()
    yield machine
    if machine.process.poll() is None:
        machine.end()


@pytest.mark.takes_long
@pytest.mark.timeout(240)
class TestUp:
    @pytest.fixture(autouse=True)
    def up(self, machine):
        if machine.process.poll() is not None:
            machine.start()
        assert soon(lambda: machine.status() == "ok", seconds=45)

    def test_says_that_all_is_well(self, machine):
        status, _, body = machine.health()

        assert status == 200
        assert body == {"status": "ok", "database": "ok", "broker": "ok", "worker": "ok", "oldest_due_s": 0}

    def test_notes_the_process_of_each_part(self, machine):
        assert set(machine.pids()) == {"postgres", "redis", "web", "worker", "beat"}

    def test_stays_within_its_memory(self, machine):
        trees = [psutil.Process(machine.pids()[name]) for name in ("web", "worker", "beat")]
        processes = [process for tree in trees for process in (tree, *tree.children(recursive=True))]

        # The proportional set size, as the benchmark counts it: what processes share is theirs together, once.
        assert sum(process.memory_full_info().pss for process in processes) < 600 * 1024 * 1024

    def test_shows_its_figures(self, machine):
        def are_shown() -> bool:
            with urllib.request.urlopen(f"http://127.0.0.1:{machine.port}/metrics", timeout=10) as answer:
                return b"django_http_requests_total_by_method_total" in answer.read()

        assert soon(are_shown, seconds=20)  # a worker counts from its first request on

    def test_says_in_one_line_that_it_runs_already(self, machine):
        other = Machine(machine.folder)
        other.said = machine.folder.parent / "second.out"

        process = other.launch(PORT=str(free_port()))

        assert process.wait(timeout=60) == 1
        assert other.said.read_text().count("\n") == 1

    def test_says_in_one_line_that_the_port_is_taken(self, machine, tmp_path):
        other = Machine(tmp_path / "data")

        process = other.launch(PORT=str(machine.port))

        assert process.wait(timeout=60) == 1
        assert other.said.read_text() == (
            f"CommandError: Port {machine.port} of 127.0.0.1 is taken: free it, or set PORT to another.\n"
        )

    def test_is_degraded_while_the_broker_is_away_and_recovers(self, machine):
        os.kill(machine.pids()["redis"], signal.SIGKILL)

        status, _, body = machine.health()

        assert (status, body["status"], body["broker"]) == (200, "degraded", "away")
        assert soon(lambda: machine.status() == "ok", seconds=60)

    def test_answers_503_in_time_while_the_database_is_away_and_recovers(self, machine):
        os.kill(machine.pids()["postgres"], signal.SIGKILL)
        asked_at = time.monotonic()

        status, headers, body = machine.health()

        assert (status, body["database"]) == (503, "away")
        assert int(headers["Retry-After"]) > 0
        assert time.monotonic() - asked_at < 3
        assert soon(lambda: machine.status() == "ok", seconds=60)

    def test_lives_while_the_database_is_away(self, machine):
        os.kill(machine.pids()["postgres"], signal.SIGKILL)

        status, _, _ = machine.health("live")

        assert status == 200

    def test_starts_a_dead_worker_again(self, machine):
        before = machine.pids()["worker"]

        os.kill(before, signal.SIGKILL)

        assert soon(lambda: machine.pids().get("worker") != before and machine.status() == "ok", seconds=60)

    def test_takes_its_parts_along_when_it_is_killed_and_keeps_the_data(self, machine):
        machine.psql("CREATE TABLE IF NOT EXISTS kept AS SELECT 42 AS answer")
        parts = machine.pids()

        machine.process.kill()
        machine.process.wait()
        machine.start()

        assert all(is_gone(pid) for pid in parts.values())
        assert machine.psql("SELECT answer FROM kept") == (42,)

    def test_ends_everything_when_it_is_told_to(self, machine):
        parts = machine.pids()

        code = machine.end()

        assert code == 0
        assert all(is_gone(pid) for pid in parts.values())
        assert machine.pids() == {}
