"""The body sites, diagnoses and types of milia that the product ships."""

import json
from pathlib import Path

import pytest

import patients
from clinic.scopes import REGIONS
from patients.models.people import LANGUAGES
from patients.policies.consents import KINDS

DATA = Path(patients.__file__).parent / "data"
SITES = {site["code"]: site for site in json.loads((DATA / "body_sites.json").read_text())}
DIAGNOSES = {diagnosis["code"]: diagnosis for diagnosis in json.loads((DATA / "diagnoses.json").read_text())}
TYPES = {kind["code"]: kind for kind in json.loads((DATA / "milia_types.json").read_text())}
TEXTS = {(text["kind"], text["language"]): text for text in json.loads((DATA / "consent_texts.json").read_text())}


class TestBodySites:
    def test_are_seventeen_in_known_regions(self):
        assert (len(SITES), {site["region"] for site in SITES.values()}) == (17, set(REGIONS))

    def test_count_the_lids_and_both_corners_of_the_eye_as_eyelid(self):
        assert {code for code, site in SITES.items() if site["region"] == "eyelid"} == {
            "eyelid_right_upper",
            "eyelid_right_lower",
            "eyelid_left_upper",
            "eyelid_left_lower",
            "canthus_medial",
            "canthus_lateral",
        }

    @pytest.mark.parametrize(
        ("code", "icd10cm", "hcpcs"),
        [
            ("eyelid_right_upper", "H02.821", "E3"),
            ("eyelid_right_lower", "H02.822", "E4"),
            ("eyelid_left_upper", "H02.824", "E1"),
            ("eyelid_left_lower", "H02.825", "E2"),
        ],
    )
    def test_code_each_lid_apart(self, code, icd10cm, hcpcs):
        assert (SITES[code]["icd10cm"], SITES[code]["hcpcs"]) == (icd10cm, hcpcs)


class TestDiagnoses:
    @pytest.mark.parametrize(
        ("code", "icd10cm", "kind"),
        [
            ("milium", "L72.0", "benign"),
            ("closed_comedone", "L70.0", "benign"),
            ("molluscum_contagiosum", "B08.1", "contagious"),
            ("wart", "B07.8", "contagious"),
            ("hair_follicle_tumour", "D23.-", "suspicious"),
            ("pustule", "L70.0", "inflamed"),
        ],
    )
    def test_carry_a_code_and_a_kind(self, code, icd10cm, kind):
        assert (DIAGNOSES[code]["icd10cm"], DIAGNOSES[code]["kind"]) == (icd10cm, kind)

    def test_count_skin_cancer_as_suspicious(self):
        assert DIAGNOSES["basal_cell_carcinoma"]["kind"] == "suspicious"

    def test_hold_the_milium_and_its_twelve_look_alikes(self):
        assert len(DIAGNOSES) == 13


class TestTypesOfMilia:
    @pytest.mark.parametrize(
        ("code", "pathway"),
        [
            ("neonatal", "no_procedure"),
            ("primary", "standard"),
            ("secondary", "record_cause"),
            ("en_plaque", "dermatologist_review"),
            ("multiple_eruptive", "dermatologist"),
            ("unclassified", "consultation_only"),
        ],
    )
    def test_lead_to_a_pathway(self, code, pathway):
        assert TYPES[code]["pathway"] == pathway


class TestConsentTexts:
    def test_exist_for_every_kind_in_every_language(self):
        assert set(TEXTS) == {(kind, language) for kind in KINDS for language in LANGUAGES}

    @pytest.mark.parametrize(("kind", "language"), TEXTS)
    def test_say_that_consent_can_be_taken_back(self, kind, language):
        words = {"en": "take this consent back", "es": "retirar"}[language]

        assert words in " ".join(TEXTS[kind, language]["body"])
