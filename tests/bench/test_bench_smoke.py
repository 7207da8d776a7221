"""The benchmark at its smallest: that it runs, and that what must hold at any speed holds."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.takes_long, pytest.mark.timeout(300)]
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def results(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("bench")
    command = [sys.executable, "-m", "bench", "--smoke", "--results", str(folder)]
    environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "SIZES"}}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


@pytest.fixture
def raw(results) -> dict[str, dict]:
    """The raw values of each figure by its first words."""
    [figures] = json.loads((results / "bench_results" / "bench.json").read_text())["sizes"].values()
    return {" ".join(figure["what"].split()[:2]).strip(","): figure["raw"] for figure in figures}


class TestTheBenchmark:
    def test_measures_every_line_of_its_table(self, results):
        table = (results / "docs" / "bench.md").read_text()

        assert table.count("\n| ") == 2 + 18

    def test_finds_the_same_starts_as_plain_python(self, raw):
        answers = raw["the same"]

        assert (answers["cases"], answers["wrong"]) == (200, [])
        assert answers["with_a_start"] > 20

    def test_books_one_slot_once_however_many_want_it(self, raw):
        rush = raw["12 clients"]

        assert (rush["winners"], rush["refused"], rush["deadlocks"]) == (1, {"slot_taken": 11}, 0)

    def test_loses_no_slot_in_crowded_moves(self, raw):
        moves = raw["24 crowded"]

        assert moves["lost"] == 0
        assert not [code for code in moves["ended"] if code.startswith("error")]

    def test_claims_every_due_message_once(self, raw):
        messages = raw["due messages"]

        assert (messages["claimed"], messages["twice"]) == (300, 0)

    def test_reads_a_whole_timeline_in_few_statements(self, raw):
        assert raw["SQL statements"]["statements"] <= 12
        assert raw["a patient's"]["events"] > 40

    def test_counts_an_outcome_for_every_lesion_that_was_treated(self, raw):
        assert raw["outcome plots"]["cases"] == 1600
