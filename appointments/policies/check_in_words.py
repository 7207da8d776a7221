"""What the page says on which patients tell how they heal, in English and Spanish; what cannot wait is said plainly."""

from collections.abc import Collection
from typing import Final

from treatments.policies.aftercare import LID, VISION

EMERGENCY: Final = "911"
"""The number for emergencies in the United States, where the sites are."""

CHOICES: Final = {
    "en": {
        "redness": {
            "none": "None",
            "mild": "A little",
            "strong": "Strong, but it stays where it is",
            "spreading": "It is spreading",
        },
        "discharge": {"none": "None", "clear": "Clear or a little blood", "pus": "Yellow or green (pus)"},
        "yes_no": {"no": "No", "yes": "Yes"},
    },
    "es": {
        "redness": {
            "none": "Ninguno",
            "mild": "Un poco",
            "strong": "Fuerte, pero no se extiende",
            "spreading": "Se está extendiendo",
        },
        "discharge": {"none": "Nada", "clear": "Claro o un poco de sangre", "pus": "Amarillo o verde (pus)"},
        "yes_no": {"no": "No", "yes": "Sí"},
    },
}
WORDS: Final = {
    "en": {
        "title": "How are you healing?",
        "intro": "Please tell {clinic} how things are today. It takes a minute.",
        "worried": "If you are worried, do not wait for an answer here: call {phone}.",
        "emergency": "In an emergency call {emergency}.",
        "redness": "How red is it?",
        "pain": "How much does it hurt, from 0 (not at all) to 10 (the worst)?",
        "choose": "Choose",
        "discharge": "Does anything come out of it?",
        "fever": "Do you have a fever (100.4 °F / 38 °C or more)?",
        "vision_changed": "Do you see worse, or differently, than before?",
        "lid_swollen": "Is an eyelid swollen?",
        "words": "Anything else? (you may leave this empty)",
        "photo": "A photo of the place (you may leave this out)",
        "send": "Send",
        "missing": "Please answer this question.",
        "too_long": "Please use at most {most} characters.",
        "some_missing": "Some answers are missing. Nothing was sent yet.",
        "answered": "Thank you. You answered on {day} at {time}.",
        "yours": "Your answers",
        "well": "Nothing in your answers needs attention now. If anything gets worse, tell us again here or call {phone}.",
        "again": "Something has changed: answer again",
        "call_now": "Call us now: {phone}",
        "call_now_unknown": "Call the clinic now",
        "flagged": "Somebody should look at this today. We have been told, and will call you; please do not wait for it.",
        "flagged_eye": "If you cannot reach us at once, go to an emergency room today and say that it is about your eye.",
        "flagged_other": "If you cannot reach us today, go to an urgent care clinic or an emergency room.",
        "ended": "This link has ended",
        "ended_more": "You cannot answer here any more. To tell us how you are, call {phone}.",
        "photo_kept": "Your photo was kept.",
        "photo_not_kept": "Your answers were kept, but the photo was not. You may show it to us, or answer again with another one.",
        "phone_unknown": "the clinic",
        "other_language": "Español",
    },
    "es": {
        "title": "¿Cómo va la recuperación?",
        "intro": "Cuéntele a {clinic} cómo está hoy. Es solo un minuto.",
        "worried": "Si algo le preocupa, no espere una respuesta aquí: llame al {phone}.",
        "emergency": "En una emergencia, llame al {emergency}.",
        "redness": "¿Cuánto enrojecimiento hay?",
        "pain": "¿Cuánto le duele, de 0 (nada) a 10 (lo peor)?",
        "choose": "Elija",
        "discharge": "¿Sale algo de la zona?",
        "fever": "¿Tiene fiebre (38 °C / 100.4 °F o más)?",
        "vision_changed": "¿Ve peor, o distinto, que antes?",
        "lid_swollen": "¿Tiene un párpado hinchado?",
        "words": "¿Algo más? (puede dejarlo vacío)",
        "photo": "Una foto de la zona (no es necesaria)",
        "send": "Enviar",
        "missing": "Responda a esta pregunta, por favor.",
        "too_long": "Use {most} caracteres como máximo, por favor.",
        "some_missing": "Faltan respuestas. Todavía no se ha enviado nada.",
        "answered": "Gracias. Respondió el {day} a las {time}.",
        "yours": "Sus respuestas",
        "well": "Nada en sus respuestas requiere atención ahora. Si algo empeora, díganoslo otra vez aquí o llame al {phone}.",
        "again": "Algo ha cambiado: responder otra vez",
        "call_now": "Llámenos ahora: {phone}",
        "call_now_unknown": "Llame a la clínica ahora",
        "flagged": "Alguien debe ver esto hoy. Ya estamos avisados y le llamaremos; por favor, no espere la llamada.",
        "flagged_eye": "Si no logra hablar con nosotros enseguida, vaya hoy a urgencias y diga que se trata del ojo.",
        "flagged_other": "Si hoy no logra hablar con nosotros, vaya a un centro de atención urgente o a urgencias.",
        "ended": "Este enlace ya no es válido",
        "ended_more": "Ya no puede responder aquí. Para contarnos cómo está, llame al {phone}.",
        "photo_kept": "Su foto se ha guardado.",
        "photo_not_kept": "Sus respuestas se han guardado, pero la foto no. Puede mostrárnosla o responder otra vez con otra.",
        "phone_unknown": "la clínica",
        "other_language": "English",
    },
}


def said(language: str, *, clinic: str, phone: str) -> dict[str, str]:
    """Every sentence of the page in that language, with the name of the clinic and its telephone where they belong."""
    words = WORDS[language]
    places = {"clinic": clinic, "phone": phone or words["phone_unknown"], "emergency": EMERGENCY}
    later = {"answered", "too_long"}
    filled = {key: text if key in later else text.format(**places) for key, text in words.items()}
    return filled | ({} if phone else {"call_now": words["call_now_unknown"]})


def what_to_do(flags: Collection[str], words: dict[str, str]) -> list[str]:
    """What somebody whose answers cannot wait does now, the first thing first; nothing where they can."""
    if not flags:
        return []
    near_eye = {VISION, LID} & set(flags)
    return [words["flagged"], words["flagged_eye" if near_eye else "flagged_other"], words["emergency"]]
