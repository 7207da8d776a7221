"""What this floor tells the floors above, inside the transaction that changes it."""

from django.dispatch import Signal

authority_changed = Signal()
"""
Privileges, covers or presence were rewritten and the temporal keys are not checked yet.

Sent with `practitioners` and `keys` (frozensets of ids of staff, and of rooms, devices and sites), `actor`, `reason`
(a code) and `now`. A receiver moves the visits that are no longer covered and returns their ids.
"""

protocol_changed = Signal()
"""
Sent with `before` and `after` (Rules) and `now` after a row of the protocol has its next version.

A receiver brings what waits under the row to what it says now, and returns what it changed, by word.
"""
