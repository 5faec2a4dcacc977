"""The score: right is what agrees in rule, customer, matter, level, status and number; the rest is missing or should not be there."""

import pytest

from streams.core.across import NOBODY
from streams.demo.score import RuleScore, Score, score

ANNA = {"identifiers": ["crm_id:1", "email:anna@example.org"]}
BEN = {"identifiers": ["email:ben@example.org"]}
SILENCE = {"rule": "silence", "level": "broken", "status": "open", "matter": "ticket:1", "occurrences": 1}
LATE = {"rule": "late_delivery", "level": "broken", "status": "resolved", "matter": "order:7", "occurrences": 1}
PEOPLE = [["crm_id:1", "email:anna@example.org"], ["email:ben@example.org"]]
CUSTOMERS = {"crm_id:1": "A", "email:anna@example.org": "A", "email:ben@example.org": "B"}


def truth(*alerts, near_misses=()):
    return {"alerts": alerts, "near_misses": near_misses, "people": PEOPLE}


def test_what_is_right_is_perfect() -> None:
    found = [SILENCE | {"customer_id": "A"}, LATE | {"customer_id": "B"}]
    right = {"late_delivery": RuleScore(1, 1, 1), "silence": RuleScore(1, 1, 1)}

    answer = score(truth(SILENCE | ANNA, LATE | BEN), found, CUSTOMERS)

    assert answer == Score(right)
    assert (answer.precision, answer.recall, answer.perfect) == (1.0, 1.0, True)


def test_a_wrong_customer_status_or_number_is_both_missing_and_unexpected() -> None:
    for wrong in ({"customer_id": "B"}, {"customer_id": "A", "status": "resolved"}, {"customer_id": "A", "occurrences": 2}):
        found = SILENCE | wrong
        answer = score(truth(SILENCE | ANNA), [found], CUSTOMERS)

        assert answer == Score({"silence": RuleScore(1, 1, 0)}, (SILENCE | ANNA,), (found,))
        assert (answer.precision, answer.recall, answer.perfect) == (0.0, 0.0, False)


def test_a_warning_is_no_break() -> None:
    warned = SILENCE | {"level": "at_risk", "customer_id": "A"}

    assert score(truth(SILENCE | ANNA), [warned], CUSTOMERS).recall == 0.0


def test_equal_alerts_are_counted() -> None:
    answer = score(truth(SILENCE | ANNA, SILENCE | ANNA), [SILENCE | {"customer_id": "A"}], CUSTOMERS)

    assert answer == Score({"silence": RuleScore(2, 1, 1)}, (SILENCE | ANNA,))
    assert (answer.precision, answer.recall) == (1.0, 0.5)


def test_withdrawn_alerts_do_not_count() -> None:
    answer = score(truth(), [SILENCE | {"customer_id": "A", "status": "withdrawn"}], CUSTOMERS)

    assert (answer.rules, answer.precision, answer.recall, answer.perfect) == ({}, 1.0, 1.0, True)


def test_a_near_miss_that_was_taken_for_a_hit_is_named() -> None:
    near = {"rule": "silence", "story": "silence/answered_in_time/0"} | BEN
    found = [SILENCE | {"customer_id": "B"}, LATE | {"customer_id": "B"}]

    answer = score(truth(LATE | BEN, near_misses=[near]), found, CUSTOMERS)

    assert (answer.unexpected, answer.broken_near_misses) == ((found[0],), (near,))


THEME = {"rule": "unheard_theme", "level": "broken", "status": "open", "matter": "", "occurrences": 5}
LAMP, SOFA = {"key": ["product", "lamp"]}, {"key": ["product", "sofa"]}
MANY = {"identifiers": []}


@pytest.mark.parametrize("nobody", [None, NOBODY])
def test_what_is_about_many_customers_is_told_apart_by_its_key(nobody: str | None) -> None:
    lamp, sofa = (THEME | key | {"customer_id": nobody} for key in (LAMP, SOFA))

    right = score(truth(THEME | LAMP | MANY), [lamp], CUSTOMERS)
    wrong = score(truth(THEME | LAMP | MANY, near_misses=[{"rule": "unheard_theme"} | SOFA | MANY]), [sofa], CUSTOMERS)

    assert right == Score({"unheard_theme": RuleScore(1, 1, 1)})
    assert (wrong.missing, wrong.unexpected) == ((THEME | LAMP | MANY,), (sofa,))
    assert wrong.broken_near_misses == ({"rule": "unheard_theme"} | SOFA | MANY,)


def test_people_who_are_two_customers_and_customers_who_are_two_people_are_named() -> None:
    torn = score(truth(), [], CUSTOMERS | {"email:anna@example.org": "C"})
    mixed = score(truth(), [], dict.fromkeys(CUSTOMERS, "A"))
    unknown = score(truth(SILENCE | ANNA), [], {"email:ben@example.org": "B"})

    assert (torn.split, torn.joined) == ((("crm_id:1", "email:anna@example.org"),), ())
    assert (mixed.split, mixed.joined) == ((), (("crm_id:1", "email:ben@example.org"),))
    assert (unknown.split, len(unknown.missing)) == ((("crm_id:1", "email:anna@example.org"),), 1)
