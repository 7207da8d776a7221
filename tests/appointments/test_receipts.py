"""What carriers report about messages, in whatever order, and the events of e-mails as a provider posts them."""

import base64
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from django.test import Client

from appointments.policies.receipts import state_after
from appointments.services.receipts import Receipt, note_receipt
from clinic.models import Task
from patients.selectors.contact import reach
from tests.factories import NOON, a_patient
from tests.factories_contact import PHONE, a_sent_text

NOW = NOON + timedelta(hours=1)
EVENTS = "/api/v1/integrations/email/postmark/tracking/"
PASSWORD = "provider:password"
BOUNCE = {"RecordType": "Bounce", "Type": "HardBounce", "TypeCode": 1, "ID": 1, "Details": "550 no such user ada@example.org"}
WHEN = "2026-01-12T18:00:00Z"


class TestStateAfter:
    @pytest.mark.parametrize(("channel", "last"), [("sms", "delivered"), ("email", "failed")])
    def test_is_the_same_in_whatever_order_receipts_come(self, channel, last):
        for order in permutations(["delivered", "failed", "delivered"]):
            state = "sent"
            for receipt in order:
                state = state_after(channel=channel, state=state, receipt=receipt)

            assert state == last

    @pytest.mark.parametrize("state", ["due", "expired", "withdrawn", "suppressed", "dead"])
    def test_is_what_it_was_for_one_that_never_left(self, state):
        assert state_after(channel="sms", state=state, receipt="delivered") == state

    def test_is_never_sent_again(self):
        assert state_after(channel="email", state="delivered", receipt="sent") == "delivered"


@pytest.mark.django_db
class TestAReceipt:
    def told(self, state: str, *, at: datetime = NOON, provider_id: str = "p-1") -> bool:
        receipt = Receipt(provider_ids=(provider_id,), channel="sms", state=state, at=at, reason="no")
        return note_receipt(receipt=receipt, now=NOW)

    def test_that_comes_late_leaves_a_delivered_message_delivered(self):
        message = a_sent_text()

        self.told("delivered")
        self.told("failed", at=NOON - timedelta(minutes=1))
        self.told("delivered", at=NOW)

        message.refresh_from_db()
        assert (message.state, message.delivered_at, message.reason_not_sent) == ("delivered", NOON, "")

    def test_from_the_future_counts_from_now(self):
        message = a_sent_text()

        self.told("delivered", at=NOW + timedelta(days=1))

        message.refresh_from_db()
        assert message.delivered_at == NOW

    def test_of_a_failure_opens_one_task_for_the_desk(self):
        message = a_sent_text()

        self.told("failed")
        self.told("failed")

        task = Task.objects.get()
        assert (task.kind, task.subject, task.role) == ("dead_letter", message.subject, "front_desk")

    def test_of_nothing_is_of_no_message_that_has_no_id_yet(self):
        a_sent_text(provider_id="")

        assert self.told("delivered", provider_id="") is False


@pytest.mark.django_db
class TestAnEventOfAnEmail:
    @pytest.fixture(autouse=True)
    def secret(self, settings):
        settings.ANYMAIL = {"WEBHOOK_SECRET": [PASSWORD]}

    @pytest.fixture
    def message(self):
        message = a_sent_text(channel="email", address="ada@example.org", provider_id="<p-1@clinic>")
        message.recipient.email = "ada@example.org"
        message.recipient.save(update_fields=["email"])
        return message

    def posted(self, event: dict, *, password: str = PASSWORD) -> int:
        body = {"MessageID": "p-1@clinic", "Recipient": "ada@example.org", "Email": "ada@example.org"} | event
        basic = base64.b64encode(password.encode()).decode()
        return (
            Client()
            .post(EVENTS, body, content_type="application/json", headers={"Authorization": f"Basic {basic}"})
            .status_code
        )

    def test_delivers_the_message(self, message):
        assert self.posted({"RecordType": "Delivery", "DeliveredAt": WHEN}) == 200

        message.refresh_from_db()
        assert (message.state, message.delivered_at) == ("delivered", datetime(2026, 1, 12, 18, tzinfo=UTC))

    def test_that_sends_it_back_fails_it_in_words_without_the_address(self, message):
        self.posted(BOUNCE | {"BouncedAt": WHEN})

        message.refresh_from_db()
        assert (message.state, message.reason_not_sent) == ("failed", "the mailbox sent it back")

    def test_that_complains_ends_email_to_that_address_and_tells_the_desk(self, message):
        self.posted({"RecordType": "SpamComplaint", "Type": "SpamComplaint", "TypeCode": 100001, "BouncedAt": WHEN})

        message.refresh_from_db()
        where = reach(patient=message.recipient, channel="email", consent_class="transactional", now=NOW)
        assert (message.state, "by e-mail are wanted" in where.refusal) == ("delivered", True)
        assert Task.objects.get().kind == "email_refused"

    def test_of_an_unknown_message_does_nothing(self, message):
        assert self.posted({"RecordType": "Delivery", "DeliveredAt": WHEN, "MessageID": "p-2"}) == 200

        message.refresh_from_db()
        assert message.state == "sent"

    def test_about_opening_a_message_is_not_kept(self, message):
        assert self.posted({"RecordType": "Open", "ReceivedAt": WHEN}) == 200

        message.refresh_from_db()
        assert message.state == "sent"

    def test_with_a_wrong_password_is_refused(self, message):
        assert self.posted({"RecordType": "Delivery", "DeliveredAt": WHEN}, password="guess:ed") == 400

        message.refresh_from_db()
        assert message.state == "sent"


@pytest.mark.django_db
def test_without_a_password_no_event_of_an_email_is_taken():
    message = a_sent_text(channel="email", address=a_patient().email, provider_id="p-1")

    for basic in ("", ":", "None", PASSWORD, PHONE):
        told = {"Authorization": f"Basic {base64.b64encode(basic.encode()).decode()}"}
        assert Client().post(EVENTS, {}, content_type="application/json", headers=told).status_code == 400

    message.refresh_from_db()
    assert message.state == "sent"
