"""What came back by text message: kept word for word, and read by the staff of whose number it is."""

from django.db import models
from django.db.models import Q
from phonenumber_field.modelfields import PhoneNumberField

from appointments.policies.answers import MEANINGS
from clinic.base import Keyed, one_of
from clinic.constraints import Trigger


class InboundText(Keyed):
    """
    A text that the gateway handed over, once: `gateway_id` is its own name for it.

    `meaning` is what was understood when it came, and is not judged again.
    """

    gateway_id = models.TextField(unique=True)
    phone = PhoneNumberField(db_index=True)
    text = models.TextField(blank=True)
    received_at = models.DateTimeField()
    meaning = models.TextField(choices=[(word, word) for word in MEANINGS])

    class Meta:
        constraints = [
            one_of("meaning", MEANINGS, name="inbound_text_has_a_known_meaning"),
            models.CheckConstraint(name="inbound_text_has_an_id", condition=~Q(gateway_id="")),
            Trigger(
                name="inbound_text_is_kept",
                timing="BEFORE UPDATE OR DELETE",
                function="appointments_keep_inbound_text",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meaning} at {self.received_at}"
