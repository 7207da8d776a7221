"""What upper apps must react to, inside the transaction that changes it."""

from django.dispatch import Signal

lesion_reclassified = Signal()
"""
Sent with `lesions` (uuids), `actor`, `reason` (a code) and `now` after what rules judge of them has changed.

The lesions are held and the constraints deferred; a receiver moves the visits that are no longer covered, and returns
their ids.
"""

merge_asked = Signal()
"""
Sent with `duplicate` and `into` (Patients) before two charts are merged; what a receiver returns is a list of Refusals.

Those of severity "hard" stand in the way, "warn" has to be acknowledged, "info" is told.
"""
