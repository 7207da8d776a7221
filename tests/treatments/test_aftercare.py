"""Answers about the healing: kept as they are told, and put before somebody at once where they cannot wait."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from appointments.models import Message
from clinic.base import uuid7
from clinic.errors import Conflict, Malformed, RuleBroken
from clinic.models import Shift, Task
from clinic.services.tasks import open_task
from patients.models import Photo
from patients.services.images import SentFile
from tests.clinic.tokens import client_of
from tests.factories import NOON, a_lesion, a_site, a_user
from tests.factories_aftercare import TWO_DAYS_LATER, WELL, a_performer, answered, well, work
from tests.factories_photos import a_photo, a_photographed_patient
from tests.factories_records import as_told
from tests.pictures import jpeg
from tests.refusing import refused_as, sql
from treatments.models import AftercareReport, Procedure, ProcedureItem
from treatments.policies.aftercare import RED_FLAGS, SOURCES, red_flags
from treatments.services.aftercare import Sent, take_answers

URL = "/api/v1/aftercare-reports/"


class TestRedFlags:
    @pytest.mark.parametrize(
        ("answer", "flags"),
        [
            ({}, []),
            ({"redness": "strong"}, []),
            ({"redness": "spreading"}, ["spreading_redness"]),
            ({"discharge": "clear"}, []),
            ({"discharge": "pus"}, ["pus"]),
            ({"fever": True}, ["fever"]),
            ({"pain": 6}, []),
            ({"pain": 7}, ["strong_pain"]),
            ({"vision_changed": True}, ["vision_changed"]),
            ({"lid_swollen": True}, []),
            ({"fever": True, "discharge": "pus", "vision_changed": True}, ["vision_changed", "pus", "fever"]),
        ],
    )
    def test_are_what_cannot_wait_the_gravest_first(self, answer, flags):
        assert red_flags(well(**answer), near_eye=False) == flags

    def test_a_swollen_lid_is_one_after_work_near_the_eye(self):
        assert red_flags(well(lid_swollen=True), near_eye=True) == ["lid_swollen"]

    def test_name_their_sources(self):
        assert set(SOURCES) == set(RED_FLAGS)
        assert all(SOURCES.values())


def tasks_about(report) -> dict[str, Task]:
    return {task.kind: task for task in Task.objects.filter(subject=report.pk)}


@pytest.mark.django_db
class TestReporting:
    def test_keeps_what_was_told(self):
        procedure = work()

        report = answered(procedure, redness="strong", words="It itches.")

        assert (report.patient, report.redness, report.words, report.red_flags) == (
            procedure.patient,
            "strong",
            "It itches.",
            [],
        )
        assert (report.answered_at, report.entered_by) == (TWO_DAYS_LATER, None)

    def test_a_red_flag_calls_the_performer_at_once(self):
        performer = a_performer()

        report = answered(work(performer), fever=True)

        [task] = tasks_about(report).values()
        assert (task.kind, task.assignee, task.role, task.urgent) == (
            "aftercare_red_flag",
            performer.user,
            "practitioner",
            True,
        )
        assert task.due_at == TWO_DAYS_LATER

    def test_a_red_flag_calls_the_front_desk_too_when_the_performer_has_gone(self):
        performer = a_performer()
        Shift.objects.filter(practitioner=performer).delete()

        task = tasks_about(answered(work(performer), discharge="pus"))["aftercare_red_flag_desk"]

        assert (task.role, task.assignee, task.urgent) == ("front_desk", None, True)

    def test_a_shift_that_is_over_does_not_count(self):
        performer = a_performer()
        [shift] = Shift.objects.filter(practitioner=performer)
        shift.during = (NOON, TWO_DAYS_LATER)
        shift.save()

        assert "aftercare_red_flag_desk" in tasks_about(answered(work(performer), fever=True))

    @pytest.mark.parametrize("change", [{"active": False}, {"user": None}])
    def test_a_red_flag_calls_the_front_desk_when_the_performer_cannot_be_called(self, change):
        performer = a_performer()
        procedure = work(performer)
        type(performer).objects.filter(pk=performer.pk).update(**change)

        assert "aftercare_red_flag_desk" in tasks_about(answered(procedure, fever=True))

    def test_a_swollen_lid_counts_where_the_eye_was_near(self):
        procedure = work()
        with as_told():
            ProcedureItem.objects.filter(procedure=procedure).update(region="eyelid")

        assert answered(procedure, lid_swollen=True).red_flags == ["lid_swollen"]

    def test_nothing_in_the_task_tells_who_or_what(self):
        procedure = work()

        task = tasks_about(answered(procedure, vision_changed=True))["aftercare_red_flag"]

        assert procedure.patient.family_name not in task.detail
        assert "vision" not in task.detail.lower()

    def test_without_one_the_review_that_is_due_is_settled(self):
        procedure = work()
        due = self.review(procedure, TWO_DAYS_LATER)

        answered(procedure)

        due.refresh_from_db()
        assert (due.state, due.done_by, due.done_at) == ("done", None, TWO_DAYS_LATER)

    def test_without_one_the_review_that_is_still_to_come_stays(self):
        procedure = work()
        later = self.review(procedure, TWO_DAYS_LATER + timedelta(days=12))

        answered(procedure)

        later.refresh_from_db()
        assert later.state == "open"

    def test_with_one_the_review_stays_open(self):
        procedure = work()
        due = self.review(procedure, TWO_DAYS_LATER)

        answered(procedure, fever=True)

        due.refresh_from_db()
        assert due.state == "open"

    def test_a_second_answer_is_a_further_report(self):
        procedure = work()

        first, second = answered(procedure), answered(procedure, fever=True, now=TWO_DAYS_LATER + timedelta(hours=5))

        assert AftercareReport.objects.filter(procedure=procedure).count() == 2
        assert (first.red_flags, second.red_flags) == ([], ["fever"])

    def test_the_same_submission_counts_once(self):
        procedure, key = work(), uuid7()

        first = answered(procedure, submission=key, fever=True)
        again = answered(procedure, submission=key, fever=True, now=TWO_DAYS_LATER + timedelta(minutes=1))

        assert again == first
        assert Task.objects.filter(kind="aftercare_red_flag").count() == 1

    def test_an_answer_is_waited_for_no_more(self):
        procedure = work()
        message = Message.objects.create(
            site=procedure.site,
            subject=procedure.pk,
            subject_kind="procedure",
            revision=2,
            recipient=procedure.patient,
            kind="P08",
            channel="sms",
            due_at=TWO_DAYS_LATER + timedelta(hours=1),
            idempotency_key="once",
        )

        answered(procedure)

        message.refresh_from_db()
        assert (message.state, message.reason_not_sent) == ("withdrawn", "the patient has answered")

    def test_is_refused_about_work_that_is_not_signed(self):
        procedure = work()
        with as_told():
            Procedure.objects.filter(pk=procedure.pk).update(status="draft", signed_by=None, signed_at=None)

        with pytest.raises(Conflict) as refused:
            answered(procedure)

        assert refused.value.code == "illegal_transition"

    def test_refuses_a_photo_of_somebody_else(self):
        with pytest.raises(RuleBroken) as refused:
            answered(photo=a_photo())

        assert refused.value.code == "photo_of_another_patient"

    @pytest.mark.parametrize("answer", [{"pain": 11}, {"redness": "blue"}, {"discharge": "x"}, {"words": "x" * 1001}])
    def test_refuses_what_is_no_answer(self, answer):
        with pytest.raises(Malformed) as refused:
            answered(**answer)

        assert list(refused.value.fields) == list(answer)

    def review(self, procedure, due_at) -> Task:
        return open_task(kind="review_procedure", subject=procedure.pk, site=procedure.site, role="practitioner", due_at=due_at)


@pytest.mark.django_db
class TestTakingWhatAPatientSends:
    def sent(self, **fields) -> Sent:
        return Sent(
            **{"submission": uuid7(), "answers": well(), "language": "es", "picture": SentFile(content=jpeg())} | fields
        )

    def test_keeps_the_picture_of_the_lesion_with_the_answers(self):
        lesion = a_lesion(a_photographed_patient())

        report, refused = take_answers(procedure=work(lesion=lesion), sent=self.sent(), now=TWO_DAYS_LATER)

        assert refused is None
        assert (report.photo.lesion, report.photo.uploaded_by, report.language) == (lesion, None, "es")

    def test_keeps_the_answers_without_a_consent_to_photos(self):
        report, refused = take_answers(procedure=work(), sent=self.sent(answers=well(fever=True)), now=TWO_DAYS_LATER)

        assert (refused.code, report.photo, report.red_flags) == ("consent_missing", None, ["fever"])
        assert tasks_about(report)

    def test_keeps_the_answers_when_the_picture_is_none(self):
        lesion = a_lesion(a_photographed_patient())
        sent = self.sent(picture=SentFile(content=b"no picture at all"))

        report, refused = take_answers(procedure=work(lesion=lesion), sent=sent, now=TWO_DAYS_LATER)

        assert refused.code.startswith("image_")
        assert AftercareReport.objects.get() == report

    def test_keeps_one_picture_of_one_submission(self):
        lesion = a_lesion(a_photographed_patient())
        procedure, sent = work(lesion=lesion), self.sent()

        for _ in range(2):
            take_answers(procedure=procedure, sent=sent, now=TWO_DAYS_LATER)

        assert (Photo.objects.count(), AftercareReport.objects.count()) == (1, 1)

    def test_shows_the_body_site_where_several_lesions_were_treated(self):
        patient = a_photographed_patient()
        procedure = work(lesion=a_lesion(patient))
        other = a_lesion(patient)
        with as_told():
            first = procedure.outcomes.get()
            type(first).objects.create(
                item=first.item, procedure=procedure, patient=patient, lesion=other, result="complete", attempts=1
            )

        report, _ = take_answers(procedure=procedure, sent=self.sent(), now=TWO_DAYS_LATER)

        assert (report.photo.lesion, report.photo.body_site.code) == (None, "cheek")

    def test_shows_the_area_where_no_lesion_is_named(self):
        procedure = work(lesion=a_lesion(a_photographed_patient()))
        with as_told():
            procedure.outcomes.all().delete()

        report, _ = take_answers(procedure=procedure, sent=self.sent(), now=TWO_DAYS_LATER)

        assert (report.photo.chart, report.photo.body_site) == ("face_front", None)


@pytest.mark.django_db
class TestPostgres:
    INSERT = (
        "INSERT INTO treatments_aftercarereport (procedure_id, patient_id, submission, answered_at, language, redness, pain,"
        " discharge, fever, vision_changed, lid_swollen, words, photo_id, red_flags)"
        " VALUES (%s, %s, uuidv7(), %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
    )

    def insert(self, procedure, *, now=TWO_DAYS_LATER, patient=None, language="en", photo=None, flags=(), **answer) -> str:
        told = WELL | {"words": ""} | answer
        return refused_as(
            lambda: sql(
                self.INSERT,
                procedure.pk,
                (patient or procedure.patient).pk,
                now,
                language,
                *(told[name] for name in ("redness", "pain", "discharge", "fever", "vision_changed", "lid_swollen", "words")),
                photo and photo.pk,
                list(flags),
            )
        )

    @pytest.mark.parametrize(
        ("answer", "constraint"),
        [
            ({"language": "de"}, "aftercare_report_is_in_a_known_language"),
            ({"redness": "blue"}, "aftercare_report_knows_the_redness"),
            ({"discharge": "x"}, "aftercare_report_knows_the_discharge"),
            ({"pain": 11, "flags": ["strong_pain"]}, "aftercare_pain_is_at_most_ten"),
            ({"flags": ["itch"]}, "aftercare_report_knows_its_red_flags"),
            ({"redness": "spreading"}, "aftercare_report_hides_no_red_flag"),
            ({"discharge": "pus"}, "aftercare_report_hides_no_red_flag"),
            ({"fever": True, "flags": ["pus"]}, "aftercare_report_hides_no_red_flag"),
            ({"vision_changed": True}, "aftercare_report_hides_no_red_flag"),
            ({"pain": 7}, "aftercare_report_hides_no_red_flag"),
            ({"now": NOON - timedelta(days=1)}, "aftercare_report_is_about_signed_work"),
            ({"fever": True, "flags": ["fever"]}, "red_flag_opens_an_urgent_task"),
        ],
    )
    def test_refuses(self, answer, constraint):
        assert self.insert(work(), **answer) == constraint

    def test_refuses_a_swollen_lid_that_is_no_red_flag_near_the_eye(self):
        procedure = work()
        with as_told():
            ProcedureItem.objects.filter(procedure=procedure).update(region="periocular")

        assert self.insert(procedure, lid_swollen=True) == "aftercare_report_hides_no_red_flag"

    def test_refuses_answers_about_a_draft(self):
        procedure = work()
        with as_told():
            Procedure.objects.filter(pk=procedure.pk).update(status="draft", signed_by=None, signed_at=None)

        assert self.insert(procedure) == "aftercare_report_is_about_signed_work"

    def test_refuses_another_patient(self):
        refused = self.insert(work(), patient=a_lesion().patient)

        assert refused == "aftercare_report_is_of_the_patient_of_its_procedure"

    def test_refuses_a_photo_of_another_patient(self):
        assert self.insert(work(), photo=a_photo()) == "aftercare_photo_is_of_the_patient"

    def test_refuses_the_same_submission_twice(self):
        answered()
        with connection.cursor() as cursor:
            cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'treatments_aftercarereport'")
            names = ", ".join(f'"{name}"' for (name,) in cursor.fetchall() if name != "id")
        again = f"INSERT INTO treatments_aftercarereport ({names}) SELECT {names} FROM treatments_aftercarereport"

        assert refused_as(lambda: sql(again)) == "aftercare_answers_are_kept_once"

    @pytest.mark.parametrize(
        "change", ["UPDATE treatments_aftercarereport SET words = 'fine'", "DELETE FROM treatments_aftercarereport"]
    )
    def test_keeps_what_was_told(self, change):
        answered(fever=True)

        assert refused_as(lambda: sql(change)) == "aftercare_report_is_kept"


@pytest.fixture
def two_days_later():
    with time_machine.travel(TWO_DAYS_LATER, tick=True):
        yield


@pytest.mark.django_db
@pytest.mark.usefixtures("two_days_later")
class TestOverHttp:
    def test_lists_the_latest_first(self):
        procedure = work()
        first, second = answered(procedure), answered(procedure, fever=True, now=TWO_DAYS_LATER + timedelta(hours=1))

        results = client_of(a_user("front_desk")).get(URL, {"procedure": str(procedure.pk)}).json()["results"]

        assert [shown["id"] for shown in results] == [str(second.pk), str(first.pk)]
        assert results[0]["answered_at"] == "2027-01-14T13:00:00-05:00"
        assert results[0]["red_flags"] == ["fever"]

    def test_narrows_by_patient_and_red_flags(self):
        one = answered(fever=True)
        other = answered()
        client = client_of(a_user("front_desk"))

        def listed(**query):
            return [shown["id"] for shown in client.get(URL, query).json()["results"]]

        assert listed(patient=str(other.patient_id)) == [str(other.pk)]
        assert listed(flagged="true") == [str(one.pk)]
        assert listed(flagged="false") == [str(other.pk)]

    def test_is_written_down_by_staff(self):
        clerk, procedure = a_user("front_desk"), work()

        response = client_of(clerk).post(URL, {"procedure": str(procedure.pk), **WELL, "fever": True, "words": "Since noon."})

        shown = response.json()
        assert (response.status_code, shown["entered_by"], shown["red_flags"]) == (201, str(clerk.pk), ["fever"])
        assert Task.objects.get(kind="aftercare_red_flag").urgent

    @pytest.mark.parametrize("field", list(WELL))
    def test_needs_every_answer(self, field):
        body = {"procedure": str(work().pk), **WELL}
        del body[field]

        response = client_of(a_user("front_desk")).post(URL, body)

        assert (response.status_code, response.json()["errors"][0]["field"]) == (400, field)

    def test_shows_one(self):
        report = answered(words="It itches.")

        shown = client_of(a_user("practitioner")).get(f"{URL}{report.pk}/").json()

        assert (shown["words"], shown["pain"], shown["site"], shown["photo"]) == ("It itches.", 1, "columbus", None)

    def test_hides_what_is_elsewhere_like_what_does_not_exist(self):
        report = answered()
        client = client_of(a_user("front_desk", site=a_site("jersey-city")))

        hidden, absent = client.get(f"{URL}{report.pk}/"), client.get(f"{URL}{uuid7()}/")

        assert (hidden.status_code, hidden.content) == (404, absent.content)
        assert client.get(URL).json()["results"] == []
        assert client.post(URL, {"procedure": str(report.procedure_id), **WELL}).status_code == 404

    @pytest.mark.parametrize("role", ["front_desk", "practitioner", "manager", "medical_director"])
    def test_is_for_all_staff(self, role):
        report = answered()
        client = client_of(a_user(role))

        statuses = (
            client.get(URL).status_code,
            client.get(f"{URL}{report.pk}/").status_code,
            client.post(URL, {"procedure": str(report.procedure_id), **WELL}).status_code,
        )

        assert statuses == (200, 200, 201)

    def test_is_for_nobody_without_a_role(self):
        assert client_of(a_user(None)).get(URL).status_code == 403

    def test_shows_up_in_the_timeline(self):
        report = answered(fever=True, words="Since noon.")

        events = client_of(a_user()).get(f"/api/v1/patients/{report.patient_id}/timeline/").json()["events"]

        [event] = [event for event in events if event["kind"] == "aftercare_reported"]
        assert event["detail"] == "Cannot wait: fever. Redness mild. Pain 1 of 10. Discharge none. Fever. Since noon."

    def test_is_in_the_export(self):
        report = answered(words="It itches.")

        records = client_of(a_user()).get(f"/api/v1/patients/{report.patient_id}/export/").json()["records"]

        [section] = [section for section in records if section["kind"] == "treatments.aftercarereport"]
        assert [row["words"] for row in section["rows"]] == ["It itches."]

    def test_a_photo_that_the_patient_sent_names_no_uploader(self):
        patient = a_photographed_patient()
        photo = a_photo(patient)
        with as_told():
            Photo.objects.filter(pk=photo.pk).update(uploaded_by=None)

        shown = client_of(a_user("practitioner")).get(f"/api/v1/photos/{photo.pk}/").json()

        assert shown["uploaded_by"] is None
