"""What a text from a patient does: STOP and its kin at once, everything else by the hand of somebody."""

from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from appointments.models import InboundText, Message
from appointments.selectors.inbound import inbound_texts_visible_to
from appointments.services.delivery import deliver_due
from appointments.services.inbound import NewText, receive_text
from appointments.services.messages import plan_booked
from clinic.models import Task
from patients.selectors.contact import reach
from patients.services.contact import Preference, note_preference
from tests.factories import NOON, a_patient, a_site, a_user, a_visit, span
from tests.factories_contact import PHONE, a_texted_patient

pytestmark = pytest.mark.django_db
BOOKED_AT = NOON - timedelta(days=3)
NOW = BOOKED_AT + timedelta(hours=1)
SECOND = timedelta(seconds=1)


def received(text: str = "STOP", *, phone: str = PHONE, gateway_id: str = "g-1", now: datetime = NOW) -> InboundText:
    return receive_text(given=NewText(gateway_id=gateway_id, phone=phone, text=text), now=now)


def expected(patient, **fields):
    """A visit of the patient, with its messages waiting."""
    visit = a_visit(patient=patient, **fields)
    plan_booked(visit=visit, now=BOOKED_AT)
    return visit


def texts(**fields) -> list[tuple[str, str, str]]:
    rows = Message.objects.filter(channel="sms", **fields).order_by("kind", "pk")
    return list(rows.values_list("kind", "state", "reason_not_sent"))


def why_not(patient, channel: str = "sms", *, now: datetime = NOW + SECOND) -> str:
    return reach(patient=patient, channel=channel, consent_class="transactional", now=now).refusal


class TestStop:
    def test_suppresses_every_text_that_waits_and_says_why(self):
        expected(a_texted_patient())

        received()

        assert texts(subject_kind="visit") == [
            ("P01", "suppressed", "the number asked for no more texts"),
            ("P03", "suppressed", "the number asked for no more texts"),
        ]

    def test_suppresses_those_of_everybody_who_shares_the_number(self):
        sisters = [a_texted_patient(), a_texted_patient()]
        for number, sister in enumerate(sisters):
            expected(sister, during=span(60 * number))

        received()

        assert {state for _, state, _ in texts(subject_kind="visit")} == {"suppressed"}
        assert all(why_not(sister) for sister in sisters)

    def test_leaves_email_and_the_texts_of_others_alone(self):
        patient, other = a_texted_patient(), a_texted_patient("+16145550100")
        expected(patient)
        expected(other, during=span(60))

        received()

        assert set(Message.objects.filter(channel="email").values_list("state", flat=True)) == {"due"}
        assert {state for _, state, _ in texts(recipient=other)} == {"due"}

    def test_leaves_the_visit_as_it_is(self):
        visit = expected(a_texted_patient())

        received("CANCEL")

        visit.refresh_from_db()
        assert (visit.status, visit.revision) == ("booked", 1)

    def test_is_confirmed_once_to_the_number_although_it_is_stopped(self):
        patient = a_texted_patient()
        expected(patient)

        received()
        received("STOP!", gateway_id="g-2", now=NOW + SECOND)
        deliver_due(now=NOW + 2 * SECOND)

        [(kind, address, state)] = Message.objects.filter(channel="sms", sent_at__isnull=False).values_list(
            "kind", "address", "state"
        )
        assert (kind, address, state) == ("S01", PHONE, "sent")

    def test_is_told_to_the_desk_of_each_patient(self):
        newark = a_site("jersey-city")
        sisters = [a_texted_patient(), a_texted_patient(registered_site=newark)]

        received()

        tasks = Task.objects.filter(kind="texts_stopped", state="open", role="front_desk").order_by("subject")
        assert [(task.subject, task.site) for task in tasks] == [(one.pk, one.registered_site) for one in sisters]
        assert all("may want a call" in task.detail for task in tasks)

    def test_of_a_guardian_ends_the_texts_about_the_child(self):
        child = a_patient(birth_date=date(2015, 1, 1), guardian_name="Mo", guardian_phone=PHONE)
        told = Preference(channel="sms", consent_class="transactional", granted=True, source="At the desk")
        note_preference(actor=a_user(), patient=child, preference=told, now=BOOKED_AT)

        received()

        assert "no more texts" in why_not(child)

    def test_from_a_number_that_left_the_chart_is_confirmed_and_told_all_the_same(self):
        patient = a_texted_patient()
        expected(patient)
        deliver_due(now=BOOKED_AT)
        patient.phone = "+16145550122"
        patient.save(update_fields=["phone"])

        received()

        assert [kind for kind, *_ in texts(subject_kind="number")] == ["S01"]
        assert Task.objects.filter(kind="texts_stopped", subject=patient.pk).exists()

    def test_from_a_number_of_nobody_is_kept_for_whoever_gets_it(self):
        received()

        assert "no more texts" in why_not(a_texted_patient())
        assert not Task.objects.exists()

    def test_is_obeyed_by_what_is_written_later(self):
        patient = a_texted_patient()
        received()

        expected(patient)
        deliver_due(now=NOW + SECOND)

        assert {row.channel for row in Message.objects.filter(recipient=patient, sent_at__isnull=False)} == {"email", "sms"}
        assert [kind for kind, state, _ in texts() if state == "sent"] == ["S01"]


class TestScenario21:
    @pytest.mark.parametrize("text", ["CANCEL", "no more texts"])
    def test_scenario_21_a_reply_ends_all_texts_is_confirmed_once_and_told_while_the_visit_stands(self, text):
        patient = a_texted_patient()
        visit = expected(patient)

        received(text)
        deliver_due(now=NOW + SECOND)

        classes = ("transactional", "treatment", "marketing")
        assert all(reach(patient=patient, channel="sms", consent_class=each, now=NOW + SECOND).refusal for each in classes)
        assert [kind for kind, state, _ in texts() if state == "sent"] == ["S01"]
        visit.refresh_from_db()
        assert visit.status == "booked"
        assert Task.objects.filter(kind="texts_stopped", role="front_desk", subject=patient.pk, state="open").count() == 1


class TestScenario15:
    def test_scenario_15_from_her_birthday_texts_wait_for_her_own_consent_and_never_go_to_the_guardian(self):
        birthday = NOON.date() - timedelta(days=1)
        grown = a_texted_patient(
            "+16145550122",
            birth_date=birthday.replace(year=birthday.year - 18),
            guardian_name="Mo",
            guardian_phone=PHONE,
            guardian_email="mo@example.org",
        )
        expected(grown)

        deliver_due(now=BOOKED_AT)
        deliver_due(now=NOON - timedelta(hours=23))

        confirmation, reminder = Message.objects.filter(channel="sms", kind__in=("P01", "P03")).order_by("kind")
        assert (confirmation.address, confirmation.state) == (PHONE, "sent")
        assert (reminder.address, reminder.state) == ("", "suppressed")
        assert "the patient is 18 now and has not consented" in reminder.reason_not_sent


class TestStart:
    def test_lets_texts_go_again_and_is_confirmed(self):
        patient = a_texted_patient()
        received()

        received("START", gateway_id="g-2", now=NOW + SECOND)
        deliver_due(now=NOW + 2 * SECOND)

        assert why_not(patient, now=NOW + 2 * SECOND) == ""
        assert texts(subject_kind="number") == [("S01", "sent", ""), ("S02", "sent", "")]

    def test_from_a_number_that_was_never_stopped_is_for_somebody_to_read(self):
        patient = a_patient(phone=PHONE)

        received("START")

        assert Task.objects.get().kind == "text_received"
        assert why_not(patient) == "no consent to text messages is recorded"


class TestHelp:
    def test_is_answered_by_text(self):
        a_texted_patient()

        received("HELP")

        assert texts() == [("S03", "due", "")]
        assert not Task.objects.exists()

    def test_of_a_stopped_number_is_answered_by_somebody(self):
        a_texted_patient()
        received()

        received("HELP", gateway_id="g-2")

        assert [kind for kind, *_ in texts()] == ["S01"]
        assert Task.objects.filter(kind="text_received").exists()


class TestAnythingElse:
    def test_is_kept_and_told_to_the_desk_without_its_words(self):
        patient = a_texted_patient()

        row = received("stop by at 3?")

        task = Task.objects.get()
        assert (row.text, row.meaning) == ("stop by at 3?", "other")
        assert (task.kind, task.subject, task.site) == ("text_received", patient.pk, patient.registered_site)
        assert "stop by" not in task.detail
        assert why_not(patient) == ""


class TestAReplay:
    def test_does_nothing_more(self):
        patient = a_texted_patient()
        received()
        received("START", gateway_id="g-2", now=NOW + SECOND)

        received(now=NOW + 2 * SECOND)

        assert why_not(patient, now=NOW + 3 * SECOND) == ""
        assert InboundText.objects.count() == 2


class TestWhoReads:
    def test_are_those_who_may_see_a_patient_with_that_number(self):
        a_texted_patient()
        row = received("hello there")
        elsewhere = a_user(site=a_site("jersey-city"))

        assert list(inbound_texts_visible_to(a_user())) == [row]
        assert list(inbound_texts_visible_to(elsewhere)) == []

    def test_are_also_those_whose_patient_was_texted_there(self):
        patient = a_texted_patient()
        expected(patient)
        deliver_due(now=BOOKED_AT)
        patient.phone = ""
        patient.save(update_fields=["phone"])

        row = received("who is this")

        assert list(inbound_texts_visible_to(a_user())) == [row]

    def test_of_a_number_of_nobody_is_the_medical_director(self):
        row = received("hello there")

        assert list(inbound_texts_visible_to(a_user())) == []
        assert list(inbound_texts_visible_to(a_user("medical_director"))) == [row]


class TestKept:
    @pytest.mark.parametrize(
        "statement", ["DELETE FROM appointments_inboundtext", "UPDATE appointments_inboundtext SET text = 'x'"]
    )
    def test_as_it_came_whoever_writes(self, statement):
        received("hello")

        with pytest.raises(DatabaseError) as refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)

        assert refused.value.__cause__.diag.constraint_name == "inbound_text_is_kept"
