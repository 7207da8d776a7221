"""What follows from what happens: each row of the protocol driven by its real cause, on a fixed clock."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from appointments.models import Message
from appointments.services.course import cancel_appointment, check_in, complete_visit, record_no_show, start_treatment
from appointments.services.delivery import deliver_due
from clinic.models import Task
from clinic.policies.protocol import rule_refusals
from clinic.selectors.protocol import rule_coded, shipped_rules
from clinic.services.protocol import change_rule
from patients.models import Lesion, Patient
from patients.services.assessments import NewAssessment, sign_assessment
from patients.services.lesions import NewLesion, correct_lesion, note_lesion
from tests import clinic_world as world
from tests.clinic_world import NOW, SmallClinic, after, book
from tests.factories_contact import PHONE, a_word
from tests.factories_log import HALF_AN_HOUR, PEEL, a_stay, consented, drafted, extracted
from tests.factories_plans import a_care, a_retinoid, an_active_plan, home_care
from treatments.services.home_care_course import stop_home_care
from treatments.services.log.drafting import NewItem
from treatments.services.log.signing import sign_procedure
from treatments.services.steps import close_step

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NEW_YORK = ZoneInfo("America/New_York")
DONE = NOW + HALF_AN_HOUR
CONSULTATION = "free-consultation"


@pytest.fixture
def clinic() -> SmallClinic:
    small = world.a_small_clinic(rooms=1)
    small.patient.phone = PHONE
    small.patient.save()
    for consent_class in ("transactional", "treatment"):
        a_word(small.patient, "sms", consent_class)
    return small


def waiting(patient: Patient, *kinds: str) -> set[tuple[str, str, datetime]]:
    rows = Message.objects.filter(recipient=patient, state="due")
    return set((rows.filter(kind__in=kinds) if kinds else rows).values_list("kind", "channel", "due_at"))


def wall(text: str, zone: ZoneInfo = NEW_YORK) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def signed(clinic: SmallClinic, *items: NewItem, now: datetime = DONE):
    consented(clinic.patient)
    draft = drafted(a_stay(clinic.patient, clinic.derm), clinic.derm, *items)
    return sign_procedure(actor=clinic.derm.user, procedure=draft, now=now)


def peeled() -> NewItem:
    return NewItem(treatment="superficial-peel", body_site="cheek", checklist={"cleansed": True}, settings={"peel": PEEL})


class TestTheShippedRows:
    @pytest.mark.parametrize("code", [f"P{number:02}" for number in range(1, 29)] + ["W01", "S01", "S02"])
    def test_holds_by_its_own_rules(self, code):
        assert rule_refusals(shipped_rules()[code]) == []


class TestVisits:
    def test_p01_to_p03_tell_of_a_booking_by_each_channel_of_the_row(self, clinic):
        visit = book(clinic.derm.user, clinic.patient, after(5), clinic.derm, clinic.lesion)

        assert waiting(clinic.patient) == {
            ("P01", "email", NOW),
            ("P01", "sms", NOW),
            ("P02", "email", visit.start - 2 * DAY),
            ("P03", "sms", visit.start - DAY),
        }

    def test_a_row_of_texts_goes_by_mail_where_texts_are_not_wanted(self, clinic):
        other = world.a_patient()

        visit = book(clinic.derm.user, other, after(5), clinic.derm, world.charted(other))

        assert waiting(other, "P03") == {("P03", "email", visit.start - DAY)}

    def test_p04_prepares_for_work_at_the_lid(self, clinic):
        lid = world.charted(clinic.patient, "eyelid", body_site="eyelid_left_upper")

        visit = book(clinic.derm.user, clinic.patient, after(5), clinic.derm, lid)

        assert waiting(clinic.patient, "P04") == {
            ("P04", "portal", visit.start - 3 * DAY),
            ("P04", "sms", visit.start - 3 * DAY),
        }

    def test_p06_offers_another_visit_the_morning_after_a_no_show(self, clinic):
        visit = book(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion)

        record_no_show(actor=clinic.desk, visit=visit, now=after(minute=20))

        assert waiting(clinic.patient) == {("P06", "sms", after(2))}

    def test_p06_is_taken_back_when_the_patient_books_again(self, clinic):
        visit = book(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion)
        record_no_show(actor=clinic.desk, visit=visit, now=after(minute=20))

        book(clinic.derm.user, clinic.patient, after(9), clinic.derm, clinic.lesion, now=after(hour=12))

        assert Message.objects.get(kind="P06").reason_not_sent == "another visit was booked"

    def test_p24_and_p28_belong_to_the_consultation(self, clinic):
        visit = book(clinic.derm.user, clinic.patient, after(), clinic.derm, CONSULTATION)
        before = waiting(clinic.patient, "P28")
        check_in(actor=clinic.desk, visit=visit, now=after())
        start_treatment(actor=clinic.derm.user, visit=visit, now=after())

        complete_visit(actor=clinic.derm.user, visit=visit, now=after(minute=20))

        assert before == set()  # the day before has passed already
        assert waiting(clinic.patient, "P24") == {("P24", "email", after(8))}

    def test_p28_asks_the_day_before_what_to_bring(self, clinic):
        visit = book(clinic.derm.user, clinic.patient, after(5), clinic.derm, CONSULTATION)

        assert waiting(clinic.patient, "P28") == {("P28", "email", visit.start - DAY)}

    def test_marketing_is_off_until_it_is_agreed_to(self, clinic):
        visit = book(clinic.derm.user, clinic.patient, after(), clinic.derm, CONSULTATION)
        check_in(actor=clinic.desk, visit=visit, now=after())
        start_treatment(actor=clinic.derm.user, visit=visit, now=after())
        complete_visit(actor=clinic.derm.user, visit=visit, now=after(minute=20))

        deliver_due(now=after(8))

        offer = Message.objects.get(kind="P24")
        assert (offer.state, offer.reason_not_sent) == ("suppressed", offer.reason_not_sent)
        assert "offers" in offer.reason_not_sent or "marketing" in offer.reason_not_sent

    def test_what_is_called_off_says_nothing_more(self, clinic):
        visit = book(clinic.derm.user, clinic.patient, after(5), clinic.derm, clinic.lesion)

        cancel_appointment(actor=clinic.desk, visit=visit, reason="ill", now=NOW)

        assert waiting(clinic.patient) == set()


class TestProcedures:
    def test_p07_to_p09_follow_an_extraction_from_the_end_of_the_work(self, clinic):
        signed(clinic, extracted(clinic.lesion))

        assert waiting(clinic.patient) == {
            ("P07", "portal", DONE),
            ("P08", "sms", DONE + 2 * DAY),
            ("P09", "sms", DONE + 14 * DAY),
        }

    def test_p09_asks_whoever_did_the_work_to_look_again(self, clinic):
        procedure = signed(clinic, extracted(clinic.lesion))

        task = Task.objects.get(kind="review_procedure")
        assert (task.subject, task.assignee, task.due_at) == (procedure.pk, clinic.derm.user, DONE + 14 * DAY)

    def test_p10_and_p11_follow_a_peel(self, clinic):
        signed(clinic, peeled())

        assert waiting(clinic.patient) == {
            ("P10", "portal", DONE),
            ("P10", "sms", DONE),
            *(("P10", channel, DONE + days * DAY) for days in (1, 7) for channel in ("portal", "sms")),
            ("P11", "sms", DONE + 60 * DAY),
        }
        assert Task.objects.get(kind="look_for_new_bumps").due_at == DONE + 60 * DAY

    def test_a_log_signed_late_says_only_what_still_makes_sense(self, clinic):
        signed(clinic, extracted(clinic.lesion), now=DONE + 10 * DAY)

        assert {kind for kind, _, _ in waiting(clinic.patient)} == {"P07", "P09"}

    @pytest.mark.parametrize(
        ("done", "due"),
        [("2027-03-12T09:00", "2027-03-14T09:00"), ("2027-11-05T09:00", "2027-11-07T09:00")],
    )
    def test_days_count_on_the_wall_clock_over_both_changes_of_clock(self, clinic, done, due):
        rule = rule_coded("P08")
        began = wall(done)
        consented(clinic.patient)
        draft = drafted(a_stay(clinic.patient, clinic.derm, at=began - HALF_AN_HOUR), clinic.derm, extracted(clinic.lesion))

        sign_procedure(actor=clinic.derm.user, procedure=draft, now=began)

        assert rule.offsets == (2,)
        assert waiting(clinic.patient, "P08") == {("P08", "sms", wall(due))}


class TestHomeCare:
    def started(self, clinic, *, climbing: bool = False, **care):
        items = (a_retinoid(),) if climbing else ()
        return home_care(
            clinic.derm.user, patient=clinic.patient, care=a_care(*items, **care) if care or items else None, now=NOW
        )

    def morning(self, days: int) -> datetime:
        return after(days, hour=9)

    def test_p12_to_p15_ask_how_it_goes(self, clinic):
        row = self.started(clinic)

        assert waiting(clinic.patient, "P12", "P13", "P15") == {
            ("P12", "sms", self.morning(21)),
            ("P13", "sms", self.morning(28)),
            ("P15", "email", self.morning(90)),
        }
        assert Task.objects.get(kind="home_care_review", subject=row.pk).due_at == self.morning(60)

    def test_p16_to_p19_climb_the_ladder_of_a_retinoid(self, clinic):
        row = self.started(clinic)

        assert waiting(clinic.patient, "P16", "P17", "P18") == {
            ("P16", "portal", NOW),
            ("P17", "sms", self.morning(21)),
            ("P18", "sms", self.morning(42)),
        }
        assert Task.objects.get(kind="retinoid_mid_strength", subject=row.pk).due_at == self.morning(84)

    def test_home_care_that_is_stopped_says_nothing_more(self, clinic):
        row = self.started(clinic)

        stop_home_care(actor=clinic.derm.user, home_care=row, reason="It burns.", now=NOW + DAY)

        assert waiting(clinic.patient) == set()
        assert not Task.objects.filter(subject=row.pk).exclude(state="done").exists()

    def test_scenario_23_at_day_28_the_patient_is_asked_to_have_what_is_left_looked_at(self, clinic, mailoutbox):
        Patient.objects.filter(pk=clinic.patient.pk).update(phone="")
        self.started(clinic, lesions=(clinic.lesion.pk,))

        deliver_due(now=self.morning(28))

        assert Message.objects.get(kind="P13").state == "sent"

    def test_scenario_23_nothing_is_sent_when_the_lesion_was_resolved_on_day_20(self, clinic, mailoutbox):
        Patient.objects.filter(pk=clinic.patient.pk).update(phone="")
        self.started(clinic, lesions=(clinic.lesion.pk,))
        correct_lesion(actor=clinic.derm.user, lesion=clinic.lesion.pk, changes={"status": "resolved"}, now=self.morning(20))

        deliver_due(now=self.morning(28))

        assert Message.objects.get(kind="P13").reason_not_sent == "the lesions have gone"
        assert not [mail for mail in mailoutbox if Message.objects.get(kind="P13").idempotency_key in str(mail.extra_headers)]


class TestLesions:
    def noted(self, clinic, patient: Patient | None = None, **fields) -> Lesion:
        lesion = NewLesion(**{"body_site": "cheek", "laterality": "left"} | fields)
        return note_lesion(actor=clinic.derm.user, patient=patient or clinic.patient, lesion=lesion, now=NOW)

    def test_p20_remembers_half_a_year_after_the_lesion_was_first_noted(self, clinic):
        lesion = self.noted(clinic, first_noted_on=date(2026, 12, 1))

        assert waiting(clinic.patient) == {("P20", "email", wall("2027-06-01T09:00"))}
        assert Task.objects.get(kind="offer_extraction").subject == lesion.pk

    def test_p20_ends_when_the_lesion_is_treated(self, clinic):
        lesion = self.noted(clinic)

        correct_lesion(actor=clinic.derm.user, lesion=lesion.pk, changes={"status": "planned"}, now=NOW + DAY)

        assert waiting(clinic.patient) == set()
        assert Task.objects.get(kind="offer_extraction").state == "done"

    def test_p20_asks_once_about_many(self, clinic, mailoutbox):
        for side in ("left", "right"):
            self.noted(clinic, laterality=side, first_noted_on=date(2026, 12, 1))

        deliver_due(now=wall("2027-06-01T09:30"))

        assert sorted(Message.objects.filter(kind="P20").values_list("state", flat=True)) == ["sent", "suppressed"]
        assert len(mailoutbox) == 1

    def test_scenario_14_the_guardian_of_a_newborn_gets_guidance_at_once_and_after_42_days(self, clinic, mailoutbox):
        child = world.a_patient(
            birth_date=date(2026, 12, 22), email="", guardian_name="Eva Parent", guardian_email="eva@example.org"
        )

        self.noted(clinic, child, milia_type="neonatal")

        assert waiting(child) == {
            ("P21", channel, moment) for channel in ("portal", "email") for moment in (NOW, NOW + 42 * DAY)
        }
        deliver_due(now=NOW)
        assert [mail.to for mail in mailoutbox] == [["eva@example.org"]]

    def test_what_turns_out_to_be_neonatal_is_told_then(self, clinic):
        child = world.a_patient(
            birth_date=date(2026, 12, 22), email="", guardian_name="Eva Parent", guardian_email="eva@example.org"
        )
        lesion = self.noted(clinic, child)

        sign_assessment(
            actor=clinic.derm.user,
            lesions=[lesion.pk],
            assessment=NewAssessment(diagnosis="milium", certainty="confirmed", milia_type="neonatal"),
            now=NOW + DAY,
        )

        assert {kind for kind, _, _ in waiting(child)} >= {"P21"}


class TestClosedTreatments:
    def closed(self, clinic):
        plan = an_active_plan(clinic.derm.user, patient=clinic.patient)
        for step in plan.steps.order_by("position"):
            close_step(actor=clinic.derm.user, step=step, now=NOW)

    def test_p23_recalls_who_agreed_every_ninety_days(self, clinic, mailoutbox):
        a_word(clinic.patient, "email", "marketing")
        self.closed(clinic)
        first = after(90)

        deliver_due(now=first)

        assert [(row.state, row.due_at) for row in Message.objects.filter(kind="P23", channel="email").order_by("due_at")] == [
            ("sent", first),
            ("due", after(180)),
        ]

    def test_p23_is_not_said_while_a_visit_is_booked(self, clinic, mailoutbox):
        a_word(clinic.patient, "email", "marketing")
        self.closed(clinic)

        book(clinic.derm.user, clinic.patient, after(100), clinic.derm, clinic.lesion)

        assert waiting(clinic.patient, "P23") == set()


class TestAChangedProtocol:
    def test_moves_what_waits(self, clinic):
        signed(clinic, extracted(clinic.lesion))

        _, effect = change_rule(
            actor=world.a_manager(), before=rule_coded("P08"), changes={"offsets": (3,)}, now=NOW + HALF_AN_HOUR
        )

        assert waiting(clinic.patient, "P08") == {("P08", "sms", DONE + 3 * DAY)}
        assert effect == {"waiting": 1, "moved": 1, "withdrawn": 0}

    def test_withdraws_what_is_said_no_more(self, clinic):
        signed(clinic, extracted(clinic.lesion))

        change_rule(actor=world.a_manager(), before=rule_coded("P08"), changes={"active": False}, now=DONE)

        row = Message.objects.get(kind="P08")
        assert (row.state, row.reason_not_sent) == ("withdrawn", "the protocol was changed")

    def test_counts_for_what_happens_from_then_on(self, clinic):
        change_rule(actor=world.a_manager(), before=rule_coded("P03"), changes={"offsets": (-2,)}, now=NOW)

        visit = book(clinic.derm.user, clinic.patient, after(5), clinic.derm, clinic.lesion)

        assert waiting(clinic.patient, "P03") == {("P03", "sms", visit.start - 2 * DAY)}
