"""Duplicates over HTTP: who may look, who may merge, and what a merged patient answers from then on."""

import pytest

from tests.clinic.tokens import client_of
from tests.factories import a_body_site, a_lesion, a_patient, a_site, a_user, a_visit, span
from tests.factories_merges import a_manager, merged, two_patients

pytestmark = pytest.mark.django_db
PATIENTS = "/api/v1/patients/"


@pytest.fixture
def manager():
    return client_of(a_manager())


def merge(client, duplicate, into, body=None):
    told = {"into": str(into.pk), "reason": "registered twice"} | (body or {})
    return client.post(f"{PATIENTS}{duplicate.pk}/merge/", told)


def undo(client, duplicate):
    return client.post(f"{PATIENTS}{duplicate.pk}/merge/undo/", {"reason": "two persons"})


def preview(client, duplicate, into):
    return client.post(f"{PATIENTS}{duplicate.pk}/merge/preview/", {"into": str(into.pk)})


class TestDuplicates:
    def test_are_shown_with_what_their_points_are_for(self, manager):
        duplicate, into = two_patients()

        [found] = manager.get(f"{PATIENTS}{into.pk}/duplicates/").json()["results"]

        assert (found["patient"]["id"], found["score"]) == (str(duplicate.pk), 80)
        assert found["because"] == ["same birth date", "same names"]

    def test_take_no_filter(self, manager):
        assert manager.get(f"{PATIENTS}{a_patient().pk}/duplicates/?score=1").status_code == 400


class TestMerging:
    def test_answers_what_moved(self, manager):
        duplicate, into = two_patients()
        lesion = a_lesion(duplicate)

        answer = merge(manager, duplicate, into)

        told = answer.json()
        assert (answer.status_code, told["into"]["id"], told["moved"]) == (200, str(into.pk), {"lesions": [str(lesion.pk)]})

    def test_is_refused_with_every_reason(self, manager):
        duplicate, into = a_patient(given_name="Grace", birth_date="1970-01-20"), a_patient()
        a_visit(patient=duplicate, during=span(0))
        a_visit(patient=into, during=span(15))

        answer = merge(manager, duplicate, into)

        codes = [reason["code"] for reason in answer.json()["reasons"]]
        assert (answer.status_code, codes) == (422, ["visits_overlap", "birth_dates_differ", "names_differ"])

    def test_takes_what_is_acknowledged(self, manager):
        duplicate, into = a_patient(birth_date="1970-01-20", family_name="Ng"), a_patient(family_name="Ng")

        assert merge(manager, duplicate, into, {"acknowledged": ["birth_dates_differ"]}).status_code == 200

    @pytest.mark.parametrize("body", [{"reason": ""}, {"into": "nobody"}, {"more": 1}, {"acknowledged": "all"}])
    def test_refuses_what_it_cannot_read(self, manager, body):
        assert merge(manager, *two_patients(), body).status_code == 400

    def test_refuses_a_patient_and_themselves(self, manager):
        patient = a_patient()

        assert merge(manager, patient, patient).status_code == 400

    @pytest.mark.parametrize("hidden", ["duplicate", "into"])
    def test_of_somebody_elsewhere_answers_as_if_there_were_nobody(self, manager, hidden):
        pair = {"duplicate": a_patient(), "into": a_patient()} | {hidden: a_patient(registered_site=a_site("dayton"))}

        assert merge(manager, **pair).status_code == 404

    def test_is_told_before(self, manager):
        duplicate, into = two_patients()
        lesion = a_lesion(duplicate)

        told = preview(manager, duplicate, into).json()

        assert (told["allowed"], told["reasons"], told["moves"]) == (True, [], {"lesions": [str(lesion.pk)]})

    def test_that_would_be_refused_is_told_before_with_200(self, manager):
        duplicate, into = two_patients()
        a_visit(patient=duplicate, during=span(0))
        a_visit(patient=into, during=span(15))

        answer = preview(manager, duplicate, into)

        assert (answer.status_code, answer.json()["allowed"]) == (200, False)
        assert [reason["code"] for reason in answer.json()["reasons"]] == ["visits_overlap"]

    def test_has_a_way_back(self, manager):
        duplicate, into = two_patients()
        lesion = a_lesion(duplicate)
        merge(manager, duplicate, into)

        answer = undo(manager, duplicate)

        lesion.refresh_from_db()
        assert (answer.status_code, answer.json()["undo_reason"], lesion.patient) == (200, "two persons", duplicate)

    def test_that_was_never_done_is_not_undone(self, manager):
        answer = undo(manager, a_patient())

        assert (answer.status_code, answer.json()["code"]) == (409, "not_merged")

    def test_is_on_record_for_both(self, manager):
        duplicate, into = two_patients()
        merge(manager, duplicate, into)

        told = [manager.get(f"{PATIENTS}{one.pk}/merge/").json()["results"] for one in (duplicate, into)]

        assert told[0] == told[1]
        assert told[0][0]["reason"] == "registered twice"


class TestAMergedPatient:
    @pytest.fixture
    def pair(self):
        duplicate, into = two_patients()
        merged(duplicate, into)
        return duplicate, into

    def test_is_shown_with_who_goes_on(self, manager, pair):
        assert manager.get(f"{PATIENTS}{pair[0].pk}/").json()["merged_into"] == str(pair[1].pk)

    def test_is_shown_to_whoever_may_see_the_one_who_goes_on(self):
        duplicate, into = two_patients(registered_site=a_site("dayton"))
        merged(duplicate, into)

        assert client_of(a_user(site=into.registered_site)).get(f"{PATIENTS}{duplicate.pk}/").status_code == 200

    def test_is_in_no_list(self, manager, pair):
        listed = [row["id"] for row in manager.get(PATIENTS).json()["results"]]

        assert listed == [str(pair[1].pk)]

    @pytest.mark.parametrize(
        ("method", "url", "body"),
        [
            ("patch", "patients/{}/", {"language": "es"}),
            ("get", "patients/{}/duplicates/", None),
            ("post", "lesions/", {"patient": "{}", "body_site": "cheek", "laterality": "left"}),
            ("post", "patients/{}/merge/", {"into": "{}", "reason": "again"}),
        ],
    )
    def test_is_refused_with_the_id_to_use(self, manager, pair, method, url, body):
        a_body_site()
        key = str(pair[0].pk)
        body = {name: value.format(key) for name, value in body.items()} if body else None

        answer = getattr(manager, method)(f"/api/v1/{url.format(key)}", body, HTTP_IF_MATCH="*")

        told = answer.json()
        assert (answer.status_code, told["code"], told["reasons"][0]["resource"]) == (409, "patient_merged", str(pair[1].pk))

    def test_is_refused_by_the_database_in_the_same_words(self, manager, pair, monkeypatch):
        monkeypatch.setattr("patients.selectors.records.require_lasting", lambda patient: None)
        a_body_site()

        answer = manager.post("/api/v1/lesions/", {"patient": str(pair[0].pk), "body_site": "cheek", "laterality": "left"})

        assert (answer.status_code, answer.json()["code"]) == (409, "patient_merged")


CALLS = {
    "duplicates": ("get", "duplicates/", None, "all"),
    "merges": ("get", "merge/", None, "managers"),
    "merge": ("post", "merge/", {"into": "{into}", "reason": "same"}, "managers"),
    "preview": ("post", "merge/preview/", {"into": "{into}"}, "managers"),
    "undo": ("post", "merge/undo/", {"reason": "two"}, "managers"),
}


class TestWhoMayCall:
    @pytest.mark.parametrize("call", CALLS)
    @pytest.mark.parametrize("role", ["front_desk", "practitioner", "manager", "medical_director", "nobody", "anonymous"])
    def test_as_the_contract_says(self, call, role):
        method, url, body, whose = CALLS[call]
        duplicate, into = two_patients()
        if call == "undo":
            merged(duplicate, into)
        client = client_of(a_user(None if role in {"nobody", "anonymous"} else role))
        if role == "anonymous":
            client.credentials()
        body = {name: value.format(into=into.pk) for name, value in body.items()} if body else None

        answer = getattr(client, method)(f"{PATIENTS}{duplicate.pk}/{url}", body)

        staff = role not in {"nobody", "anonymous"}
        allowed = role == "manager" or (whose == "all" and staff)
        assert answer.status_code == (200 if allowed else 401 if role == "anonymous" else 403)
