"""Whether a message goes, by channel and class, and the sentence that says why not."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from clinic.policies.protocol import CHANNELS, EMAIL, MARKETING, PORTAL, SMS, TRANSACTIONAL, TREATMENT
from patients.policies.contact import CLASSES, Contact, Word, address_of, ended_with, granted_by, refusal

NOW = datetime(2027, 1, 12, 17, tzinfo=UTC)
BEFORE = NOW - timedelta(days=30)
HONOLULU = ZoneInfo("Pacific/Honolulu")
MINE = {EMAIL: "ada@example.org", SMS: "+16145550199", PORTAL: "ada"}
THEIRS = {EMAIL: "mo@example.org", SMS: "+16145550111", PORTAL: "ada"}
NONE = dict.fromkeys(CHANNELS, "")
CHILD = {"born": date(2015, 1, 1), "guardian": THEIRS}
GROWN = {"born": date(2009, 1, 12), "guardian": THEIRS}


def a_contact(*said: Word, **fields) -> Contact:
    defaults = {"born": date(1990, 5, 17), "zone": ZoneInfo("America/New_York"), "own": MINE, "guardian": NONE, "words": said}
    return Contact(**defaults | fields)


def yes(channel: str = SMS, consent_class: str = TRANSACTIONAL, *, at: datetime = BEFORE) -> Word:
    return Word(channel=channel, consent_class=consent_class, granted=True, at=at)


def no(channel: str = SMS, consent_class: str = TRANSACTIONAL, *, at: datetime = BEFORE) -> Word:
    return Word(channel=channel, consent_class=consent_class, granted=False, at=at)


def why_not(contact: Contact, channel: str = SMS, consent_class: str = TRANSACTIONAL, *, now: datetime = NOW) -> str:
    return refusal(contact, channel=channel, consent_class=consent_class, now=now)


class TestWithoutAnyWord:
    @pytest.mark.parametrize(
        ("channel", "consent_class", "expected"),
        [
            (EMAIL, TRANSACTIONAL, ""),
            (EMAIL, TREATMENT, ""),
            (EMAIL, MARKETING, "no written consent to offers by e-mail is recorded"),
            (SMS, TRANSACTIONAL, "no consent to text messages is recorded"),
            (SMS, TREATMENT, "no consent to text messages is recorded"),
            (SMS, MARKETING, "no written consent to offers by text message is recorded"),
            (PORTAL, TRANSACTIONAL, ""),
            (PORTAL, TREATMENT, ""),
            (PORTAL, MARKETING, "no written consent to offers in the portal is recorded"),
        ],
    )
    def test_care_goes_by_email_and_portal_alone_and_offers_never(self, channel, consent_class, expected):
        assert why_not(a_contact(), channel, consent_class) == expected


class TestTheLatestWord:
    @pytest.mark.parametrize("channel", CHANNELS)
    @pytest.mark.parametrize("consent_class", CLASSES)
    def test_counts_whatever_was_said_before(self, channel, consent_class):
        first, later = {"at": BEFORE}, {"at": BEFORE + timedelta(days=1)}
        opened = a_contact(no(channel, consent_class, **first), yes(channel, consent_class, **later))
        closed = a_contact(yes(channel, consent_class, **first), no(channel, consent_class, **later))

        assert why_not(opened, channel, consent_class) == ""
        assert why_not(closed, channel, consent_class) != ""

    def test_names_the_day_in_the_patients_zone(self):
        contact = a_contact(no(EMAIL, at=datetime(2027, 1, 2, 4, tzinfo=UTC)))

        assert why_not(contact, EMAIL) == "no messages about visits by e-mail are wanted, said on 1 January 2027"

    def test_of_one_class_says_nothing_of_another(self):
        contact = a_contact(yes(SMS, TRANSACTIONAL), no(EMAIL, TREATMENT))

        assert [why_not(contact, SMS, TREATMENT), why_not(contact, EMAIL, TRANSACTIONAL)] == [
            "no consent to text messages is recorded",
            "",
        ]


class TestAnAddress:
    @pytest.mark.parametrize(("channel", "missing"), [(EMAIL, "e-mail address"), (SMS, "phone number")])
    def test_that_is_missing_is_said(self, channel, missing):
        assert why_not(a_contact(yes(channel), own=NONE), channel) == f"there is no {missing}"

    def test_of_a_child_is_the_guardians(self):
        contact = a_contact(**CHILD)

        assert [address_of(contact, channel=channel, now=NOW) for channel in (EMAIL, SMS)] == [THEIRS[EMAIL], THEIRS[SMS]]

    def test_of_a_child_is_never_the_childs_own(self):
        contact = a_contact(**CHILD | {"guardian": NONE})

        assert why_not(contact, EMAIL) == "the patient is under 18, and the guardian has no e-mail address on the chart"

    def test_that_was_the_guardians_counts_no_more_from_the_eighteenth_birthday(self):
        contact = a_contact(**GROWN, own=NONE)

        assert why_not(contact, EMAIL) == (
            "the patient is 18 now and has given no e-mail address: the guardian's counts no more"
        )

    def test_changes_at_midnight_in_the_patients_zone(self):
        contact = a_contact(**GROWN, zone=HONOLULU)
        midnight = datetime(2027, 1, 12, 10, tzinfo=UTC)
        moments = [midnight - timedelta(seconds=1), midnight]

        assert [address_of(contact, channel=EMAIL, now=at) for at in moments] == [THEIRS[EMAIL], MINE[EMAIL]]


class TestTheEighteenthBirthday:
    def test_ends_the_guardians_consent_to_texts(self):
        assert why_not(a_contact(yes(), **GROWN)) == (
            "the patient is 18 now and has not consented to messages about visits by text message: "
            "the guardian's consent counts no more"
        )

    def test_leaves_the_consent_that_the_patient_gives_then(self):
        assert why_not(a_contact(yes(), yes(at=NOW), **GROWN)) == ""

    def test_leaves_messages_of_care_to_the_patients_own_address(self):
        assert why_not(a_contact(no(EMAIL), **GROWN), EMAIL) == ""

    def test_ends_the_guardians_consent_to_offers(self):
        assert "18 now" in why_not(a_contact(yes(EMAIL, MARKETING), **GROWN), EMAIL, MARKETING)

    def test_is_still_to_come_for_a_child(self):
        assert why_not(a_contact(yes(), **CHILD)) == ""


class TestAStoppedNumber:
    @pytest.mark.parametrize("consent_class", CLASSES)
    def test_takes_no_text_of_any_class_whatever_was_agreed_to(self, consent_class):
        contact = a_contact(yes(SMS, consent_class), stopped_at=datetime(2027, 1, 5, 17, tzinfo=UTC))

        assert why_not(contact, SMS, consent_class) == "the number asked for no more texts on 5 January 2027"

    def test_leaves_email_alone(self):
        assert why_not(a_contact(stopped_at=BEFORE), EMAIL) == ""


class TestAChosenChannel:
    @pytest.mark.parametrize(
        ("chosen", "channel", "expected"),
        [
            (EMAIL, EMAIL, ""),
            (EMAIL, SMS, "the patient asked to be reached by e-mail alone"),
            (SMS, SMS, ""),
            (SMS, EMAIL, "the patient asked to be reached by text message alone"),
            (PORTAL, EMAIL, "the patient asked to be reached in the portal alone"),
            (PORTAL, PORTAL, ""),
            (SMS, PORTAL, ""),
        ],
    )
    def test_is_the_only_one_by_which_anything_is_sent(self, chosen, channel, expected):
        assert why_not(a_contact(yes(), chosen=chosen), channel) == expected


class TestAMergedPatient:
    @pytest.mark.parametrize("channel", CHANNELS)
    def test_is_not_written_to(self, channel):
        assert why_not(a_contact(yes(channel), merged=True), channel) == "the patient was merged into another one"


class TestASignedConsent:
    @pytest.mark.parametrize(
        ("kind", "granted", "ended"),
        [
            ("email", [(EMAIL, TRANSACTIONAL), (EMAIL, TREATMENT)], [(EMAIL, each) for each in CLASSES]),
            ("sms", [(SMS, TRANSACTIONAL), (SMS, TREATMENT)], [(SMS, each) for each in CLASSES]),
            ("marketing", [(EMAIL, MARKETING), (PORTAL, MARKETING)], [(channel, MARKETING) for channel in CHANNELS]),
            ("photos", [], []),
            ("lancet_extraction", [], []),
        ],
    )
    def test_says_yes_and_no_to_what_it_is_about(self, kind, granted, ended):
        assert granted_by(kind, is_allowed=lambda channel: channel != SMS) == granted
        assert ended_with(kind) == ended
