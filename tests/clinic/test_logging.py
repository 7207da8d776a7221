"""What a log line holds, and what it never holds."""

import json
import logging
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.test import RequestFactory

from clinic.logging import RequestLog, configuration, without_values

ROOT = Path(__file__).resolve().parents[2]
CANARY = "Zsófia Kanárky"


class Refused(psycopg.errors.UniqueViolation):
    pass


def logged(error: BaseException) -> dict[str, object]:
    try:
        raise error
    except BaseException:
        return without_values(None, "exception", {"event": "failed", "exc_info": True})


class TestRequestLog:
    def test_names_method_and_path(self):
        request = RequestFactory().get("/api/v1/patients/")

        assert RequestLog.format_request(request) == "GET /api/v1/patients/"

    def test_leaves_the_query_out(self):
        request = RequestFactory().get("/api/v1/patients/", {"name": CANARY})

        assert CANARY not in RequestLog.format_request(request)


class TestWithoutValues:
    def test_says_what_kind_of_error_it_was_and_where(self):
        event = logged(ValueError("some text"))

        assert event["exception"][0]["type"] == "builtins.ValueError"
        assert event["exception"][0]["frames"][-1].endswith(" logged")

    @pytest.mark.parametrize("error", [ValueError(CANARY), Refused(f"Key (name)=({CANARY}) already exists.")])
    def test_leaves_the_message_out(self, error):
        assert CANARY not in json.dumps(logged(error), ensure_ascii=False)

    def test_follows_the_causes(self):
        error = ValueError("outer")
        error.__cause__ = KeyError(CANARY)

        assert [link["type"] for link in logged(error)["exception"]] == ["builtins.ValueError", "builtins.KeyError"]

    def test_keeps_the_code_of_the_database(self):
        assert logged(Refused("text"))["exception"][0]["sqlstate"] == "23505"


class TestConfiguration:
    def test_prints_one_json_object_a_line(self):
        script = (
            "import logging, logging.config\n"
            "from clinic.logging import configuration\n"
            "logging.config.dictConfig(configuration(level=logging.INFO))\n"
            "import structlog\n"
            "structlog.get_logger('one').info('first', number=1)\n"
            "logging.getLogger('other').warning('second %s', 2)\n"
        )
        done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)

        lines = [json.loads(line) for line in done.stderr.splitlines()]

        assert [(line["event"], line["logger"], line["level"]) for line in lines] == [
            ("first", "one", "info"),
            ("second 2", "other", "warning"),
        ]

    def test_obeys_the_level(self):
        assert configuration(level=logging.ERROR)["root"]["level"] == logging.ERROR
