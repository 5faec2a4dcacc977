"""What makes another version of a rule."""

from schemas.rule import Hours, Rule
from tests.core.alert_stories import book


def versions(rule, **named):
    return book({"rule": Rule.model_validate({"title": "A", "limit": {"what": "asked", "at_most": 1}} | rule)}, **named).versions["rule"]


def test_a_version_changes_with_whatever_decides_a_verdict():
    words = {"asked": ("asking", "call.made"), "asking": "contact.inbound", "unused": "page.viewed"}
    version = versions({}, **words)
    assert len(version) == 12
    assert versions({}, **words, office=Hours()) == version
    different = [
        versions({"limit": {"what": "asked", "at_most": 2}}, **words),
        versions({"calendar": "office"}, **words, office=Hours()),
        versions({"calendar": "office"}, **words, office=Hours(tz="Europe/Berlin")),
        versions({}, **(words | {"asked": "contact.inbound"})),
        versions({}, **(words | {"asking": "contact.outbound"})),
    ]
    assert len({version, *different}) == 6


def test_prose_and_unused_words_change_no_version():
    words = {"asked": "contact.inbound"}
    assert versions({"means": {"en": "Something"}, "budget": 5}, **words) == versions({}, **words, unused="page.viewed")


def test_words_that_name_each_other_do_not_hang():
    assert versions({}, asked=("asked", "contact.inbound")) == versions({}, asked=("asked", "contact.inbound"))
