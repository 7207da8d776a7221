"""The demo clinic runs, and the rule holds there: over HTTP, in psql, through a suspension and while servers are away."""

import json
import os
import re
import signal
import subprocess
import time

import psycopg
import pytest

from clinic.local import postgres
from tests.journeys.demo import Clinic
from tests.machine import ROOT, Machine, soon

PATIENTS = 12
README_BLOCKS = re.findall(r"^```sh\n(.*?)^```", (ROOT / "README.md").read_text(), re.DOTALL | re.MULTILINE)
MAY_NOT_TOUCH_LIDS = ("optom", "pa", "np", "medesth", "esth", "pediatrician")
MAY_TOUCH_LIDS = ("derm", "derm-2", "director", "ophth")

pytestmark = [pytest.mark.takes_long, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def clinic(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    folder.chmod(0o711)
    machine = Machine(folder / "data")
    machine.start()
    clinic = Clinic(machine)
    clinic.seed(patients=PATIENTS)
    yield clinic
    if machine.process.poll() is None:
        machine.end()


@pytest.fixture(autouse=True)
def healthy(clinic):
    assert soon(lambda: clinic.machine.status() == "ok", seconds=45)


@pytest.fixture
def booked(clinic):
    """Books, and cancels again what still stands."""
    made = []

    def book(user, wish):
        answer = clinic.post(user, "appointments/", wish)
        if answer.status == 201:
            made.append(answer.body["id"])
        return answer

    yield book
    for visit in made:
        if clinic.get("manager", f"appointments/{visit}/").body["status"] != "cancelled":
            clinic.cancel(visit)


@pytest.fixture(scope="module")
def said(clinic):
    """What the blocks of the README print, as they stand, one after the other in one shell."""
    first, second = README_BLOCKS
    reached = {"PORT": str(clinic.machine.port), "DATA_DIR": str(clinic.machine.folder)}
    path = f"{os.environ['PATH']}{os.pathsep}{postgres.binaries()}"
    script = f"{first}\nprintf '\\n-----\\n'\n{second}"
    done = subprocess.run(
        ["bash", "-c", script],
        env=os.environ | reached | {"PATH": path},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    verdict, rest = done.stdout.split("\n}\n", 1)
    code, rest = rest.split("\n", 1)
    visit, _ = rest.split("\n-----\n")
    yield {"verdict": json.loads(verdict + "}"), "code": code, "visit": json.loads(visit), "psql": done.stderr}
    clinic.cancel(json.loads(visit)["id"])


class TestReadme:
    def test_refuses_the_esthetician_with_alternatives(self, said):
        assert not said["verdict"]["allowed"]
        assert [reason["code"] for reason in said["verdict"]["reasons"]] == ["piercing_not_permitted"]
        assert said["verdict"]["alternatives"]

    def test_asks_the_front_desk_for_an_order(self, said):
        assert said["code"] == "order_required"

    def test_books_the_dermatologist(self, said):
        assert (said["visit"]["status"], said["visit"]["practitioner"]["username"]) == ("booked", "derm")

    def test_is_refused_in_psql_by_name(self, said):
        assert "performer_is_privileged" in said["psql"]


class TestLicences:
    def test_every_alternative_books_as_it_stands(self, clinic, booked):
        start = clinic.starts("pregnant", by="derm")[0]
        refused = clinic.post("derm", "appointments/", clinic.wish("pregnant", by="esth", start=start))
        offered = refused.body["alternatives"]

        answers = []
        for team in offered:
            wish = clinic.wish("pregnant", by=team["practitioner"]["username"], start=team["start"], site=team["site"])
            answers.append(booked("derm", wish))
            clinic.cancel(answers[-1].body["id"])

        assert (refused.status, refused.body["code"]) == (422, "piercing_not_permitted")
        assert offered
        assert {answer.status for answer in answers} == {201}

    @pytest.mark.parametrize("case", ["lid_confirmed", "lid_ordered"])
    @pytest.mark.parametrize("user", MAY_NOT_TOUCH_LIDS)
    def test_keeps_everybody_else_off_the_lid(self, clinic, user, case):
        start = clinic.starts(case, by="derm")[0]

        answer = clinic.post("derm", "appointments/", clinic.wish(case, by=user, start=start))

        assert (answer.status, answer.body["code"]) == (422, "eyelid_restricted")

    @pytest.mark.parametrize("user", MAY_TOUCH_LIDS)
    def test_lets_dermatologists_and_the_ophthalmologist_at_the_lid(self, clinic, booked, user):
        start = clinic.starts("lid_confirmed", by=user)[0]

        assert booked("derm", clinic.wish("lid_confirmed", by=user, start=start)).status == 201

    @pytest.mark.parametrize("case", ["cheek_ordered", "lid_ordered", "periocular_verified", "comedone", "child"])
    def test_never_lets_the_optometrist_treat(self, clinic, case):
        start = clinic.starts("cheek_ordered", by="derm")[0]

        answer = clinic.post("derm", "verdicts/", clinic.wish(case, by="optom", start=start))

        assert "optometrist_excluded" in answer.codes

    def test_refuses_the_front_desk_without_an_order(self, clinic):
        start = clinic.starts("lid_confirmed", by="derm")[0]

        answer = clinic.post("frontdesk", "appointments/", clinic.wish("lid_confirmed", by="derm", start=start))

        assert (answer.status, answer.body["code"]) == (403, "order_required")

    def test_books_for_the_front_desk_with_a_signed_order(self, clinic, booked):
        start = clinic.starts("cheek_ordered", by="derm")[0]

        answer = booked("frontdesk", clinic.wish("cheek_ordered", by="derm", start=start))

        assert answer.status == 201
        assert answer.body["items"][0]["order"] == clinic.demo["cases"]["cheek_ordered"]["order"]


class TestWaysAround:
    def test_a_milium_is_no_comedone(self, clinic):
        start = clinic.starts("pregnant", by="derm")[0]
        disguised = [{"treatment": "comedone-extraction", "lesion": clinic.demo["cases"]["pregnant"]["lesion"]}]

        answer = clinic.post("esth", "appointments/", clinic.wish("pregnant", by="esth", start=start, treatments=disguised))

        assert (answer.status, answer.body["code"]) == (422, "treatment_mismatch")

    def test_a_shallower_depth_changes_nothing(self, clinic):
        start = clinic.starts("pregnant", by="derm")[0]
        shallower = clinic.extraction("pregnant", depth="stratum_corneum")

        answer = clinic.post("frontdesk", "verdicts/", clinic.wish("pregnant", by="derm", start=start, treatments=shallower))

        assert answer.body["scopes"] == ["lancet_extraction/epidermal@face"]

    @pytest.mark.parametrize("user", ["frontdesk", "esth", "derm"])
    @pytest.mark.parametrize("change", [{"region": "face"}, {"body_site": "cheek", "laterality": "left"}])
    def test_a_lid_lesion_stays_on_the_lid(self, clinic, user, change):
        path = f"lesions/{clinic.demo['cases']['lid_confirmed']['lesion']}/"

        answer = clinic.ask(user, "PATCH", path, change)

        assert answer.status in {400, 403, 428}
        assert clinic.get("derm", path).body["authority_region"] == "eyelid"

    def test_no_eyelid_lancet_joins_a_consultation(self, clinic, booked):
        consultation = [{"treatment": "free-consultation"}]
        roomy = set(clinic.starts("lid_confirmed", by="derm"))
        talks = clinic.slots("lid_confirmed", by="derm", treatments=consultation)
        # Room for the work at both ends, its preparation included: nothing but the rules may refuse the longer visit.
        start = next(slot["start"] for slot in talks if {slot["start"], slot["end"]} <= roomy)
        visit = booked("frontdesk", clinic.wish("lid_confirmed", by="derm", start=start, treatments=consultation)).body["id"]

        answer = clinic.post(
            "frontdesk", f"appointments/{visit}/add-treatment/", {"item": clinic.extraction("lid_confirmed")[0]}
        )

        assert answer.status == 422
        assert answer.codes == ["consultation_only", "order_required"]

    def test_an_order_counts_once(self, clinic, booked):
        first, *_, last = clinic.starts("lid_ordered", by="derm")
        booked("frontdesk", clinic.wish("lid_ordered", by="derm", start=first))

        answer = clinic.post("frontdesk", "appointments/", clinic.wish("lid_ordered", by="derm", start=last))

        assert (answer.status, answer.body["code"]) == (403, "order_required")

    def test_an_order_counts_at_its_own_site(self, clinic):
        start = clinic.starts("lid_ordered", by="derm")[0]
        order = clinic.demo["cases"]["lid_ordered"]["order"]

        elsewhere = clinic.wish("lid_ordered", by="derm-nj", start=start, site="jersey-city", order=order)

        assert clinic.post("frontdesk", "appointments/", elsewhere).body["code"] == "order_required"


def names_of(clinic, user):
    return clinic.demo["users"][user]["practitioner"]


class TestPsql:
    @pytest.fixture
    def visit(self, clinic, booked):
        start = clinic.starts("isotretinoin", by="derm-2")[0]
        return booked("derm-2", clinic.wish("isotretinoin", by="derm-2", start=start)).body["id"]

    def violated(self, clinic, statement):
        with pytest.raises(psycopg.Error) as refusal:
            clinic.machine.psql(statement)
        return refusal.value.diag.constraint_name or refusal.value.sqlstate

    def test_gives_no_visit_to_somebody_without_the_privilege(self, clinic, visit):
        statement = f"UPDATE appointments_appointment SET practitioner_id = '{names_of(clinic, 'esth')}' WHERE id = '{visit}'"

        assert self.violated(clinic, statement) == "performer_is_privileged"

    def test_moves_no_visit_out_of_the_shift(self, clinic, visit):
        earlier = ", ".join(
            f"{name} = tstzrange(lower({name}) - '9 h'::interval, upper({name}) - '9 h'::interval)"
            for name in ("during", "blocked")
        )

        assert self.violated(clinic, f"UPDATE appointments_appointment SET {earlier} WHERE id = '{visit}'") in {
            "performer_is_on_shift",
            "claimed_resource_is_open",
        }

    def test_skips_no_status(self, clinic, visit):
        statement = f"UPDATE appointments_appointment SET status = 'completed' WHERE id = '{visit}'"

        assert self.violated(clinic, statement) == "visit_follows_its_course"

    @pytest.mark.parametrize("table", ["appointments_resourceclaim", "appointments_authority"])
    def test_takes_nothing_from_the_guard(self, clinic, visit, table):
        assert self.violated(clinic, f"DELETE FROM {table} WHERE appointment_id = '{visit}'") == "row_is_derived"

    def test_claims_no_other_region_than_the_lesions(self, clinic, booked):
        work = [{"treatment": "comedone-extraction", "lesion": clinic.demo["cases"]["comedone"]["lesion"]}]
        start = clinic.starts("comedone", by="esth", treatments=work)[-1]
        visit = booked("frontdesk", clinic.wish("comedone", by="esth", start=start, treatments=work)).body["id"]
        statement = f"UPDATE appointments_appointmentitem SET region = 'body' WHERE appointment_id = '{visit}'"

        assert self.violated(clinic, statement) == "item_is_of_what_its_lesion_is"


class TestSuspension:
    @pytest.fixture
    def visit(self, clinic, booked):
        start = clinic.starts("periocular_verified", by="derm")[-1]
        return booked("derm-2", clinic.wish("periocular_verified", by="derm", start=start)).body["id"]

    @pytest.fixture
    def suspended(self, clinic, visit):
        """What the suspension of derm moved; the licence counts again afterwards."""
        holder = names_of(clinic, "derm")
        (licence,) = clinic.machine.psql(f"SELECT id FROM clinic_licence WHERE practitioner_id = '{holder}'")
        yield clinic.post("manager", f"licences/{licence}/suspend/", {"reason": "Letter of the board."})
        assert clinic.post("manager", f"licences/{licence}/reinstate/", {}).status == 200
        assert clinic.starts("periocular_verified", by="derm")

    def test_shows_what_it_breaks_and_one_call_moves_it_with_one_message_each(self, clinic, visit, suspended):
        broken = {row["appointment"]: row["substitutes"] for row in clinic.pages("manager", "reassignments/")}
        before = clinic.get("manager", f"appointments/{visit}/").body
        moves = [
            {"appointment": key, "practitioner": teams[0]["practitioner"]["username"], "start": teams[0]["start"]}
            for key, teams in broken.items()
            if key == visit
        ]

        applied = clinic.post("frontdesk", "reassignments/apply/", {"moves": moves}).body

        assert suspended.status == 200
        assert visit in suspended.body["moved"]
        assert set(suspended.body["moved"]) <= set(broken)
        assert before["status"] == "needs_reassignment"
        assert broken[visit][0]["start"] == before["start"]
        assert applied == {"moved": [visit], "failed": []}
        assert soon(lambda: clinic.outbox(visit, "P05"), seconds=30)
        told = [row["state"] for row in clinic.pages("frontdesk", f"messages/?appointment={visit}") if row["kind"] == "P05"]
        assert told == ["sent"]
        assert len(clinic.outbox(visit, "P05")) == 1


class TestServersAway:
    def test_books_while_the_broker_is_away_and_confirms_later(self, clinic, booked):
        start = clinic.starts("comedone", by="esth", treatments=self.comedone(clinic))[0]
        broker = clinic.machine.pids()["redis"]
        os.kill(broker, signal.SIGSTOP)
        try:
            asked_at = time.monotonic()
            answer = booked("frontdesk", clinic.wish("comedone", by="esth", start=start, treatments=self.comedone(clinic)))
            took_s = time.monotonic() - asked_at
            status, _, health = clinic.machine.health()
        finally:
            os.kill(broker, signal.SIGCONT)

        assert answer.status == 201
        assert took_s < 3
        assert (status, health["status"]) == (200, "degraded")
        assert soon(lambda: clinic.outbox(answer.body["id"], "P01"), seconds=60)

    def test_answers_503_in_time_while_the_database_is_away_and_keeps_everything(self, clinic, booked):
        first, second, *_ = clinic.starts("cheek_ordered", by="derm-2")
        kept = booked("derm-2", clinic.wish("cheek_ordered", by="derm-2", start=first)).body["id"]
        os.kill(clinic.machine.pids()["postgres"], signal.SIGKILL)
        asked_at = time.monotonic()

        answer = clinic.post("derm-2", "appointments/", clinic.wish("cheek_ordered", by="derm-2", start=second))

        assert answer.status == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert time.monotonic() - asked_at < 3
        assert soon(lambda: clinic.machine.status() == "ok", seconds=60)
        assert clinic.get("derm-2", f"appointments/{kept}/").body["status"] == "booked"
        assert json.loads(clinic.manage("verify_integrity", "--json"))["findings"] == []

    def comedone(self, clinic):
        return [{"treatment": "comedone-extraction", "lesion": clinic.demo["cases"]["comedone"]["lesion"]}]
