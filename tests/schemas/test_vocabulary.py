import re

import pytest

from schemas.vocabulary import VOCABULARY


def test_types_are_dotted_lower_case_words():
    assert [name for name in VOCABULARY if not re.fullmatch(r"[a-z]+\.[a-z_]+", name)] == []


def test_a_type_knows_who_reports_it_and_on_whose_side_it_is():
    delivered = VOCABULARY["parcel.delivered"]
    assert (delivered.departments, delivered.direction) == (("offline",), "outbound")
    assert delivered.meaning == "the customer has the parcel"


def test_the_vocabulary_cannot_be_changed():
    with pytest.raises(TypeError):
        VOCABULARY["page.viewed"] = VOCABULARY["page.viewed"]
