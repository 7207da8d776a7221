"""Texts of messages on file: which is in force, how a new one is published, and what PostgreSQL refuses."""

import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection

from appointments.models import MessageText
from appointments.policies.health_words import HEALTH_WORDS, health_words
from appointments.selectors.texts import message_texts, shipped_texts, text_in_force
from appointments.services.reference import load_texts
from appointments.services.texts import preview_text, publish_text
from clinic.errors import RuleBroken
from tests.factories import NOON, a_user
from tests.factories_texts import SMS_BODY, a_published_text, a_text, an_email_text
from tests.refusing import refused_as, sql

DAY = timedelta(days=1)

pytestmark = pytest.mark.django_db


def in_force(at=NOON, **words) -> str:
    return text_in_force(**{"key": "confirmation", "channel": "sms", "language": "en", "at": at} | words).body


class TestTextInForce:
    def test_is_what_the_product_ships_while_nothing_is_on_file(self):
        assert in_force() == shipped_texts()["confirmation", "sms", "en"].body

    def test_is_the_newest_version_that_has_begun(self):
        for version, begins in ((1, NOON - DAY), (2, NOON + DAY), (3, NOON)):
            a_published_text(begins, version=version, body=f"{SMS_BODY} {version}")

        assert [in_force(NOON + DAY * n)[-1] for n in (-1, 0, 1)] == ["1", "3", "3"]

    def test_falls_back_to_english(self):
        a_published_text(language="en", body="English")

        assert in_force(language="fr") == "English"

    def test_is_the_one_in_the_language(self):
        a_published_text(language="en", version=7, body="English")
        a_published_text(language="es", body="Español")

        assert in_force(language="es") == "Español"

    def test_is_none_for_a_channel_that_the_message_does_not_take(self):
        assert text_in_force(key="confirmation", channel="portal", language="en", at=NOON) is None


class TestLoadTexts:
    def test_puts_what_is_shipped_on_file_once(self):
        assert (load_texts(), load_texts()) == (len(shipped_texts()), 0)

    def test_leaves_alone_what_the_clinic_published(self):
        a_published_text(body="Ours")

        call_command("load_reference")

        assert in_force() == "Ours"
        assert MessageText.objects.count() == len(shipped_texts())


class TestPublishText:
    def test_puts_the_next_version_in_force_at_once(self):
        load_texts()
        manager = a_user("manager")

        row = publish_text(actor=manager, text=a_text(body=f"{SMS_BODY}!"), in_force_from=None, now=NOON)

        assert (row.version, row.in_force_from, row.published_by) == (2, NOON, manager)
        assert in_force() == f"{SMS_BODY}!"

    def test_or_from_a_moment(self):
        publish_text(actor=a_user("manager"), text=a_text(body=f"{SMS_BODY}!"), in_force_from=NOON + DAY, now=NOON)

        assert in_force() != f"{SMS_BODY}!"
        assert in_force(NOON + DAY) == f"{SMS_BODY}!"

    def test_refuses_with_all_reasons_and_keeps_nothing(self):
        text = a_text(body="Your peel at {clinic}, reply CANCEL")

        with pytest.raises(RuleBroken) as refusal:
            publish_text(actor=a_user("manager"), text=text, in_force_from=NOON - DAY, now=NOON)

        codes = [reason.code for reason in refusal.value.reasons]
        assert codes == ["health_word", "reply_cancel", *["place_missing"] * 4, "in_the_past"]
        assert not MessageText.objects.exists()

    def test_counts_letters_however_they_were_typed(self):
        text = a_text(key="opted_out", body="{clinic}: " + "e\u0301" * 70 + " Tel. {phone}")

        row = publish_text(actor=a_user("manager"), text=text, in_force_from=None, now=NOON)

        assert len(row.body) < 160 < len(text.body)

    def test_keeps_who_published_what_in_its_history(self):
        row = publish_text(actor=a_user("manager"), text=a_text(), in_force_from=None, now=NOON)

        assert list(row.history.values_list("pgh_label", "version")) == [("insert", 1)]


class TestPreviewText:
    def test_shows_the_text_as_somebody_would_get_it(self):
        shown = preview_text(text=an_email_text(language="es"), now=NOON)

        assert shown.subject == "See you at Clínica Pearl"
        assert "Lucía" in shown.body
        assert (shown.longest, shown.refusals) == (None, [])

    def test_shows_also_what_may_not_be_sent(self):
        shown = preview_text(text=a_text(body="{clinic} {age}"), now=NOON)

        assert shown.body == "{clinic} {age}"
        assert "place_unknown" in [refusal.code for refusal in shown.refusals]


class TestMessageTexts:
    def test_are_all_versions_or_those_in_force(self):
        for version, begins in ((1, NOON - DAY), (2, NOON), (3, NOON + DAY)):
            a_published_text(begins, version=version)

        assert message_texts(key="confirmation").count() == 3
        assert [row.version for row in message_texts(in_force_at=NOON)] == [2]


class TestPostgres:
    @pytest.mark.parametrize(
        ("fields", "name"),
        [
            ({"body": "x" * 161}, "text_message_is_not_too_long"),
            ({"body": "Your Peel"}, "message_text_tells_nothing_about_health"),
            ({"channel": "email", "subject": "LESIÓN"}, "message_text_tells_nothing_about_health"),
            ({"subject": "Hello"}, "only_a_text_message_has_no_subject"),
            ({"channel": "email"}, "only_a_text_message_has_no_subject"),
            ({"key": "birthday"}, "message_text_has_a_known_key"),
            ({"channel": "fax"}, "message_text_goes_by_a_known_channel"),
            ({"language": "fr"}, "message_text_is_in_a_language_spoken_here"),
            ({"version": 0}, "message_text_versions_begin_at_one"),
            ({"body": ""}, "message_text_says_something"),
        ],
    )
    def test_refuses(self, fields, name):
        assert refused_as(lambda: a_published_text(**fields)) == name

    def test_takes_a_text_message_of_160_characters(self):
        assert a_published_text(body="x" * 160).pk

    def test_refuses_the_same_version_twice(self):
        a_published_text()

        assert refused_as(a_published_text) == "message_text_version_key"

    @pytest.mark.parametrize(
        "statement", ["UPDATE appointments_messagetext SET body = 'x'", "DELETE FROM appointments_messagetext"]
    )
    def test_refuses_to_change_what_was_published(self, statement):
        a_published_text()

        assert refused_as(lambda: sql(statement)) == "published_text_is_never_changed"

    def test_refuses_to_empty_what_was_published(self):
        assert refused_as(lambda: sql("TRUNCATE appointments_messagetext")) == "published_text_is_never_changed"

    def test_has_the_same_list_of_words_about_health(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'appointment_says_health'")
            source = re.sub(r"'\s*\n\s*'", "", cursor.fetchone()[0])

        assert rf"'\m(?:\w*derm|{'|'.join(HEALTH_WORDS)})'" in source

    @pytest.mark.parametrize(
        "said",
        [
            "microdermabrasion",
            "LÁSER",
            "a PÁRPADO.",
            "Lesiónes",
            "impatient",
            "carry on",
            "see you",
            "ojos",
            "aftercare",
            "careful",
            "unskinned",
        ],
    )
    def test_finds_a_word_where_python_finds_it(self, said):
        with connection.cursor() as cursor:
            cursor.execute("SELECT appointment_says_health(%s)", [said])
            assert cursor.fetchone()[0] == bool(health_words(said))
