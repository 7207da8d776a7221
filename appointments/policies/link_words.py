"""What the pages behind links say, in English and Spanish."""

from typing import Final

from appointments.policies.statuses import (
    BOOKED,
    CANCELLED,
    CHECKED_IN,
    COMPLETED,
    ENTERED_IN_ERROR,
    HELD,
    IN_TREATMENT,
    NEEDS_REASSIGNMENT,
    NO_SHOW,
)

WORDS: Final = {
    "en": {
        "visit": "Your appointment",
        "day": "Day",
        "time": "Time",
        "there": "{time} ({city} time)",
        "clinic": "Clinic",
        "address": "Address",
        "phone": "Telephone",
        "call": "If you cannot come, or would like another time, call us.",
        "call_when": "Call us",
        "disclaimer": "This page was written for our patients and does not take the place of a visit. In an emergency call your local emergency number.",
        "ended": "This link no longer opens",
        "ended_why": "It has expired, or was used. Call us: we are glad to help.",
        "unknown": "There is nothing here",
        "unknown_why": "Please open the link exactly as it came in your message.",
    },
    "es": {
        "visit": "Su cita",
        "day": "Día",
        "time": "Hora",
        "there": "{time} (hora de {city})",
        "clinic": "Clínica",
        "address": "Dirección",
        "phone": "Teléfono",
        "call": "Si no puede venir o prefiere otra hora, llámenos.",
        "call_when": "Llámenos",
        "disclaimer": "Esta página se escribió para nuestros pacientes y no sustituye una visita. En una urgencia llame al número de emergencias de su zona.",
        "ended": "Este enlace ya no se abre",
        "ended_why": "Ha caducado o ya se usó. Llámenos: con gusto le ayudamos.",
        "unknown": "Aquí no hay nada",
        "unknown_why": "Abra el enlace exactamente como llegó en su mensaje.",
    },
}
STATUSES: Final = {
    "en": {
        HELD: "A time is kept for you; it is not booked yet.",
        BOOKED: "Booked: we expect you.",
        NEEDS_REASSIGNMENT: "We are arranging this appointment anew, and will tell you if anything changes.",
        CHECKED_IN: "You have arrived.",
        IN_TREATMENT: "Your visit is going on.",
        COMPLETED: "This visit has taken place.",
        CANCELLED: "This appointment is cancelled.",
        NO_SHOW: "You could not come to this appointment.",
        ENTERED_IN_ERROR: "This appointment is not valid.",
    },
    "es": {
        HELD: "Le guardamos una hora; todavía no está reservada.",
        BOOKED: "Reservada: le esperamos.",
        NEEDS_REASSIGNMENT: "Estamos organizando de nuevo esta cita y le avisaremos si algo cambia.",
        CHECKED_IN: "Ya ha llegado.",
        IN_TREATMENT: "Su visita está en curso.",
        COMPLETED: "Esta visita ya tuvo lugar.",
        CANCELLED: "Esta cita está cancelada.",
        NO_SHOW: "No pudo venir a esta cita.",
        ENTERED_IN_ERROR: "Esta cita no es válida.",
    },
}
CHANGEABLE: Final = (HELD, BOOKED, NEEDS_REASSIGNMENT)
"""While it stands so, somebody may want another time."""
