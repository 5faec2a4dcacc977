"""The shipped rules across customers do what their stories say, and a story that says otherwise is shown with what differs."""

import re
from pathlib import Path

import pytest

from schemas.strict import InvalidConfiguration
from streams.across import tell
from streams.rulepack.bench import shipped_company
from streams.rulepack.files import Told, fixtures_in, shipped_across

COMPANY = shipped_company()
STORY = """rule: {rule}
defaults: {{source: crm}}
cases:
  - name: no heartbeat
    shows: hit
    events: [{{at: +0m, type: {type}}}]
    now: +20m
    clocks: {clocks}
    alerts: {alerts}
"""


def story(folder: Path, **said: str) -> tuple[Told, ...]:
    file = folder / "silent.yaml"
    file.write_text(STORY.format(**{"rule": "source_silent", "type": "source.heartbeat", "clocks": "{}", "alerts": "[]"} | said))
    return fixtures_in(folder)


@pytest.mark.server
def test_every_story_goes_as_told():
    results = tell.run(COMPANY, shipped_across())
    assert [(result.rule, result.case, result.differs) for result in results if not result.ok] == []
    assert len(results) == sum(len(told.fixture.cases) for told in shipped_across())


def test_every_rule_has_hits_and_near_misses_and_a_late_correction():
    shown = {told.fixture.rule: {case.shows for case in told.fixture.cases} for told in shipped_across()}
    assert sorted(shown) == sorted(COMPANY.across) == ["perception_gap", "source_silent", "unheard_theme"]
    assert all(kinds >= {"hit", "near miss", "late correction"} for kinds in shown.values())


@pytest.mark.parametrize("rule", COMPANY.across)
def test_every_rule_speaks_english_and_german_and_has_a_budget(rule):
    written = COMPANY.across[rule]
    for texts in (written.means, written.first_step, written.summary):
        assert texts.keys() == {"en", "de"}
        assert all(re.fullmatch(r".{20,}\.", text) for text in texts.values())
    assert written.budget


@pytest.mark.server
def test_a_story_that_goes_otherwise_is_shown_with_what_differs(tmp_path):
    (result,) = tell.run(COMPANY, story(tmp_path, alerts="[{since: +16m}]"))
    assert (result.line, result.differs) == (4, ("since: expected 2026-01-12 09:16, got 2026-01-12 09:15",))


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"rule": "source_silence"}, "1: rule: there is no rule 'source_silence' across customers; did you mean source_silent?"),
        ({"type": "source.heartbeet"}, "4: cases.0: nobody reports 'source.heartbeet'; did you mean source.heartbeat?"),
        ({"clocks": "{sales: +1m}"}, "4: cases.0: clocks: a rule across customers reads none, only now"),
    ],
)
def test_a_story_that_speaks_of_what_does_not_exist_is_refused(tmp_path, said, problem):
    with pytest.raises(InvalidConfiguration) as raised:
        tell.run(COMPANY, story(tmp_path, **said))
    assert raised.value.problems == (f"{tmp_path / 'silent.yaml'}:{problem}",)


def test_without_a_story_no_server_is_started():
    assert tell.run(COMPANY, ()) == ()
