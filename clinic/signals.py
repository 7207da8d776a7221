"""What this floor tells the floors above, inside the transaction that changes it, and what it asks them."""

from django.dispatch import Signal

visits_beyond_asked = Signal()
"""
Sent with `endings` (clinic.selectors.expirables.Ending) when somebody asks what is booked beyond the end of papers.

A receiver returns how many visits lean on each and lie beyond its last day, by (paper, site); nothing is written.
"""

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
