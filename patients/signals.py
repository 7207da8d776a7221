"""What upper apps must react to, inside the transaction that changes it."""

from django.dispatch import Signal

lesion_reclassified = Signal()
"""
Sent with `lesions` (uuids), `actor`, `reason` (a code) and `now` after what rules judge of them has changed.

The lesions are held and the constraints deferred; a receiver moves the visits that are no longer covered, and returns
their ids.
"""

consent_withdrawn = Signal()
"""
Sent with `patient` (Patient), `kind` (a word) and `now` after the patient's consents of that kind were withdrawn.

The patient is held; what was kept or planned on the strength of the consent ends in the same transaction.
"""

lesion_noted = Signal()
"""Sent with `lesion` (Lesion) and `now` after it was charted; whatever follows from it begins in the same transaction."""

lesions_settled = Signal()
"""
Sent with `lesions` (uuids), `reason` (words for the staff) and `now` when nobody merely watches these lesions any more.

They were planned, treated, referred or resolved; what waited for them ends in the same transaction.
"""

contraindications_coming = Signal()
"""
Sent with `patient`, `held` (the `Held` rows that are about to be kept), `actor` and `now` before they are written.

The patient is locked; a receiver ends what they forbid, so that both happen in one transaction or neither does.
"""

merge_asked = Signal()
"""
Sent with `duplicate` and `into` (Patients) before two charts are merged; what a receiver returns is a list of Refusals.

Those of severity "hard" stand in the way, "warn" has to be acknowledged, "info" is told.
"""

description_coming = Signal()
"""
Sent with `lesion` (as it is about to be kept) before another cause or first day is charted.

What a receiver returns is a list of Refusals; each of them stands in the way.
"""
