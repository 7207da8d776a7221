"""`protocol-rows/`: the follow-up protocol, read by all staff, tried and changed by managers."""

import pytest
from django.db import IntegrityError, connection, transaction
from rest_framework.test import APIClient

from clinic.models import ProtocolRow
from clinic.selectors.protocol import shipped_rules
from tests.clinic.tokens import client_of
from tests.factories_clinic import a_user

pytestmark = pytest.mark.django_db
URL = "/api/v1/protocol-rows/"
P23 = f"{URL}P23/"


@pytest.fixture
def manager() -> APIClient:
    return client_of(a_user("manager"))


def change(client: APIClient, url: str = P23, *, etag: str | None = None, **changes):
    etag = client.get(url)["ETag"] if etag is None else etag
    return client.patch(url, changes, format="json", headers={"If-Match": etag})


def refused(response) -> set[str]:
    return {reason["code"] for reason in response.json()["reasons"]}


class TestReading:
    def test_shows_every_row_with_its_source(self, manager):
        rows = manager.get(URL).json()["results"]

        assert [row["code"] for row in rows] == sorted(shipped_rules())
        assert all(row["source"] for row in rows)

    @pytest.mark.parametrize(("role", "status"), [("front_desk", 200), ("practitioner", 200), ("manager", 200), (None, 403)])
    def test_is_for_the_staff(self, role, status):
        assert client_of(a_user(role)).get(URL).status_code == status

    def test_knows_no_other_row(self, manager):
        assert manager.get(f"{URL}P99/").status_code == 404

    def test_takes_no_filter(self, manager):
        assert manager.get(URL, {"code": "P01"}).status_code == 400


class TestChanging:
    def test_puts_the_next_version_in_force(self, manager):
        answer = change(manager, offsets=[60], every_days=60)

        assert (answer.status_code, answer.json()["version"], answer.json()["offsets"]) == (200, 2, [60])
        assert manager.get(P23).json()["every_days"] == 60

    def test_leaves_the_version_before_in_the_books(self, manager):
        change(manager, offsets=[60])

        change(manager, offsets=[75])

        assert list(ProtocolRow.objects.order_by("version").values_list("version", "superseded_at")) == [
            (2, ProtocolRow.objects.get(version=2).superseded_at),
            (3, None),
        ]

    @pytest.mark.parametrize(
        ("changes", "codes"),
        [
            ({"source": " "}, {"malformed"}),
            ({"every_days": 10}, {"protocol_loop"}),
            ({"stops": []}, {"protocol_loop"}),
            ({"consent": "treatment"}, {"protocol_advertises"}),
            ({"offsets": [90, 90]}, {"protocol_offset_repeated"}),
            ({"offsets": []}, {"protocol_offset_repeated"}),
            ({"text": "", "every_days": 1}, {"protocol_says_nothing", "protocol_loop"}),
            ({"months": 12, "offsets": [300]}, {"protocol_too_far"}),
            ({"events": []}, {"protocol_has_no_event"}),
        ],
    )
    def test_refuses_with_every_reason(self, manager, changes, codes):
        answer = change(manager, **changes)

        found = refused(answer) or {answer.json()["code"]}
        assert (answer.status_code in {400, 422}, found) == (True, codes)
        assert not ProtocolRow.objects.exists()

    @pytest.mark.parametrize("changes", [{"active": False}, {"events": ["texts_resumed"]}])
    def test_keeps_on_what_law_or_safety_asks_for(self, manager, changes):
        assert refused(change(manager, f"{URL}S01/", **changes)) == {"protocol_always_on"}

    @pytest.mark.parametrize("code", ["P26", "P27"])
    def test_says_that_a_row_is_carried_out_elsewhere(self, manager, code):
        assert refused(change(manager, f"{URL}{code}/", task_detail="Look at it some day.")) == {"protocol_row_fixed"}

    def test_asks_for_the_version_that_is_changed(self, manager):
        stale = manager.get(P23)["ETag"]
        change(manager, offsets=[60])

        answers = [manager.patch(P23, {"offsets": [70]}, format="json"), change(manager, etag=stale, offsets=[70])]

        assert [answer.status_code for answer in answers] == [428, 412]

    @pytest.mark.parametrize("change_", [{"events": ["birthday"]}, {"code": "P24"}, {"offsets": ["soon"]}, {"wish": 1}])
    def test_refuses_what_it_cannot_read(self, manager, change_):
        assert change(manager, **change_).status_code == 400

    @pytest.mark.parametrize("role", ["front_desk", "practitioner"])
    def test_is_for_managers(self, role):
        client = client_of(a_user(role))

        assert change(client, offsets=[60]).status_code == 403


class TestPreview:
    def test_writes_nothing(self, manager):
        answer = manager.post(f"{P23}preview/", {"offsets": [60]}, format="json")

        assert (answer.status_code, answer.json()) == (200, {"waiting": 0, "moved": 0, "withdrawn": 0})
        assert not ProtocolRow.objects.exists()

    def test_refuses_as_the_change_would(self, manager):
        assert refused(manager.post(f"{P23}preview/", {"every_days": 1}, format="json")) == {"protocol_loop"}


class TestTheTable:
    """What no writer may do, psql included."""

    def broken(self, statement: str) -> str:
        with pytest.raises(IntegrityError) as error, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
        return error.value.__cause__.diag.constraint_name

    @pytest.mark.parametrize(
        ("values", "name"),
        [
            ("source = ' '", "protocol_row_is_superseded_never_changed"),
            ("offsets = '{1}'", "protocol_row_is_superseded_never_changed"),
            ("superseded_at = now(), active = false", "protocol_row_is_superseded_never_changed"),
        ],
    )
    def test_never_changes_a_version(self, manager, values, name):
        change(manager, offsets=[60])

        assert self.broken(f"UPDATE clinic_protocolrow SET {values}") == name

    def test_takes_no_row_of_the_law_that_is_switched_off(self, manager):
        change(manager, f"{URL}S01/", keeps_days=2)
        columns = [field.column for field in ProtocolRow._meta.local_fields]
        values = {"id": "uuidv7()", "version": "7", "superseded_at": "now()", "active": "false"}
        taken = ", ".join(values.get(each, each) for each in columns)

        written = f"INSERT INTO clinic_protocolrow ({', '.join(columns)}) SELECT {taken} FROM clinic_protocolrow"
        assert self.broken(written) == "protocol_row_of_law_or_safety_stays_on"

    def test_never_forgets_a_version(self, manager):
        change(manager, offsets=[60])

        assert self.broken("DELETE FROM clinic_protocolrow") == "protocol_row_is_superseded_never_changed"

    @pytest.mark.parametrize(
        ("column", "value", "name"),
        [
            ("source", "''", "protocol_row_names_its_source"),
            ("every_days", "1", "protocol_row_never_repeats_without_an_end"),
            ("stops", "'{}'", "protocol_row_never_repeats_without_an_end"),
            ("version", "1", "protocol_row_is_a_later_version"),
            ("events", "'{}'", "protocol_row_has_an_event"),
            ("code", "'P23'", "protocol_row_is_in_force_once"),
        ],
    )
    def test_takes_no_row_that_breaks_a_rule(self, manager, column, value, name):
        change(manager, offsets=[60])
        row = ProtocolRow.objects.get()
        columns = [field.column for field in ProtocolRow._meta.local_fields]
        values = {"id": "uuidv7()", "code": "'P24'", "version": "7"} | {column: value}
        taken = ", ".join(values.get(each, each) for each in columns)

        assert row.version == 2
        assert (
            self.broken(f"INSERT INTO clinic_protocolrow ({', '.join(columns)}) SELECT {taken} FROM clinic_protocolrow") == name
        )
