"""The wordings of messages, as versions that stay as they were published."""

from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

from appointments.policies.gsm7 import LONGEST
from appointments.policies.texts import KEYS, LANGUAGES
from clinic.base import Keyed, one_of
from clinic.constraints import Trigger
from clinic.history import tracked
from clinic.models import User
from clinic.policies.protocol import CHANNELS, SMS


def _says_health(field: str) -> Func:
    return Func(F(field), function="appointment_says_health", output_field=models.BooleanField())


@tracked
class MessageText(Keyed):
    """
    One version of what a message of a key says by a channel in a language; nobody changes it, a newer version takes its place.

    `published_by` is empty for what the product ships.
    """

    key = models.TextField(choices=[(word, word) for word in KEYS])
    channel = models.TextField(choices=[(word, word) for word in CHANNELS])
    language = models.TextField(choices=[(word, word) for word in LANGUAGES])
    version = models.PositiveSmallIntegerField()
    subject = models.TextField(blank=True)
    body = models.TextField()
    in_force_from = models.DateTimeField()
    published_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            one_of("key", KEYS, name="message_text_has_a_known_key"),
            one_of("channel", CHANNELS, name="message_text_goes_by_a_known_channel"),
            one_of("language", LANGUAGES, name="message_text_is_in_a_language_spoken_here"),
            models.CheckConstraint(name="message_text_versions_begin_at_one", condition=Q(version__gte=1)),
            models.CheckConstraint(name="message_text_says_something", condition=~Q(body="")),
            models.CheckConstraint(
                name="only_a_text_message_has_no_subject",
                condition=Q(channel=SMS, subject="") | (~Q(channel=SMS) & ~Q(subject="")),
            ),
            models.CheckConstraint(
                name="text_message_is_not_too_long",
                condition=~Q(channel=SMS) | Q(LessThanOrEqual(Length("body"), LONGEST)),
            ),
            models.CheckConstraint(
                name="message_text_tells_nothing_about_health",
                condition=~Q(_says_health("subject")) & ~Q(_says_health("body")),
            ),
            models.UniqueConstraint(fields=["key", "channel", "language", "version"], name="message_text_version_key"),
            Trigger(
                name="published_text_is_never_changed",
                timing="BEFORE UPDATE OR DELETE",
                function="appointment_keep_message_text",
            ),
            Trigger(
                name="published_texts_are_never_emptied",
                timing="BEFORE TRUNCATE",
                function="appointment_keep_message_text",
                rest="FOR EACH STATEMENT",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} by {self.channel} ({self.language} {self.version})"
