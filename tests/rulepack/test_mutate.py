"""Stories that do not notice a lost condition are named."""

from collections import Counter

import pytest

from schemas.rule import Rule
from schemas.strict import InvalidConfiguration, load_yaml
from streams.rulepack.bench import shipped_company
from streams.rulepack.files import fixtures_in
from streams.rulepack.mutate import mutate

RULE = """
title: Never called back
per: ref.ticket
expect: {after: contact.inbound, then: [call.made, ticket.closed], within: 1d}
"""
STORIES = """
rule: callback
EQUIVALENT
cases:
  - name: called too late
    shows: hit
    defaults: {refs: {ticket: 1}}
    events:
      - {at: +0h, type: contact.inbound}
      - {at: +30h, type: call.made}
    alerts: [{status: resolved, since: +24h, until: +30h}]
"""


@pytest.fixture
def fates(tmp_path):
    def fates(equivalent="", stories=STORIES):
        file = tmp_path / "callback.yaml"
        file.write_text(stories.replace("EQUIVALENT", equivalent), encoding="utf-8")
        shipped = shipped_company()
        company = shipped.model_copy(update={"rules": {"callback": Rule.model_validate(load_yaml(RULE, "rule"))}})
        return {m.change: (m.fate, m.because) for m in mutate(company, fixtures_in(file))}

    return fates


def test_a_condition_that_no_story_needs_survives(fates):
    assert fates() == {
        "per: left out": ("survived", ""),
        "expect.then: without call.made": ("killed", "called too late"),
        "expect.then: without ticket.closed": ("survived", ""),
        "expect.within: left out": ("invalid", "callback:1: expect: expect needs within: or by:"),
        "expect.within: 2d": ("killed", "called too late"),
        "expect.within: 23h": ("killed", "called too late"),
    }


def test_a_fixture_may_say_why_no_story_can_tell(fates):
    told = fates('equivalent: {"per: left out": tickets are never tied to anything}')
    assert told["per: left out"] == ("equivalent", "tickets are never tied to anything")
    assert Counter(fate for fate, _ in told.values()) == {"killed": 3, "survived": 1, "invalid": 1, "equivalent": 1}


def test_stories_have_to_go_well_before_they_can_judge_mutants(fates):
    with pytest.raises(InvalidConfiguration, match=r"callback\.yaml:1: callback: its stories go otherwise than told"):
        fates(stories=STORIES.replace("+24h", "+25h"))
