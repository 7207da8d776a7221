"""The acceptance scenarios of the clinical model, as far as they concern booking; each test carries its number."""

from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from appointments.models import Appointment, Message
from appointments.selectors.slots import Search, search_slots
from appointments.selectors.verdicts import verdict
from appointments.services.course import check_in
from appointments.services.delivery import deliver_due
from appointments.services.refusing import WorkRefused
from clinic.errors import RuleBroken
from clinic.models import Licence, PolicyRow
from clinic.services.credentials.licences import LicenceCorrection, correct_licence, suspend_licence
from clinic.services.policy import approve_policy_row, verify_policy_row
from patients.services.assessments import NewAssessment, sign_assessment
from patients.services.lesions import NewLesion, note_lesion
from tests import clinic_world as world
from tests.clinic_world import NOW, SmallClinic, after, ask, asked, book, codes, gates, judged, on
from tests.factories_consents import a_consent
from treatments.models import Treatment
from treatments.selectors.work import Asked, work_of
from treatments.services.overrides import NewOverride, give_override

pytestmark = pytest.mark.django_db
LANCET_PERIOCULAR = "lancet_extraction/epidermal@periocular"


@pytest.fixture
def clinic() -> SmallClinic:
    return world.a_small_clinic()


def approve_ohios_rule(clinic: SmallClinic) -> None:
    """The row of Ohio for estheticians and lancets, verified by a manager and approved by the medical director."""
    row = PolicyRow.objects.get(jurisdiction="US-OH", profession="esthetician", act="lancet_extraction")
    verify_policy_row(actor=world.a_manager(), row=row, now=world.BEFORE)
    approve_policy_row(actor=world.a_director(), row=row, now=world.BEFORE)


def assessed(signer, *lesions, **finding) -> None:
    sign_assessment(actor=signer.user, lesions=[row.id for row in lesions], assessment=NewAssessment(**finding), now=NOW)


def stored(visit: Appointment) -> Appointment:
    return Appointment.objects.get(pk=visit.pk)


class TestScenario01:
    def test_scenario_01_a_dermatologists_visit_is_booked_with_licence_privilege_and_policy_version(self, clinic):
        visit = book(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion)

        decision = stored(visit).decision
        assert stored(visit).status == "booked"
        assert decision["licence"]["id"] == str(Licence.objects.get(practitioner=clinic.derm).id)
        assert [(held["scope"], held["policy_version"]) for held in decision["policy"]] == [
            ("lancet_extraction/epidermal@face", 1)
        ]


class TestScenario02:
    @pytest.fixture
    def esthetician(self, clinic):
        approve_ohios_rule(clinic)
        return world.hire("esthetician", site=clinic.site, trainings=["lancet"])

    def test_scenario_02_ohios_verified_row_lets_an_esthetician_open_the_stratum_corneum(self, clinic, esthetician):
        lesion = world.charted(clinic.patient, depth="stratum_corneum", body_site="chin")
        world.order(clinic.derm, clinic.patient, [lesion])

        visit = book(clinic.desk, clinic.patient, after(), esthetician, lesion)

        assert visit.practitioner == esthetician
        assert any("OAC 4713-8-04" in source for source in visit.decision["sources"])

    @pytest.mark.parametrize(
        ("region", "depth", "code"),
        [
            ("face", "epidermal", "depth_not_permitted"),
            ("eyelid", "stratum_corneum", "eyelid_restricted"),
            ("periocular", "stratum_corneum", "privilege_missing"),
        ],
    )
    def test_scenario_02_deeper_or_nearer_to_the_eye_she_is_refused(self, clinic, esthetician, region, depth, code):
        lesion = world.charted(clinic.patient, region, depth)

        answer = judged(clinic.derm.user, clinic.patient, after(), esthetician, lesion)

        assert codes(answer.reasons) == {code}

    def test_scenario_02_without_the_training_she_is_refused(self, clinic):
        approve_ohios_rule(clinic)
        untrained = world.hire("esthetician", site=clinic.site)
        lesion = world.charted(clinic.patient, depth="stratum_corneum", body_site="chin")

        answer = judged(clinic.derm.user, clinic.patient, after(), untrained, lesion)

        assert gates(answer.reasons) == {"training_missing": "G07"}


class TestScenario03:
    @pytest.fixture
    def aesthetician(self, clinic):
        return world.hire("medical_aesthetician", site=clinic.site, trainings=["lancet"])

    def test_scenario_03_with_the_supervisor_on_site_for_the_whole_visit_it_is_booked(self, clinic, aesthetician):
        supervisor = world.a_dermatologist(site=clinic.site, shift=(after(hour=9), after(hour=10, minute=30)))
        world.agree(supervisor, aesthetician)

        visit = book(clinic.derm.user, clinic.patient, after(), aesthetician, clinic.lesion)

        assert (visit.supervisor, visit.supervision) == (supervisor, "direct")

    def test_scenario_03_with_a_supervisor_who_leaves_ten_minutes_early_it_is_refused(self, clinic, aesthetician):
        supervisor = world.a_dermatologist(site=clinic.site, shift=(after(hour=9), after(hour=10, minute=20)))
        world.agree(supervisor, aesthetician)

        answer = judged(clinic.derm.user, clinic.patient, after(), aesthetician, clinic.lesion)

        assert gates(answer.reasons) == {"supervisor_absent": "G08"}


class TestScenario04:
    @pytest.fixture
    def assistant(self, clinic):
        person = world.hire("physician_assistant", site=clinic.site, trainings=["lancet"])
        supervisor = world.a_dermatologist(site=clinic.site, username="supervisor")
        world.agree(supervisor, person)
        return person

    def shorten(self, last: date) -> list:
        licence = Licence.objects.get(practitioner__user__username="supervisor")
        return correct_licence(actor=None, licence=licence, correction=LicenceCorrection(valid_through=last), now=NOW)[1]

    def test_scenario_04_the_visit_is_pending_once_the_supervisors_expiry_is_recorded(self, clinic, assistant):
        visit = book(clinic.derm.user, clinic.patient, after(5), assistant, clinic.lesion)

        moved = self.shorten(after(4).date())

        assert (moved, stored(visit).status) == ([visit.id], "needs_reassignment")

    def test_scenario_04_a_visit_before_that_day_stays(self, clinic, assistant):
        visit = book(clinic.derm.user, clinic.patient, after(4), assistant, clinic.lesion)

        self.shorten(after(4).date())

        assert stored(visit).status == "booked"

    def test_scenario_04_new_visits_past_that_day_are_refused(self, clinic, assistant):
        self.shorten(after(4).date())

        answer = judged(clinic.derm.user, clinic.patient, after(5), assistant, clinic.lesion)

        assert codes(answer.reasons) == {"supervisor_not_qualified"}


class TestScenario05:
    LAST = date(2027, 11, 30)

    def test_scenario_05_on_the_first_of_december_the_licence_has_expired(self, clinic):
        leaving = world.a_dermatologist(site=clinic.site, valid_through=self.LAST)

        answer = judged(clinic.derm.user, clinic.patient, on(date(2027, 12, 1), 0, 30), leaving, clinic.lesion)

        assert gates(answer.reasons) == {"licence_expired": "G01"}

    def test_scenario_05_a_visit_that_ends_on_its_last_evening_is_accepted(self, clinic):
        leaving = world.a_dermatologist(site=clinic.site, valid_through=self.LAST)

        visit = book(clinic.derm.user, clinic.patient, on(self.LAST, 23), leaving, clinic.lesion)

        assert visit.end == on(self.LAST, 23, 30)

    def test_scenario_05_a_visit_that_ends_after_midnight_is_refused(self, clinic):
        leaving = world.a_dermatologist(site=clinic.site, valid_through=self.LAST)

        answer = judged(clinic.derm.user, clinic.patient, on(self.LAST, 23, 31), leaving, clinic.lesion)

        assert codes(answer.reasons) == {"licence_expired"}

    def test_scenario_05_a_visit_that_ends_at_midnight_is_accepted(self, clinic):
        leaving = world.a_dermatologist(site=clinic.site, valid_through=self.LAST)

        visit = book(clinic.derm.user, clinic.patient, on(self.LAST, 23, 30), leaving, clinic.lesion)

        assert visit.end == on(date(2027, 12, 1), 0)


class TestScenario06:
    @pytest.fixture
    def renewed(self, clinic):
        """Licensed through the 14th, and again from the 18th on."""
        person = world.a_dermatologist(site=clinic.site, valid_through=date(2027, 1, 14))
        world.license_too(person, "dermatologist", valid_from=date(2027, 1, 18))
        return person

    @pytest.mark.parametrize("day", [15, 16, 17])
    def test_scenario_06_in_the_gap_it_is_refused(self, clinic, renewed, day):
        answer = judged(clinic.derm.user, clinic.patient, on(date(2027, 1, day)), renewed, clinic.lesion)

        assert codes(answer.reasons) == {"licence_expired"}

    @pytest.mark.parametrize("day", [14, 18])
    def test_scenario_06_on_either_side_of_the_gap_it_is_booked(self, clinic, renewed, day):
        visit = book(clinic.derm.user, clinic.patient, on(date(2027, 1, day)), renewed, clinic.lesion)

        assert visit.practitioner == renewed

    def test_scenario_06_a_renewal_without_a_gap_is_one_licence(self, clinic):
        person = world.a_dermatologist(site=clinic.site, valid_through=date(2027, 1, 14))
        world.license_too(person, "dermatologist", valid_from=date(2027, 1, 15))

        visit = book(clinic.derm.user, clinic.patient, on(date(2027, 1, 14), 23, 45), person, clinic.lesion)

        assert visit.end == on(date(2027, 1, 15), 0, 15)


class TestScenario07:
    def test_scenario_07_a_licence_that_waits_for_verification_does_not_count(self, clinic):
        newcomer = world.a_dermatologist(
            site=clinic.site, status="pending_verification", verified_at=None, verified_by=None, verification_method=""
        )

        answer = judged(clinic.derm.user, clinic.patient, after(), newcomer, clinic.lesion)

        assert gates(answer.reasons) == {"licence_unverified": "G01"}


class TestScenario08:
    def test_scenario_08_a_licence_for_ohio_does_not_count_in_california(self, clinic):
        california = world.open_site("san-diego", jurisdiction="US-CA", time_zone="America/Los_Angeles")
        visitor = world.a_dermatologist(site=california, jurisdiction="US-OH")
        local = world.a_dermatologist(site=california)

        answer = judged(local.user, clinic.patient, after(), visitor, clinic.lesion, site=california)

        assert gates(answer.reasons) == {"jurisdiction_mismatch": "G01"}


class TestScenario09:
    @pytest.fixture
    def assistant(self, clinic):
        person = world.hire("physician_assistant", site=clinic.site, trainings=["lancet"])
        world.agree(clinic.derm, person, level="direct")
        return person

    @pytest.fixture
    def under_the_eye(self, clinic):
        """As reported by the patient: nobody has verified where it lies."""
        return world.charted(clinic.patient, "periocular", region_verified=False)

    @pytest.mark.parametrize("profession", ["physician_assistant", "nurse_practitioner", "medical_aesthetician", "esthetician"])
    def test_scenario_09_unverified_it_is_refused_to_whoever_may_not_do_lids(self, clinic, under_the_eye, profession):
        performer = world.hire(profession, site=clinic.site, trainings=["lancet"])
        world.agree(clinic.derm, performer)

        answer = judged(clinic.derm.user, clinic.patient, after(), performer, under_the_eye)

        assert gates(answer.reasons)["region_unverified"] == "G14"

    def test_scenario_09_unverified_it_is_judged_as_the_lid(self, clinic, under_the_eye):
        visit = book(clinic.derm.user, clinic.patient, after(), clinic.derm, under_the_eye)

        assert visit.items.get().region == "eyelid"

    def test_scenario_09_verified_a_trained_assistant_with_a_grant_is_accepted(self, clinic, assistant, under_the_eye):
        assessed(clinic.derm, under_the_eye, region="periocular", region_verified=True)
        world.grant(assistant, LANCET_PERIOCULAR)

        visit = book(clinic.derm.user, clinic.patient, after(), assistant, under_the_eye)

        assert (visit.items.get().scope, visit.supervision) == (LANCET_PERIOCULAR, "direct")

    def test_scenario_09_verified_but_without_a_grant_she_is_refused(self, clinic, assistant, under_the_eye):
        assessed(clinic.derm, under_the_eye, region="periocular", region_verified=True)

        answer = judged(clinic.derm.user, clinic.patient, after(), assistant, under_the_eye)

        assert gates(answer.reasons) == {"grant_missing": "G06"}


class TestScenario10:
    def test_scenario_10_an_optometrist_is_excluded_whatever_the_state_allows(self, clinic):
        oklahoma = world.open_site("tulsa", jurisdiction="US-OK", time_zone="America/Chicago")
        optometrist = world.hire("optometrist", site=oklahoma, jurisdiction="US-OK")
        local = world.a_dermatologist(site=oklahoma)
        lid = world.charted(clinic.patient, "eyelid")

        answer = judged(local.user, clinic.patient, after(), optometrist, lid, site=oklahoma)

        assert gates(answer.reasons)["optometrist_excluded"] == "G03"


class TestScenario11:
    def test_scenario_11_one_lesion_on_both_lids_is_refused(self, clinic):
        with pytest.raises(RuleBroken) as refused:
            note_lesion(
                actor=clinic.derm.user,
                patient=clinic.patient,
                lesion=NewLesion(body_site="eyelid_right_upper", laterality="bilateral"),
                now=NOW,
            )

        assert refused.value.code == "split_by_side"

    def test_scenario_11_two_lesions_are_authorised_and_coded_apart(self, clinic):
        right, left = (world.charted(clinic.patient, "eyelid", body_site=f"eyelid_{side}_upper") for side in ("right", "left"))
        item = Asked(treatment="lancet-extraction", lesions=(right.id, left.id))

        visit = book(clinic.derm.user, clinic.patient, after(), clinic.derm, item)

        rows = visit.items.order_by("lesion__body_site__icd10cm")
        assert list(rows.values_list("lesion__body_site__icd10cm", "lesion__body_site__hcpcs")) == [
            ("H02.821", "E3"),
            ("H02.824", "E1"),
        ]
        assert {row.authority.scope for row in rows} == {"lancet_extraction/epidermal@eyelid"}


class TestScenario12:
    def test_scenario_12_nobody_extracts_a_first_milium_that_is_not_confirmed(self, clinic):
        first = world.charted(clinic.patient, diagnosis=None)

        answer = judged(clinic.derm.user, clinic.patient, after(), clinic.derm, first)

        assert gates(answer.reasons) == {"diagnosis_unconfirmed": "G09"}
        assert answer.alternatives == ()

    def test_scenario_12_the_free_consultation_is_open_to_her(self, clinic):
        world.charted(clinic.patient, diagnosis=None)

        visit = book(clinic.desk, clinic.patient, after(), clinic.derm, "free-consultation")

        assert visit.price == Decimal("0.00")


class TestScenario13:
    @pytest.fixture
    def flagged(self, clinic):
        """An esthetician thinks that it might be molluscum."""
        esthetician = world.hire("esthetician", site=clinic.site)
        assessed(esthetician, clinic.lesion, diagnosis="molluscum_contagiosum", certainty="provisional", suspicious=True)
        return clinic.lesion

    def test_scenario_13_nothing_pierces_it(self, clinic, flagged):
        answer = judged(clinic.derm.user, clinic.patient, after(), clinic.derm, flagged)

        assert "lesion_suspicious" in codes(answer.reasons)

    def test_scenario_13_once_a_dermatologist_cleared_it_it_is_booked(self, clinic, flagged):
        assessed(clinic.derm, flagged, diagnosis="milium", certainty="confirmed", suspicious=False)

        assert book(clinic.derm.user, clinic.patient, after(), clinic.derm, flagged).status == "booked"

    def test_scenario_13_other_lesions_of_the_patient_stay_bookable(self, clinic, flagged):
        other = world.charted(clinic.patient, body_site="nose")

        assert book(clinic.derm.user, clinic.patient, after(), clinic.derm, other).status == "booked"


class TestScenario14:
    @pytest.mark.parametrize(
        "treatment", ["lancet-extraction", "comedone-extraction", "superficial-peel", "microdermabrasion", "laser-resurfacing"]
    )
    def test_scenario_14_no_procedure_for_a_newborns_milia(self, clinic, treatment):
        newborn = world.a_patient(birth_date=NOW.date() - timedelta(days=21), guardian_name="Grace")
        lesion = world.charted(newborn, milia_type="neonatal")

        answer = judged(clinic.derm.user, newborn, after(), clinic.derm, Asked(treatment=treatment, lesions=(lesion.id,)))

        assert gates(answer.reasons)["neonatal_no_procedure"] == "G11"

    def test_scenario_14_no_override_lifts_it(self, clinic):
        newborn = world.a_patient(birth_date=NOW.date() - timedelta(days=21), guardian_name="Grace")

        with pytest.raises(RuleBroken) as refused:
            give_override(
                actor=clinic.derm.user,
                patient=newborn,
                site=clinic.site,
                override=NewOverride(treatment="lancet-extraction", gate="G11", reason="The parents insist on it very much."),
                now=NOW,
            )

        assert refused.value.code == "no_break_glass"

    def test_scenario_14_a_pediatrician_may_look_at_it(self, clinic):
        newborn = world.a_patient(birth_date=NOW.date() - timedelta(days=21), guardian_name="Grace")
        lesion = world.charted(newborn, milia_type="neonatal")
        pediatrician = world.hire("pediatrician", site=clinic.site)

        visit = book(clinic.desk, newborn, after(), pediatrician, Asked(treatment="diagnosis", lesions=(lesion.id,)))

        assert visit.practitioner == pediatrician


class TestScenario15:
    @pytest.fixture
    def nearly_grown(self, clinic):
        """She turns 18 on 20 January, between booking and visit."""
        return world.a_patient(
            birth_date=date(2009, 1, 20),
            email="ada@example.org",
            guardian_name="Grace",
            guardian_email="grace@example.org",
        )

    def test_scenario_15_on_her_birthday_nobody_asks_for_a_pediatrician(self, clinic, nearly_grown):
        visit = book(clinic.derm.user, nearly_grown, on(date(2027, 1, 20)), clinic.derm, world.charted(nearly_grown))
        a_consent(nearly_grown, signed_at=visit.start)

        assert check_in(actor=clinic.desk, visit=visit, now=visit.start).status == "checked_in"

    def test_scenario_15_on_her_birthday_the_guardians_consent_ends_and_her_own_is_needed(self, clinic, nearly_grown):
        a_consent(nearly_grown, signer_role="guardian")
        visit = book(clinic.derm.user, nearly_grown, on(date(2027, 1, 20)), clinic.derm, world.charted(nearly_grown))

        with pytest.raises(WorkRefused) as refused:
            check_in(actor=clinic.desk, visit=visit, now=visit.start)

        assert world.gates(refused.value.reasons) == {"consent_missing": "G16"}

    def test_scenario_15_the_day_before_a_pediatrician_comes_first(self, clinic, nearly_grown):
        answer = judged(clinic.derm.user, nearly_grown, on(date(2027, 1, 19)), clinic.derm, world.charted(nearly_grown))

        assert codes(answer.reasons) == {"pediatrician_first"}

    def test_scenario_15_the_confirmation_goes_to_the_guardian_and_the_reminder_to_her(self, clinic, nearly_grown, mailoutbox):
        visit = book(clinic.derm.user, nearly_grown, on(date(2027, 1, 21), 15), clinic.derm, world.charted(nearly_grown))
        deliver_due(now=NOW)

        deliver_due(now=visit.start - timedelta(days=1))

        assert [mail.to for mail in mailoutbox] == [["grace@example.org"], ["ada@example.org"]]


class TestScenario16:
    @pytest.fixture(autouse=True)
    def stopped_two_months_ago(self, clinic):
        world.noted_skin(clinic.patient, "isotretinoin", since=date(2026, 5, 1), until=date(2026, 11, 12))

    def on_the_cheek(self, clinic, treatment: str):
        return judged(clinic.derm.user, clinic.patient, after(), clinic.derm, Asked(treatment=treatment, body_site="cheek"))

    def test_scenario_16_a_superficial_peel_is_warned_of(self, clinic):
        answer = self.on_the_cheek(clinic, "superficial-peel")

        assert answer.allowed
        assert [(warning.gate, warning.severity, warning.resource) for warning in answer.warnings] == [
            ("G18", "warn", "isotretinoin")
        ]

    def test_scenario_16_a_medium_peel_is_stopped_softly(self, clinic):
        answer = self.on_the_cheek(clinic, "medium-peel")

        assert [(reason.gate, reason.severity) for reason in answer.reasons] == [("G18", "soft")]
        assert answer.overrides_needed == ("G18",)

    def test_scenario_16_an_ablative_laser_is_stopped_softly_with_the_text_of_the_asds(self, clinic):
        [reason] = self.on_the_cheek(clinic, "laser-resurfacing").reasons

        assert (reason.gate, reason.severity, "ASDS" in reason.source) == ("G18", "soft", True)

    def test_scenario_16_a_dermatologists_override_lets_the_medium_peel_be_booked(self, clinic):
        world.overridden(clinic.derm, clinic.patient, "G18", "medium-peel")

        visit = book(clinic.derm.user, clinic.patient, after(), clinic.derm, Asked(treatment="medium-peel", body_site="cheek"))

        assert visit.status == "booked"

    def test_scenario_16_six_months_after_it_was_stopped_nothing_is_said(self, clinic):
        answer = judged(
            clinic.derm.user,
            clinic.patient,
            on(date(2027, 5, 13)),
            clinic.derm,
            Asked(treatment="medium-peel", body_site="cheek"),
        )

        assert (answer.reasons, answer.warnings) == ((), ())


class TestScenario18:
    def test_scenario_18_a_lesion_of_another_patient_is_refused(self, clinic):
        answer = judged(clinic.derm.user, clinic.patient, after(), clinic.derm, world.charted(world.a_patient()))

        assert codes(answer.reasons) == {"lesion_of_another_patient"}


class TestScenario20:
    SPRING_FORWARD = date(2027, 3, 14)

    def test_scenario_20_the_reminder_leaves_at_the_same_wall_clock_time_the_day_before(self, clinic):
        visit = book(clinic.derm.user, clinic.patient, on(self.SPRING_FORWARD, 9), clinic.derm, clinic.lesion)

        due = Message.objects.get(appointment=visit, kind="P03").due_at
        assert due.astimezone(clinic.site.zone).isoformat() == "2027-03-13T09:00:00-05:00"
        assert visit.start - due == timedelta(hours=23)

    def test_scenario_20_half_past_two_is_no_time_of_that_day(self, clinic):
        request = ask(clinic.derm.user, clinic.patient, on(self.SPRING_FORWARD, 2, 30), clinic.derm, clinic.lesion)
        skipped = replace(request, skipped=True, nearest=False)

        assert "not_a_local_time" in codes(verdict(request=skipped).reasons)

    def test_scenario_20_no_start_between_two_and_three_is_offered(self, clinic):
        midnight, noon = on(self.SPRING_FORWARD, 0), on(self.SPRING_FORWARD, 12)

        found = search_slots(
            search=Search(
                booker=clinic.derm.user,
                work=work_of(patient=clinic.patient, site=clinic.site, asked=asked(clinic.lesion)),
                first=midnight,
                last=noon,
                now=NOW,
                limit=100,
            )
        )

        walls = {team.start.astimezone(clinic.site.zone).time() for team in found.teams}
        assert walls == {time(hour, minute) for hour in {*range(12)} - {2} for minute in (0, 15, 30, 45)} | {time(12)}


class TestScenario24:
    def test_scenario_24_a_free_consultation_has_no_price(self, clinic):
        with pytest.raises(IntegrityError, match="free_consultation_has_no_price"), transaction.atomic():
            Treatment.objects.filter(code="free-consultation").update(price="10.00")

        assert Treatment.objects.get(code="free-consultation").price == 0

    @pytest.mark.parametrize("treatment", ["skin-analysis", "diagnosis", "review"])
    def test_scenario_24_a_free_consultation_holds_nothing_else(self, clinic, treatment):
        answer = judged(clinic.derm.user, clinic.patient, after(), clinic.derm, "free-consultation", treatment)

        assert gates(answer.reasons) == {"consultation_only": "G26"}

    def test_scenario_24_two_free_consultations_at_the_same_hour_are_refused(self, clinic):
        book(clinic.desk, clinic.patient, after(), clinic.derm, "free-consultation")

        answer = judged(clinic.desk, clinic.patient, after(), world.a_dermatologist(site=clinic.site), "free-consultation")

        assert [(reason.code, reason.resource) for reason in answer.reasons] == [("slot_taken", "patient")]


class TestScenario25:
    @pytest.mark.parametrize("role", ["medical_director", "manager", "front_desk", "practitioner"])
    @pytest.mark.parametrize("gate", ["G01", "G02", "G04", "G05", "G29"])
    def test_scenario_25_nobody_overrides_a_hard_gate(self, clinic, role, gate):
        somebody = world.hire("dermatologist", site=clinic.site, role=role)

        with pytest.raises(RuleBroken) as refused:
            give_override(
                actor=somebody.user,
                patient=clinic.patient,
                site=clinic.site,
                override=NewOverride(treatment="lancet-extraction", gate=gate, reason="The patient travelled far for this."),
                now=NOW,
            )

        assert gates(refused.value.reasons) == {"no_break_glass": "G28"}

    def test_scenario_25_not_even_an_override_in_the_table_opens_a_lid_to_an_esthetician(self, clinic):
        esthetician = world.hire("esthetician", site=clinic.site, trainings=["lancet"])
        lid = world.charted(clinic.patient, "eyelid")

        with pytest.raises(IntegrityError, match="override_is_of_a_soft_gate"), transaction.atomic():
            world.overridden(clinic.derm, clinic.patient, "G02", "lancet-extraction")

        answer = judged(clinic.derm.user, clinic.patient, after(), esthetician, lid)
        assert gates(answer.reasons)["eyelid_restricted"] == "G02"


class TestScenario26:
    @pytest.fixture
    def of_two_professions(self, clinic):
        """An esthetician who is a physician assistant too."""
        person = world.hire("esthetician", site=clinic.site, trainings=["lancet"])
        world.license_too(person, "physician_assistant")
        world.agree(clinic.derm, person)
        return person

    def test_scenario_26_the_licence_used_is_stored(self, clinic, of_two_professions):
        visit = book(clinic.derm.user, clinic.patient, after(), of_two_professions, clinic.lesion)

        assert visit.profession == "physician_assistant"
        assert visit.decision["licence"]["profession"] == "physician_assistant"

    def test_scenario_26_losing_one_licence_moves_only_the_visits_under_it(self, clinic, of_two_professions):
        under_one = book(clinic.derm.user, clinic.patient, after(), of_two_professions, clinic.lesion)
        item = Asked(treatment="comedone-extraction", body_site="cheek")
        under_other = book(clinic.desk, world.a_patient(), after(hour=13), of_two_professions, item)
        lost = Licence.objects.get(practitioner=of_two_professions, profession=under_one.profession)

        suspend_licence(actor=None, licence=lost, reason="board", now=NOW)

        assert under_other.profession == "esthetician"
        assert (stored(under_one).status, stored(under_other).status) == ("needs_reassignment", "booked")
