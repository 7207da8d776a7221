"""Free starts in the database: their time against SELECT 1, and their answers against plain Python."""

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any
from uuid import UUID

from django.db import connection

from appointments.selectors.availability import FREE_STARTS
from bench.calibration import Effort, Figure, by_turns, select_one
from bench.oracle import Oracle, Question, disagreement
from bench.shape import EQUIPMENT, SCOPE, Clinic
from bench.uneven import uneven

MINUTES, BEFORE, AFTER, GRID = 30, 5, 10, 15
LENGTHS = ((30, 5, 10), (15, 0, 5), (45, 5, 10), (60, 10, 15))
ONE, MANY, NOTHING = "one practitioner, one day", "any of 50, 30 days, first 20", "nothing free in 30 days"
TARGETS = {ONE: 8, MANY: 40, NOTHING: 300}


def measure(clinic: Clinic, effort: Effort) -> Iterator[Figure]:
    """The three questions, and the answers."""
    calls = _questions(clinic)
    for name, target in TARGETS.items():
        times = effort.slow_times if name == NOTHING else effort.times
        timings = by_turns({"asked": calls[name], "select 1": select_one}, blocks=effort.blocks, times=times)
        asked, bare = timings["asked"], timings["select 1"]
        ratio = asked.usual / bare.usual
        yield Figure(
            what=f"free starts, {name}",
            shown=f"{ratio:.1f}x a SELECT 1",
            target=f"{target}x",
            reached=ratio <= target,
            raw={
                "ms": asked.usual * 1e3,
                "select_1_ms": bare.usual * 1e3,
                "ratio": ratio,
                "least_ms": asked.least * 1e3,
                "least_select_1_ms": bare.least * 1e3,
                "ratio_of_the_least": asked.least / bare.least,
            },
            scaling=ratio,
        )
    if effort.cases:
        yield _answers(clinic, effort)


def _questions(clinic: Clinic) -> dict[str, Callable[[], object]]:
    here = [person.practitioner for person in clinic.here]
    full = [person.practitioner for person in clinic.at(clinic.people[-1].site)]
    turns = cycle(random.Random(1).sample([(who, day) for who in here for day in range(clinic.shape.days)], k=len(here)))  # noqa: S311

    def one() -> object:
        who, day = next(turns)
        return ask(clinic, people=[who], first=clinic.day(day), last=clinic.day(day + 1), limit=100)

    def many() -> object:
        return ask(clinic, people=here, first=clinic.first, last=clinic.last, limit=20)

    def nothing() -> object:
        found = ask(clinic, people=full, first=clinic.first, last=clinic.last, limit=20, site=clinic.people[-1].site)
        if found:
            raise AssertionError("the full site has a free start")
        return found

    return {ONE: one, MANY: many, NOTHING: nothing}


def ask(
    clinic: Clinic,
    *,
    people: list[UUID] | None,
    first: datetime,
    last: datetime,
    limit: int,
    site: UUID | None = None,
    patient: UUID | None = None,
    lengths: tuple[int, int, int] = (MINUTES, BEFORE, AFTER),
    scopes: list[str] | None = None,
    except_for: UUID | None = None,
) -> list[tuple[Any, ...]]:
    """The product's own statement, with its arguments as the product gives them; starts from first to before last."""
    stretch = f"{{[{first.isoformat()},{(last - timedelta(microseconds=1)).isoformat()}]}}"
    who = [site or clinic.site, scopes or [SCOPE], people, [], None, patient]
    with connection.cursor() as cursor:
        cursor.execute(FREE_STARTS, [*who, *lengths, EQUIPMENT, [], stretch, GRID, limit, except_for])
        return cursor.fetchall()


def _answers(clinic: Clinic, effort: Effort) -> Figure:
    """Half of the questions are put to the clinic as it is, half to an uneven one."""
    half = effort.cases // 2
    found = [_compare(clinic, half, seed=20_27)]
    with uneven():
        found.append(_compare(clinic, effort.cases - half, seed=20_28))
    wrong = [problem for problems, _ in found for problem in problems]
    return Figure(
        what=f"the same answers as plain Python on {effort.cases:,} random questions",
        shown=f"{len(wrong)} differ",
        target="0",
        reached=not wrong,
        raw={"cases": effort.cases, "with_a_start": sum(answered for _, answered in found), "wrong": wrong[:5]},
    )


def _compare(clinic: Clinic, cases: int, *, seed: int) -> tuple[list[str], int]:
    """The questions that were answered differently, and how many have an answer that is not empty."""
    oracle, chance = Oracle.read(), random.Random(seed)  # noqa: S311
    wrong, answered = [], 0
    for _ in range(cases):
        question = _random_question(clinic, chance, oracle)
        found = ask(
            clinic,
            people=list(question.people),
            first=question.first,
            last=question.last,
            limit=question.limit,
            site=question.site,
            patient=question.patient,
            lengths=(question.minutes, question.before, question.after),
            scopes=list(question.scopes),
            except_for=question.except_for,
        )
        answered += bool(found)
        if problem := disagreement(oracle, question, found):
            wrong.append(f"{question}: {problem}")
    return wrong, answered


def _random_question(clinic: Clinic, chance: random.Random, oracle: Oracle) -> Question:
    site = chance.choice(clinic.people).site
    there = [person.practitioner for person in clinic.at(site)]
    minutes, before, after = chance.choice(LENGTHS)
    first = clinic.first + timedelta(minutes=chance.randrange(clinic.shape.days * 24 * 60))
    return Question(
        site=site,
        people=tuple(chance.sample(there, k=chance.choice((1, 1, 2, min(8, len(there)))))),
        first=first,
        last=first + timedelta(minutes=chance.choice((60, 600, 1440, 4000))),
        minutes=minutes,
        before=before,
        after=after,
        limit=chance.choice((1, 5, 20, 100)),
        scopes=(SCOPE,) if chance.random() < 0.8 else (SCOPE, "consult_free/none@face"),
        patient=chance.choice(oracle.patients) if chance.random() < 0.5 else None,
        except_for=chance.choice(oracle.visits) if chance.random() < 0.3 else None,
    )
