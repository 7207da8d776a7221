"""What is told to the log: a form for each act, read strictly; what is contrary to the rules is judged at the signature."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from clinic.api.strict import Moment, Strict
from treatments.api.items import CODE
from treatments.models.aftermath import SEVERITIES
from treatments.models.procedures import ANAESTHESIA, REACHED, RESULTS
from treatments.services.log.drafting import NewComplication, NewItem, NewOutcome

WORDS = 5000
"""Characters of a text at most."""
KIND = r"^[a-z0-9]+([_-][a-z0-9]+)*$"
MOST = {"attempts": 50, "seconds": 3600, "layers": 20, "minutes": 240, "downtime_days": 365}


class Amount(serializers.DecimalField):
    """A number from 0 to a limit, given as a JSON number or text."""

    def __init__(self, *, most: int, places: int = 2, **more: Any) -> None:
        super().__init__(max_digits=8, decimal_places=places, min_value=Decimal(0), max_value=Decimal(most), **more)


class OutcomeInput(Strict):
    """How one lesion came out; `seconds` is the longest press, `depth` what was reached beyond the chart."""

    lesion = serializers.UUIDField()
    result = serializers.ChoiceField(RESULTS)
    reason = serializers.CharField(max_length=WORDS, required=False, allow_null=True, allow_blank=True)
    attempts = serializers.IntegerField(min_value=0, max_value=MOST["attempts"], required=False, allow_null=True)
    seconds = serializers.IntegerField(min_value=0, max_value=MOST["seconds"], required=False, allow_null=True)
    depth = serializers.ChoiceField(REACHED, required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> NewOutcome:
        """As services take it; what was not done has a reason, and was not tried."""
        given = {name: value for name, value in attrs.items() if value is not None}
        if given["result"] == "not_done":
            if not given.get("reason", "").strip():
                raise serializers.ValidationError({"reason": "Say why it was not done."})
            if given.get("attempts"):
                raise serializers.ValidationError({"attempts": "What was tried was done, at least in part."})
        return NewOutcome(**given)


class ChecklistInput(Strict):
    """The steps of asepsis."""

    cleansed = serializers.BooleanField(required=False, allow_null=True)
    sterile = serializers.BooleanField(required=False, allow_null=True)
    single_use = serializers.BooleanField(required=False, allow_null=True)
    sharps_disposed_at = Moment(required=False, allow_null=True)


class InstrumentInput(Strict):
    """A lancet, needle, blade, extractor, ... and its lot or serial number."""

    kind = serializers.CharField(max_length=CODE)
    lot = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")


class PeelInput(Strict):
    """What was put on the skin; `minutes` of contact."""

    agent = serializers.CharField(max_length=CODE)
    percent = Amount(most=100)
    ph = Amount(most=14)
    layers = serializers.IntegerField(min_value=1, max_value=MOST["layers"])
    minutes = Amount(most=MOST["minutes"])
    neutralised = serializers.BooleanField(required=False, default=True)
    patch_test = serializers.BooleanField(required=False, allow_null=True)
    sunscreen_advice = serializers.BooleanField(required=False, default=True)


class LaserInput(Strict):
    """Kind of laser, fluence in J/cm2, spot in mm, and what protected the eyes."""

    kind = serializers.ChoiceField(("co2", "erbium"))
    fluence = Amount(most=1000)
    spot_mm = Amount(most=50)
    passes = serializers.IntegerField(min_value=1, max_value=20)
    eye_protection = serializers.BooleanField(required=False, default=False)
    corneal_shield = serializers.BooleanField(required=False, default=False)


class RadiofrequencyInput(Strict):
    """Power in watts, seconds of contact, and the tip."""

    watts = Amount(most=500)
    seconds = Amount(most=600)
    tip = serializers.CharField(max_length=CODE, required=False, allow_blank=True, default="")


class MicrodermabrasionInput(Strict):
    """Passes, suction in kPa, and the tip."""

    passes = serializers.IntegerField(min_value=1, max_value=20)
    suction_kpa = Amount(most=100, required=False, allow_null=True)
    tip = serializers.CharField(max_length=CODE, required=False, allow_blank=True, default="")


FORMS = ("peel", "laser", "radiofrequency", "microdermabrasion")


class LoggedItemInput(Strict):
    """One treatment as it was done, with the form of its act; `depth` is what was reached beyond the chart."""

    treatment = serializers.CharField(max_length=CODE)
    lesions = serializers.ListField(child=serializers.UUIDField(), required=False, allow_null=True, max_length=50)
    lesion = serializers.UUIDField(required=False, allow_null=True)
    body_site = serializers.CharField(max_length=CODE, required=False, allow_null=True)
    depth = serializers.ChoiceField(REACHED, required=False, allow_null=True)
    outcomes = OutcomeInput(many=True, required=False, max_length=50)
    checklist = ChecklistInput(required=False, allow_null=True)
    instruments = InstrumentInput(many=True, required=False, max_length=20)
    peel = PeelInput(required=False, allow_null=True)
    laser = LaserInput(required=False, allow_null=True)
    radiofrequency = RadiofrequencyInput(required=False, allow_null=True)
    microdermabrasion = MicrodermabrasionInput(required=False, allow_null=True)
    note = serializers.CharField(max_length=WORDS, required=False, allow_null=True, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> NewItem:
        """As services take it: outcomes are told of the lesions that the item names, each once."""
        lesions = self._lesions(attrs)
        outcomes = tuple(attrs.get("outcomes") or ())
        told = [outcome.lesion for outcome in outcomes]
        if len(set(told)) < len(told):
            raise serializers.ValidationError({"outcomes": "The outcome of a lesion is told twice."})
        if not set(told) <= set(lesions):
            raise serializers.ValidationError({"outcomes": "An outcome is of a lesion that the item does not name."})
        return NewItem(
            treatment=attrs["treatment"],
            lesions=lesions,
            body_site=attrs.get("body_site"),
            depth=attrs.get("depth") or "",
            outcomes=outcomes,
            checklist=dict(attrs.get("checklist") or {}),
            instruments=tuple(dict(instrument) for instrument in attrs.get("instruments") or ()),
            settings={form: _storable(attrs[form]) for form in FORMS if attrs.get(form)},
            note=attrs.get("note") or "",
        )

    def _lesions(self, attrs: dict[str, Any]) -> tuple[Any, ...]:
        single, several = attrs.get("lesion"), attrs.get("lesions") or []
        if single and several:
            raise serializers.ValidationError({"lesion": "Name the lesions in one field."})
        if len(set(several)) < len(several):
            raise serializers.ValidationError({"lesions": "A lesion is named twice."})
        return (single,) if single else tuple(several)


class ComplicationInput(Strict):
    """What went wrong, for instance bleeding, infection, scar or hyperpigmentation; the words stay open."""

    kind = serializers.RegexField(KIND, max_length=CODE)
    severity = serializers.ChoiceField(SEVERITIES, required=False, default="mild")
    lesion = serializers.UUIDField(required=False, allow_null=True)
    note = serializers.CharField(max_length=WORDS, required=False, allow_blank=True, default="")

    def to_internal_value(self, data: Any) -> Any:
        """A single word is the kind of a mild one."""
        return super().to_internal_value({"kind": data} if isinstance(data, str) else data)

    def validate(self, attrs: dict[str, Any]) -> NewComplication:
        """As services take it."""
        return NewComplication(**attrs)


class ProcedureInput(Strict):
    """What was done in a stay; without a performer the caller did it, without a time it was done now."""

    encounter = serializers.UUIDField()
    items = LoggedItemInput(many=True, allow_empty=False, max_length=20)
    performed_by = serializers.CharField(max_length=150, required=False, allow_null=True)
    supervisor = serializers.CharField(max_length=150, required=False, allow_null=True)
    performed_at = Moment(required=False, allow_null=True)
    ended_at = Moment(required=False, allow_null=True)
    complications = ComplicationInput(many=True, required=False, max_length=20)
    anaesthesia = serializers.ChoiceField(ANAESTHESIA, required=False, default="none")
    downtime_days = serializers.IntegerField(min_value=0, max_value=MOST["downtime_days"], required=False, allow_null=True)
    aftercare = serializers.CharField(max_length=WORDS, required=False, allow_blank=True, default="")
    note = serializers.CharField(max_length=WORDS, required=False, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Work ends after it begins."""
        begins, ends = attrs.get("performed_at"), attrs.get("ended_at")
        if ends and not begins:
            raise serializers.ValidationError({"performed_at": "Say when the work began, too."})
        if ends and ends <= begins:
            raise serializers.ValidationError({"ended_at": "The end is after the start."})
        return attrs


class AddendumInput(Strict):
    """Words that amend a signed log, and what was seen to go wrong since."""

    text = serializers.CharField(max_length=WORDS)
    complications = ComplicationInput(many=True, required=False, max_length=20)


class IncidentInput(Strict):
    """What happened, told once; `procedure` is a draft of the stay that could not be signed because of it."""

    encounter = serializers.UUIDField()
    kind = serializers.RegexField(KIND, max_length=CODE)
    what_happened = serializers.CharField(max_length=WORDS)
    lesions = serializers.ListField(child=serializers.UUIDField(), required=False, allow_null=True, max_length=50)
    procedure = serializers.UUIDField(required=False, allow_null=True)


class ReviewInput(Strict):
    """What was found out, and what is to be done."""

    finding = serializers.CharField(max_length=WORDS)
    measures = serializers.CharField(max_length=WORDS, required=False, allow_blank=True, default="")


class CloseInput(Strict):
    """What was done; blank where the review has said it."""

    measures = serializers.CharField(max_length=WORDS, required=False, allow_blank=True, default="")


def _storable(form: dict[str, Any]) -> dict[str, Any]:
    """The form as JSON values; amounts as texts, so that no digit is lost."""
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in form.items()}
