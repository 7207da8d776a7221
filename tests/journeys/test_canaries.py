"""
A patient whose words are unmistakable goes through the clinic over HTTP, with real web server, worker, beat and Redis.

None of her words is left in a log, a task, Redis, the address of a request, a refusal or an error; a message has her first name, and nothing
else of her.
"""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection

from appointments.models import Message
from tests.canaries import COMMANDS, EMAIL, FIRST_NAME, HEALTH, TOLD, WHO, Listener, found_in, kept_in
from tests.clinic.tokens import a_token
from tests.clinic_world import NOW, a_dermatologist, after, front_desk, hire, open_clinic
from tests.committed import committed
from tests.machine import soon
from tests.works import Works, kill

REGISTERED = {
    "registered_site": "columbus",
    "given_name": FIRST_NAME,
    "family_name": "Zanthrax",
    "birth_date": "1961-03-07",
    "email": EMAIL,
    "phone": "+16145550173",
}
CLEAN = {"cleansed": True, "sterile": True, "single_use": True}

pytestmark = [pytest.mark.takes_long, pytest.mark.timeout(240)]


class Visit:
    """What the people of the clinic do for her, and what they are answered."""

    def __init__(self, works: Works) -> None:
        self.works = works
        self.errors: dict[str, str] = {}
        self.listener = Listener(works.redis_url)
        with self.clock():
            site = open_clinic()
            self.users = {
                "derm": a_dermatologist(site=site, username="derm").user,
                "esth": hire("esthetician", site=site, username="esth").user,
                "frontdesk": front_desk(site, username="frontdesk"),
            }

    @contextmanager
    def clock(self) -> Iterator[None]:
        with time_machine.travel(self.works.now, tick=True):
            yield

    def arrive(self) -> None:
        """At the moment that the clock shows: tokens, and processes that are up."""
        with self.clock():
            self.tokens = {name: a_token(user) for name, user in self.users.items()}
        self.processes = [self.works.worker(), self.works.beat(), self.works.web()]

    def leave(self) -> None:
        for process in self.processes:
            kill(process)

    def send(self, who: str, path: str, body: object = None, *, raw: bytes | None = None, method: str = "") -> tuple[int, Any]:
        data = raw if raw is not None else None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.works.port}/{path}",
            method=method or ("GET" if data is None else "POST"),
            data=data,
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self.tokens[who]}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            text = error.read().decode()
            self.errors[f"answer {error.code} to {path} ({len(self.errors)})"] = f"{error.headers} {text}"
            return error.code, text

    def ask(self, who: str, path: str, body: object = None, **more: Any) -> Any:
        status, answer = self.send(who, f"api/v1/{path}", body, **more)
        assert status < 300, (path, answer)
        return answer

    def refused(self, who: str, path: str, status: int, body: object = None, **more: Any) -> None:
        answered, answer = self.send(who, path, body, **more)
        assert answered == status, (path, answered, answer)


@pytest.fixture(scope="module")
def database(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), committed():
        yield


@pytest.fixture(scope="module")
def story(database, tmp_path_factory) -> Iterator[Visit]:
    """The whole of it, to be looked through."""
    works = Works(tmp_path_factory.mktemp("canaries"), began=NOW)
    try:
        works.mail()
        works.sms()
        visit = Visit(works)
        visit.arrive()
        she_registers_and_is_charted(visit)
        visits_are_booked_moved_and_called_off(visit)
        what_is_wrong_is_refused(visit)
        messages_leave(visit)
        visit.leave()
        works.turn_to(after(1, 10, 20))
        visit.arrive()
        she_comes_late_and_is_treated(visit)
        messages_leave(visit)
        visit.kept = kept_in(works.redis_url)
        visit.listener.stop()
        yield visit
    finally:
        works.end()


def she_registers_and_is_charted(visit: Visit) -> None:
    visit.patient = visit.ask("frontdesk", "patients/", REGISTERED)["id"]
    for consent_class in ("transactional", "treatment"):
        word = {"channel": "sms", "consent_class": consent_class, "granted": True, "source": "Snarkweed, at the desk"}
        visit.ask("frontdesk", f"patients/{visit.patient}/contact/", word)
    visit.ask("frontdesk", "patients/search/", {"q": "Zanthrax"})
    noted = {"patient": visit.patient, "body_site": "cheek", "laterality": "right", "first_noted_on": "2026-06-01"}
    visit.lesion = visit.ask("derm", "lesions/", noted)["id"]
    finding = {"lesions": [visit.lesion], "diagnosis": "milium", "certainty": "confirmed", "depth": "epidermal"}
    visit.ask("derm", "assessments/", finding | {"dermoscopy": "White and round.", "note": "A krystalbump beside the nose."})
    [text] = visit.ask("frontdesk", "consent-texts/?kind=lancet_extraction&language=en")["results"]
    given = {"patient": visit.patient, "kind": "lancet_extraction", "text_version": text["version"]}
    visit.ask("frontdesk", "consents/", given | {"signed_by": "patient", "signature": f"{FIRST_NAME} Zanthrax"})


def wish(visit: Visit, start, by: str = "derm") -> dict[str, Any]:
    item = {"treatment": "lancet-extraction", "lesions": [visit.lesion]}
    asked = {"patient": visit.patient, "site": "columbus", "practitioner": by, "start": start.isoformat()}
    return asked | {"treatments": [item]}


def visits_are_booked_moved_and_called_off(visit: Visit) -> None:
    visit.missed = visit.ask("derm", "appointments/", wish(visit, after(1, 10)))["id"]
    visit.kept_visit = visit.ask("derm", "appointments/", wish(visit, after(1, 11)))["id"]
    moved = visit.ask("derm", "appointments/", wish(visit, after(5)))["id"]
    messages_leave(visit)
    visit.ask("derm", f"appointments/{moved}/reschedule/", {"start": after(6, 14).isoformat()})
    visit.ask("frontdesk", f"appointments/{moved}/cancel/", {"reason": "Glimmerwort: she called."})


def what_is_wrong_is_refused(visit: Visit) -> None:
    visit.refused("derm", "api/v1/appointments/", 422, wish(visit, after(7), by="esth"))
    visit.refused("frontdesk", "api/v1/patients/", 400, raw=b'{"family_name": "Zanthrax", "email": ')
    visit.refused("frontdesk", "api/v1/patients/", 400, REGISTERED | {"birth_date": "krystalbump", "language": "glimmerwort"})
    visit.refused("frontdesk", "api/v1/patients/", 400, REGISTERED | {"email": "Zanthrax", "phone": "6145550173-0"})
    visit.refused("esth", f"api/v1/patients/{visit.lesion}/", 404)
    visit.refused("frontdesk", "no-such-page", 404)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE patients_patient RENAME TO patients_gone")
        try:
            visit.refused("frontdesk", "api/v1/patients/", 500, REGISTERED)
        finally:
            cursor.execute("ALTER TABLE patients_gone RENAME TO patients_patient")


def she_comes_late_and_is_treated(visit: Visit) -> None:
    visit.ask("frontdesk", f"appointments/{visit.missed}/no-show/", {})
    visit.ask("frontdesk", f"appointments/{visit.kept_visit}/check-in/", {})
    visit.ask("derm", f"appointments/{visit.kept_visit}/start/", {})
    [stay] = visit.ask("derm", f"encounters/?patient={visit.patient}")["results"]
    began = visit.works.now.isoformat()
    item = {
        "treatment": "lancet-extraction",
        "lesions": [visit.lesion],
        "outcomes": [{"lesion": visit.lesion, "result": "complete", "attempts": 1, "seconds": 12}],
        "checklist": CLEAN | {"sharps_disposed_at": began},
        "instruments": [{"kind": "lancet", "lot": "frobnitz-1"}],
    }
    log = {"encounter": stay["id"], "performed_by": "derm", "performed_at": began, "items": [item]}
    draft = visit.ask("derm", "procedures/", log | {"aftercare": "A glimmerwort compress."})
    visit.ask("derm", f"procedures/{draft['id']}/sign/", {})
    visit.ask("derm", f"appointments/{visit.kept_visit}/complete/", {})
    retinol = {"ingredient": "retinol", "region": "face", "strength": "low", "per_week": 2}
    care = {"patient": visit.patient, "site": "columbus", "pregnancy_answer": "no"}
    plan = visit.ask("derm", "home-care-plans/", care | {"items": [retinol, {"ingredient": "sunscreen", "region": "face"}]})
    visit.ask("derm", f"home-care-plans/{plan['id']}/activate/", {})


def messages_leave(visit: Visit) -> None:
    due = Message.objects.filter(state="due", due_at__lte=visit.works.now)
    visit.works.ring()
    assert soon(lambda: not due.exists(), seconds=30)


class TestHerWords:
    def test_stand_in_no_log(self, story):
        logs = story.works.logs()
        server = Path(os.environ["DATA_DIR"]) / "postgres.log"
        if server.exists():
            logs["postgres.log"] = server.read_text(errors="replace")

        assert sum("api/v1/appointments" in text for text in logs.values()) == 2
        assert any("ProgrammingError" in text for text in logs.values())
        assert found_in(logs, (FIRST_NAME, *WHO, *TOLD, *HEALTH)) == []

    def test_stand_in_no_task_and_nowhere_in_redis(self, story):
        told = {COMMANDS: story.listener.heard, **story.kept}

        assert found_in(told, ["deliver_due_messages", "[[], {}"])
        assert found_in(told, (FIRST_NAME, *WHO, *TOLD, *HEALTH)) == []

    def test_stand_in_no_subject_and_but_for_her_first_name_in_no_message(self, story):
        taken = story.works.taken()
        kinds = {line["key"].split(":")[2] for line in taken}
        subjects = {line["key"]: line["subject"] for line in taken}
        bodies = {line["key"]: line["body"] for line in taken}
        parts = {line["key"]: " ".join(line.get("parts", [])).replace(f"mailto:{EMAIL}", "") for line in taken}
        headers = {line["key"]: str(line.get("headers", {}) | {"To": ""}) for line in taken}

        assert kinds >= {"P01", "P05"}
        assert any(FIRST_NAME in body for body in bodies.values())
        assert found_in(subjects, (FIRST_NAME, *WHO, *TOLD, *HEALTH)) == []
        assert found_in(headers, (FIRST_NAME, *WHO, *TOLD, *HEALTH)) == []
        assert found_in(bodies, (*WHO, *TOLD, *HEALTH)) == []
        assert found_in(parts, (*WHO, *TOLD, *HEALTH)) == []

    def test_stand_in_no_refusal_and_no_error(self, story):
        assert {name.split()[1] for name in story.errors} == {"400", "404", "422", "500"}
        assert found_in(story.errors, (FIRST_NAME, *WHO, *TOLD)) == []
