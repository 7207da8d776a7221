"""What a receipt does to a message: whatever the order in which receipts come, and however often."""

from typing import Final

from clinic.policies.protocol import EMAIL, SMS

SENT, DELIVERED, FAILED = "sent", "delivered", "failed"
RANKS: Final = {EMAIL: (SENT, DELIVERED, FAILED), SMS: (SENT, FAILED, DELIVERED)}
"""
The later one stands. A mail server may take a message and send it back hours later, so that a bounce outdoes a delivery; a
phone that has shown a text has shown it, whatever a carrier's try before said.
"""


def state_after(*, channel: str, state: str, receipt: str) -> str:
    """The state that the message comes to; one that never left stays what it is."""
    ranks = RANKS.get(channel, ())
    if state not in ranks or receipt not in ranks:
        return state
    return max(state, receipt, key=ranks.index)
