"""What the page of a check-in takes."""

from typing import Any

from django import forms

from appointments.policies.check_in_words import CHOICES
from clinic.base import uuid7
from treatments.policies.aftercare import PAIN_AT_MOST, WORDS_AT_MOST, Answers

YES_NO = ("fever", "vision_changed", "lid_swollen")
QUESTIONS = ("redness", "pain", "discharge", *YES_NO)


class CheckInForm(forms.Form):
    """The questions; `submission` makes answers that are sent twice count once."""

    submission = forms.UUIDField(required=False, widget=forms.HiddenInput)
    redness = forms.ChoiceField(widget=forms.RadioSelect)
    pain = forms.TypedChoiceField(coerce=int)
    discharge = forms.ChoiceField(widget=forms.RadioSelect)
    fever = forms.ChoiceField(widget=forms.RadioSelect)
    vision_changed = forms.ChoiceField(widget=forms.RadioSelect)
    lid_swollen = forms.ChoiceField(widget=forms.RadioSelect)
    words = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 4, "maxlength": WORDS_AT_MOST}))
    photo = forms.FileField(required=False, allow_empty_file=True, widget=forms.FileInput(attrs={"accept": "image/*"}))

    def __init__(self, *args: Any, language: str, words: dict[str, str], takes_photo: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["submission"].initial = uuid7
        self._words = words
        labels = CHOICES[language]
        for name in QUESTIONS:
            field = self.fields[name]
            field.label = words[name]
            field.error_messages = dict.fromkeys(("required", "invalid_choice", "invalid"), words["missing"])
            if name != "pain":
                field.choices = list(labels["yes_no" if name in YES_NO else name].items())
        self.fields["pain"].choices = [("", words["choose"]), *((number, number) for number in range(PAIN_AT_MOST + 1))]
        for name in ("words", "photo"):
            self.fields[name].label = words[name]
        if not takes_photo:
            del self.fields["photo"]

    def clean_words(self) -> str:
        """A line ends with one character, as the browser counts."""
        text = self.cleaned_data["words"].replace("\r\n", "\n")
        if len(text) > WORDS_AT_MOST:
            raise forms.ValidationError(self._words["too_long"].format(most=WORDS_AT_MOST))
        return text

    def answers(self) -> Answers:
        """What was answered."""
        given = self.cleaned_data
        return Answers(
            redness=given["redness"],
            pain=given["pain"],
            discharge=given["discharge"],
            words=given["words"],
            **{name: given[name] == "yes" for name in YES_NO},
        )
