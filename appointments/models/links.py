"""Links that messages carry: each opens one thing, for a while, to whoever has it."""

from django.db import models
from django.db.models import Q

from appointments.models.messages import Message
from appointments.policies.links import GUIDANCE, PURPOSES
from clinic.base import Keyed, one_of
from clinic.constraints import Trigger


class Link(Keyed):
    """
    What a token opens: the matter of a `message`, or of something else by its id (`owner`); its row is its own record.

    Of the token only the SHA-256 is kept: it is derived anew from the row and the secret of the installation whenever it is sent.
    `text` is the key of what is to be read, for guidance.
    """

    purpose = models.TextField(choices=[(word, word) for word in PURPOSES])
    message = models.ForeignKey(Message, models.PROTECT, null=True, blank=True, related_name="links", db_index=False)
    owner = models.UUIDField(null=True, blank=True)
    text = models.TextField(blank=True)
    digest = models.BinaryField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            one_of("purpose", PURPOSES, name="link_has_a_known_purpose"),
            models.CheckConstraint(
                name="link_is_of_a_message_or_of_something_else",
                condition=Q(message__isnull=False, owner__isnull=True) | Q(message__isnull=True, owner__isnull=False),
            ),
            models.CheckConstraint(
                name="link_to_read_says_what",
                condition=(Q(purpose=GUIDANCE) & ~Q(text="")) | (~Q(purpose=GUIDANCE) & Q(text="")),
            ),
            models.UniqueConstraint(fields=["digest"], name="token_opens_one_link"),
            models.UniqueConstraint(fields=["message", "purpose"], name="message_has_one_link_for_a_purpose"),
            models.UniqueConstraint(fields=["owner", "purpose"], name="owner_has_one_link_for_a_purpose"),
            Trigger(name="link_ends_once", timing="BEFORE UPDATE", function="appointment_keep_link"),
        ]

    def __str__(self) -> str:
        return f"link to {self.purpose}"
