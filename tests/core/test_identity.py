from itertools import pairwise, permutations

import pytest

from schemas.company import Company, IdentifierKind
from schemas.ids import customer_id
from streams.core.identity import IdentityRules, ends, founded, label_of, pair, resolve

RULES = IdentityRules(
    strengths={"crm_id": 60, "email": 40, "phone": 30, "cookie": 10},
    unique=frozenset({"crm_id"}),
    max_peers={"crm_id": 2, "email": 2, "phone": 2, "cookie": 1},
    max_weaker={"crm_id": 3, "email": 3, "phone": 3, "cookie": 3},
    customer_size=4,
)


def customers(first_seen, links=(), unlinks=(), distincts=(), toxic=(), rules=RULES):
    """Groups of identifiers, and why links were refused; links are (a, b), (a, b, first) or (a, b, first, last)."""
    spans = {pair(a, b): (span[0], span[-1]) if span else (0, 0) for a, b, *span in links}
    resolution = resolve(
        rules,
        first_seen,
        spans,
        {pair(a, b): at for a, b, at in unlinks},
        [pair(a, b) for a, b in distincts],
        toxic,
    )
    groups: dict[str | None, set[str]] = {}
    for identifier, customer in resolution.customers.items():
        groups.setdefault(customer, set()).add(identifier)
    named = {customer: sorted(group) for customer, group in groups.items()}
    return named, {ends(key): reason for key, reason in resolution.refused.items()}


def seen(*identifiers):
    return {identifier: n for n, identifier in enumerate(identifiers)}


def test_the_rules_come_from_the_kinds_that_the_company_declares_over_those_that_are_shipped():
    company = Company(company="ACME", identifiers={"cookie": IdentifierKind(strength=15, max_peers=9, max_weaker=7)}, customer_size=50)
    rules = IdentityRules.of(company)
    assert rules.strength("cookie:1") == 15
    assert rules.strength("crm_id:1") == 60
    assert rules.unique == {"crm_id"}
    assert (rules.max_peers["cookie"], rules.max_weaker["cookie"]) == (9, 7)
    assert rules.customer_size == 50


def test_a_kind_that_is_no_longer_declared_is_the_weakest_and_never_a_hub():
    assert RULES.strength("fax:1") == 0
    assert not RULES.is_hub("fax:1", tuple(f"crm_id:{n}" for n in range(1000)))


def test_identifiers_are_sorted_by_strength_then_value_each_once():
    found = RULES.order_ids(["cookie:2", "email:b", "crm_id:9", "email:a", "cookie:2"])
    assert found == ("crm_id:9", "email:a", "email:b", "cookie:2")


def test_peers_and_weaker_neighbours_are_counted_separately():
    assert not RULES.is_hub("email:a", ("crm_id:1", "email:b", "cookie:1", "cookie:2", "cookie:3"))
    assert RULES.is_hub("email:a", ("crm_id:1", "crm_id:2", "email:b"))
    assert RULES.is_hub("email:a", ("cookie:1", "cookie:2", "cookie:3", "phone:1"))


def test_a_label_orders_by_log_time_and_then_by_identifier():
    labels = [label_of(9, "email:b"), label_of(10, "email:a"), label_of(10, "email:b"), label_of(1 << 60, "email:a")]
    assert labels == sorted(labels)
    assert [founded(label) for label in labels] == [9, 10, 10, 1 << 60]


def test_a_pair_has_no_direction():
    assert pair("email:a", "cookie:1") == pair("cookie:1", "email:a")
    assert ends(pair("email:a", "cookie:1")) == ("cookie:1", "email:a")


def test_an_identifier_that_nobody_has_linked_is_its_own_customer():
    assert customers(seen("email:a", "email:b")) == (
        {customer_id("email:a"): ["email:a"], customer_id("email:b"): ["email:b"]},
        {},
    )


def test_a_customer_is_named_after_its_earliest_seen_identifier():
    links = [("crm_id:1", "email:a"), ("email:a", "cookie:1")]
    assert customers({"crm_id:1": 5, "email:a": 3, "cookie:1": 4}, links) == (
        {customer_id("email:a"): ["cookie:1", "crm_id:1", "email:a"]},
        {},
    )


def test_of_identifiers_first_seen_in_one_instant_the_strongest_and_then_the_smallest_names_the_customer():
    links = [("email:a", "email:b"), ("email:b", "cookie:1")]
    assert customers({"email:b": 3, "email:a": 3, "cookie:1": 3}, links) == (
        {customer_id("email:a"): ["cookie:1", "email:a", "email:b"]},
        {},
    )


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_links_are_followed_from_the_strongest_to_the_weakest_in_whatever_order_they_became_known(order):
    links = [("crm_id:1", "email:a", 9), ("crm_id:2", "cookie:1", 1), ("email:a", "cookie:1", 5)]
    assert customers(seen("crm_id:1", "crm_id:2", "email:a", "cookie:1"), [links[n] for n in order]) == (
        {customer_id("crm_id:1"): ["crm_id:1", "email:a"], customer_id("crm_id:2"): ["cookie:1", "crm_id:2"]},
        {("cookie:1", "email:a"): "unique"},
    )


def test_of_equally_strong_links_the_one_first_seen_comes_first():
    links = [("crm_id:1", "cookie:1", 5), ("crm_id:2", "cookie:1", 4)]
    assert customers(seen("crm_id:1", "crm_id:2", "cookie:1"), links) == (
        {customer_id("crm_id:2"): ["cookie:1", "crm_id:2"], customer_id("crm_id:1"): ["crm_id:1"]},
        {("cookie:1", "crm_id:1"): "unique"},
    )


def test_a_link_that_would_join_two_values_of_a_unique_kind_is_refused():
    links = [("crm_id:1", "email:a"), ("crm_id:2", "email:a")]
    assert customers(seen("crm_id:1", "crm_id:2", "email:a"), links)[1] == {("crm_id:2", "email:a"): "unique"}


def test_a_link_that_would_join_two_who_are_distinct_is_refused_however_far_apart_they_are():
    links = [("email:a", "phone:1"), ("email:b", "phone:2"), ("phone:1", "phone:2")]
    assert customers(seen("email:a", "email:b", "phone:1", "phone:2"), links, distincts=[("email:a", "email:b")]) == (
        {customer_id("email:a"): ["email:a", "phone:1"], customer_id("email:b"): ["email:b", "phone:2"]},
        {("phone:1", "phone:2"): "distinct"},
    )


def test_a_cluster_that_must_stay_apart_from_many_keeps_apart_after_it_has_grown():
    everybody = seen("email:a", "email:b", "email:c", "email:d", "phone:1")
    links = [("email:a", "phone:1", 1), ("email:b", "phone:1", 2), ("email:c", "phone:1", 3), ("email:d", "phone:1", 4)]
    distincts = [("email:a", "email:b"), ("email:a", "email:c")]
    assert customers(everybody, links, distincts=distincts) == (
        {
            customer_id("email:a"): ["email:a", "email:d", "phone:1"],
            customer_id("email:b"): ["email:b"],
            customer_id("email:c"): ["email:c"],
        },
        {("email:b", "phone:1"): "distinct", ("email:c", "phone:1"): "distinct"},
    )


def test_two_who_are_distinct_from_the_same_third_may_be_one_customer():
    distincts = [("email:a", "email:c"), ("email:b", "email:c"), ("email:a", "email:nobody")]
    links = [("email:a", "email:b", 1), ("email:b", "email:c", 2)]
    assert customers(seen("email:a", "email:b", "email:c"), links, distincts=distincts) == (
        {customer_id("email:a"): ["email:a", "email:b"], customer_id("email:c"): ["email:c"]},
        {("email:b", "email:c"): "distinct"},
    )


def test_a_link_that_would_make_a_customer_too_large_is_refused():
    chain = [f"email:{n}" for n in range(5)]
    links = [(a, b, n) for n, (a, b) in enumerate(pairwise(chain))]
    assert customers(seen(*chain), links) == (
        {customer_id("email:0"): chain[:4], customer_id("email:4"): ["email:4"]},
        {("email:3", "email:4"): "size"},
    )


def test_a_second_way_between_two_identifiers_of_one_customer_is_not_refused():
    chain = [f"email:{n}" for n in range(4)]
    links = [(a, b) for a in chain for b in chain if a < b]
    assert customers(seen(*chain), links) == ({customer_id("email:0"): chain}, {})


def test_a_link_holds_while_its_last_evidence_is_newer_than_the_unlink():
    both, link = seen("email:a", "phone:1"), ("email:a", "phone:1", 3, 7)
    assert len(customers(both, [link], unlinks=[("phone:1", "email:a", 6)])[0]) == 1
    assert len(customers(both, [link], unlinks=[("phone:1", "email:a", 7)])[0]) == 2


def test_a_toxic_identifier_belongs_to_nobody_and_no_link_leads_over_it():
    links = [("email:a", "phone:1"), ("email:b", "phone:1")]
    assert customers(seen("email:a", "email:b", "phone:1"), links, toxic=["phone:1", "cookie:never seen"]) == (
        {
            None: ["cookie:never seen", "phone:1"],
            customer_id("email:a"): ["email:a"],
            customer_id("email:b"): ["email:b"],
        },
        {},
    )
