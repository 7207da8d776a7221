"""What the written plan says to the patient, in English and Spanish."""

from typing import Final

from treatments.policies.plans.ladder import ASK, EVERY, EVERY_OTHER, FEW
from treatments.policies.plans.words import DAILY, TWICE_DAILY

LANGUAGES: Final = ("en", "es")
WORDS: Final = {
    "en": {
        "title": "Your skin care at home",
        "for": "For",
        "from": "From",
        "by": "Written by",
        "version": "Version",
        "begins": "Begins on",
        "ended": "This plan is no longer in use. Ask the clinic for the one that is.",
        "routine": "What to use",
        "ladder": "How to begin with the retinoid",
        "ladder_note": "Move on only if your skin has calmed down. If it stings or peels, stay where you are, or go one step back.",
        "avoid": "What to leave out",
        "habits": "Good habits",
        "stop": "Stop and call the clinic",
        "note": "A word from your clinician",
        "follow_up": "What comes next",
        "spot": "only on the spot",
        "strength": "strength",
        "minutes": "{minutes} minutes",
        "ladder_below": "see the dates below",
        "disclaimer": "This sheet was written for you after your visit and is no medical advice for anybody else."
        " It does not take the place of a visit: if something changes or worries you, call the clinic.",
        "call": "Telephone",
    },
    "es": {
        "title": "El cuidado de su piel en casa",
        "for": "Para",
        "from": "De",
        "by": "Escrito por",
        "version": "Versión",
        "begins": "Comienza el",
        "ended": "Este plan ya no está en uso. Pida a la clínica el plan vigente.",
        "routine": "Qué usar",
        "ladder": "Cómo empezar con el retinoide",
        "ladder_note": "Pase al siguiente escalón solo si la piel está tranquila. Si arde o se descama, quédese donde está o retroceda uno.",
        "avoid": "Qué evitar",
        "habits": "Buenos hábitos",
        "stop": "Suspenda y llame a la clínica",
        "note": "Unas palabras de su especialista",
        "follow_up": "Qué sigue",
        "spot": "solo sobre el punto",
        "strength": "concentración",
        "minutes": "{minutes} minutos",
        "ladder_below": "vea las fechas más abajo",
        "disclaimer": "Esta hoja se escribió para usted después de su visita y no es un consejo médico para nadie más."
        " No sustituye una consulta: si algo cambia o le preocupa, llame a la clínica.",
        "call": "Teléfono",
    },
}
REGIONS: Final = {
    "en": {"eyelid": "eyelids", "periocular": "around the eyes", "face": "face", "body": "body"},
    "es": {"eyelid": "párpados", "periocular": "contorno de los ojos", "face": "cara", "body": "cuerpo"},
}
STRENGTHS: Final = {
    "en": {"low": "low", "medium": "medium", "high": "high"},
    "es": {"low": "baja", "medium": "media", "high": "alta"},
}
TIMES: Final = {
    "en": {"morning": "in the morning", "evening": "in the evening", "both": "morning and evening"},
    "es": {"morning": "por la mañana", "evening": "por la noche", "both": "por la mañana y por la noche"},
}
NIGHTS: Final = {
    "en": {
        FEW: "one or two evenings a week",
        EVERY_OTHER: "every other evening",
        EVERY: "every evening",
        ASK: "ask us whether a stronger one makes sense; do not change it yourself",
    },
    "es": {
        FEW: "una o dos noches por semana",
        EVERY_OTHER: "una noche sí y otra no",
        EVERY: "todas las noches",
        ASK: "pregúntenos si conviene uno más fuerte; no lo cambie por su cuenta",
    },
}
HABITS: Final = {
    "en": (
        "Leave the bumps alone: do not pick, press or open them yourself. That leaves scars, dark marks and infections.",
        "Take off make-up and sunscreen every night.",
        "Be patient: new skin takes about two months to come up, and some bumps go by themselves.",
    ),
    "es": (
        "No toque los bultitos: no los rasque, apriete ni abra por su cuenta. Eso deja cicatrices, manchas e infecciones.",
        "Retire el maquillaje y el protector solar todas las noches.",
        "Tenga paciencia: la piel nueva tarda unos dos meses en aflorar, y algunos bultitos desaparecen solos.",
    ),
}
ALARMS: Final = {
    "en": (
        "when the skin swells, hurts, blisters or weeps;",
        "when a bump grows, bleeds, changes its colour or turns red;",
        "when something gets into an eye and it stays red or sore.",
    ),
    "es": (
        "si la piel se hincha, duele, forma ampollas o supura;",
        "si un bultito crece, sangra, cambia de color o se enrojece;",
        "si algo entra en un ojo y este sigue rojo o dolorido.",
    ),
}
NO_RETINOID: Final = {
    "en": "at once when you are pregnant, or want to become so: a retinoid may harm a child;",
    "es": "de inmediato si está embarazada o quiere estarlo: un retinoide puede dañar al bebé;",
}
FOLLOW_UP: Final = {
    "en": (
        "If the bumps are still there, a dermatologist should look at them.",
        "We look together whether the plan helps.",
    ),
    "es": (
        "Si los bultitos siguen ahí, conviene que los vea un dermatólogo.",
        "Vemos juntos si el plan ayuda.",
    ),
}


def how_often(per_week: int, *, language: str) -> str:
    """So many uses a week, as one says it."""
    english = language == "en"
    if per_week == TWICE_DAILY:
        return "twice a day" if english else "dos veces al día"
    if per_week == DAILY:
        return "every day" if english else "todos los días"
    if per_week == 1:
        return "once a week" if english else "una vez por semana"
    return f"{per_week} times a week" if english else f"{per_week} veces por semana"
