"""Matters: which touchpoints of a customer are about one thing."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from schemas.touchpoint import Touchpoint
from streams.core.history import matters, ties

KINDS = frozenset({"order", "ticket"})


def about(name, **refs):
    return Touchpoint(event_id=name, type="t.a", at=0, source="s", department="service", ids=("crm_id:1",), refs=refs)


def test_a_ref_is_a_matter_and_refs_of_other_kinds_are_none():
    told = about("a", order=("17",)), about("b", order=("17",), product=("4",)), about("c", product=("4",)), about("d")
    assert matters(told, KINDS) == {"a": ("order", "17"), "b": ("order", "17")}


def test_touchpoints_with_several_refs_tie_matters_together_and_the_smallest_ref_names_them():
    told = [
        about("a", ticket=("9",)),
        about("b", ticket=("8", "9")),
        about("c", order=("17",)),
        about("d", ticket=("8",), order=("17",)),
        about("e", order=("3",)),
    ]
    assert matters(told, KINDS) == dict.fromkeys("abcd", ("order", "17")) | {"e": ("order", "3")}


def test_only_several_refs_of_these_kinds_tie():
    assert [ties(t, KINDS) for t in (about("a"), about("a", order=("1",)), about("a", order=("1",), product=("2",)))] == [False] * 3
    assert [ties(t, KINDS) for t in (about("a", order=("1", "2")), about("a", order=("1",), ticket=("2",)))] == [True] * 2


REFS = st.dictionaries(
    st.sampled_from(["order", "ticket", "product"]), st.lists(st.sampled_from("12345"), min_size=1, max_size=3).map(tuple), max_size=2
)


@given(st.lists(REFS, max_size=12), st.randoms(use_true_random=False))
def test_matters_are_the_connected_components_whatever_the_order(refs: list[dict[str, tuple[str, ...]]], random: Random):
    told = [about(str(number), **each) for number, each in enumerate(refs)]
    found = matters(told, KINDS)
    groups = {t.event_id: {(kind, ref) for kind, values in t.refs.items() if kind in KINDS for ref in values} for t in told}
    for _ in told:
        for a in groups:
            groups[a] = set().union(*(group for group in groups.values() if group & groups[a]))
    assert found == {name: min(group) for name, group in groups.items() if group}
    random.shuffle(told)
    assert matters(told, KINDS) == found
