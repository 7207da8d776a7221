"""The course of a visit. PostgreSQL holds the same table (appointment_may_become) and refuses every other step."""

from typing import Final

HELD, BOOKED, NEEDS_REASSIGNMENT = "held", "booked", "needs_reassignment"
CHECKED_IN, IN_TREATMENT, COMPLETED = "checked_in", "in_treatment", "completed"
CANCELLED, NO_SHOW, ENTERED_IN_ERROR = "cancelled", "no_show", "entered_in_error"

LIVE: Final = (HELD, BOOKED, NEEDS_REASSIGNMENT, CHECKED_IN, IN_TREATMENT)
STAFFED: Final = (HELD, BOOKED, CHECKED_IN, IN_TREATMENT)
ENDED: Final = (COMPLETED, CANCELLED, NO_SHOW, ENTERED_IN_ERROR)
STATUSES: Final = LIVE + ENDED

TRANSITIONS: Final = {
    HELD: {BOOKED, CANCELLED, ENTERED_IN_ERROR},
    BOOKED: {NEEDS_REASSIGNMENT, CHECKED_IN, CANCELLED, NO_SHOW, ENTERED_IN_ERROR},
    NEEDS_REASSIGNMENT: {BOOKED, CANCELLED, ENTERED_IN_ERROR},
    CHECKED_IN: {BOOKED, IN_TREATMENT, NEEDS_REASSIGNMENT, CANCELLED, ENTERED_IN_ERROR},
    IN_TREATMENT: {COMPLETED, NEEDS_REASSIGNMENT, ENTERED_IN_ERROR},
    COMPLETED: {ENTERED_IN_ERROR},
    CANCELLED: {ENTERED_IN_ERROR},
    NO_SHOW: {ENTERED_IN_ERROR},
    ENTERED_IN_ERROR: set(),
}

FHIR: Final = {
    HELD: "pending",
    BOOKED: "booked",
    NEEDS_REASSIGNMENT: "pending",
    CHECKED_IN: "checked-in",
    IN_TREATMENT: "arrived",
    COMPLETED: "fulfilled",
    CANCELLED: "cancelled",
    NO_SHOW: "noshow",
    ENTERED_IN_ERROR: "entered-in-error",
}
