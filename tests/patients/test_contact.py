"""Reaching a patient: signatures, answers and what is said at the desk, as the database keeps them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.errors import Conflict, RuleBroken
from patients.models import ContactConsent, Patient, StoppedNumber
from patients.policies.consents import Signer
from patients.selectors.contact import patients_texted_at, reach, reaches
from patients.services.consents import NewConsent, give_consent, withdraw_consent
from patients.services.contact import Preference, note_preference, refuse_email, restart_number, stop_number
from patients.services.signatures import Signature
from tests.factories import a_patient, a_user
from tests.factories_consents import a_text
from tests.factories_contact import PHONE, a_stopped_number, a_texted_patient, a_word
from tests.factories_merges import merged

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 1, 12, 17, tzinfo=UTC)
CARE = ("transactional", "treatment")


def why_not(patient: Patient, channel: str = "sms", consent_class: str = "transactional", *, now: datetime = NOW) -> str:
    return reach(patient=patient, channel=channel, consent_class=consent_class, now=now).refusal


def signed(patient: Patient, kind: str, *, now: datetime = NOW):
    a_text(kind)
    new = NewConsent(kind=kind, text_version=1, signer=Signer(role="patient"), signature=Signature(name="Ada"))
    return give_consent(actor=a_user(), patient=patient, consent=new, now=now)


def said(patient: Patient) -> list[tuple[str, str, bool, str]]:
    words = ContactConsent.objects.filter(patient=patient).order_by("at", "pk")
    return list(words.values_list("channel", "consent_class", "granted", "source"))


class TestReach:
    def test_gives_the_address_where_nothing_stands_in_the_way(self):
        found = reach(patient=a_texted_patient(), channel="sms", consent_class="treatment", now=NOW)

        assert (found.address, found.refusal) == (PHONE, "")

    def test_gives_no_address_where_something_does(self):
        found = reach(patient=a_patient(phone=PHONE), channel="sms", consent_class="treatment", now=NOW)

        assert (found.address, found.refusal) == ("", "no consent to text messages is recorded")

    def test_knows_the_number_that_was_stopped_whoever_shares_it(self):
        sister = a_texted_patient()
        a_stopped_number()

        assert why_not(sister) == "the number asked for no more texts on 1 June 2026"

    def test_forgets_a_stop_that_was_taken_back(self):
        a_stopped_number(restarted_at=NOW)

        assert why_not(a_texted_patient()) == ""

    def test_refuses_a_patient_who_was_merged(self):
        duplicate = a_texted_patient()
        merged(duplicate, a_patient())
        duplicate.refresh_from_db()

        assert why_not(duplicate) == "the patient was merged into another one"

    @pytest.mark.parametrize(("channel", "statements"), [("email", 1), ("portal", 1), ("sms", 2)])
    def test_asks_the_database_once_and_once_more_for_a_text(self, channel, statements):
        patient = a_texted_patient()

        with CaptureQueriesContext(
            connection,
        ) as asked:
            reach(patient=patient, channel=channel, consent_class="transactional", now=NOW)

        assert len(asked) == statements


class TestReaches:
    def open_to(self, patient, consent_class: str) -> set[str]:
        known = reaches(patient=patient, now=NOW)
        return {channel for (channel, each), found in known.items() if each == consent_class and found.address}

    def test_tell_for_every_class_by_which_channels_it_would_go(self):
        assert self.open_to(a_patient(), "transactional") == {"email", "portal"}
        assert self.open_to(a_texted_patient(), "treatment") == {"email", "sms", "portal"}
        assert self.open_to(a_texted_patient(), "marketing") == set()

    def test_keep_to_the_chosen_channel(self):
        assert self.open_to(a_texted_patient(preferred_channel="sms"), "treatment") == {"sms", "portal"}

    def test_take_two_statements(self):
        patient = a_texted_patient()

        with CaptureQueriesContext(connection) as asked:
            reaches(patient=patient, now=NOW)

        assert len(asked) == 2


class TestASignature:
    def test_to_texts_opens_texts_about_visits_and_care(self):
        patient = a_patient(phone=PHONE)

        consent = signed(patient, "sms")

        assert [why_not(patient, "sms", each) for each in CARE] == ["", ""]
        assert {(row.consent_id, row.text_id) for row in patient.contact_consents.all()} == {(consent.pk, consent.text_id)}

    def test_to_offers_opens_the_channels_that_the_patient_allows(self):
        patient = a_patient(phone=PHONE)

        signed(patient, "marketing")

        assert said(patient) == [
            ("email", "marketing", True, "Signed consent"),
            ("portal", "marketing", True, "Signed consent"),
        ]

    def test_to_a_procedure_says_nothing_about_messages(self):
        patient = a_patient()

        signed(patient, "lancet_extraction")

        assert said(patient) == []

    def test_that_is_withdrawn_closes_the_channel_for_every_class(self):
        patient = a_texted_patient()
        consent = signed(patient, "sms")

        withdraw_consent(actor=a_user(), consent=consent, reason="Too many", now=NOW + timedelta(hours=1))

        assert [why_not(patient, "sms", each) != "" for each in (*CARE, "marketing")] == [True, True, True]
        assert why_not(patient, "email") == ""


class TestAPreference:
    def test_counts_at_once(self):
        patient, clerk = a_patient(phone=PHONE), a_user()
        told = Preference(channel="sms", consent_class="transactional", granted=True, source="On the phone")

        word = note_preference(actor=clerk, patient=patient, preference=told, now=NOW)

        assert (why_not(patient), word.recorded_by, word.source) == ("", clerk, "On the phone")

    def test_for_offers_needs_a_signature(self):
        told = Preference(channel="email", consent_class="marketing", granted=True, source="On the phone")

        with pytest.raises(RuleBroken) as refused:
            note_preference(actor=a_user(), patient=a_patient(), preference=told, now=NOW)

        [reason] = refused.value.reasons
        assert (reason.code, bool(reason.source), bool(reason.mend)) == ("written_consent_missing", True, True)

    def test_for_offers_leans_on_the_signature_that_is_in_force(self):
        patient = a_texted_patient()
        signed(patient, "marketing", now=NOW - timedelta(days=1))
        off = Preference(channel="sms", consent_class="marketing", granted=False, source="On the phone")
        note_preference(actor=a_user(), patient=patient, preference=off, now=NOW - timedelta(hours=1))

        on = Preference(channel="sms", consent_class="marketing", granted=True, source="On the phone")
        word = note_preference(actor=a_user(), patient=patient, preference=on, now=NOW)

        assert (why_not(patient, "sms", "marketing"), word.consent.kind) == ("", "marketing")

    def test_is_not_taken_from_a_patient_who_was_merged(self):
        duplicate = a_patient()
        merged(duplicate, a_patient())
        told = Preference(channel="email", consent_class="treatment", granted=False, source="On the phone")

        with pytest.raises(Conflict) as refused:
            note_preference(actor=a_user(), patient=duplicate, preference=told, now=NOW)

        assert refused.value.code == "patient_merged"


class TestStop:
    def test_ends_every_class_for_everybody_who_shares_the_number(self):
        family = [a_texted_patient() for _ in range(2)]
        a_word(family[0], "sms", "marketing")

        stop_number(phone=PHONE, now=NOW)

        assert patients_texted_at(PHONE, now=NOW) == family
        assert all(why_not(one, "sms", each) for one in family for each in (*CARE, "marketing"))
        assert ContactConsent.objects.filter(granted=False, recorded_by=None).count() == 5

    def test_leaves_other_numbers_and_channels(self):
        other = a_texted_patient("+16145550100")
        mine = a_texted_patient()

        stop_number(phone=PHONE, now=NOW)

        assert [why_not(other), why_not(mine, "email")] == ["", ""]

    def test_repeated_changes_nothing(self):
        patient = a_texted_patient()
        stop_number(phone=PHONE, now=NOW)
        words = said(patient)

        stop_number(phone=PHONE, now=NOW + timedelta(days=1))

        assert said(patient) == words
        assert [row.stopped_at for row in StoppedNumber.objects.all()] == [NOW]

    def test_is_not_undone_by_another_number_on_the_chart(self):
        patient = a_texted_patient()
        stop_number(phone=PHONE, now=NOW)

        patient.phone = "+16145550122"
        patient.save(update_fields=["phone"])

        assert why_not(patient) == "no messages about visits by text message are wanted, said on 12 January 2027"

    def test_holds_for_a_number_that_nobody_has_yet(self):
        stop_number(phone=PHONE, now=NOW)

        assert "no more texts" in why_not(a_texted_patient())

    def test_of_a_guardian_is_about_the_child_and_not_about_who_grew_up(self):
        guardian = {"guardian_name": "Mo", "guardian_phone": PHONE}
        child = a_patient(birth_date=date(2015, 1, 1), **guardian)
        a_patient(birth_date=date(2000, 1, 1), **guardian)

        assert patients_texted_at(PHONE, now=NOW) == [child]


class TestStart:
    def test_restores_what_the_stop_had_ended_but_no_offers(self):
        patient = a_texted_patient()
        a_word(patient, "sms", "marketing")
        stop_number(phone=PHONE, now=NOW)

        restart_number(phone=PHONE, now=NOW + timedelta(hours=1))

        later = NOW + timedelta(hours=2)
        assert [why_not(patient, "sms", each, now=later) == "" for each in (*CARE, "marketing")] == [True, True, False]

    def test_gives_nobody_a_consent_that_was_never_given(self):
        patient = a_patient(phone=PHONE)
        stop_number(phone=PHONE, now=NOW)

        restart_number(phone=PHONE, now=NOW + timedelta(hours=1))

        assert why_not(patient) == "no consent to text messages is recorded"

    def test_says_that_nothing_was_stopped(self):
        assert restart_number(phone=PHONE, now=NOW) is None

    def test_lets_the_number_be_stopped_again(self):
        patient = a_texted_patient()
        for hours, act in enumerate((stop_number, restart_number, stop_number)):
            act(phone=PHONE, now=NOW + timedelta(hours=hours))

        assert "no more texts" in why_not(patient)
        assert StoppedNumber.objects.count() == 2


class TestAComplaint:
    def test_ends_email_of_every_class_however_the_address_is_written(self):
        patient = a_patient(email="Ada@example.org")

        assert refuse_email(address="ada@EXAMPLE.org", now=NOW) == [patient]

        assert why_not(patient, "email") == "no messages about visits by e-mail are wanted, said on 12 January 2027"
