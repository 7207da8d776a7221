"""What a text from a patient means."""

import pytest

from appointments.policies.answers import HELP, OTHER, START, STOP, meaning_of


class TestStop:
    @pytest.mark.parametrize(
        "text",
        [
            "STOP",
            "stop",
            " Stop! ",
            "S T O P".replace(" ", ""),
            "ＳＴＯＰ",
            "ST\u200bOP",
            "Stop?",
            "STOP STOP STOP",
            "Please stop",
            "stop it now",
            "Stop, thank you",
            "STOP ALL",
            "stopall",
            "QUIT",
            "END",
            "REVOKE",
            "OPT OUT",
            "opt-out",
            "Optout",
            "CANCEL",
            "Cancel.",
            "cancel please",
            "UNSUBSCRIBE",
            "ALTO",
            "BASTA",
            "¡Basta ya!",
            "PARAR",
            "para",
            "Pare por favor",
            "cancelar",
            "Baja",
        ],
    )
    def test_is_one_of_the_words_with_nothing_else(self, text):
        assert meaning_of(text) == STOP

    @pytest.mark.parametrize(
        "text",
        [
            "no more texts",
            "No more text messages please!",
            "Hi, no more of these messages",
            "please stop texting me",
            "stop sending me messages",
            "STOP, wrong number",
            "Stop. I never signed up",
            "Stop\nwho are you",
            "quit texting this number",
            "Don't text me anymore",
            "don’t message me",
            "do not contact me again",
            "I don't want any more texts",
            "I no longer wish to receive messages",
            "How do I opt out?",
            "Opt me out",
            "I want to unsubscribe",
            "Take me off your list",
            "remove my number",
            "I revoke my consent",
            "No, stop texting me",
            "no más mensajes",
            "NO MAS TEXTOS",
            "No quiero recibir más mensajes",
            "No me manden mensajes",
            "no me escriban más",
            "Dejen de escribirme",
            "Quiero darme de baja",
            "basta de mensajes",
            "Retiro mi consentimiento",
        ],
    )
    def test_is_a_clear_request_in_any_words(self, text):
        assert meaning_of(text) == STOP


class TestStart:
    @pytest.mark.parametrize("text", ["START", "start please", "UNSTOP", "Resume", "opt in", "Empezar", "reanudar, gracias"])
    def test_is_one_of_the_words_with_nothing_else(self, text):
        assert meaning_of(text) == START


class TestHelp:
    @pytest.mark.parametrize("text", ["HELP", "help!", "INFO", "Ayuda", "ayuda por favor"])
    def test_is_one_of_the_words_with_nothing_else(self, text):
        assert meaning_of(text) == HELP


class TestEverythingElse:
    @pytest.mark.parametrize(
        "text",
        [
            "",
            "?",
            "👍",
            "Yes",
            "2",
            "stop by at 3?",
            "Can I stop by at 3?",
            "I'll stop in tomorrow",
            "Don't stop texting me",
            "please do not stop the messages",
            "no dejen de mandarme mensajes",
            "Should I stop taking my pills?",
            "When does it end? Text me",
            "When does it end",
            "the end",
            "Cancel my appointment",
            "please cancel tomorrow at 9",
            "Cancel. I am sick today",
            "cancel it",
            "cancel all",
            "cancelar la cita",
            "Remove me from the schedule tomorrow",
            "para mañana?",
            "es para mi hija",
            "No me mande la factura por correo",
            "I quit smoking!",
            "Can you help me find the entrance",
            "When do we start?",
            "Never text and drive, I call you later",
            "Thanks",
            "I will be 10 minutes late",
        ],
    )
    def test_is_for_somebody_to_read(self, text):
        assert meaning_of(text) == OTHER

    def test_of_great_length_is_read_quickly(self):
        assert meaning_of("no more " * 20_000) == OTHER
