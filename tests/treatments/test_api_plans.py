"""Plans and home care over HTTP: status, code, body, and who may call."""

import uuid

import pytest

from clinic.models import Task
from patients.models import SkinProfile
from tests.clinic.tokens import client_of
from tests.factories import a_lesion, a_patient, a_site, a_user
from tests.factories_plans import a_clinic_with_catalogues, a_milium, a_plan, an_author, home_care
from treatments.models import HomeCarePlan, TreatmentPlan

pytestmark = pytest.mark.django_db
PLANS, CARE, CLASSES = "/api/v1/plans/", "/api/v1/home-care-plans/", "/api/v1/ingredient-classes/"
RETINOL = {"ingredient": "retinol", "region": "face", "strength": "low", "per_week": 2}
SUNSCREEN = {"ingredient": "sunscreen", "region": "face"}
CLEANSER = {"ingredient": "gentle_cleanser", "region": "face", "per_week": 14, "time_of_day": "both"}


@pytest.fixture(autouse=True)
def _clinic():
    a_clinic_with_catalogues()


def plan_for(patient, *steps, **fields):
    steps = steps or ({"kind": "watchful_waiting"}, {"kind": "review"})
    return {"patient": str(patient.pk), "site": "columbus", "steps": list(steps)} | fields


def care_for(patient, *items, **fields):
    items = list(items or (RETINOL, SUNSCREEN))
    return {"patient": str(patient.pk), "site": "columbus", "items": items, "pregnancy_answer": "no"} | fields


def reasons(answer) -> list[tuple[str | None, str]]:
    return [(reason["gate"], reason["code"]) for reason in answer.json()["reasons"]]


class TestIngredientClasses:
    def test_say_how_they_are_used(self):
        rows = {row["code"]: row for row in client_of(a_user()).get(CLASSES).json()["results"]}

        assert rows["clay_mask"]["minutes"] == [5, 10]
        assert rows["retinol"]["strengths"]["face"] == {"spot": ["low", "medium", "high"], "whole": ["low", "medium"]}
        assert all(row["source"] and set(row["names"]) == {"en", "es"} for row in rows.values())

    @pytest.mark.parametrize(
        ("query", "codes"),
        [("suits=oily", {"salicylic_leave_on", "salicylic_cleanser"}), ("family=mask", {"clay_mask"})],
    )
    def test_are_filtered(self, query, codes):
        assert {row["code"] for row in client_of(a_user()).get(f"{CLASSES}?{query}").json()["results"]} == codes

    def test_know_no_other_family(self):
        assert client_of(a_user()).get(f"{CLASSES}?family=magic").status_code == 400


class TestWritingAPlan:
    def test_answers_a_draft(self):
        actor, lesion = an_author(), a_milium(first_noted_on="2020-01-01")
        extraction = {"kind": "extraction", "treatment": "lancet-extraction", "lesions": [str(lesion.pk)]}

        answer = client_of(actor).post(PLANS, plan_for(lesion.patient, extraction, {"kind": "review"}, note="In spring."))

        shown = answer.json()
        assert answer.status_code == 201
        assert (shown["status"], shown["author"]["username"], shown["note"]) == ("draft", actor.username, "In spring.")
        assert (shown["steps"][0]["lesions"], shown["steps"][0]["state"]) == ([str(lesion.pk)], "open")
        assert answer["ETag"]

    def test_refuses_with_every_reason(self):
        lesion = a_lesion(region="eyelid", suspicious=True)
        extraction = {"kind": "extraction", "treatment": "lancet-extraction", "lesions": [str(lesion.pk)]}

        answer = client_of(an_author("esthetician")).post(PLANS, plan_for(lesion.patient, extraction))

        assert answer.status_code == 422
        assert reasons(answer) == [("G04", "privilege_missing"), ("G09", "diagnosis_unconfirmed"), ("G10", "lesion_suspicious")]
        assert all(reason["source"] and reason["mend"] for reason in answer.json()["reasons"])
        assert not TreatmentPlan.objects.exists()

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"steps": [{"kind": "prayer"}]}, "steps[0].kind"),
            ({"steps": [{"kind": "review", "price": "10.00"}]}, "steps[0].price"),
            ({"steps": [{"kind": "review", "due_from": "2027-02-01", "due_until": "2027-01-01"}]}, "steps[0].due_until"),
            ({"outcome": "cured"}, "outcome"),
            ({"price": "10.00"}, "price"),
            ({"status": "active"}, "status"),
            ({"steps": None}, "steps"),
        ],
    )
    def test_names_the_field_that_cannot_be_read(self, change, field):
        answer = client_of(an_author()).post(PLANS, plan_for(a_patient()) | change)

        assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
        assert field in [error["field"] for error in answer.json()["errors"]]

    def test_answers_what_the_caller_may_not_see_like_random_ids(self):
        client, mine = client_of(an_author()), a_patient()
        foreign = a_lesion(a_patient(registered_site=a_site("jersey-city")))
        bodies = [plan_for(mine) | {"patient": str(key)} for key in (foreign.patient_id, uuid.uuid4())]
        bodies += [plan_for(mine, {"kind": "review", "lesions": [str(key)]}) for key in (foreign.pk, uuid.uuid4())]
        bodies += [plan_for(mine, consultation=str(uuid.uuid4()), outcome="refer")]

        answers = [client.post(PLANS, body) for body in bodies]

        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.content for answer in answers}) == 1


class TestAPlan:
    def test_is_changed_by_who_names_its_version(self):
        actor, patient = an_author(), a_patient()
        client = client_of(actor)
        made = client.post(PLANS, plan_for(patient))
        url, change = f"{PLANS}{made.json()['id']}/", {"steps": [{"kind": "referral"}]}

        without, stale, current = (
            client.patch(url, change),
            client.patch(url, change, HTTP_IF_MATCH='"other"'),
            client.patch(url, change, HTTP_IF_MATCH=made["ETag"]),
        )

        assert (without.status_code, stale.status_code, current.status_code) == (428, 412, 200)
        assert [step["kind"] for step in current.json()["steps"]] == ["referral"]

    def test_is_gone_through_step_by_step(self):
        client = client_of(an_author())
        made = client.post(PLANS, plan_for(a_patient())).json()
        url = f"{PLANS}{made['id']}/"
        steps = [f"{url}steps/{step['id']}/complete/" for step in made["steps"]]

        early = client.post(steps[0])
        begun = client.post(f"{url}activate/").json()
        wrong = client.post(steps[1])
        first = client.post(steps[0]).json()
        last = client.post(steps[1], {"state": "skipped"}).json()

        assert (early.status_code, early.json()["code"], wrong.status_code) == (409, "illegal_transition", 409)
        assert (begun["status"], first["status"], last["status"]) == ("active", "active", "completed")
        assert [step["state"] for step in last["steps"]] == ["done", "skipped"]

    def test_is_not_changed_once_it_is_active(self):
        client = client_of(an_author())
        made = client.post(PLANS, plan_for(a_patient())).json()
        url = f"{PLANS}{made['id']}/"
        begun = client.post(f"{url}activate/")

        answer = client.patch(url, {"note": "Late."}, HTTP_IF_MATCH=begun["ETag"])

        assert (answer.status_code, answer.json()["code"]) == (409, "illegal_transition")

    def test_is_stopped_with_a_reason(self):
        client = client_of(an_author())
        url = f"{PLANS}{client.post(PLANS, plan_for(a_patient())).json()['id']}/stop/"

        without, stopped = client.post(url, {"reason": ""}), client.post(url, {"reason": "Moved away."})

        assert (without.status_code, stopped.json()["status"], stopped.json()["stop_reason"]) == (400, "stopped", "Moved away.")

    def test_of_a_foreign_patient_answers_like_a_random_id(self):
        plan, stranger = a_plan(), client_of(a_user(site=a_site("jersey-city")))

        known, random = (stranger.get(f"{PLANS}{key}/") for key in (plan.pk, uuid.uuid4()))

        assert (known.status_code, known.content) == (404, random.content)

    def test_is_found_by_patient_site_status_and_outcome(self):
        plan = a_plan(outcome="home_care")
        client, own = client_of(a_user()), f"patient={plan.patient_id}&site=columbus&status=draft&outcome=home_care"

        assert [row["id"] for row in client.get(f"{PLANS}?{own}").json()["results"]] == [str(plan.pk)]
        assert client.get(f"{PLANS}?status=active").json()["results"] == []
        assert client.get(f"{PLANS}?colour=red").status_code == 400


class TestWritingHomeCare:
    def test_answers_a_draft(self):
        actor, patient = an_author(), a_patient()

        answer = client_of(actor).post(CARE, care_for(patient))

        shown = answer.json()
        assert answer.status_code == 201
        assert (shown["status"], shown["version"], shown["series"]) == ("draft", 1, shown["id"])
        assert shown["items"][0] == {
            "ingredient": "retinol",
            "family": "retinoid",
            "prescription": False,
            "strength": "low",
            "region": "face",
            "extent": "whole",
            "per_week": 2,
            "time_of_day": "evening",
            "minutes": None,
            "ladder": [],
        }

    def test_refuses_a_strong_retinoid_by_g22(self):
        items = [RETINOL | {"strength": "high"}, SUNSCREEN]

        answer = client_of(an_author()).post(CARE, care_for(a_patient(), *items))

        assert (answer.status_code, reasons(answer)) == (422, [("G22", "retinoid_too_strong")])

    @pytest.mark.parametrize("role", ["practitioner", "medical_director"])
    def test_refuses_a_retinoid_in_pregnancy_by_g19_to_everybody(self, role):
        actor = an_author()
        actor.memberships.update(role=role)

        answer = client_of(actor).post(CARE, care_for(a_patient(), pregnancy_answer="trying"))

        assert (answer.status_code, reasons(answer)) == (422, [("G19", "contraindicated")])
        assert answer.json()["reasons"][0]["resource"] == "pregnant"

    def test_warns_while_breastfeeding(self):
        answer = client_of(an_author()).post(CARE, care_for(a_patient(), pregnancy_answer="breastfeeding"))

        assert answer.status_code == 201
        assert [(warning["gate"], warning["severity"]) for warning in answer.json()["warnings"]] == [("G19", "warn")]

    def test_warns_of_an_acid_for_the_other_skin(self):
        patient = a_patient()
        SkinProfile.objects.create(patient=patient, oily=True)
        cleanser = {"ingredient": "aha_cleanser", "region": "face", "strength": "low"}

        answer = client_of(an_author()).post(CARE, care_for(patient, cleanser, SUNSCREEN))

        assert [warning["code"] for warning in answer.json()["warnings"]] == ["skin_type_mismatch"]

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"items": [RETINOL | {"brand": "Shiny"}]}, "items[0].brand"),
            ({"items": [RETINOL | {"region": "knee"}]}, "items[0].region"),
            ({"items": [RETINOL | {"per_week": "2"}]}, "items[0].per_week"),
            ({"items": [RETINOL | {"ingredient": "snake_oil"}]}, "items[0].ingredient"),
            ({"pregnancy_answer": "maybe"}, "pregnancy_answer"),
            ({"version": 2}, "version"),
        ],
    )
    def test_names_the_field_that_cannot_be_read(self, change, field):
        answer = client_of(an_author()).post(CARE, care_for(a_patient()) | change)

        assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
        assert field in [error["field"] for error in answer.json()["errors"]]

    def test_acts_once_for_one_key(self):
        client, body = client_of(an_author()), care_for(a_patient())

        answers = [client.post(CARE, body, HTTP_IDEMPOTENCY_KEY="one") for _ in range(2)]

        assert answers[0].json() == answers[1].json()
        assert HomeCarePlan.objects.count() == 1


class TestHomeCare:
    def test_runs_through_its_versions(self):
        client = client_of(an_author())
        first = client.post(CARE, care_for(a_patient())).json()

        begun = client.post(f"{CARE}{first['id']}/activate/").json()
        second = client.post(f"{CARE}{first['id']}/new-version/", {"items": [CLEANSER]}).json()
        client.post(f"{CARE}{second['id']}/activate/")
        done = client.post(f"{CARE}{second['id']}/complete/").json()

        versions = client.get(f"{CARE}?series={first['series']}").json()["results"]
        assert [rung["nights"] for rung in begun["items"][0]["ladder"]][-1] == "ask_about_more"
        assert (second["version"], done["status"]) == (2, "completed")
        assert [row["status"] for row in versions] == ["superseded", "completed"]

    def test_is_changed_while_it_is_a_draft_by_who_names_its_version(self):
        client = client_of(an_author())
        made = client.post(CARE, care_for(a_patient()))
        url = f"{CARE}{made.json()['id']}/"

        without = client.patch(url, {"note": "Gently."})
        changed = client.patch(url, {"note": "Gently."}, HTTP_IF_MATCH=made["ETag"])
        begun = client.post(f"{url}activate/")
        late = client.patch(url, {"note": "Late."}, HTTP_IF_MATCH=begun["ETag"])

        assert (without.status_code, changed.json()["note"], late.status_code) == (428, "Gently.", 409)

    def test_with_a_retinoid_ends_when_a_pregnancy_is_recorded(self):
        actor = an_author()
        row = home_care(actor)
        held = [{"code": "pregnant", "since": "2027-01-12"}]

        answer = client_of(actor).post("/api/v1/skin-profiles/", {"patient": str(row.patient_id), "contraindications": held})

        assert answer.status_code == 201
        assert client_of(actor).get(f"{CARE}{row.pk}/").json()["status"] == "stopped"
        assert Task.objects.filter(kind="home_care_stopped", assignee=actor).count() == 1

    def test_of_a_foreign_patient_answers_like_a_random_id(self):
        row, stranger = home_care(), client_of(a_user(site=a_site("jersey-city")))

        for path in ("", "page/"):
            known, random = (stranger.get(f"{CARE}{key}/{path}") for key in (row.pk, uuid.uuid4()))
            assert (known.status_code, known.content) == (404, random.content)


class TestThePage:
    def test_tells_the_patient_what_to_do(self):
        row = home_care(patient=a_patient(given_name="Ada", family_name="<Lovelace>"))

        answer = client_of(a_user()).get(f"{CARE}{row.pk}/page/")

        text = answer.content.decode()
        assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (
            200,
            "text/html; charset=utf-8",
            "no-store",
        )
        assert '<html lang="en">' in text
        assert "Ada &lt;Lovelace&gt;" in text
        for said in (
            "Retinol without prescription",
            "April 6, 2027",
            "every other evening",
            "Petroleum jelly",
            "no medical advice",
        ):
            assert said in text

    def test_speaks_spanish_where_the_patient_does(self):
        row = home_care(patient=a_patient(language="es"))

        text = client_of(a_user()).get(f"{CARE}{row.pk}/page/").content.decode()

        assert '<html lang="es">' in text
        for said in ("Retinol sin receta", "6 de abril de 2027", "no es un consejo médico", "si está embarazada"):
            assert said in text

    def test_teaches_nobody_to_open_a_milium(self):
        text = client_of(a_user()).get(f"{CARE}{home_care().pk}/page/").content.decode().lower()

        assert not {word for word in ("lancet", "needle", "blade", "pierce") if word in text}

    def test_is_handed_out_once_it_has_begun(self):
        client = client_of(an_author())
        made = client.post(CARE, care_for(a_patient())).json()

        answer = client.get(f"{CARE}{made['id']}/page/")

        assert (answer.status_code, answer.json()["code"]) == (409, "illegal_transition")

    def test_says_when_it_is_over(self):
        actor = an_author()
        row, client = home_care(actor), client_of(actor)
        client.post(f"{CARE}{row.pk}/stop/", {"reason": "Irritated."})

        assert "no longer in use" in client.get(f"{CARE}{row.pk}/page/").content.decode()


class TestWhoMayCall:
    ROLES = ("front_desk", "practitioner", "manager", "medical_director")

    @pytest.fixture
    def reads(self):
        plan, row = a_plan(), home_care()
        return [PLANS, CARE, CLASSES, f"{PLANS}{plan.pk}/", f"{CARE}{row.pk}/", f"{CARE}{row.pk}/page/"]

    @pytest.fixture
    def writes(self):
        plan, row = a_plan(), home_care()
        step = plan.steps.first()
        return [
            PLANS,
            f"{PLANS}{plan.pk}/activate/",
            f"{PLANS}{plan.pk}/stop/",
            f"{PLANS}{plan.pk}/steps/{step.pk}/complete/",
            f"{PLANS}{plan.pk}/steps/{step.pk}/carried-out/",
            CARE,
            f"{CARE}{row.pk}/activate/",
            f"{CARE}{row.pk}/stop/",
            f"{CARE}{row.pk}/complete/",
            f"{CARE}{row.pk}/new-version/",
        ]

    @pytest.mark.parametrize("role", ROLES)
    def test_all_staff_read(self, reads, role):
        client = client_of(a_user(role))

        assert {client.get(url).status_code for url in reads} == {200}

    def test_nobody_else_reads(self, reads):
        stranger, anonymous = client_of(a_user(None, is_superuser=True)), client_of(a_user())
        anonymous.credentials()

        assert {stranger.get(url).status_code for url in reads} == {403}
        assert {anonymous.get(url).status_code for url in reads} == {401}

    @pytest.mark.parametrize("role", ["front_desk", "manager", None])
    def test_only_practitioners_write(self, writes, reads, role):
        client = client_of(a_user(role))

        assert {client.post(url, {}).status_code for url in writes} == {403}
        assert {client.patch(url, {}).status_code for url in reads[3:5]} == {403}

    @pytest.mark.parametrize("role", ["practitioner", "medical_director"])
    def test_a_role_alone_makes_no_practitioner(self, role):
        client = client_of(a_user(role))

        answers = [client.post(PLANS, plan_for(a_patient())), client.post(CARE, care_for(a_patient()))]

        assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(403, "not_permitted")] * 2
