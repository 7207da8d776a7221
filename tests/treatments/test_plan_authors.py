"""Who may write home care and plans: every profession in every region, against the matrix as it is shipped."""

import json
from pathlib import Path

import pytest

import clinic
from clinic.scopes import PROFESSIONS, REGIONS
from tests.factories import a_site
from tests.factories_plans import NOW, a_supervised_author, an_author
from treatments.selectors.authors import authorship_of

pytestmark = pytest.mark.django_db
ACTS = ("home_care_plan", "prescribe_topical_retinoid", "consult_free")
MATRIX = json.loads((Path(clinic.__file__).parent / "data" / "matrix.json").read_text(encoding="utf-8"))


def effects(profession: str) -> dict[tuple[str, str], str]:
    """(act, region) -> what the matrix says."""
    return {(cell["act"], cell["region"]): cell["effect"] for cell in MATRIX if cell["profession"] == profession}


def reasons(author, act: str, region: str) -> list[str]:
    """The codes for which the author may not write that."""
    found = authorship_of(practitioner=author.practitioner, site=a_site(), keys=[(act, "none", region)], now=NOW)
    return [reason.code for reason in found.reasons]


@pytest.mark.parametrize("profession", PROFESSIONS)
def test_each_cell_is_answered_as_the_matrix_has_it(profession):
    author, said = an_author(profession), effects(profession)

    answers = {(act, region): reasons(author, act, region) for act in ACTS for region in REGIONS}

    allowed = {key for key, codes in answers.items() if not codes}
    waiting = {key for key, codes in answers.items() if codes == ["supervision_agreement_missing"]}
    assert answers.keys() <= said.keys()
    assert allowed == {key for key in answers if said[key] == "allow"}
    assert waiting == {key for key in answers if said[key] == "supervised"}


@pytest.mark.parametrize("profession", ["physician_assistant", "nurse_practitioner"])
def test_an_agreement_carries_what_is_supervised_and_nothing_else(profession):
    author, said = a_supervised_author(profession), effects(profession)

    allowed = {(act, region) for act in ACTS for region in REGIONS if not reasons(author, act, region)}

    assert allowed == {(act, region) for act in ACTS for region in REGIONS if said[act, region] in {"allow", "supervised"}}


def test_an_agreement_of_who_may_not_prescribe_alone_carries_nothing():
    author = a_supervised_author()
    supervisor = author.practitioner.agreements_held.get().supervisor
    supervisor.privileges.filter(scope__startswith="prescribe").delete()

    assert reasons(author, "prescribe_topical_retinoid", "face") == ["supervisor_not_qualified"]
