"""The matrix and the rows of law that the product ships."""

import json
from collections import Counter

import pytest

from clinic.policies.authority import JurisdictionRow, resolve
from clinic.scopes import (
    ACTS,
    DEPTH_RANK,
    EYELID,
    EYELID_PROFESSIONS,
    FACE,
    HANDS_ON,
    LEVELS,
    PERIOCULAR,
    PROFESSIONS,
    REGIONS,
)
from tests.clinic.authority import DATA, MATRIX

ROWS = json.loads((DATA / "jurisdictions.json").read_text())
LAW = [
    JurisdictionRow(
        **{name: row[name] for name in ("jurisdiction", "profession", "tier", "act", "max_depth", "effect")},
        supervision=row["supervision"],
        region_exclusions=tuple(row["region_exclusions"]),
        conditions=tuple(row["conditions"]),
        citation=row["citation"],
        verified=False,
        approved=False,
        id=str(number),
    )
    for number, row in enumerate(ROWS)
]
RANK = {"refuse": 0, "privilege": 1, "supervised": 1, "allow": 2}


def cells_of(*professions):
    return [cell for cell in MATRIX if cell.profession in professions]


def looseness(cell):
    return RANK[cell.effect], -LEVELS.index(cell.supervision)


class TestTheMatrix:
    def test_has_768_cells_each_once(self):
        keys = Counter((cell.profession, *cell.key) for cell in MATRIX)

        assert (len(keys), max(keys.values())) == (768, 1)

    def test_names_every_profession_act_and_region_alike(self):
        assert Counter(cell.profession for cell in MATRIX) == dict.fromkeys(PROFESSIONS, 64)

    def test_uses_only_the_words_of_authority(self):
        words = {(cell.act in ACTS, cell.region in REGIONS, cell.depth in DEPTH_RANK) for cell in MATRIX}

        assert words == {(True, True, True)}

    def test_counts_its_effects(self):
        assert Counter(cell.effect for cell in MATRIX) == {
            "refuse": 522,
            "allow": 170,
            "supervised": 44,
            "privilege": 32,
        }

    def test_is_never_looser_deeper(self):
        looser = [
            (shallow, deep)
            for shallow in MATRIX
            for deep in MATRIX
            if (shallow.profession, shallow.act, shallow.region) == (deep.profession, deep.act, deep.region)
            and DEPTH_RANK[shallow.depth] < DEPTH_RANK[deep.depth]
            and looseness(deep) > looseness(shallow)
        ]

        assert looser == []

    def test_gives_hands_on_eyelid_work_to_dermatologists_and_ophthalmologists_alone(self):
        eyelid = [cell for cell in MATRIX if cell.act in HANDS_ON and cell.region == EYELID and cell.effect != "refuse"]

        assert {cell.profession for cell in eyelid} == EYELID_PROFESSIONS

    @pytest.mark.parametrize("profession", ["optometrist", "front_desk"])
    def test_refuses_everything_to(self, profession):
        assert {(cell.effect, cell.relaxable) for cell in cells_of(profession)} == {("refuse", False)}

    def test_marks_nothing_relaxable_at_or_around_the_eye(self):
        assert not [cell for cell in MATRIX if cell.relaxable and cell.region in (EYELID, PERIOCULAR)]

    def test_marks_relaxable_only_what_is_refused_or_supervised(self):
        assert {cell.effect for cell in MATRIX if cell.relaxable} == {"refuse", "supervised"}

    def test_names_a_level_exactly_where_it_asks_for_supervision(self):
        assert {(cell.effect == "supervised") == (cell.supervision != "none") for cell in MATRIX} == {True}

    def test_cites_a_source_for_each_cell(self):
        assert all(cell.source for cell in MATRIX)

    @pytest.mark.parametrize("profession", ["physician_assistant", "nurse_practitioner"])
    def test_asks_for_a_grant_and_a_verified_region_around_the_eye(self, profession):
        around = [c for c in cells_of(profession) if c.effect == "supervised" and c.region == PERIOCULAR]

        assert {cell.requires for cell in around} == {("training:lancet", "privilege", "region_verified")}


class TestTheRowsOfLaw:
    def test_are_27_each_once(self):
        keys = Counter((row.jurisdiction, row.profession, row.act) for row in LAW)

        assert (len(keys), max(keys.values())) == (27, 1)

    def test_cite_their_law_and_say_how_certain_the_text_is(self):
        assert all(row["citation"] and row["certainty"] for row in ROWS)

    def test_ship_with_the_refusal_of_the_lancet_to_estheticians_everywhere(self):
        assert [(r.profession, r.act, r.effect) for r in LAW if r.jurisdiction == "*"] == [
            ("esthetician", "lancet_extraction", "refuse")
        ]

    @pytest.mark.parametrize("jurisdiction", sorted({row["jurisdiction"] for row in ROWS} | {"US-ME"}))
    def test_let_no_esthetician_pierce_as_shipped(self, jurisdiction):
        answers = [
            resolve(profession=profession, tier="", jurisdiction=jurisdiction, cells=MATRIX, rows=LAW)
            for profession in ("esthetician", "advanced_esthetician")
        ]

        assert not any(answer["lancet_extraction", "stratum_corneum", FACE].permitted for answer in answers)

    @pytest.mark.parametrize(
        ("jurisdiction", "code"), [("US-OH", "depth_not_permitted"), ("US-DC", "depth_not_permitted"), ("US-CA", "")]
    )
    def test_stop_the_superficial_peel_of_an_esthetician_where_only_dead_skin_may_be_peeled(self, jurisdiction, code):
        permissions = resolve(profession="esthetician", tier="", jurisdiction=jurisdiction, cells=MATRIX, rows=LAW)

        assert permissions["chemical_peel", "superficial", FACE].code == code

    @pytest.mark.parametrize(
        ("profession", "code"),
        [("dermatologist", ""), ("physician_other", ""), ("physician_assistant", "piercing_not_permitted")],
    )
    def test_leave_ablative_laser_to_physicians_in_alabama(self, profession, code):
        permissions = resolve(profession=profession, tier="", jurisdiction="US-AL", cells=MATRIX, rows=LAW)

        assert permissions["laser_resurfacing", "ablative", FACE].code == code
