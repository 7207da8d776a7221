"""The look of lesions, recurrences, merges, reports, referrals and catalogues over HTTP: status, code and body."""

import uuid

import pytest

from patients.models import Lesion
from patients.services.reference import load_catalogues
from tests.clinic.tokens import client_of
from tests.factories import a_lesion, a_patient, a_site, a_user
from tests.factories_lesions import a_referral, a_report
from tests.patients.charting import a_clinician, confirmed

pytestmark = pytest.mark.django_db
API = "/api/v1/"
LESIONS, ASSESSMENTS, REFERRALS, REPORTS = (
    f"{API}{name}/" for name in ("lesions", "assessments", "referrals", "lesion-reports")
)
ROLES = ("front_desk", "practitioner", "manager", "medical_director", "nobody", "anonymous")


@pytest.fixture(autouse=True)
def catalogues():
    load_catalogues()
    a_site()


def client_as(role: str):
    if role in {"practitioner", "medical_director"}:
        return client_of(a_clinician(role=role))
    client = client_of(a_user(None if role in {"nobody", "anonymous"} else role, is_superuser=role == "nobody"))
    if role == "anonymous":
        client.credentials()
    return client


def note(client, **fields):
    return client.post(LESIONS, {"patient": str(a_patient().pk), "body_site": "cheek", "laterality": "left"} | fields)


def refer(client, *lesions, **fields):
    body = {"patient": str(lesions[0].patient_id), "lesions": [str(row.pk) for row in lesions]}
    return client.post(REFERRALS, body | {"to": "dermatology", "reason": "Grows quickly."} | fields)


class TestTheLook:
    def test_is_told_with_a_warning_where_it_contradicts_a_milium(self):
        shown = note(client_of(a_user()), colour="white", hard=False, painful=True, cause="sunburn").json()

        assert (shown["colour"], shown["hard"], shown["painful"], shown["red"]) == ("white", False, True, None)
        assert shown["cause"] == "sunburn"
        assert [(row["code"], row["severity"]) for row in shown["warnings"]] == [("contradicts_milium", "warn")] * 2

    def test_is_corrected(self):
        client, url = client_of(a_clinician()), f"{LESIONS}{a_lesion(red=True, colour='white').pk}/"

        answer = client.patch(url, {"red": False, "colour": None, "picked": True}, HTTP_IF_MATCH=client.get(url)["ETag"])

        shown = answer.json()
        assert (answer.status_code, shown["red"], shown["colour"], shown["picked"]) == (200, False, None, True)
        assert shown["warnings"] == []

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"colour": "green"}, "colour"),
            ({"hard": "yes"}, "hard"),
            ({"cause": "magic"}, "cause"),
            ({"cause_note": "x" * 501}, "cause_note"),
            ({"first_noted_on": "2999-01-01"}, "first_noted_on"),
            ({"chart": "torso_front", "x": 0.5, "y": 0.5}, "chart"),
            ({"chart": "face_left", "x": 0.5, "y": 1.5}, "y"),
            ({"merged_into": str(uuid.uuid4())}, "merged_into"),
            ({"warnings": []}, "warnings"),
        ],
    )
    def test_names_the_field_that_cannot_be_read(self, change, field):
        answer = note(client_of(a_user()), **change)

        assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
        assert [error["field"] for error in answer.json()["errors"]] == [field]


class TestStatusAndRecurrence:
    def test_go_on_by_the_steps_that_follow(self):
        client, url = client_of(a_clinician()), f"{LESIONS}{a_lesion(status='resolved').pk}/"

        answer = client.patch(url, {"status": "planned"}, HTTP_IF_MATCH="*")

        assert (answer.status_code, answer.json()["code"]) == (409, "illegal_transition")

    def test_note_what_came_back(self):
        earlier, client = a_lesion(status="resolved"), client_of(a_clinician())

        answer = note(client, patient=str(earlier.patient_id), recurrence_of=str(earlier.pk))

        assert (answer.status_code, answer.json()["recurrence_of"]) == (201, str(earlier.pk))
        assert client.get(f"{LESIONS}{earlier.pk}/").json()["status"] == "recurred"
        found = client.get(f"{LESIONS}?recurrence_of={earlier.pk}").json()["results"]
        assert [row["id"] for row in found] == [answer.json()["id"]]

    def test_refuse_a_recurrence_of_a_lesion_of_another_patient(self):
        answer = note(client_of(a_clinician()), recurrence_of=str(a_lesion(status="resolved").pk))

        assert (answer.status_code, answer.json()["code"]) == (422, "lesion_of_another_patient")

    def test_refuse_a_recurrence_of_what_was_never_resolved(self):
        earlier = a_lesion()

        answer = note(client_of(a_clinician()), patient=str(earlier.patient_id), recurrence_of=str(earlier.pk))

        assert (answer.status_code, answer.json()["code"]) == (409, "illegal_transition")

    def test_answer_an_unknown_recurrence_with_404(self):
        assert note(client_of(a_clinician()), recurrence_of=str(uuid.uuid4())).status_code == 404


class TestMerging:
    @pytest.fixture
    def pair(self):
        lasting = a_lesion(**confirmed())
        return lasting, a_lesion(lasting.patient, depth="dermal")

    def test_previews_merges_and_parts(self, pair):
        (lasting, other), client = pair, client_of(a_clinician())
        url, into = f"{LESIONS}{other.pk}/", {"into": str(lasting.pk)}

        foreseen = client.post(f"{url}merge-preview/", into)
        merged = client.post(f"{url}merge/", into | {"reason": "Noted twice."})
        listed = client.get(f"{LESIONS}?patient={lasting.patient_id}").json()["results"]
        parts = client.get(f"{LESIONS}?merged_into={lasting.pk}").json()["results"]
        parted = client.post(f"{url}unmerge/", {"reason": "Two after all."})

        assert (foreseen.status_code, foreseen.json()["depth"], foreseen.json()["moved"]) == (200, "dermal", [])
        assert (merged.status_code, merged.json()["id"], merged.json()["depth"]) == (200, str(lasting.pk), "dermal")
        assert ([row["id"] for row in listed], [row["id"] for row in parts]) == ([str(lasting.pk)], [str(other.pk)])
        assert (parted.status_code, parted.json()["merged_into"]) == (200, None)
        assert client.get(f"{LESIONS}{lasting.pk}/").json()["depth"] == "epidermal"

    def test_finds_the_assessments_of_both(self, pair):
        (lasting, other), client = pair, client_of(a_clinician())
        signed = client.post(ASSESSMENTS, {"lesions": [str(other.pk)], "diagnosis": "milium", "certainty": "confirmed"}).json()
        client.post(f"{LESIONS}{other.pk}/merge/", {"into": str(lasting.pk), "reason": "Noted twice."})

        found = client.get(f"{ASSESSMENTS}?lesion={lasting.pk}").json()["results"]

        assert [(row["id"], row["lesions"]) for row in found] == [(signed["id"], [str(other.pk)])]

    def test_refuses_with_every_reason(self, pair):
        lasting, other = pair
        Lesion.objects.filter(pk=other.pk).update(laterality="right", status="resolved")

        answer = client_of(a_clinician()).post(
            f"{LESIONS}{other.pk}/merge/", {"into": str(lasting.pk), "reason": "Noted twice."}
        )

        assert (answer.status_code, answer.json()["code"]) == (422, "lesions_differ")
        assert len(answer.json()["reasons"]) == 2
        assert all(row["mend"] and row["source"] for row in answer.json()["reasons"])

    def test_charts_nothing_about_what_became_part_of_another(self, pair):
        (lasting, other), client = pair, client_of(a_clinician())
        client.post(f"{LESIONS}{other.pk}/merge/", {"into": str(lasting.pk), "reason": "Noted twice."})

        answer = client.post(ASSESSMENTS, {"lesions": [str(other.pk)], "diagnosis": None, "certainty": "none"})

        assert (answer.status_code, answer.json()["code"]) == (422, "lesion_merged")
        assert str(lasting.pk) in answer.json()["detail"]

    @pytest.mark.parametrize(
        ("body", "status"),
        [({}, 400), ({"into": "x", "reason": "y"}, 400), ({"into": str(uuid.uuid4()), "reason": "y"}, 404)],
    )
    def test_answers_what_it_cannot_read_or_find(self, pair, body, status):
        assert client_of(a_clinician()).post(f"{LESIONS}{pair[1].pk}/merge/", body).status_code == status

    def test_answers_a_foreign_lesion_like_a_random_id(self, pair):
        foreign, client = a_lesion(a_patient(registered_site=a_site("jersey-city"))), client_of(a_clinician())
        body = {"into": str(pair[0].pk), "reason": "Noted twice."}
        known, random = (client.post(f"{LESIONS}{key}/merge/", body) for key in (foreign.pk, uuid.uuid4()))

        assert (known.status_code, known.content) == (404, random.content)


class TestReports:
    BODY = {"body_site": "under_eye", "laterality": "left", "words": "A white bump, since spring.", "picked": True}

    def test_are_kept_and_accepted_as_a_lesion_that_nobody_verified(self):
        desk = client_of(a_user())
        report = desk.post(REPORTS, self.BODY | {"patient": str(a_patient().pk)})

        noted = client_of(a_clinician()).post(f"{REPORTS}{report.json()['id']}/accept/")

        assert (report.status_code, report.json()["state"], report.json()["lesion"]) == (201, "reported", None)
        shown = noted.json()
        assert (noted.status_code, shown["authority_region"], shown["region_verified"]) == (201, "eyelid", False)
        assert (shown["depth"], shown["diagnosis_certainty"], shown["picked"]) == ("unknown", "none", True)
        assert desk.get(f"{REPORTS}{report.json()['id']}/").json()["lesion"] == shown["id"]

    def test_are_listed_by_what_waits(self):
        client, waiting = client_of(a_clinician()), a_report()
        client.post(f"{REPORTS}{a_report().pk}/decline/", {"reason": "A freckle."})

        listed = client.get(f"{REPORTS}?state=reported").json()["results"]

        assert [row["id"] for row in listed] == [str(waiting.pk)]

    def test_are_decided_once(self):
        client, report = client_of(a_clinician()), a_report()
        client.post(f"{REPORTS}{report.pk}/accept/")

        answer = client.post(f"{REPORTS}{report.pk}/decline/", {"reason": "No."})

        assert (answer.status_code, answer.json()["code"]) == (409, "illegal_transition")

    @pytest.mark.parametrize(
        ("change", "status"),
        [
            ({"laterality": "bilateral"}, 422),
            ({"body_site": "elbow"}, 404),
            ({"depth": "epidermal"}, 400),
            ({"diagnosis": "milium"}, 400),
            ({"hard": True}, 400),
            ({"words": 7}, 400),
            ({"count": 0}, 400),
        ],
    )
    def test_hold_what_a_patient_can_tell(self, change, status):
        body = self.BODY | {"patient": str(a_patient().pk)} | change

        assert client_of(a_user()).post(REPORTS, body).status_code == status

    def test_of_a_foreign_patient_answer_like_a_random_id(self):
        client, foreign = client_of(a_user()), a_patient(registered_site=a_site("jersey-city"))
        known, random = (client.post(REPORTS, self.BODY | {"patient": str(key)}) for key in (foreign.pk, uuid.uuid4()))

        assert (known.status_code, known.content) == (404, random.content)


class TestAssessments:
    def test_name_look_alikes_and_open_a_referral(self):
        lesion, client = a_lesion(region="eyelid"), client_of(a_clinician())
        body = {"lesions": [str(lesion.pk)], "diagnosis": "milium", "certainty": "provisional"}
        looks = {"excluded": ["wart"], "suspected": ["xanthelasma", "chalazion"], "dermoscopy": "Yellow, no vessels."}

        answer = client.post(ASSESSMENTS, body | looks)

        shown = answer.json()
        [referral] = shown["referrals"]
        assert (answer.status_code, shown["icd10cm"], shown["dermoscopy"]) == (201, "L72.0", "Yellow, no vessels.")
        assert (shown["excluded"], shown["suspected"]) == (["wart"], ["chalazion", "xanthelasma"])
        assert client.get(f"{LESIONS}{lesion.pk}/").json()["suspicious"]
        opened = client.get(f"{REFERRALS}{referral}/").json()
        assert (opened["to"], opened["lesions"], opened["assessment"]) == ("ophthalmology", [str(lesion.pk)], shown["id"])

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"excluded": ["measles"]}, "excluded"),
            ({"suspected": "wart"}, "suspected"),
            ({"suspected": ["wart"], "excluded": ["wart"]}, "suspected"),
            ({"suspected": ["wart"], "certainty": "confirmed"}, "suspected"),
            ({"dermoscopy": 3}, "dermoscopy"),
        ],
    )
    def test_name_the_field_that_cannot_be_read(self, change, field):
        body = {"lesions": [str(a_lesion().pk)], "diagnosis": "milium", "certainty": "provisional"}

        answer = client_of(a_clinician()).post(ASSESSMENTS, body | change)

        assert (answer.status_code, answer.json()["errors"][0]["field"].split("[")[0]) == (400, field)

    def test_of_lesions_that_differ_in_what_they_correct_are_refused(self):
        first = a_lesion()
        second = a_lesion(first.patient, depth="dermal")
        body = {"lesions": [str(first.pk), str(second.pk)], "diagnosis": "milium", "certainty": "confirmed"}

        answer = client_of(a_clinician()).post(ASSESSMENTS, body | {"depth": "epidermal"})

        assert (answer.status_code, answer.json()["code"]) == (422, "split_items")

    def test_of_twenty_lesions_are_signed_once(self):
        patient = a_patient()
        lesions = [str(a_lesion(patient).pk) for _ in range(20)]
        body = {"lesions": lesions, "diagnosis": "milium", "certainty": "confirmed", "milia_type": "primary"}

        answer = client_of(a_clinician()).post(ASSESSMENTS, body)

        assert (answer.status_code, len(answer.json()["lesions"])) == (201, 20)
        assert set(Lesion.objects.values_list("diagnosis_certainty", flat=True)) == {"confirmed"}


class TestReferrals:
    def test_are_opened_booked_seen_and_closed(self):
        lesion, desk, derm = a_lesion(), client_of(a_user()), client_of(a_clinician())
        opened = refer(derm, lesion, urgency="urgent").json()
        url = f"{REFERRALS}{opened['id']}/"

        booked = desk.post(f"{url}book/", {"booked_for": "2099-02-01T10:00:00-05:00", "booked_with": "Dr Lid"})
        seen = desk.post(f"{url}seen/", {"seen_on": opened["opened_at"][:10]})
        closed = derm.post(f"{url}close/", {"outcome": "treated", "note": "Excised, benign."})

        assert (opened["status"], opened["urgency"], opened["lesions"]) == ("open", "urgent", [str(lesion.pk)])
        assert [answer.json()["status"] for answer in (booked, seen, closed)] == ["booked", "seen", "closed"]
        assert booked.json()["booked_for"] == "2099-02-01T10:00:00-05:00"
        assert closed.json()["outcome"] == "treated"
        assert derm.get(f"{LESIONS}{lesion.pk}/").json()["status"] == "resolved"

    def test_are_listed_by_lesion_status_and_specialty(self):
        referral = a_referral()
        a_referral(to="pediatrics")
        lesion = referral.items.get().lesion_id

        query = f"lesion={lesion}&patient={referral.patient_id}&status=open&to=dermatology"
        listed = client_of(a_user()).get(f"{REFERRALS}?{query}").json()["results"]

        assert [row["id"] for row in listed] == [str(referral.pk)]

    def test_that_fell_through_are_open_again(self):
        client, url = client_of(a_user()), f"{REFERRALS}{a_referral().pk}/"
        client.post(f"{url}book/", {"booked_for": "2099-02-01T10:00:00-05:00"})

        answer = client.post(f"{url}unbook/")

        assert (answer.status_code, answer.json()["status"], answer.json()["booked_for"]) == (200, "open", None)

    def test_that_ended_are_changed_no_more(self):
        client, url = client_of(a_clinician()), f"{REFERRALS}{a_referral().pk}/"
        client.post(f"{url}decline/", {"reason": "She prefers to wait."})

        answer = client.post(f"{url}close/", {"outcome": "cleared"})

        assert (answer.status_code, answer.json()["code"]) == (409, "illegal_transition")

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"to": "cardiology"}, "to"),
            ({"urgency": "now"}, "urgency"),
            ({"reason": ""}, "reason"),
            ({"lesions": []}, "lesions"),
        ],
    )
    def test_name_the_field_that_cannot_be_read(self, change, field):
        answer = refer(client_of(a_clinician()), a_lesion(), **change)

        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)

    def test_of_lesions_of_two_patients_are_refused(self):
        answer = refer(client_of(a_clinician()), a_lesion(), a_lesion())

        assert (answer.status_code, answer.json()["code"]) == (422, "lesion_of_another_patient")

    def test_are_opened_once_for_a_specialty(self):
        lesion, client = a_lesion(), client_of(a_clinician())
        refer(client, lesion)

        answer = refer(client, lesion)

        assert (answer.status_code, answer.json()["code"]) == (409, "already_referred")

    def test_of_a_foreign_patient_answer_like_a_random_id(self):
        foreign = a_lesion(a_patient(registered_site=a_site("jersey-city")))
        key = a_referral(foreign, actor=a_clinician(site=a_site("jersey-city"))).pk
        client = client_of(a_clinician())
        known, random = (client.post(f"{REFERRALS}{one}/close/", {"outcome": "kept"}) for one in (key, uuid.uuid4()))

        assert (known.status_code, known.content) == (404, random.content)
        assert client.get(REFERRALS).json()["results"] == []


class TestCatalogues:
    def test_say_what_a_diagnosis_means(self):
        rows = client_of(a_user()).get(f"{API}diagnoses/?kind=contagious").json()["results"]

        assert [(row["code"], row["icd10cm"]) for row in rows] == [("molluscum_contagiosum", "B08.1"), ("wart", "B07.8")]

    def test_take_a_diagnosis_that_is_missing(self):
        director, lesion = client_of(a_clinician(role="medical_director")), a_lesion()
        trichilemmoma = {"code": "trichilemmoma", "name": "Trichilemmoma", "kind": "suspicious", "icd10cm": "D23.39"}

        added = director.post(f"{API}diagnoses/", trichilemmoma)
        director.post(ASSESSMENTS, {"lesions": [str(lesion.pk)], "diagnosis": "trichilemmoma", "certainty": "provisional"})

        assert (added.status_code, added.json()) == (201, trichilemmoma)
        assert director.get(f"{LESIONS}{lesion.pk}/").json()["suspicious"]

    @pytest.mark.parametrize(
        ("change", "status"),
        [({}, 201), ({"code": "milium"}, 409), ({"code": "A B"}, 400), ({"kind": "odd"}, 400), ({"icd10cm": "72.0"}, 400)],
    )
    def test_take_only_what_is_whole_and_new(self, change, status):
        body = {"code": "lipoma", "name": "Lipoma", "kind": "benign", "icd10cm": "D17.0"} | change

        assert client_of(a_clinician(role="medical_director")).post(f"{API}diagnoses/", body).status_code == status

    def test_say_what_a_type_means_for_treatment(self):
        rows = client_of(a_user()).get(f"{API}milia-types/").json()["results"]

        assert {row["code"] for row in rows} >= {"neonatal", "primary", "secondary", "en_plaque", "multiple_eruptive"}
        assert all(row["guidance"] for row in rows)

    def test_say_which_charts_show_a_body_site(self):
        rows = {row["code"]: row for row in client_of(a_user()).get(f"{API}body-sites/").json()["results"]}

        lid = rows["eyelid_right_upper"]
        assert (lid["laterality"], lid["charts"]) == ("right", ["eyelids_closed", "face_front", "face_right"])
        assert rows["back"]["charts"] == ["torso_back"]


CALLS = {
    "read diagnoses": ("get", f"{API}diagnoses/", None, "all"),
    "add a diagnosis": ("post", f"{API}diagnoses/", {"code": "lipoma", "name": "Lipoma", "kind": "benign"}, "directors"),
    "read types": ("get", f"{API}milia-types/", None, "all"),
    "read reports": ("get", REPORTS, None, "all"),
    "read a report": ("get", REPORTS + "{report}/", None, "all"),
    "tell of a lesion": ("post", REPORTS, {"patient": "{patient}", "body_site": "nose", "laterality": "midline"}, "all"),
    "accept": ("post", REPORTS + "{report}/accept/", None, "practitioners"),
    "decline a report": ("post", REPORTS + "{report}/decline/", {"reason": "No."}, "practitioners"),
    "merge": ("post", LESIONS + "{twin}/merge/", {"into": "{lesion}", "reason": "One."}, "practitioners"),
    "preview": ("post", LESIONS + "{twin}/merge-preview/", {"into": "{lesion}"}, "practitioners"),
    "part": ("post", LESIONS + "{merged}/unmerge/", {"reason": "Two."}, "practitioners"),
    "read referrals": ("get", REFERRALS, None, "all"),
    "read a referral": ("get", REFERRALS + "{referral}/", None, "all"),
    "refer": (
        "post",
        REFERRALS,
        {"patient": "{patient}", "lesions": ["{lesion}"], "to": "dermatology", "reason": "Grows."},
        "practitioners",
    ),
    "book": ("post", REFERRALS + "{referral}/book/", {"booked_for": "2099-02-01T10:00:00Z"}, "all"),
    "unbook": ("post", REFERRALS + "{booked}/unbook/", None, "all"),
    "seen": ("post", REFERRALS + "{referral}/seen/", {"seen_on": "2027-01-12"}, "all"),
    "close": ("post", REFERRALS + "{referral}/close/", {"outcome": "cleared"}, "practitioners"),
    "decline": ("post", REFERRALS + "{referral}/decline/", {"reason": "No."}, "practitioners"),
}


class TestWhoMayCall:
    @pytest.mark.parametrize("call", CALLS)
    @pytest.mark.parametrize("role", ROLES)
    def test_as_the_contract_says(self, call, role, time_machine):
        time_machine.move_to("2027-01-12T18:00:00Z", tick=False)
        method, url, body, whose = CALLS[call]
        names = self._names(call)

        answer = getattr(client_as(role), method)(_named(url, names), _named(body, names))

        allowed = role in {
            "all": {"front_desk", "manager", "practitioner", "medical_director"},
            "practitioners": {"practitioner", "medical_director"},
            "directors": {"medical_director"},
        }.get(whose)
        expected = {True: {200, 201}, False: {401} if role == "anonymous" else {403}}[allowed]
        assert answer.status_code in expected

    def _names(self, call):
        lesion = a_lesion()
        twin = a_lesion(lesion.patient)
        names = {"{lesion}": lesion.pk, "{twin}": twin.pk, "{patient}": lesion.patient_id}
        url = CALLS[call][1]
        makers = {
            "{report}": lambda: a_report().pk,
            "{referral}": lambda: a_referral(twin).pk,
            "{booked}": lambda: _booked(twin),
            "{merged}": lambda: _merged(lesion, twin),
        }
        return names | {name: make() for name, make in makers.items() if name in url}


def _booked(lesion):
    key = a_referral(lesion).pk
    client_of(a_user()).post(f"{REFERRALS}{key}/book/", {"booked_for": "2099-02-01T10:00:00Z"})
    return key


def _merged(lesion, twin):
    client_of(a_clinician()).post(f"{LESIONS}{twin.pk}/merge/", {"into": str(lesion.pk), "reason": "One."})
    return twin.pk


def _named(value, names):
    """The value with the names in braces filled in."""
    if isinstance(value, str):
        for name, key in names.items():
            value = value.replace(name, str(key))
        return value
    if isinstance(value, list):
        return [_named(one, names) for one in value]
    if isinstance(value, dict):
        return {field: _named(one, names) for field, one in value.items()}
    return value
