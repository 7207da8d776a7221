"""Text messages through their gateways, one of them a real HTTP service on the loopback that answers in every way."""

import json
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import urllib3
from django.core.exceptions import ImproperlyConfigured
from environs import Env

from appointments import gateways
from appointments.gateways import AppriseGateway, ConsoleGateway, GatewayTrouble, HttpGateway, OutboxGateway, gateway
from appointments.services.sending import Trouble, trouble_of
from clinic.environment import sms_gateway

KEY, TO, BODY = "visit:1:P03:sms", "+16145550100", "Pearl: hello"
AT = datetime(2027, 1, 11, 17, tzinfo=UTC)


class Provider(ThreadingHTTPServer):
    """Keeps what it is sent, and answers as it is told."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.status, self.answer, self.location = 200, b'{"id": "sms-1"}', ""
        self.taken: list[tuple[dict[str, str], dict[str, str]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/messages"


class Answering(BaseHTTPRequestHandler):
    """One request."""

    server: Provider

    def do_POST(self) -> None:
        """Take it."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append((dict(self.headers), json.loads(body)))
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.send_header("Content-Length", str(len(self.server.answer)))
        self.end_headers()
        self.wfile.write(self.server.answer)

    def log_message(self, *args: object) -> None:
        """Quietly."""


@pytest.fixture
def provider() -> Iterator[Provider]:
    server = Provider()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def sent_to(url: str) -> str:
    return HttpGateway(url=url, token="secret").send(key=KEY, to=TO, body=BODY)


def trouble_at(url: str) -> Trouble:
    with pytest.raises(GatewayTrouble) as trouble:
        sent_to(url)
    return trouble_of(trouble.value)


class TestHttpGateway:
    def test_hands_the_message_over_with_its_key_and_token(self, provider):
        assert sent_to(provider.url) == "sms-1"

        [(headers, body)] = provider.taken
        assert body == {"to": TO, "body": BODY}
        assert (headers["Idempotency-Key"], headers["Authorization"]) == (KEY, "Bearer secret")
        assert headers["Content-Type"] == "application/json"

    def test_sends_the_same_key_at_every_try(self, provider):
        provider.status = 503
        trouble_at(provider.url)
        provider.status = 200

        sent_to(provider.url)

        assert [headers["Idempotency-Key"] for headers, _ in provider.taken] == [KEY, KEY]

    @pytest.mark.parametrize("status", [400, 404, 410, 422])
    def test_takes_a_refusal_as_final(self, provider, status):
        provider.status = status

        assert trouble_at(provider.url) == Trouble(reason=f"the SMS gateway refused the message ({status})", final=True)

    @pytest.mark.parametrize("status", [408, 429, 500, 503])
    def test_tries_again_when_it_is_busy(self, provider, status):
        provider.status = status

        assert trouble_at(provider.url) == Trouble(reason=f"the SMS gateway is busy ({status})", of_server=True)

    @pytest.mark.parametrize("status", [401, 403])
    def test_loses_nothing_when_the_clinic_is_turned_away(self, provider, status):
        provider.status = status

        assert trouble_at(provider.url) == Trouble(reason=f"the SMS gateway turned us away ({status})", of_server=True)

    @pytest.mark.parametrize(
        "answer", [b"", b"OK", b"{}", b"[]", b'{"id": null}', b'{"id": " "}', b'{"id": true}', b"\xff\xfe", b"[" * 50_000]
    )
    def test_takes_garbage_for_not_sent(self, provider, answer):
        provider.answer = answer

        assert trouble_at(provider.url) == Trouble(reason="the SMS gateway gave an answer that says nothing")

    def test_follows_no_one_elsewhere(self, provider):
        provider.status, provider.location = 307, "http://127.0.0.1:1/"

        assert trouble_at(provider.url).final is False

    def test_gives_up_in_time_when_nothing_is_said(self, monkeypatch):
        monkeypatch.setattr(gateways, "TIMEOUT", urllib3.Timeout(connect=0.2, read=0.2))

        with socket.create_server(("127.0.0.1", 0)) as silent:
            trouble = trouble_at(f"http://127.0.0.1:{silent.getsockname()[1]}/")

        assert trouble == Trouble(reason="the SMS gateway did not answer", of_server=True)

    def test_says_that_nobody_is_there(self):
        assert trouble_at("http://127.0.0.1:1/") == Trouble(reason="the SMS gateway did not answer", of_server=True)


class TestOutboxGateway:
    def test_writes_the_line_of_the_contract(self, settings, tmp_path):
        settings.DATA_DIR = tmp_path

        assert OutboxGateway().send(key=KEY, to=TO, body="¿Qué?", at=AT) == KEY

        assert json.loads((tmp_path / "outbox.jsonl").read_text()) == {
            "key": KEY,
            "kind": "P03",
            "channel": "sms",
            "to": TO,
            "subject": "",
            "body": "¿Qué?",
            "at": "2027-01-11T17:00:00+00:00",
        }


class TestConsoleGateway:
    def test_prints(self, capsys):
        ConsoleGateway().send(key=KEY, to=TO, body=BODY)

        assert capsys.readouterr().out == f"SMS {KEY} to {TO}: {BODY}\n"


class TestAppriseGateway:
    def test_hands_the_message_to_the_provider(self, provider):
        address = provider.url.replace("http://", "json://") + "?number={to}"

        assert AppriseGateway(url=address).send(key=KEY, to=TO, body=BODY) == KEY

        assert provider.taken[0][1]["message"] == BODY

    def test_that_does_not_take_it_gets_it_again(self, provider):
        provider.status = 500

        with pytest.raises(GatewayTrouble) as trouble:
            AppriseGateway(url=provider.url.replace("http://", "json://")).send(key=KEY, to=TO, body=BODY)

        assert trouble_of(trouble.value) == Trouble(reason="the SMS provider did not take the message")

    def test_whose_address_is_none_is_said(self):
        with pytest.raises(GatewayTrouble) as trouble:
            AppriseGateway(url="nosuch://{to}").send(key=KEY, to=TO, body=BODY)

        assert trouble.value.of_server


class TestChoice:
    @pytest.mark.parametrize(
        ("name", "kind"),
        [("file", OutboxGateway), ("console", ConsoleGateway), ("http", HttpGateway), ("apprise", AppriseGateway)],
    )
    def test_is_what_the_setting_names(self, settings, name, kind):
        settings.SMS_GATEWAY, settings.SMS_URL = name, "https://sms.example.org/"

        assert type(gateway()) is kind

    def test_is_the_file_without_a_word(self, monkeypatch):
        monkeypatch.delenv("SMS_GATEWAY", raising=False)

        assert sms_gateway(Env()) == ("file", "", "")

    @pytest.mark.parametrize(
        ("name", "url"), [("pigeon", ""), ("http", ""), ("http", "sms.example.org"), ("apprise", "twilio://sid:token@from")]
    )
    def test_is_refused_at_the_start_when_it_cannot_work(self, monkeypatch, name, url):
        monkeypatch.setenv("SMS_GATEWAY", name)
        monkeypatch.setenv("SMS_URL", url)

        with pytest.raises(ImproperlyConfigured):
            sms_gateway(Env())
