"""The earlier procedure that a lesion came from: named, kept by PostgreSQL, shown with the lesion."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from clinic.base import uuid7
from clinic.errors import RuleBroken
from patients.models import Lesion
from patients.services.lesions import correct_lesion
from tests.clinic.tokens import client_of
from tests.factories import NOON, a_lesion, a_patient, a_user
from tests.factories_causes import a_draft_of_a_peel, a_new_bump, a_peel
from tests.factories_merges import merged
from tests.patients.charting import a_clinician
from treatments.models import LesionCause
from treatments.services.causes import name_causing_procedure, withdraw_causing_procedure

pytestmark = pytest.mark.django_db


@pytest.fixture
def bump() -> Lesion:
    return a_new_bump()


def named(lesion: Lesion, procedure, **fields) -> LesionCause:
    return name_causing_procedure(actor=a_clinician(), lesion=lesion, procedure=procedure, now=NOON, **fields)


def refused_by(lesion: Lesion, procedure, **fields) -> set[str]:
    with pytest.raises(RuleBroken) as error:
        named(lesion, procedure, **fields)
    return {reason.code for reason in error.value.reasons}


class TestNamingIt:
    def test_links_the_procedure_and_charts_the_cause(self, bump):
        peel = a_peel(bump.patient)

        link = named(bump, peel, cause="resurfacing")

        bump.refresh_from_db()
        assert (link.procedure, link.patient, bump.cause) == (peel, bump.patient, "resurfacing")

    def test_keeps_the_cause_of_the_chart_where_it_fits(self):
        bump = a_new_bump(cause="burn")

        named(bump, a_peel(bump.patient))

        bump.refresh_from_db()
        assert bump.cause == "burn"

    def test_calls_it_a_cosmetic_procedure_where_nobody_said_more(self, bump):
        named(bump, a_peel(bump.patient))

        bump.refresh_from_db()
        assert bump.cause == "cosmetic_procedure"

    def test_takes_the_place_of_another(self, bump):
        first, second = a_peel(bump.patient), a_peel(bump.patient)
        named(bump, first, cause="burn")

        named(bump, second, cause="resurfacing")

        assert LesionCause.objects.get(lesion=bump).procedure == second

    def test_gives_every_reason_against_it(self, bump):
        assert refused_by(bump, a_draft_of_a_peel(a_patient()), cause="injury") == {
            "procedure_of_another_patient",
            "procedure_unsigned",
            "cause_mismatch",
        }

    def test_refuses_a_lesion_that_was_there_before(self):
        bump = a_new_bump(first_noted_on=date(2027, 1, 11))

        assert refused_by(bump, a_peel(bump.patient)) == {"procedure_after_lesion"}

    def test_is_taken_back_and_the_word_stays(self, bump):
        named(bump, a_peel(bump.patient), cause="burn")

        withdraw_causing_procedure(actor=a_clinician(), lesion=bump)

        bump.refresh_from_db()
        assert (bump.cause, LesionCause.objects.exists()) == ("burn", False)


class TestTheChart:
    @pytest.mark.parametrize(
        ("change", "code"),
        [({"cause": "genetics"}, "cause_mismatch"), ({"first_noted_on": date(2027, 1, 1)}, "procedure_after_lesion")],
    )
    def test_keeps_to_the_procedure_that_is_named(self, bump, change, code):
        named(bump, a_peel(bump.patient))

        with pytest.raises(RuleBroken) as error:
            correct_lesion(actor=a_clinician(), lesion=bump.pk, changes=change, now=NOON)

        assert error.value.code == code

    def test_changes_to_another_cause_that_fits(self, bump):
        named(bump, a_peel(bump.patient))

        row, _ = correct_lesion(actor=a_clinician(), lesion=bump.pk, changes={"cause": "blister"}, now=NOON)

        assert row.cause == "blister"

    def test_follows_the_patient_through_a_merge(self):
        same = {"given_name": "Ada", "family_name": "Lovelace", "birth_date": date(1990, 5, 17)}
        duplicate, into = a_patient(**same), a_patient(**same)
        bump = a_new_bump(duplicate)
        named(bump, a_peel(duplicate))

        merged(duplicate, into)

        assert LesionCause.objects.get(lesion=bump).patient == into


class TestWhatPostgresqlRefuses:
    INSERT = """INSERT INTO treatments_lesioncause (lesion_id, patient_id, procedure_id, told_by_id, told_at)
                VALUES (%s, %s, %s, %s, now())"""

    def refused(self, statement: str, *values) -> str:
        with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
        return error.value.__cause__.diag.constraint_name

    def linked(self, lesion: Lesion, procedure, patient=None) -> str:
        owner = patient or lesion.patient
        return self.refused(self.INSERT, lesion.pk, owner.pk, procedure.pk, procedure.performed_by_id)

    def test_a_procedure_of_another_patient(self):
        bump = a_new_bump(cause="burn")

        assert self.linked(bump, a_peel()) == "causing_procedure_is_of_the_patient"

    def test_a_lesion_of_another_patient(self):
        peel = a_peel()

        assert self.linked(a_new_bump(cause="burn"), peel, patient=peel.patient) == "caused_lesion_is_of_the_patient"

    def test_an_unsigned_procedure(self):
        bump = a_new_bump(cause="burn")

        assert self.linked(bump, a_draft_of_a_peel(bump.patient)) == "causing_procedure_is_signed"

    def test_a_cause_that_is_nobodys_work(self):
        bump = a_new_bump(cause="sun_damage")

        assert self.linked(bump, a_peel(bump.patient)) == "causing_procedure_goes_with_the_cause"

    @pytest.mark.parametrize("noted", [date(2027, 1, 11), None])
    def test_a_lesion_that_was_there_before(self, noted):
        bump = a_new_bump(cause="burn", first_noted_on=noted)

        assert self.linked(bump, a_peel(bump.patient)) == "causing_procedure_came_first"

    @pytest.mark.parametrize(
        ("change", "constraint"),
        [
            ("cause = 'genetics'", "causing_procedure_goes_with_the_cause"),
            ("cause = ''", "causing_procedure_goes_with_the_cause"),
            ("first_noted_on = '2027-01-11'", "causing_procedure_came_first"),
        ],
    )
    def test_a_chart_that_contradicts_it(self, bump, change, constraint):
        named(bump, a_peel(bump.patient))

        assert self.refused(f"UPDATE patients_lesion SET {change} WHERE id = %s", bump.pk) == constraint

    def test_a_second_one(self, bump):
        named(bump, a_peel(bump.patient))

        assert self.linked(bump, a_peel(bump.patient)) == "lesion_has_one_causing_procedure"


class TestTheCall:
    def url(self, lesion: Lesion) -> str:
        return f"/api/v1/lesions/{lesion.pk}/cause/"

    def test_names_shows_and_takes_back(self, bump):
        peel, client = a_peel(bump.patient), client_of(a_clinician())

        told = client.post(self.url(bump), {"procedure": str(peel.pk), "cause": "burn"})

        assert (told.status_code, told.json()["cause"], told.json()["procedure"]["id"]) == (200, "burn", str(peel.pk))
        assert told.json()["procedure"]["treatments"] == ["superficial-peel"]
        assert client.get(self.url(bump)).json() == told.json()
        assert client.delete(self.url(bump)).status_code == 204
        assert client.get(self.url(bump)).json()["procedure"] is None

    def test_refuses_with_all_reasons(self):
        bump = a_new_bump(first_noted_on=date(2027, 1, 1))

        answer = client_of(a_clinician()).post(self.url(bump), {"procedure": str(a_peel(bump.patient).pk), "cause": "injury"})

        assert answer.status_code == 422
        assert [reason["code"] for reason in answer.json()["reasons"]] == ["cause_mismatch", "procedure_after_lesion"]

    @pytest.mark.parametrize("body", [{}, {"procedure": "x"}, {"procedure": str(uuid7()), "cause": "genetics"}, {"lesion": 1}])
    def test_cannot_read_anything_else(self, bump, body):
        assert client_of(a_clinician()).post(self.url(bump), body).status_code == 400

    def test_tells_the_timeline_of_the_lesion(self, bump):
        named(bump, a_peel(bump.patient), cause="resurfacing")
        url = f"/api/v1/patients/{bump.patient_id}/timeline/?lesion={bump.pk}"

        events = client_of(a_user()).get(url).json()["events"]

        [event] = [event for event in events if event["kind"] == "lesion_caused"]
        assert (event["title"], event["detail"]) == ("Cause named: Cheek, left", "resurfacing. superficial-peel on 2027-01-12")

    def test_is_part_of_the_export(self, bump):
        link = named(bump, a_peel(bump.patient))

        records = client_of(a_user()).get(f"/api/v1/patients/{bump.patient_id}/export/").json()["records"]

        [section] = [section for section in records if section["kind"] == "treatments.lesioncause"]
        assert [row["procedure"] for row in section["rows"]] == [str(link.procedure_id)]

    @pytest.mark.parametrize(
        ("role", "read", "write"),
        [
            ("front_desk", 200, 403),
            ("manager", 200, 403),
            ("practitioner", 200, 403),
            ("medical_director", 200, 403),
            (None, 403, 403),
        ],
    )
    def test_is_read_by_the_staff_and_made_by_practitioners(self, bump, role, read, write):
        client, body = client_of(a_user(role)), {"procedure": str(a_peel(bump.patient).pk)}

        assert client.get(self.url(bump)).status_code == read
        assert client.post(self.url(bump), body).status_code == write
        assert client.delete(self.url(bump)).status_code == write

    def test_knows_nothing_of_lesions_that_nobody_may_see(self):
        assert client_of(a_clinician()).get(self.url(a_lesion(pk=uuid7()))).status_code == 200
        assert client_of(a_clinician()).get(f"/api/v1/lesions/{uuid7()}/cause/").status_code == 404
