"""What upper apps must react to, inside the transaction that changes it."""

from django.dispatch import Signal

order_revoked = Signal()
"""
Sent with `order` (a uuid), `actor`, `reason` (a code) and `now` after the order was revoked.

The signer is held; a receiver moves the visits that are not done yet and stand on the order, and returns their ids.
"""

home_care_started = Signal()
"""Sent with `home_care` (HomeCarePlan) and `now` after a version was begun and its ladders were built."""

home_care_ended = Signal()
"""Sent with `home_care` (HomeCarePlan), `actor` and `now` after a version was stopped, completed or superseded."""

plan_completed = Signal()
"""Sent with `plan` (TreatmentPlan) and `now` after the last step of a treatment plan was closed."""

procedure_signed = Signal()
"""
Sent with `procedure` (Procedure) and `now` after its performer has signed it and the lesions have followed it.

Whatever follows from the work (aftercare, reviews, messages) begins in the same transaction.
"""

aftercare_reported = Signal()
"""Sent with `report` (AftercareReport) and `now` after a patient's answers about the healing were kept."""
