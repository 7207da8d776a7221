"""`outcomes/`: what became of treated lesions, counted from signed logs, for those whom it concerns."""

from datetime import timedelta
from xml.etree import ElementTree

import pytest
from rest_framework.test import APIClient

from tests.clinic.tokens import client_of
from tests.factories import NOON, a_lesion, a_patient, a_practitioner, a_site, a_treatment, a_user, at
from tests.factories_records import a_complication, a_log, a_stay

pytestmark = pytest.mark.django_db
URL = "/api/v1/outcomes/"
PLOT = "/api/v1/outcomes/plot/"
DAY = timedelta(days=1)


def asked(user=None, **query):
    return client_of(user or a_user("manager")).get(URL, query).json()["results"]


def only(**query):
    """The only group that there is."""
    [group] = asked(**query)
    return group


class TestACase:
    def test_is_cleared_by_a_complete_result_at_the_first_visit(self):
        a_log((a_lesion(), "complete"))

        group = only()

        assert (group["cases"], group["cleared"]["share"], group["days"]["median"]) == (1, 1.0, 0.0)

    def test_counts_days_and_attempts_until_a_later_visit_clears_it(self):
        lesion = a_lesion()
        a_log((lesion, "partial"), attempts=2)
        a_log((lesion, "complete"), at=NOON + 14 * DAY)

        group = only()

        assert (group["cases"], group["cleared"]["share"]) == (1, 0.0)
        assert (group["days"]["median"], group["attempts"]["median"]) == (14.0, 3.0)

    def test_is_cleared_at_the_visit_by_whoever_finishes_it_there(self):
        lesion = a_lesion()
        stay = a_stay(lesion.patient)
        a_log((lesion, "partial"), encounter=stay)
        a_log((lesion, "complete"), encounter=stay, at=at(40))

        assert only()["cleared"]["share"] == 1.0

    def test_counts_days_on_the_calendar_of_the_site(self):
        lesion = a_lesion()
        a_log((lesion, "partial"), at=at(11 * 60))
        a_log((lesion, "complete"), at=at(13 * 60))

        assert (only()["days"]["median"], only()["cleared"]["share"]) == (1.0, 0.0)

    def test_recurs_when_another_lesion_names_it(self):
        lesion = a_lesion(status="recurred")
        a_log((lesion, "complete"))
        a_lesion(lesion.patient, recurrence_of=lesion)

        assert only()["recurred"]["share"] == 1.0

    @pytest.mark.parametrize(
        ("kind", "share"), [("scar", 1.0), ("hyperpigmentation", 1.0), ("keloid", 1.0), ("bleeding", 0.0), ("infection", 0.0)]
    )
    def test_is_marked_by_a_scar_or_a_change_of_pigment(self, kind, share):
        lesion = a_lesion()
        a_complication(a_log((lesion, "complete")), kind, lesion=lesion)

        assert only()["marked"]["share"] == share

    def test_is_marked_by_a_scar_of_the_same_procedure_that_names_no_lesion(self):
        a_complication(a_log((a_lesion(), "complete")), "scar")

        assert only()["marked"]["share"] == 1.0

    def test_is_not_marked_by_the_scar_of_another_lesion(self):
        one = a_lesion()
        other = a_lesion(one.patient)
        a_complication(a_log((one, "complete"), (other, "complete")), "scar", lesion=other)

        assert only()["marked"]["share"] == 0.5

    def test_is_one_with_the_lesion_that_it_became_part_of(self):
        lasting = a_lesion()
        other = a_lesion(lasting.patient, merged_into=lasting)
        a_log((other, "partial"))
        a_log((lasting, "complete"), at=NOON + 7 * DAY)

        assert (only()["cases"], only()["days"]["median"]) == (1, 7.0)

    def test_needs_a_signature(self):
        a_log((a_lesion(), "complete"), status="draft", signed_by=None, signed_at=None)

        assert asked() == []

    def test_needs_an_attempt(self):
        a_log((a_lesion(), "not_done"), attempts=0)

        assert asked() == []


class TestGroups:
    def test_are_the_clinics(self):
        a_log((a_lesion(), "complete"))

        assert (only()["code"], only()["name"]) == ("columbus", "Columbus")

    def test_are_the_practitioners(self):
        for name in ("Dr Lee", "Dr Kay"):
            a_log((a_lesion(), "complete"), performed_by=a_practitioner(name=name))

        assert {group["name"] for group in asked(by="practitioner")} == {"Dr Lee", "Dr Kay"}

    def test_are_the_techniques(self):
        a_log((a_lesion(), "complete"))
        a_log((a_lesion(), "complete"), treatment=a_treatment("superficial-peel", (("chemical_peel", "superficial"),)))

        assert {group["code"] for group in asked(by="technique")} == {"lancet-extraction", "superficial-peel"}

    def test_have_no_rank_below_twenty_cases(self):
        patient, lee, kay = a_patient(), a_practitioner(name="Dr Lee"), a_practitioner(name="Dr Kay")
        for who, many in ((lee, 20), (kay, 19)):
            a_log(*((a_lesion(patient), "complete") for _ in range(many)), performed_by=who)

        assert [(group["name"], group["cases"], group["rank"]) for group in asked(by="practitioner")] == [
            ("Dr Lee", 20, 1),
            ("Dr Kay", 19, None),
        ]

    def test_say_how_sure_they_are(self):
        patient = a_patient()
        a_log(*((a_lesion(patient), "complete" if n < 8 else "partial") for n in range(10)))

        cleared = only()["cleared"]

        assert {name: round(value, 2) for name, value in cleared.items()} == {"of": 10, "share": 0.8, "low": 0.49, "high": 0.94}

    def test_hold_the_cases_whose_first_visit_lies_in_the_period(self):
        lesion = a_lesion()
        a_log((lesion, "partial"))
        a_log((lesion, "complete"), at=NOON + 30 * DAY)
        period = {"from": NOON.isoformat(), "to": (NOON + DAY).isoformat()}

        assert only(**period)["days"]["median"] == 30.0
        assert asked(**{"from": (NOON + DAY).isoformat()}) == []

    @pytest.mark.parametrize(
        "query",
        [
            {"by": "patient"},
            {"from": "yesterday"},
            {"limit": "5"},
            {"from": "2027-01-02T00:00:00Z", "to": "2027-01-01T00:00:00Z"},
        ],
    )
    def test_are_refused_where_the_question_cannot_be_read(self, query):
        answer = client_of(a_user("manager")).get(URL, query)

        assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


class TestWhoSeesWhat:
    def test_a_practitioner_sees_herself_by_name_and_nobody_else(self):
        lee = a_user("practitioner")
        a_log((a_lesion(), "complete"), performed_by=a_practitioner(name="Dr Lee", user=lee))
        a_log((a_lesion(), "complete"), performed_by=a_practitioner(name="Dr Kay"))

        assert [group["name"] for group in asked(lee, by="practitioner")] == ["Dr Lee"]

    def test_the_desk_sees_no_practitioner(self):
        desk = client_of(a_user())

        answers = {by: desk.get(URL, {"by": by}) for by in ("clinic", "technique", "practitioner")}

        assert {by: answer.status_code for by, answer in answers.items()} == {
            "clinic": 200,
            "technique": 200,
            "practitioner": 403,
        }
        assert answers["practitioner"].json()["code"] == "not_permitted"

    def test_a_manager_sees_her_own_sites(self):
        a_log((a_lesion(), "complete"), site=a_site("jersey-city"))

        assert asked(a_user("manager")) == []
        assert [group["code"] for group in asked(a_user("medical_director"))] == ["jersey-city"]

    def test_a_foreign_site_answers_like_one_that_does_not_exist(self):
        a_site("jersey-city")
        manager = client_of(a_user("manager"))

        foreign, unknown = (manager.get(URL, {"site": code}) for code in ("jersey-city", "atlantis"))

        assert (foreign.status_code, foreign.content) == (404, unknown.content)

    @pytest.mark.parametrize("url", [URL, PLOT])
    @pytest.mark.parametrize(
        ("role", "status"),
        [("front_desk", 200), ("practitioner", 200), ("manager", 200), ("medical_director", 200), (None, 403)],
    )
    def test_all_of_the_staff_may_ask(self, url, role, status):
        assert client_of(a_user(role)).get(url).status_code == status

    @pytest.mark.parametrize("url", [URL, PLOT])
    def test_nobody_may_without_a_token(self, url):
        assert APIClient().get(url).status_code == 401


class TestThePlot:
    def test_is_an_svg_that_says_the_numbers_of_every_group(self):
        for name in ("Dr Lee", "<Dr> & Kay"):
            a_log((a_lesion(), "complete"), performed_by=a_practitioner(name=name))

        answer = client_of(a_user("manager")).get(PLOT, {"by": "practitioner", "of": "recurred"})

        texts = {text.text for text in ElementTree.fromstring(answer.content).iter("{http://www.w3.org/2000/svg}text")}
        assert answer["Content-Type"] == "image/svg+xml; charset=utf-8"
        assert {"Recurred after it was cleared, by practitioner", "Dr Lee", "<Dr> & Kay", "0% of 1"} <= texts

    def test_refuses_a_share_that_it_does_not_know(self):
        assert client_of(a_user("manager")).get(PLOT, {"of": "happy"}).status_code == 400
