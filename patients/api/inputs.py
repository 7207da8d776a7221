"""What the calls about patients and their charts take."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import available_timezones

import phonenumbers
from django.utils import timezone
from rest_framework import serializers

from clinic.api.strict import Day, Strict
from clinic.policies.protocol import CHANNELS
from clinic.scopes import LESION_DEPTHS, REGIONS
from patients.api.appearance import AppearanceInput
from patients.models.lesions import CERTAINTIES, CHARTS, LATERALITIES, LESION_STATUSES
from patients.models.people import CONTRAINDICATIONS, LANGUAGES
from patients.policies.sides import BILATERAL
from patients.services.patients import Guardian

HOME_COUNTRY = "US"
"""Of a phone number without a country code."""
NAME, NOTE, CODE = 200, 4000, 50
"""Characters at most."""
EARLIEST_ZONE = timedelta(hours=14)
"""Ahead of UTC."""


class Phone(serializers.CharField):
    """A phone number; without a country code it is one of the United States. Kept in E.164."""

    default_error_messages = {"phone": "This is no phone number."}

    def to_internal_value(self, data: Any) -> str:
        """The number in E.164."""
        text = super().to_internal_value(data)
        if not text:
            return ""
        try:
            number = phonenumbers.parse(text, HOME_COUNTRY)
        except phonenumbers.NumberParseException:
            self.fail("phone")
        if not phonenumbers.is_possible_number(number):
            self.fail("phone")
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


class TimeZone(serializers.CharField):
    """A zone by its IANA name."""

    default_error_messages = {"zone": "This is no IANA time zone, such as America/New_York."}

    def to_internal_value(self, data: Any) -> str:
        """The name."""
        name = super().to_internal_value(data)
        if name not in available_timezones():
            self.fail("zone")
        return name


class GuardianInput(Strict):
    """Who speaks for a minor; `for_adult`: a legal guardian who goes on to, when the patient has come of age."""

    name = serializers.CharField(max_length=NAME)
    relationship = serializers.CharField(max_length=CODE, required=False, allow_blank=True, allow_null=True)
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True, allow_null=True)
    phone = Phone(max_length=40, required=False, allow_blank=True, allow_null=True)
    for_adult = serializers.BooleanField(required=False)

    def to_internal_value(self, data: Any) -> Any:
        """As the service takes it."""
        return Guardian(**without_nulls(super().to_internal_value(data)))


class PatientInput(Strict):
    """
    A patient; language and time zone are English and the site's own unless told.

    `preferred_channel` is the one by which alone the patient asked to be reached, null or left out where none was asked for.
    """

    registered_site = serializers.CharField(max_length=CODE)
    given_name = serializers.CharField(max_length=NAME)
    family_name = serializers.CharField(max_length=NAME)
    birth_date = Day()
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True, allow_null=True)
    phone = Phone(max_length=40, required=False, allow_blank=True, allow_null=True)
    language = serializers.ChoiceField(LANGUAGES, required=False)
    time_zone = TimeZone(max_length=CODE, required=False)
    preferred_channel = serializers.ChoiceField(CHANNELS, required=False, allow_blank=True, allow_null=True)
    guardian = GuardianInput(required=False, allow_null=True)


class SearchInput(Strict):
    """The beginning of names or an e-mail, a birth date, or four digits of a phone number."""

    q = serializers.CharField(min_length=2, max_length=NAME)


class PastDay(Day):
    """A date that has come somewhere on Earth."""

    default_error_messages = {"future": "This day is yet to come."}

    def to_internal_value(self, value: Any) -> date:
        """The day."""
        day = super().to_internal_value(value)
        if day > (timezone.now() + EARLIEST_ZONE).date():
            self.fail("future")
        return day


class PlaceInput(AppearanceInput):
    """Where on a chart a lesion lies, and since when."""

    laterality = serializers.ChoiceField([*LATERALITIES, BILATERAL], required=False, allow_blank=True, allow_null=True)
    count = serializers.IntegerField(min_value=1, max_value=1000, required=False)
    first_noted_on = PastDay(required=False, allow_null=True)
    chart = serializers.ChoiceField(CHARTS, required=False, allow_blank=True, allow_null=True)
    x = serializers.FloatField(min_value=0, max_value=1, required=False, allow_null=True)
    y = serializers.FloatField(min_value=0, max_value=1, required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Blank instead of null for texts."""
        blank = {name: "" for name in ("laterality", "chart") if name in attrs and attrs[name] is None}
        return super().validate(attrs) | blank


class DescriptionInput(PlaceInput):
    """What describes a lesion."""

    depth = serializers.ChoiceField(LESION_DEPTHS, required=False)
    milia_type = serializers.CharField(max_length=CODE, required=False, allow_null=True)
    size_mm = serializers.FloatField(min_value=0.1, max_value=999.9, required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Tenths of a millimetre for the size."""
        size = {"size_mm": Decimal(str(round(attrs["size_mm"], 1)))} if attrs.get("size_mm") is not None else {}
        return super().validate(attrs) | size


class LesionInput(DescriptionInput):
    """
    A lesion that is noted; a shallow depth counts when a practitioner tells it.

    `recurrence_of` is the resolved lesion that came back in it, for a practitioner to say.
    """

    patient = serializers.UUIDField()
    body_site = serializers.CharField(max_length=CODE)
    recurrence_of = serializers.UUIDField(required=False, allow_null=True)


class LesionChange(DescriptionInput):
    """What a practitioner corrects; what loosens a rule takes an assessment."""

    body_site = serializers.CharField(max_length=CODE, required=False)
    status = serializers.ChoiceField(LESION_STATUSES, required=False)


class AssessmentInput(Strict):
    """
    A finding about lesions that share it; what is left out or null is not spoken about.

    `excluded` and `suspected` name look-alikes by the codes of diagnoses/; one that is suspected blocks the lesion.
    """

    lesions = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=50)
    diagnosis = serializers.CharField(max_length=CODE, allow_null=True)
    certainty = serializers.ChoiceField(CERTAINTIES)
    milia_type = serializers.CharField(max_length=CODE, required=False, allow_null=True)
    depth = serializers.ChoiceField(LESION_DEPTHS, required=False, allow_null=True)
    region = serializers.ChoiceField(REGIONS, required=False, allow_null=True)
    region_verified = serializers.BooleanField(required=False, allow_null=True)
    suspicious = serializers.BooleanField(required=False, allow_null=True)
    excluded = serializers.ListField(child=serializers.CharField(max_length=CODE), required=False, max_length=50)
    suspected = serializers.ListField(child=serializers.CharField(max_length=CODE), required=False, max_length=50)
    dermoscopy = serializers.CharField(max_length=NOTE, required=False, allow_blank=True)
    note = serializers.CharField(max_length=NOTE, required=False, allow_blank=True)


class ContraindicationInput(Strict):
    """What speaks against treatments, from a day on until its last day."""

    code = serializers.ChoiceField(CONTRAINDICATIONS)
    since = Day()
    until = Day(required=False, allow_null=True)


class SkinInput(Strict):
    """The skin type, and contraindications to add or to end."""

    oily = serializers.BooleanField(required=False, allow_null=True)
    sensitive = serializers.BooleanField(required=False, allow_null=True)
    pigmented = serializers.BooleanField(required=False, allow_null=True)
    wrinkled = serializers.BooleanField(required=False, allow_null=True)
    fitzpatrick = serializers.IntegerField(min_value=1, max_value=6, required=False, allow_null=True)
    contraindications = ContraindicationInput(many=True, required=False, max_length=50)


class SkinProfileInput(SkinInput):
    """Whose skin it is, and its type."""

    patient = serializers.UUIDField()


def without_nulls(given: dict[str, Any]) -> dict[str, Any]:
    """The fields that say something."""
    return {name: value for name, value in given.items() if value is not None}
