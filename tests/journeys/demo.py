"""The demo clinic as its people see it: a machine that runs it, and one client that speaks for each user."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any, NamedTuple

from tests.machine import ROOT, Machine

SITE = "columbus"
Body = dict[str, Any]


class Answer(NamedTuple):
    """What came back: the status, the body, the headers."""

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def codes(self) -> list[str]:
        return [reason["code"] for reason in self.body["reasons"]]


class Clinic:
    """A demo clinic with few patients, asked over HTTP in the name of its users."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.tokens: dict[str, str] = {}
        self.demo: dict[str, Any] = {}

    def seed(self, *, patients: int) -> None:
        self.demo = json.loads(self.manage("seed_demo", "--json", "--patients", str(patients)))

    def manage(self, *command: str) -> str:
        address = (self.machine.folder / "run" / "database_url").read_text()
        given = {"DATA_DIR": str(self.machine.folder), "DATABASE_URL": address, "DEMO": "1", "HTTPS": "0"}
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=os.environ | given,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def ask(self, user: str, method: str, path: str, body: object = None) -> Answer:
        return self._send(method, path, body, {"Authorization": f"Bearer {self.token(user)}"})

    def token(self, user: str) -> str:
        if user not in self.tokens:
            answer = self._send("POST", "auth/token/", {"username": user, "password": "demo"}, {})
            self.tokens[user] = answer.body["token"]
        return self.tokens[user]

    def post(self, user: str, path: str, body: Body) -> Answer:
        return self.ask(user, "POST", path, body)

    def get(self, user: str, path: str) -> Answer:
        return self.ask(user, "GET", path)

    def pages(self, user: str, path: str) -> list[Body]:
        rows: list[Body] = []
        while path:
            page = self.get(user, path).body
            rows += page["results"]
            path = (page["next"] or "").partition("/api/v1/")[2]
        return rows

    def extraction(self, case: str, **more: object) -> list[Body]:
        return [{"treatment": "lancet-extraction", "lesion": self.demo["cases"][case]["lesion"], **more}]

    def wish(self, case: str, *, by: str, start: str, **more: object) -> Body:
        patient = self.demo["cases"][case]["patient"]
        asked = {"patient": patient, "site": SITE, "practitioner": by, "start": start}
        return asked | {"treatments": self.extraction(case)} | more

    def starts(self, case: str, *, by: str, **more: object) -> list[str]:
        return [row["start"] for row in self.slots(case, by=by, **more)]

    def slots(self, case: str, *, by: str, **more: object) -> list[Body]:
        patient = self.demo["cases"][case]["patient"]
        asked = {"patient": patient, "site": SITE, "practitioner": by, "treatments": self.extraction(case), "limit": 100}
        return self.post("derm", "slots/search/", asked | more).body["results"]

    def cancel(self, visit: str) -> None:
        assert self.post("manager", f"appointments/{visit}/cancel/", {"reason": "The journey ends."}).status == 200

    def outbox(self, visit: str, kind: str) -> list[Body]:
        path = self.machine.folder / "outbox.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        sent = [json.loads(line) for line in lines]
        return [message for message in sent if message["kind"] == kind and message["key"].startswith(f"{visit}:")]

    def _send(self, method: str, path: str, body: object, headers: Mapping[str, str]) -> Answer:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.machine.port}/api/v1/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", **headers},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return Answer(answer.status, json.load(answer), dict(answer.headers))
        except urllib.error.HTTPError as error:
            return Answer(error.code, json.load(error), dict(error.headers))
