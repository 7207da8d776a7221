"""What upper apps must react to, inside the transaction that changes it."""

from django.dispatch import Signal

order_revoked = Signal()
"""
Sent with `order` (a uuid), `actor`, `reason` (a code) and `now` after the order was revoked.

The signer is held; a receiver moves the visits that are not done yet and stand on the order, and returns their ids.
"""

procedure_signed = Signal()
"""
Sent with `procedure` (Procedure) and `now` after its performer has signed it and the lesions have followed it.

Whatever follows from the work (aftercare, reviews, messages) begins in the same transaction.
"""

aftercare_reported = Signal()
"""Sent with `report` (AftercareReport) and `now` after a patient's answers about the healing were kept."""
