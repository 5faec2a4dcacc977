"""A rule author is told which story went otherwise, where it stands, and what is different."""

from pathlib import Path

import pytest

from schemas.strict import InvalidConfiguration
from streams.rulepack.bench import needed, shipped_company
from streams.rulepack.files import fixtures_in
from streams.rulepack.run import Result, run

COMPANY = shipped_company()

STORY = """rule: {rule}
cases:
  - name: asked at nine, answered by nobody
    shows: hit
    events: [{{at: 2026-01-12 09:00, type: {type}, refs: {{ticket: 1}}}}]
    now: 2026-01-12 18:00
    alerts: {alerts}
"""


@pytest.fixture
def told(tmp_path: Path):
    def told(alerts="[]", rule="silence", type="contact.inbound", text=STORY):
        file = tmp_path / "silence.yaml"
        file.write_text(text.format(alerts=alerts, rule=rule, type=type), encoding="utf-8")
        return fixtures_in(tmp_path)

    return told


def outcome(fixtures) -> list[tuple[str, int, tuple[str, ...]]]:
    return [(Path(result.file).name, result.line, result.differs) for result in run(COMPANY, fixtures)]


def test_what_goes_as_expected_is_told_without_differences(told):
    fixtures = told('[{since: 2026-01-12 17:00, matter: "ticket:1", customer: "crm_id:A", until: null}]')
    assert run(COMPANY, fixtures) == (Result(fixtures[0].file, 0, "silence", "asked at nine, answered by nobody", ()),)


def test_a_field_that_differs_is_named_with_both_values(told):
    differs = ("since: expected 2026-01-12 16:30, got 2026-01-12 17:00; occurrences: expected 2, got 1",)
    assert outcome(told("[{since: +7h 30m, occurrences: 2}]")) == [("silence.yaml", 3, differs)]


def test_a_missing_and_an_unexpected_alert_are_named(told):
    missing = ("missing: rule silence, status resolved, level broken",)
    assert outcome(told("[{}, {status: resolved}]")) == [("silence.yaml", 3, missing)]
    ((_, _, (unexpected,)),) = outcome(told())
    assert unexpected.startswith(
        "unexpected: rule silence, status open, level broken, change opened, severity high, since 2026-01-12 17:00"
    )


def test_a_rule_that_does_not_exist_is_named_with_the_nearest_one(told):
    with pytest.raises(InvalidConfiguration, match=r"silence\.yaml:1: rule: there is no rule 'silenc'; did you mean silence\?"):
        run(COMPANY, told(rule="silenc"))


def test_an_event_type_that_nobody_reports_is_named_with_its_place(told):
    with pytest.raises(
        InvalidConfiguration, match=r":5: cases\.0\.events\.0\.type: nobody reports 'contact\.inbond'; did you mean contact\.inbound\?"
    ):
        run(COMPANY, told(type="contact.inbond"))


def test_time_does_not_go_back(told):
    back = """rule: silence
cases:
  - name: back in time
    shows: clock
    steps:
      - events: [{at: +0h, type: contact.inbound}]
        now: +5h
      - clocks: {service: +1h}
"""
    with pytest.raises(InvalidConfiguration, match=r":3: cases\.0: now and clocks never go back from step to step"):
        run(COMPANY, told(text=back.replace("{", "{{").replace("}", "}}")))


def test_a_rule_that_is_switched_off_has_no_stories(told):
    off = COMPANY.rules["silence"].model_copy(update={"enabled": False})
    assert run(COMPANY.model_copy(update={"rules": {**COMPANY.rules, "silence": off}}), told()) == ()


def test_a_folder_without_fixtures_is_an_error(tmp_path):
    with pytest.raises(InvalidConfiguration, match="there is no fixture here"):
        fixtures_in(tmp_path)


def test_every_file_that_is_no_fixture_is_named(tmp_path):
    for name in ("a.yaml", "b.yml"):
        (tmp_path / name).write_text("rule: silence\n", encoding="utf-8")
    with pytest.raises(InvalidConfiguration) as caught:
        fixtures_in(tmp_path)
    assert [problem.removeprefix(str(tmp_path)) for problem in caught.value.problems] == [
        "/a.yaml:1: cases: Field required",
        "/b.yml:1: cases: Field required",
    ]


def test_one_file_can_be_told_alone(told, tmp_path):
    assert fixtures_in(tmp_path / told()[0].file) == told()


def test_a_rule_is_tested_with_the_rules_that_it_builds_on():
    assert needed(COMPANY, "silence") == {"silence"}
    assert needed(COMPANY, "lead_spoiled") == {"lead_spoiled", "lead_not_followed_up"}
    assert needed(COMPANY, "lost_after_broken_journey") == {
        "lost_after_broken_journey",
        "broken_promise",
        "late_delivery",
        "stuck_order",
        "silence",
        "ping_pong",
        "repeats_itself",
        "false_resolution",
    }
