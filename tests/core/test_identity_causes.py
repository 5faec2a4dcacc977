"""What became of each customer: the cause that an alert names when it is withdrawn because of identity."""

from streams.core.alert_changes import identity_causes


def test_a_new_identifier_changes_no_customer():
    assert identity_causes({"a": "anna"}, {"a": "anna"}) == {}
    assert identity_causes({"a": "anna"}, {"a": "anna", "b": "anna"}) == {}


def test_a_customer_whose_identifiers_come_together_with_those_of_another_is_merged():
    before = {"a": "anna", "b": "bert", "c": "carl"}
    assert identity_causes(before, {"a": "anna", "b": "anna", "c": "carl"}) == {"anna": "identity_merge", "bert": "identity_merge"}


def test_a_customer_whose_identifiers_part_is_split():
    assert identity_causes({"a": "anna", "b": "anna"}, {"a": "anna", "b": "bert"}) == {"anna": "identity_split"}


def test_an_identifier_that_turns_out_to_be_shared_splits_the_customer():
    assert identity_causes({"a": "anna", "b": "anna", "x": None}, {"a": "anna", "b": None, "x": None}) == {"anna": "identity_split"}
