"""The settings from outside: each case is a fresh interpreter with its own environment."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from environs import Env

from clinic.environment import DEFAULT_SECRET_KEY, is_public, kept, public_url, require_safe_start

ROOT = Path(__file__).resolve().parents[2]
REAL_KEY = "nJ2x-7Qv9Zt4Lr8Wc1Ks6Hp3Bd5Fg0Ym_aXeUoIiTqRw-EzVhNlCkPj"


def started(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept_variables = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=kept_variables | {"DATA_DIR": "/nonexistent"} | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


class TestPublicAddress:
    @pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "clinic.example.org"])
    def test_is_whatever_others_can_reach(self, host):
        assert is_public(host=host, allowed_hosts=["localhost"])

    @pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost"])
    def test_is_not_this_machine_alone(self, host):
        assert not is_public(host=host, allowed_hosts=["localhost", "127.0.0.1"])

    @pytest.mark.parametrize("name", ["*", ".example.org", "pearl.example.org"])
    def test_is_given_away_by_the_names_that_are_answered(self, name):
        assert is_public(host="127.0.0.1", allowed_hosts=["localhost", name])


class TestPublicUrl:
    @pytest.mark.parametrize(
        ("given", "hosts", "address"),
        [
            ("", ["localhost", "127.0.0.1"], "http://localhost:8000"),
            ("", ["*", ".example.org", "pearl.example.org", "localhost"], "https://pearl.example.org"),
            ("https://p.example.org/", ["pearl.example.org"], "https://p.example.org"),
        ],
    )
    def test_is_where_links_in_messages_lead(self, monkeypatch, given, hosts, address):
        monkeypatch.setenv("PUBLIC_URL", given)

        assert public_url(Env(), allowed_hosts=hosts, port=8000) == address

    @pytest.mark.parametrize("given", ["pearl.example.org", "https://" + "x" * 53])
    def test_is_refused_where_no_link_could_be_sent(self, monkeypatch, given):
        monkeypatch.setenv("PUBLIC_URL", given)

        with pytest.raises(ImproperlyConfigured, match="PUBLIC_URL"):
            public_url(Env(), allowed_hosts=["localhost"], port=8000)


class TestRequireSafeStart:
    def test_refuses_debug_mode_in_public(self):
        with pytest.raises(ImproperlyConfigured, match="DEBUG"):
            require_safe_start(public=True, debug=True, secret_key=REAL_KEY)

    @pytest.mark.parametrize("key", [DEFAULT_SECRET_KEY, "short", ""])
    def test_refuses_a_weak_key_in_public(self, key):
        with pytest.raises(ImproperlyConfigured, match="SECRET_KEY"):
            require_safe_start(public=True, debug=False, secret_key=key)

    def test_accepts_a_key_of_its_own(self):
        assert require_safe_start(public=True, debug=False, secret_key=REAL_KEY) is None

    def test_lets_one_machine_be(self):
        assert require_safe_start(public=False, debug=True, secret_key=DEFAULT_SECRET_KEY) is None


class TestKept:
    def test_reads_what_the_supervisor_wrote(self, tmp_path):
        (tmp_path / "secret_key").write_text("a key\n")

        assert kept(tmp_path, "secret_key") == "a key"

    def test_is_nothing_where_nothing_was_written(self, tmp_path):
        assert kept(tmp_path, "secret_key") is None


class TestStart:
    def test_has_no_deployment_warning(self):
        done = started("check", "--deploy", "--fail-level", "WARNING", SECRET_KEY=REAL_KEY, DEBUG="0")

        assert (done.returncode, done.stderr.strip()) == (0, "")

    def test_refuses_the_default_key_on_a_public_address(self):
        done = started("check", HOST="0.0.0.0")

        assert done.returncode != 0
        assert "needs a SECRET_KEY of its own" in done.stderr

    def test_refuses_debug_mode_on_a_public_address(self):
        done = started("check", HOST="0.0.0.0", DEBUG="1", SECRET_KEY=REAL_KEY)

        assert done.returncode != 0
        assert "DEBUG must be off" in done.stderr


def test_no_migration_is_missing():
    done = started("makemigrations", "--check", "--dry-run", DATABASE_URL=os.environ["DATABASE_URL"])

    assert done.returncode == 0, done.stdout
