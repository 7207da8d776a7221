"""G25: how strong a peel may be in hands that are not a physician's."""

from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import Final

from clinic.errors import Refusal
from treatments.policies.log.facts import LoggedItem, PeelFacts

LIMITED: Final = "peel_limits"
AHA: Final = frozenset(
    {"aha", "glycolic", "glycolic_acid", "lactic", "lactic_acid", "mandelic", "mandelic_acid", "malic", "citric"}
)
BHA: Final = frozenset({"bha", "salicylic", "salicylic_acid"})
AHA_PERCENT, AHA_PH = Decimal(30), Decimal("3.0")
SALICYLIC_PERCENT = Decimal(20)
"""Clinic policy: no authority was found for it."""
SOURCE = (
    "CIR 1998 and 2017 (Int J Toxicol 36 suppl 2:15S): alpha hydroxy acids in salons up to 30 % at pH 3.0 or more, with daily"
    " sun protection; clinic policy for every other agent"
)
MEND = "Correct the record if it was mistyped; if it was used so, report an incident. Stronger peels are a physician's."


def peel_refusals(item: LoggedItem, *, requires: Collection[str]) -> Iterator[Refusal]:
    """What of the peel goes beyond the limits under which the profession is permitted it; physicians have none."""
    if item.peel is None or LIMITED not in requires:
        return
    for why in _beyond(item.peel):
        yield Refusal(code="peel_limit", gate="G25", detail=why, source=SOURCE, mend=MEND)


def _beyond(peel: PeelFacts) -> Iterator[str]:
    agent = peel.agent.strip().lower().replace(" ", "_").replace("-", "_")
    name = agent.replace("_", " ")
    if agent in AHA:
        if peel.percent > AHA_PERCENT:
            yield f"{peel.percent} % of {name} was used; {AHA_PERCENT} % is the most here."
        if peel.ph < AHA_PH:
            yield f"The peel had a pH of {peel.ph}; {AHA_PH} is the least here."
    elif agent in BHA:
        if peel.percent > SALICYLIC_PERCENT:
            yield f"{peel.percent} % of {name} was used; {SALICYLIC_PERCENT} % is the most here."
    else:
        yield f"{name.capitalize()} is not among the agents that this profession may use: alpha hydroxy and salicylic acids."
    if not peel.sunscreen_advice:
        yield "The patient was not told to protect the skin from the sun."
