"""What messages may say, and how they look when their places are filled in."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from appointments.policies.gsm7 import folded, gsm7_length, sendable
from appointments.policies.health_words import health_words
from appointments.policies.rendering import TooLong, Values, render
from appointments.policies.texts import KEYS, LANGUAGES, ON_THE_PORTAL, lint, longest_of, tidied
from appointments.selectors.texts import shipped_texts
from clinic.policies.protocol import CHANNELS
from tests.factories_texts import EMAIL_BODY, SMS_BODY, a_text, an_email_text

NEW_YORK = ZoneInfo("America/New_York")
NOON = datetime(2027, 1, 12, 12, 5, tzinfo=NEW_YORK)
SEPTEMBER = datetime(2026, 9, 30, 12, 30, tzinfo=NEW_YORK)
LINK = "https://clinic.example.org/l/".ljust(60, "x")
SHIPPED = [pytest.param(text, id="-".join(words)) for words, text in shipped_texts().items()]
SHIPPED_SMS = [param for param in SHIPPED if param.values[0].channel == "sms"]


def values(**fields) -> Values:
    defaults = {"first_name": "Ada", "clinic": "Pearl", "phone": "+1 614 555 0100", "link": LINK, "starts_at": NOON}
    return Values(**defaults | fields)


def codes(text) -> list[str]:
    return [refusal.code for refusal in lint(text)]


class TestAlphabet:
    @pytest.mark.parametrize(
        ("text", "length"),
        [
            ("", 0),
            ("abc", 3),
            ("¿Está?", None),
            ("¿Qué?", 5),
            ("[€]", 6),
            ("a\nb", 3),
            ("ñÑüÜàéèùìò", 10),
            ("ç", None),
            ("😀", None),
        ],
    )
    def test_counts_septets_and_knows_what_it_cannot_hold(self, text, length):
        assert gsm7_length(text) == length

    @pytest.mark.parametrize(
        ("text", "near"),
        [
            ("Lucía Ángel", "Lucia Angel"),
            ("miércoles", "miércoles"),
            ("José Núñez", "José Nuñez"),
            ("a\u0301", "a"),
            ("–’…", "-'..."),
            ("Łukasz", "Lukasz"),
            ("çà", "cà"),
        ],
    )
    def test_writes_what_it_lacks_as_near_as_it_can(self, text, near):
        assert folded(text) == near

    def test_leaves_out_of_names_what_has_no_likeness(self):
        assert sendable("李 Zoë 😀") == " Zoe "


class TestHealthWords:
    @pytest.mark.parametrize(
        "word",
        [
            *("milia", "lesion", "Eyelid", "peel", "LASER", "extraction", "retinoid", "dermatologist", "dermatología"),
            *("microdermabrasion", "diagnosis", "lesión", "párpado", "extracción", "retinoide", "diagnóstico", "piel"),
        ],
    )
    def test_are_found_in_either_language(self, word):
        assert health_words(f"See you soon, {word}!") == [word]


class TestLint:
    @pytest.mark.parametrize("text", SHIPPED)
    def test_finds_nothing_in_what_is_shipped(self, text):
        assert lint(text) == []

    def test_every_key_is_shipped_for_every_channel_and_language(self):
        wanted = {(key, channel, language) for key in KEYS for channel in CHANNELS for language in LANGUAGES}
        wanted -= {words for words in wanted if words[1] == "portal" and words[0] not in ON_THE_PORTAL}

        assert shipped_texts().keys() == wanted

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            (a_text(body=SMS_BODY + " peel"), "health_word"),
            (an_email_text(subject="Your Lesión at {clinic}"), "health_word"),
            (a_text(body=SMS_BODY.replace("{first_name}", "{age}")), "place_unknown"),
            (a_text(key="opted_out", body="{clinic} {phone} {link}"), "place_unknown"),
            (a_text(body=SMS_BODY + " {"), "place_unreadable"),
            (an_email_text(body=EMAIL_BODY + " {first_name!r}"), "place_unreadable"),
            (an_email_text(body=EMAIL_BODY + " {0}"), "place_unreadable"),
            (a_text(body=SMS_BODY.replace("Tel. {phone}", "")), "place_missing"),
            (a_text(body=SMS_BODY.replace("{clinic}: ", "")), "place_missing"),
            (an_email_text(body=EMAIL_BODY.replace("{link}", "")), "place_missing"),
            (a_text(body=SMS_BODY + " Please come ten minutes earlier"), "too_long"),
            (a_text(body=SMS_BODY + " 😀"), "not_gsm7"),
            (a_text(subject="Hello"), "subject_not_wanted"),
            (an_email_text(subject=" "), "subject_missing"),
            (an_email_text(subject="One\nTwo"), "subject_of_several_lines"),
            (an_email_text(body=f"{EMAIL_BODY} pe\u00adel"), "unseen_character"),
            (an_email_text(body=f"{EMAIL_BODY} pe\u200bel"), "unseen_character"),
            (an_email_text(body=f"{EMAIL_BODY}\x07"), "unseen_character"),
            (an_email_text(channel="portal"), "channel_unknown"),
        ],
    )
    def test_refuses(self, text, code):
        assert codes(text) == [code]

    @pytest.mark.parametrize(
        "words",
        [
            *(
                "reply CANCEL",
                "Reply with cancel",
                "text us CANCEL",
                "reply “cancel” to end",
                "Reply to cancel",
                "CANCEL: no visit",
            ),
            *(
                "responda CANCELAR",
                "Responda con la palabra cancelar",
                "envíe cancelar",
                "conteste CANCEL",
                "escriba «cancelar»",
            ),
        ],
    )
    def test_refuses_to_invite_a_reply_that_ends_all_texts(self, words):
        assert "reply_cancel" in codes(an_email_text(body=f"{EMAIL_BODY}\n{words}"))

    @pytest.mark.parametrize(
        "words", ["To cancel, call us", "Your visit is cancelled", "reply 2 to cancel", "Para cancelar, llame"]
    )
    def test_lets_people_cancel_in_other_ways(self, words):
        assert codes(an_email_text(body=f"{EMAIL_BODY}\n{words}")) == []

    def test_reads_letters_alike_however_they_were_typed(self):
        text = tidied(an_email_text(body=f"{EMAIL_BODY}\r\npa\u0301rpado"))

        assert codes(text) == ["health_word"]
        assert "\r" not in text.body

    def test_says_everything_at_once_with_its_source_and_what_would_mend_it(self):
        refusals = lint(a_text(body="peel {clinic} {doctor} 😀, reply CANCEL"))

        assert [refusal.code for refusal in refusals][:3] == ["health_word", "reply_cancel", "place_unknown"]
        assert {"place_missing", "not_gsm7"} <= {refusal.code for refusal in refusals}
        assert all(refusal.source and refusal.mend for refusal in refusals)

    def test_counts_every_place_at_its_longest(self):
        assert longest_of(a_text(body="{first_name}{day}{time}{clinic}{phone}{link}€")) == 10 + 11 + 8 + 24 + 15 + 60 + 2


class TestRender:
    def test_tells_day_and_time_in_english(self):
        subject, body = render(an_email_text(), values())

        assert subject == "See you at Pearl"
        assert "Tuesday, January 12, 2027, 12:05 PM\n" in body
        assert body.endswith("Questions? Call +1 614 555 0100.\n")

    def test_tells_day_and_time_in_spanish(self):
        _, body = render(an_email_text(language="es"), values(starts_at=datetime(2027, 3, 13, 9, tzinfo=NEW_YORK)))

        assert "sábado 13 de marzo de 2027, 9:00 a. m.\n" in body

    @pytest.mark.parametrize(
        ("language", "said"), [("en", "Pearl: Ada, Tue, Jan 12, 12:05 PM."), ("es", "Pearl: Ada, mar 12 ene, 12:05 pm.")]
    )
    def test_tells_them_shortly_in_a_text_message(self, language, said):
        _, body = render(a_text(language=language), values())

        assert body.startswith(said)

    @pytest.mark.parametrize("text", SHIPPED_SMS)
    @pytest.mark.parametrize("name", ["Wolfeschlegelsteinhausenbergerdorff", "Ñandú Ángel", "李小龍", "[]" * 9])
    def test_a_shipped_text_message_always_fits_and_keeps_its_link(self, text, name):
        wide = values(first_name=name, clinic="Pearl Clinic of Jersey City and Surroundings", starts_at=SEPTEMBER)

        subject, body = render(text, wide)

        assert subject == ""
        assert gsm7_length(body) <= 160
        assert LINK in body or "{link}" not in text.body
        assert body.endswith("Tel. +1 614 555 0100")

    @pytest.mark.parametrize("text", SHIPPED_SMS)
    def test_a_shipped_text_message_fits_also_with_the_longest_link(self, text):
        link = "https://".ljust(86, "x")

        _, body = render(text, values(first_name="Ñandú", clinic="Pearl Clinic Jersey City", starts_at=SEPTEMBER, link=link))

        assert gsm7_length(body) <= 160
        assert link in body or "{link}" not in text.body

    @pytest.mark.parametrize("text", SHIPPED)
    def test_a_shipped_text_fills_every_place_and_says_nothing_about_health(self, text):
        subject, body = render(text, values())

        assert "{" not in subject + body
        assert health_words(f"{subject}\n{body}") == []

    def test_shortens_the_first_name_before_the_clinic(self):
        _, body = render(a_text(), values(first_name="Maximiliana-Theodora-Josephine", clinic="Pearl Clinic Jersey City"))

        assert body.startswith("Pearl Clinic Jersey City: Maximiliana-Theodora-Joseph., Tue")
        assert gsm7_length(body) == 160

    def test_refuses_a_link_that_leaves_no_room(self):
        with pytest.raises(TooLong):
            render(a_text(), values(link="https://example.org/" + "x" * 160))

    def test_a_name_that_the_alphabet_lacks_becomes_you(self):
        _, body = render(a_text(body="{clinic}: booked for {first_name}. Tel. {phone}"), values(first_name="李"))

        assert body == "Pearl: booked for you. Tel. +1 614 555 0100"

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            (a_text(body="{clinic}: {link} Tel. {phone}"), f"Pearl: {LINK}"),
            (a_text(body="{clinic}: no more texts. Tel. {phone}"), "Pearl: no more texts."),
            (an_email_text(body="Hello {clinic}\n\nQuestions? Call {phone}."), "Hello Pearl\n"),
        ],
    )
    def test_leaves_out_the_telephone_of_a_clinic_without_one(self, text, said):
        assert render(text, values(phone=" "))[1] == said

    def test_a_name_cannot_break_out_of_its_line_nor_bring_places_of_its_own(self):
        subject, body = render(an_email_text(), values(clinic="Pearl\r\nBcc: x@y.z {link}", first_name="{phone}"))

        assert subject == "See you at Pearl Bcc: x@y.z {link}"
        assert "\n{phone} is expected" in body
