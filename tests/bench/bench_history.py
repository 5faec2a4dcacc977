"""What one more event costs a customer with a longer and longer history, with every shipped rule loaded: `python -m tests.bench.bench_history`.

Half a year of a customer's life comes again and again: a lead, an order, a ticket. *Known* is a customer whose history is in memory, as of
one who is heard of again soon; *read* is one whose state comes from the disk and is looked at from the beginning.
"""

from collections.abc import Sequence
from math import ceil
from time import process_time

from msgspec.structs import replace

from schemas.clock import Clock, Tick
from schemas.codec import decoder, encode
from schemas.identity import Touched
from schemas.state import FamilyState
from schemas.touchpoint import Touchpoint
from streams.bootstrap import customer_stage
from streams.config import court_of
from streams.core.clock import LAST
from streams.rulepack.bench import shipped_company
from streams.stages.customer import CustomerStage
from tests.bench.bench_court import HOUR, MIXED, TICKET

LENGTHS = (20, 100, 500, 2_000)
AGAIN = 40 * 24 * HOUR  # between the beginnings of two episodes
FAMILY = "crm_id:1"
NEW = 30  # events
decode = decoder(FamilyState).decode


def history(length: int) -> list[Touchpoint]:
    """So many touchpoints, or a few more that complete an episode, in the order of time."""
    made: list[Touchpoint] = []
    for number in range(ceil(length / len(MIXED))):
        for t in MIXED:
            refs = {kind: tuple(f"{ref}-{number}" for ref in refs) for kind, refs in t.refs.items()}
            made.append(replace(t, event_id=f"{number}/{t.event_id}", at=t.at + number * AGAIN, refs=refs))
    return sorted(made, key=lambda t: t.at)


def stage() -> CustomerStage:
    company = shipped_company()
    return customer_stage(company, court_of(company))


def judged(customers: CustomerStage, state: FamilyState | None, touchpoints: Sequence[Touchpoint], family: str = FAMILY) -> FamilyState:
    """After these have been taken in and judged together, an hour after the last of them."""
    for touchpoint in touchpoints:
        state = customers.process(state, Touched(family, touchpoint, 0)).state
    assert state is not None
    after = customers.evaluate(family, state, Tick(LAST, Clock(touchpoints[-1].at + HOUR))).state
    assert after is not None
    return after


def micros(customers: CustomerStage, state: FamilyState, new: Sequence[Touchpoint]) -> float:
    """Processor time per event, its state decoded and encoded as it is when it is read and saved."""
    begun = process_time()
    for touchpoint in new:
        state = judged(customers, state, [touchpoint])
        encode(state)
    return (process_time() - begun) / len(new) * 1e6


def read(customers: CustomerStage, saved: bytes, touchpoint: Touchpoint, family: str) -> float:
    """Processor time of one event of a family that this process has not judged yet; microseconds."""
    begun = process_time()
    encode(judged(customers, decode(saved), [touchpoint], family))
    return (process_time() - begun) * 1e6


def main() -> None:
    print(f"{'events':>8}{'state KB':>10}{'alerts':>8}{'journeys':>10}{'known µs':>10}{'read µs':>10}")
    for length in LENGTHS:
        past, customers = history(length), stage()
        state = judged(customers, None, past)
        last = past[-1].at + 2 * HOUR
        new = [replace(TICKET[0], event_id=f"new-{n}", at=last + n * HOUR, refs={"ticket": (f"new-{n // 6}",)}) for n in range(NEW)]
        saved = encode(state)
        known, cold = micros(customers, state, new), min(read(customers, saved, new[0], f"crm_id:{n}") for n in range(2, 5))
        print(
            f"{len(past):8,}{len(saved) / 1024:10.0f}{len(state.alerts):8}{len(state.journeys):10}{known:10,.0f}{cold:10,.0f}", flush=True
        )


if __name__ == "__main__":
    main()
