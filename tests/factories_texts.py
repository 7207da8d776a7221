"""Makers for tests of what messages say."""

from datetime import datetime
from typing import Any

from appointments.models import MessageText
from appointments.policies.texts import Text
from tests.factories import NOON

SMS_BODY = "{clinic}: {first_name}, {day}, {time}. {link} Tel. {phone}"
EMAIL_BODY = "Hello,\n\n{first_name} is expected at {clinic}:\n{day}, {time}\n{link}\n\nQuestions? Call {phone}."


def a_text(**fields: Any) -> Text:
    """A text message that confirms, in English."""
    defaults = {"key": "confirmation", "channel": "sms", "language": "en", "body": SMS_BODY}
    return Text(**defaults | fields)


def an_email_text(**fields: Any) -> Text:
    """An e-mail that confirms, in English."""
    return a_text(**{"channel": "email", "subject": "See you at {clinic}", "body": EMAIL_BODY} | fields)


def a_published_text(at: datetime = NOON, **fields: Any) -> MessageText:
    """A version on file."""
    defaults = {"key": "confirmation", "channel": "sms", "language": "en", "version": 1, "body": SMS_BODY}
    return MessageText.objects.create(in_force_from=at, **defaults | fields)
