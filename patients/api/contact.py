"""Writing to a patient over HTTP: whether and why not by each channel, and what was said about it."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.api.base import ApiView
from clinic.api.permissions import ANY_STAFF, RolesByMethod
from clinic.api.render import local
from clinic.api.schema import ACTS, describe
from clinic.api.strict import Strict, read
from clinic.api.versions import answer
from clinic.policies.protocol import CHANNELS
from patients.api.inputs import NAME
from patients.models import ContactConsent, Patient
from patients.policies.contact import CLASSES
from patients.selectors.contact import Reach, reaches, said_of
from patients.selectors.records import found, patients_visible_to
from patients.services.contact import Preference, note_preference

MOST_WORDS = 100


class PreferenceInput(Strict):
    """Yes or no to one class of messages by one channel; `source` says how it was told: at the desk, on the phone."""

    channel = serializers.ChoiceField(CHANNELS)
    consent_class = serializers.ChoiceField(CLASSES)
    granted = serializers.BooleanField()
    source = serializers.CharField(max_length=NAME)


class ReachShown(serializers.Serializer[Any]):
    """Whether messages of that class go by that channel now; `refusal` is why not."""

    channel = serializers.ChoiceField(CHANNELS)
    consent_class = serializers.ChoiceField(CLASSES)
    allowed = serializers.BooleanField()
    refusal = serializers.CharField(allow_null=True)


class ContactConsentShown(serializers.Serializer[Any]):
    """What was said once; `recorded_by` is null for the patient's own answer."""

    id = serializers.UUIDField()
    channel = serializers.ChoiceField(CHANNELS)
    consent_class = serializers.ChoiceField(CLASSES)
    granted = serializers.BooleanField()
    at = serializers.DateTimeField()
    source = serializers.CharField()
    text = serializers.UUIDField(allow_null=True)
    consent = serializers.UUIDField(allow_null=True)
    recorded_by = serializers.UUIDField(allow_null=True)


class ContactShown(serializers.Serializer[Any]):
    """How a patient is reached; `history` is what was said, the latest first, 100 at most."""

    patient = serializers.UUIDField()
    preferred_channel = serializers.ChoiceField(CHANNELS, allow_null=True)
    channels = ReachShown(many=True)
    history = ContactConsentShown(many=True)


class PatientContact(ApiView):
    """How a patient is reached."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF, "POST": ANY_STAFF}

    @describe("By which channels a patient is reached, and why not", shown=ContactShown)
    def get(self, request: Request, patient: UUID) -> Response:
        """Each channel and class as it is now."""
        row = found(patients_visible_to(request.user), patient)
        return answer(show_contact(row, now=timezone.now()))

    @describe("Note what the patient said about messages", taken=PreferenceInput, shown=ContactShown, status=201, refuses=ACTS)
    def post(self, request: Request, patient: UUID) -> Response:
        """It counts at once, and until something else is said."""
        row = found(patients_visible_to(request.user), patient)
        preference = Preference(**read(PreferenceInput, request))
        now = timezone.now()
        note_preference(actor=request.user, patient=row, preference=preference, now=now)
        return answer(show_contact(row, now=now), status=201)


def show_contact(patient: Patient, *, now: datetime) -> dict[str, Any]:
    """The patient's contact as ContactShown, moments in the zone of the patient's site."""
    return {
        "patient": str(patient.pk),
        "preferred_channel": patient.preferred_channel or None,
        "channels": [
            _reach(channel, consent_class, found)
            for (channel, consent_class), found in reaches(patient=patient, now=now).items()
        ],
        "history": [_word(word, patient) for word in said_of(patient)[:MOST_WORDS]],
    }


def _reach(channel: str, consent_class: str, found: Reach) -> dict[str, Any]:
    return {
        "channel": channel,
        "consent_class": consent_class,
        "allowed": not found.refusal,
        "refusal": found.refusal or None,
    }


def _word(word: ContactConsent, patient: Patient) -> dict[str, Any]:
    return {
        "id": str(word.pk),
        "channel": word.channel,
        "consent_class": word.consent_class,
        "granted": word.granted,
        "at": local(word.at, patient.registered_site.zone),
        "source": word.source,
        "text": word.text_id and str(word.text_id),
        "consent": word.consent_id and str(word.consent_id),
        "recorded_by": word.recorded_by_id and str(word.recorded_by_id),
    }
