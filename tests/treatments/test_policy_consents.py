"""G16: hands-on work that nobody has agreed to."""

import pytest

from clinic.scopes import ACTS, HANDS_ON
from treatments.policies.gates.consents import consents_missing


def missing(*acts: str, given: set[str] | None = None, of_minor: bool = False) -> list[str]:
    return [refusal.resource for refusal in consents_missing(acts=acts, given=given or set(), of_minor=of_minor)]


@pytest.mark.parametrize("act", sorted(HANDS_ON))
class TestHandsOnWork:
    def test_needs_a_consent_of_its_kind(self, act):
        [refusal] = consents_missing(acts={act}, given=set(HANDS_ON - {act}), of_minor=False)

        assert (refusal.code, refusal.gate, refusal.severity, refusal.resource) == ("consent_missing", "G16", "hard", act)
        assert refusal.source
        assert "the patient" in refusal.mend

    def test_passes_with_it(self, act):
        assert missing(act, given={act}) == []


class TestOtherWork:
    @pytest.mark.parametrize("act", sorted(set(ACTS) - HANDS_ON))
    def test_needs_none(self, act):
        assert missing(act) == []


class TestSeveralKinds:
    def test_are_each_asked_for(self):
        assert missing("comedone_extraction", "microdermabrasion") == ["comedone_extraction", "microdermabrasion"]

    def test_do_not_stand_in_for_each_other(self):
        assert missing("comedone_extraction", "microdermabrasion", given={"microdermabrasion", "photos"}) == [
            "comedone_extraction"
        ]


def test_for_a_minor_the_guardian_is_asked():
    [refusal] = consents_missing(acts={"lancet_extraction"}, given=set(), of_minor=True)

    assert "the guardian" in refusal.mend
