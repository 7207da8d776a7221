"""The dry run over HTTP: the same answer as a booking would get, and nothing written."""

import pytest

from appointments.models import Appointment
from tests.appointments.api.desk import API, APPOINTMENTS, asking, booked, codes
from tests.clinic.tokens import client_of
from tests.clinic_world import a_dermatologist, a_patient, a_user, charted, hire, noted_skin, open_site

VERDICTS = f"{API}/verdicts/"


def judge(clinic, client=None, **fields):
    response = (client or clinic.desk).post(VERDICTS, asking(clinic, **fields))
    assert response.status_code == 200, response.json()
    return response.json()


class TestAVerdict:
    def test_allows(self, clinic):
        assert judge(clinic) == {
            "allowed": True,
            "reasons": [],
            "warnings": [],
            "overrides_needed": [],
            "alternatives": [],
            "scopes": ["lancet_extraction/epidermal@face"],
        }

    def test_writes_nothing(self, clinic):
        judge(clinic)

        assert not Appointment.objects.exists()

    def test_refuses_with_every_reason_sorted_by_gate(self, clinic):
        hire("esthetician", site=clinic.site, username="esth")
        lesion = charted(clinic.patient, certainty="none", diagnosis=None, suspicious=True)
        treatments = [{"treatment": "lancet-extraction", "lesion": str(lesion.id)}]

        body = judge(clinic, practitioner="esth", treatments=treatments, start="2027-01-11T10:00:00-05:00")

        assert body["allowed"] is False
        gates = [reason["gate"] for reason in body["reasons"]]
        assert gates == sorted(gates, key=lambda gate: (gate is None, gate or ""))
        assert {"piercing_not_permitted", "diagnosis_unconfirmed", "lesion_suspicious", "order_required", "in_the_past"} <= set(
            codes(body)
        )

    def test_gives_each_reason_in_full(self, clinic):
        hire("optometrist", site=clinic.site, username="optom")

        [reason] = [found for found in judge(clinic, practitioner="optom")["reasons"] if found["gate"] == "G03"]

        assert reason["code"] == "optometrist_excluded"
        assert all(reason[name] for name in ("detail", "severity", "source", "mend"))

    def test_offers_what_could_be_booked_instead(self, clinic):
        hire("esthetician", site=clinic.site, username="esth")

        alternatives = judge(clinic, practitioner="esth")["alternatives"]

        assert {found["practitioner"]["username"] for found in alternatives} == {"derm"}
        assert set(alternatives[0]) >= {"practitioner", "site", "room", "start", "end"}

    def test_offers_nothing_where_the_patient_is_the_reason(self, clinic):
        lesion = charted(clinic.patient, suspicious=True)
        treatments = [{"treatment": "lancet-extraction", "lesion": str(lesion.id)}]

        assert judge(clinic, treatments=treatments)["alternatives"] == []

    def test_names_the_overrides_that_would_help(self, clinic):
        noted_skin(clinic.patient, "isotretinoin")

        body = judge(clinic, treatments=[{"treatment": "medium-peel", "body_site": "cheek"}])

        assert body["overrides_needed"] == ["G18"]
        assert [(reason["severity"], reason["gate"]) for reason in body["reasons"]] == [("soft", "G18")]

    def test_warns_without_refusing(self, clinic):
        noted_skin(clinic.patient, "isotretinoin")

        body = judge(clinic, treatments=[{"treatment": "superficial-peel", "body_site": "cheek"}])

        assert (body["allowed"], [warning["gate"] for warning in body["warnings"]]) == (True, ["G18"])

    def test_says_what_is_taken(self, clinic):
        booked(clinic)
        other = a_patient(clinic.site)

        body = judge(clinic, patient=str(other.id), treatments=[{"treatment": "diagnosis"}])

        assert [(reason["code"], reason["resource"]) for reason in body["reasons"]] == [("slot_taken", "practitioner")]

    def test_says_that_the_site_does_not_offer_it(self, clinic):
        body = judge(clinic, treatments=[{"treatment": "haircut"}])

        assert (body["allowed"], codes(body)) == (False, ["treatment_not_offered"])

    def test_lists_both_acts_of_a_clean_up(self, clinic):
        body = judge(clinic, treatments=[{"treatment": "clean-up", "body_site": "cheek"}])

        assert body["scopes"] == ["comedone_extraction/stratum_corneum@face", "microdermabrasion/superficial@face"]

    def test_is_what_booking_answers(self, clinic):
        hire("esthetician", site=clinic.site, username="esth")

        reasons = judge(clinic, practitioner="esth")["reasons"]

        assert clinic.desk.post(APPOINTMENTS, asking(clinic, practitioner="esth")).json()["reasons"] == reasons

    def test_is_given_for_any_site(self, clinic):
        elsewhere = open_site("san-diego", jurisdiction="US-CA", time_zone="America/Los_Angeles")
        a_dermatologist(site=elsewhere, username="derm-ca")

        body = judge(clinic, site="san-diego", practitioner="derm-ca", treatments=[{"treatment": "diagnosis"}])

        assert body["allowed"] is True

    @pytest.mark.parametrize(
        ("start", "code"),
        [
            ("2027-03-14T02:30:00-05:00", "not_a_local_time"),
            ("2027-03-14T02:30:00-04:00", "not_a_local_time"),
        ],
    )
    def test_knows_the_times_that_the_clocks_skip(self, clinic, start, code):
        assert codes(judge(clinic, start=start)) == [code]

    @pytest.mark.parametrize("start", ["2027-03-14T07:30:00Z", "2027-03-14T03:30:00-04:00", "2027-03-14T02:30:00+00:00"])
    def test_takes_the_moments_that_exist(self, clinic, start):
        assert judge(clinic, start=start)["allowed"] is True


class TestWhoAsks:
    @pytest.mark.parametrize("role", ["front_desk", "practitioner", "manager", "medical_director"])
    def test_is_any_member_of_the_staff(self, clinic, role):
        assert judge(clinic, client_of(a_user(role, clinic.site)))["allowed"] is True

    def test_is_nobody_without_a_role(self, clinic):
        assert client_of(a_user(None)).post(VERDICTS, asking(clinic)).status_code == 403

    def test_sees_the_patient(self, clinic):
        elsewhere = open_site("san-diego", jurisdiction="US-CA", time_zone="America/Los_Angeles")

        response = clinic.desk.post(VERDICTS, asking(clinic, patient=str(a_patient(elsewhere).id)))

        assert response.status_code == 404
