"""`patients/{id}/timeline/`: everything that happened to one patient, in one answer."""

import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from appointments.policies.timeline import KINDS
from appointments.selectors.timeline import EVERYTHING
from appointments.services.delivery import deliver_due
from appointments.services.messages import plan_booked
from clinic.base import uuid7
from patients.models import Contraindication, SkinProfile
from tests.clinic.tokens import client_of
from tests.factories import NOON, a_lesion, a_patient, a_practitioner, a_site, a_user, a_visit, at, span
from tests.factories_consents import a_consent
from tests.factories_photos import a_photo
from tests.factories_records import a_complication, a_log, a_referral, a_stay, an_assessment, an_order
from tests.patients.charting import a_diagnosis
from treatments.models import HomeCarePlan, Incident, Override, TreatmentPlan

pytestmark = pytest.mark.django_db
MOST = 12


def url_of(patient) -> str:
    return f"/api/v1/patients/{patient.pk}/timeline/"


def told(patient, **query):
    return client_of(a_user()).get(url_of(patient), query).json()


def event_of(patient, kind: str):
    """The only event of that kind."""
    [event] = [event for event in told(patient)["events"] if event["kind"] == kind]
    return event


class TestTheTimeline:
    def test_shows_the_patient_with_the_lesions_as_they_are(self):
        lesion = a_lesion()

        answer = told(lesion.patient)

        assert answer["patient"] == {"id": str(lesion.patient_id), "name": lesion.patient.name}
        assert [(row["id"], row["body_site"]) for row in answer["lesions"]] == [(str(lesion.pk), "cheek")]

    def test_goes_from_the_latest_back_to_the_first(self):
        lesion = a_lesion()
        for minutes in (30, 10, 20):
            an_assessment(lesion, signed_at=at(minutes))

        signed = [event["at"] for event in told(lesion.patient)["events"] if event["kind"] == "assessment_signed"]

        assert signed == ["2027-01-12T12:30:00-05:00", "2027-01-12T12:20:00-05:00", "2027-01-12T12:10:00-05:00"]

    def test_tells_the_time_of_the_site_where_something_happened(self):
        patient, honolulu = a_patient(), a_site("honolulu", time_zone="Pacific/Honolulu")

        a_stay(patient, site=honolulu)

        event = event_of(patient, "arrived")
        assert (event["at"], event["site"]) == ("2027-01-12T07:00:00-10:00", "honolulu")

    def test_tells_the_story_of_one_lesion(self):
        one = a_lesion()
        an_assessment(a_lesion(one.patient))

        answer = told(one.patient, lesion=str(one.pk))

        assert [row["id"] for row in answer["lesions"]] == [str(one.pk)]
        assert [event["kind"] for event in answer["events"]] == ["lesion_noted"]

    def test_names_what_a_lesion_is_no_part_of_in_neither(self):
        answer = told(a_lesion().patient, lesion=str(a_lesion().pk))

        assert (answer["lesions"], answer["events"]) == ([], [])

    @pytest.mark.parametrize("query", [{"lesion": "cheek"}, {"limit": "5"}, {"kind": "visit"}])
    def test_refuses_what_it_cannot_read(self, query):
        answer = client_of(a_user()).get(url_of(a_patient()), query)

        assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


class TestWhatIsTold:
    def test_of_a_lesion_that_was_noted(self):
        lesion = a_lesion(count=3)

        event = event_of(lesion.patient, "lesion_noted")

        assert event.pop("at")
        assert event == {
            "kind": "lesion_noted",
            "id": str(lesion.pk),
            "title": "Lesion noted: Cheek, left",
            "detail": "3 of them",
            "lesions": [str(lesion.pk)],
            "by": None,
            "site": None,
        }

    def test_of_a_lesion_that_changed_its_status(self):
        lesion = a_lesion()
        lesion.status = "planned"
        lesion.save()

        event = event_of(lesion.patient, "lesion_status")

        assert (event["title"], event["detail"]) == ("Lesion planned: Cheek, left", "It was watching")

    def test_of_an_assessment_and_who_signed_it(self):
        derm = a_practitioner(name="Dr Lee", user=a_user(username="lee"))
        one = a_lesion()
        other = a_lesion(one.patient)

        an_assessment(one, other, signed_by=derm, diagnosis=a_diagnosis(), certainty="confirmed", note="Round. Hard")

        event = event_of(one.patient, "assessment_signed")
        assert (event["title"], event["detail"]) == ("Assessed: Milium", "confirmed. Round. Hard")
        assert set(event["lesions"]) == {str(one.pk), str(other.pk)}
        assert event["by"] == {"id": str(derm.pk), "name": "Dr Lee", "username": "lee"}

    def test_of_a_second_signature(self):
        lesion = a_lesion()

        an_assessment(lesion, cosigned_by=a_practitioner(name="Dr Lee"), cosigned_at=at(5))

        assert event_of(lesion.patient, "assessment_cosigned")["by"]["name"] == "Dr Lee"

    def test_of_a_contraindication(self):
        profile = SkinProfile.objects.create(patient=a_patient())

        Contraindication.objects.create(profile=profile, code="open_wound", since="2026-06-01")

        event = event_of(profile.patient, "contraindication_recorded")
        assert (event["title"], event["detail"]) == ("Contraindication: open wound", "Since 2026-06-01")

    def test_of_a_consent_and_its_end(self):
        patient, desk = a_patient(), a_user(username="desk")

        a_consent(patient, withdrawn_at=at(0), withdrawn_by=desk, withdrawal_reason="She moves away")

        event = event_of(patient, "consent_withdrawn")
        assert event_of(patient, "consent_signed")["title"] == "Consent signed: lancet extraction"
        assert (event["detail"], event["by"]["username"]) == ("She moves away", "desk")

    def test_of_a_referral(self):
        lesion = a_lesion()

        a_referral(lesion)

        event = event_of(lesion.patient, "referral_opened")
        assert (event["title"], event["lesions"]) == ("Referred to dermatology", [str(lesion.pk)])

    def test_of_an_order(self):
        lesion = a_lesion()

        an_order(lesion, status="revoked")

        event = event_of(lesion.patient, "order_signed")
        assert (event["title"], event["detail"]) == ("Order signed: lancet-extraction", "Revoked since")

    def test_of_an_exception(self):
        visit = a_visit()
        Override.objects.create(
            patient=visit.patient,
            site=visit.site,
            treatment=visit.items.get().treatment,
            gate="G18",
            reason="She has waited for a year and knows it",
            given_by=visit.practitioner,
            given_by_user=a_user(),
            given_at=at(0),
            expires_at=at(60),
        )

        assert event_of(visit.patient, "override_given")["title"] == "Exception from G18 given: lancet-extraction"

    def test_of_work_that_was_done_and_what_came_of_it(self):
        one = a_lesion()
        other = a_lesion(one.patient, region="eyelid")
        derm = a_practitioner(name="Dr Lee")

        log = a_log((one, "complete"), (other, "not_expressed"), attempts=2, performed_by=derm)

        event = event_of(one.patient, "procedure")
        assert (event["id"], event["title"], event["by"]["name"]) == (str(log.pk), "Done: lancet-extraction", "Dr Lee")
        assert event["detail"] == ("Cheek, left: complete (attempts: 2); Eyelid_Left_Upper, left: not expressed (attempts: 2)")
        assert set(event["lesions"]) == {str(one.pk), str(other.pk)}

    def test_of_a_log_that_nobody_has_signed_yet(self):
        lesion = a_lesion()

        a_log((lesion, ""), status="draft", signed_by=None, signed_at=None)

        assert event_of(lesion.patient, "procedure_drafted")["title"] == "Logged, not signed yet: lancet-extraction"

    def test_of_a_complication(self):
        lesion = a_lesion()

        a_complication(a_log((lesion, "complete")), "hypo_pigmentation", lesion=lesion)

        event = event_of(lesion.patient, "complication")
        assert (event["title"], event["detail"]) == ("Complication: hypo pigmentation", "mild")

    def test_of_an_incident(self):
        stay = a_stay()

        Incident.objects.create(
            encounter=stay,
            patient=stay.patient,
            site=stay.site,
            kind="wrong_depth",
            what_happened="The lancet went deeper than planned.",
            reported_by=a_user(username="pa"),
            reported_at=at(30),
        )

        event = event_of(stay.patient, "incident_reported")
        assert (event["title"], event["by"]["username"]) == ("Incident: wrong depth", "pa")

    def test_of_a_photo_and_that_its_picture_was_removed(self):
        photo = a_photo(bytes_removed_at=at(0), bytes_removed_because="consent_withdrawn")

        taken, removed = event_of(photo.patient, "photo_taken"), event_of(photo.patient, "photo_removed")

        assert (taken["at"], taken["title"]) == ("2026-06-01T11:00:00-04:00", "Photo taken: Cheek, left")
        assert removed["detail"] == "consent withdrawn"

    def test_of_a_plan(self):
        patient, derm = a_patient(), a_practitioner(name="Dr Lee")

        TreatmentPlan.objects.create(
            patient=patient,
            site=a_site(),
            author=derm,
            profession="dermatologist",
            status="draft",
            outcome="home_care",
            written_at=at(0),
        )

        event = event_of(patient, "plan_written")
        assert (event["title"], event["detail"]) == ("Plan written", "The consultation ended with home care")
        assert event["by"]["name"] == "Dr Lee"

    def test_of_home_care(self):
        patient = a_patient()

        HomeCarePlan.objects.create(
            patient=patient,
            site=a_site(),
            author=a_practitioner(),
            profession="dermatologist",
            series=uuid7(),
            written_at=at(0),
        )

        assert event_of(patient, "home_care_written")["title"] == "Home care written, version 1"

    def test_of_a_visit_at_its_booking_and_at_its_start(self):
        visit = a_visit(booked_by=a_user(username="desk"))

        booked, held = event_of(visit.patient, "visit_booked"), event_of(visit.patient, "visit")

        assert (booked["at"], booked["by"]["username"]) == ("2027-01-12T02:00:00-05:00", "desk")
        assert (held["at"], held["title"]) == ("2027-01-12T12:00:00-05:00", "Visit booked: lancet-extraction")

    def test_of_messages_that_left_and_that_could_not(self):
        one, other = a_visit(), a_visit(patient=a_patient(email=""), during=span(60))
        for visit in (one, other):
            plan_booked(visit=visit, now=NOON - timedelta(days=3))
        deliver_due(now=NOON - timedelta(days=3))

        assert event_of(one.patient, "message_sent")["title"] == "Message sent: P01"
        assert "no e-mail address" in event_of(other.patient, "message_not_sent")["detail"]


class TestItsCost:
    def test_does_not_grow_with_its_length(self):
        patient, client = a_patient(), client_of(a_user())
        short = self._statements(client, patient)
        practitioner = a_practitioner()
        for minutes in range(0, 300, 30):
            lesion = a_lesion(patient)
            an_assessment(lesion, signed_by=practitioner)
            an_order(lesion, signed_by=practitioner)
            a_log((lesion, "complete"), performed_by=practitioner)
            a_consent(patient, signed_at=at(minutes))

        long = self._statements(client, patient)

        assert long == short <= MOST

    def _statements(self, client, patient) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url_of(patient)).status_code == 200
        return len(captured)

    def test_knows_a_wording_for_every_kind_and_no_other(self):
        written = re.findall(r"(?:SELECT|THEN|ELSE) '(\w+)'", EVERYTHING)

        assert set(written) == set(KINDS)


class TestWhoMaySeeIt:
    def test_nobody_of_another_site(self):
        patient, stranger = a_patient(), client_of(a_user(site=a_site("jersey-city")))

        known, random = (stranger.get(f"/api/v1/patients/{key}/timeline/") for key in (patient.pk, uuid.uuid4()))

        assert (known.status_code, known.content) == (404, random.content)

    @pytest.mark.parametrize(
        ("role", "status"),
        [("front_desk", 200), ("practitioner", 200), ("manager", 200), ("medical_director", 200), (None, 403)],
    )
    def test_all_of_the_staff(self, role, status):
        assert client_of(a_user(role)).get(url_of(a_patient())).status_code == status

    def test_asks_for_a_token(self):
        assert APIClient().get(url_of(a_patient())).status_code == 401
