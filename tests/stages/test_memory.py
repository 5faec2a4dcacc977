"""What is kept of a family from one evaluation to the next, and what makes it look at everything anew."""

import pytest

from schemas.state import FamilyState
from streams.stages import memory as memory_module
from streams.stages.memory import Memory
from tests.core.rules.histories import COURT
from tests.core.rules.stories import told

ANNA = {"crm_id:1": "anna"}


def state(*names: str, hour: int = 0) -> FamilyState:
    return FamilyState(touchpoints={name: (told(hour + number, "t.a", name, ids=("crm_id:1",)), 0) for number, name in enumerate(names)})


def grown(before: FamilyState, *names: str) -> FamilyState:
    return FamilyState(touchpoints={**before.touchpoints, **state(*names, hour=9).touchpoints})


def test_a_family_that_has_grown_goes_on_with_its_dossiers() -> None:
    memory, before = Memory(COURT), state("a", "b")
    first = memory.dossiers("f", before, ANNA)["anna"]
    second = memory.dossiers("f", grown(before, "c"), dict(ANNA))["anna"]
    assert second is first
    assert [t.event_id for t in second.touchpoints] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("after", "customers"),
    [(state("a"), ANNA), (state("a", "b", hour=1), ANNA), (None, {"crm_id:1": "bea"})],
    ids=["taken away", "replaced", "somebody else"],
)
def test_anything_else_begins_anew(after: FamilyState | None, customers: dict[str, str]) -> None:
    memory, before = Memory(COURT), state("a", "b")
    memory.dossiers("f", before, ANNA)
    now = before if after is None else after
    (dossier,) = memory.dossiers("f", now, customers).values()
    assert dossier.touchpoints == [held[0] for held in now.touchpoints.values()]


def test_it_forgets_the_older_half_of_too_many_families(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_module, "REMEMBERED", 4)
    memory, states = Memory(COURT), {name: state(name) for name in "abcde"}
    dossiers = {name: memory.dossiers(name, given, ANNA)["anna"] for name, given in states.items()}
    assert memory.dossiers("e", states["e"], ANNA)["anna"] is dossiers["e"]
    assert memory.dossiers("d", states["d"], ANNA)["anna"] is dossiers["d"]
    assert memory.dossiers("a", states["a"], ANNA)["anna"] is not dossiers["a"]


def test_it_forgets_those_who_have_been_here_longest_when_too_much_is_known_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_module, "TOUCHPOINTS", 4)
    memory, small, other = Memory(COURT), state("a"), state("b")
    first, second = (memory.dossiers(name, given, ANNA)["anna"] for name, given in {"s": small, "o": other}.items())
    large = memory.dossiers("l", state("a", "b"), ANNA)["anna"]
    assert memory.dossiers("s", small, ANNA)["anna"] is first, "four touchpoints are not too many"
    grown_large = grown(state("a", "b"), "c")
    assert memory.dossiers("l", grown_large, ANNA)["anna"] is not large, "these are other objects, so it is somebody new"
    kept = memory.dossiers("l", grown_large, ANNA)["anna"]
    assert memory.dossiers("l", grown(grown_large, "d", "e"), ANNA)["anna"] is kept, (
        "whoever is judged now stays, however much is known of him"
    )
    assert memory.dossiers("s", small, ANNA)["anna"] is not first
    assert memory.dossiers("o", other, ANNA)["anna"] is not second
