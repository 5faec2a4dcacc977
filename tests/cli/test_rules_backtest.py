"""`redthread rules backtest`: over files and over the timeline of a data folder; exit code 1 above the budget."""

import json
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from schemas.strict import InvalidConfiguration
from streams.cli.main import app
from tests.cli.conftest import Run

COMPANY = dedent("""\
    company: Test
    timezone: Europe/Berlin
    pack: none
    identifiers: {customer: {strength: 50}}
    sources:
      - source: desk
        department: service
        input: {format: csv, files: "*contacts*.csv"}
        events:
          - type: {from: what, map: {asked: contact.inbound, answered: contact.outbound, complained: complaint.opened}}
            time: at
            identifiers: {customer: who}
            refs: {ticket: ticket}
    rules:
      silence:
        title: Nobody answered
        severity: high
        who: service
        budget: BUDGET
        expect: {after: contact.inbound, then: contact.outbound, within: 1d}
      impatient:
        title: Asked again before there was an answer
        enabled: false
        limit: {what: contact.inbound, at_most: 1, until: contact.outbound}
      complaint:
        title: Complained about a silence
        forbid: {what: complaint.opened, after: alert.silence.opened}
    """)
CONTACTS = """\
what,who,ticket,at
asked,anna,1,2026-01-05 10:00
answered,anna,1,2026-01-09 10:00
asked,anna,1,2026-01-12 10:00
asked,anna,1,2026-01-13 09:00
complained,anna,1,2026-01-20 09:00
asked,ben,2,2026-02-02 10:00
answered,ben,2,2026-02-02 11:00
"""
Backtest = Callable[..., Result]


@pytest.fixture
def backtest(tmp_path: Path) -> Backtest:
    """Over the contacts, with that budget; customers and months: Anna in January, Ben in February."""
    (tmp_path / "contacts.csv").write_text(CONTACTS, encoding="utf-8")

    def run(*words: str, budget: float = 2_000) -> Result:
        (tmp_path / "redthread.yaml").write_text(COMPANY.replace("BUDGET", str(budget)), encoding="utf-8")
        given = [
            "rules",
            "backtest",
            *words,
            "-c",
            str(tmp_path),
            "--files",
            str(tmp_path / "contacts.csv"),
            "--data",
            str(tmp_path / "none"),
        ]
        return CliRunner(env={"COLUMNS": "200"}).invoke(app, given)

    return run


def parsed(result: Result) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def test_the_document_says_what_the_rule_would_have_said(backtest: Backtest):
    result = backtest("silence", "--json")
    document = parsed(result)
    (rule,) = document.pop("rules")
    samples = rule.pop("samples")
    assert result.exit_code == 0
    assert document == {"from": None, "to": "2026-02-02T10:00:00Z", "touchpoints": 7, "within_budget": True}
    assert rule == {
        "rule": "silence",
        "title": "Nobody answered",
        "severity": "high",
        "alerts": 2,
        "at_risk": 0,
        "open": 1,
        "occurrences": 2,
        "customers_hit": 1,
        "customers": 2,
        "per_thousand": 1_000.0,
        "budget": 2_000,
        "within_budget": True,
        "weeks": [{"week": "2026-01-05", "alerts": 1}, {"week": "2026-01-12", "alerts": 1}],
        "overlap": [{"rule": "complaint", "same_customer": 2, "same_matter": 2, "share": 1.0}],
    }
    assert [(sample["starts_at"], sample["status"], [item["type"] for item in sample["evidence"]]) for sample in samples] == [
        ("2026-01-06T09:00:00Z", "resolved", ["contact.inbound", "contact.outbound"]),
        ("2026-01-13T09:00:00Z", "open", ["contact.inbound", "contact.inbound"]),
    ]


def test_people_read_the_same(backtest: Backtest):
    told = backtest("silence").stdout
    for line in (
        "7 touchpoints, from the beginning to 2026-02-02 11:00",
        "Nobody answered  silence",
        "2 alerts, 1 still open; 2 occurrences, 1 of 2 customers",
        "1,000.0 alerts per 1,000 active customers and month, within its budget of 2,000",
        "2026-01-12       1 ████████████████████████████████████████",
        "complaint  100%   2            2",
        "for example ticket:1: ",
        "2026-01-05 10:00:00  service      contact.inbound",
    ):
        assert line in told
    assert "the rule declares no budget" in backtest("complaint").stdout


@pytest.mark.parametrize(("budget", "exit_code"), [(1_000, 0), (999, 1), (0, 1)])
def test_above_the_budget_the_exit_code_is_one(backtest: Backtest, budget: float, exit_code: int):
    result = backtest("silence", "complaint", "--json", budget=budget)
    assert (result.exit_code, parsed(result)["within_budget"]) == (exit_code, exit_code == 0)


def test_a_period_counts_what_began_in_it_and_knows_nothing_later(backtest: Backtest):
    found = [
        [(rule["alerts"], rule["open"]) for rule in parsed(backtest("silence", "complaint", *words, "--json"))["rules"]]
        for words in ([], ["--from", "2026-01-10"], ["--to", "2026-01-15"], ["--to", "2026-01-08"], ["--from", "2d", "--to", "2026-01-15"])
    ]
    assert found == [[(2, 1), (1, 1)], [(1, 1), (1, 1)], [(2, 1), (0, 0)], [(1, 1), (0, 0)], [(1, 1), (0, 0)]]


def test_a_rule_that_is_switched_off_can_be_tried(backtest: Backtest):
    (rule,) = parsed(backtest("impatient", "--json"))["rules"]
    assert (rule["alerts"], rule["budget"], rule["within_budget"]) == (1, None, True)


def test_an_unknown_rule_is_named_with_the_nearest(backtest: Backtest):
    assert str(backtest("silense").exception) == "rules backtest: there is no rule 'silense'; did you mean silence?"


@pytest.mark.parametrize("words", [("--from", "soon"), ("--to", "later"), ("--from", "2026-02-01", "--to", "2026-01-01")])
def test_what_is_no_period_is_refused(backtest: Backtest, words: tuple[str, ...]):
    assert backtest("silence", *words).exit_code == 2


def test_files_of_no_source_are_refused(backtest: Backtest, tmp_path: Path):
    (tmp_path / "other.txt").write_text("", encoding="utf-8")
    backtest("silence")
    result = CliRunner().invoke(app, ["rules", "backtest", "silence", "-c", str(tmp_path), "--files", str(tmp_path / "other.txt")])
    assert isinstance(result.exception, InvalidConfiguration)


@pytest.mark.server
def test_over_the_timeline_of_a_data_folder(redthread: Run):
    result = redthread("rules", "backtest", "stuck_order", "late_delivery", "--json")
    document = parsed(result)
    found = {rule["rule"]: rule for rule in document["rules"]}
    assert (result.exit_code, list(found)) == (1 if not document["within_budget"] else 0, ["stuck_order", "late_delivery"])
    assert found["late_delivery"]["alerts"] == 1
    assert found["late_delivery"]["samples"][0]["evidence"][0]["type"] == "order.placed"


@pytest.mark.server
def test_a_rule_changes_without_touching_the_data(redthread: Run, tmp_path: Path):
    company = Path(tmp_path / "redthread.yaml")
    company.write_text("company: Test\nrules: {late_delivery: {expect: {grace: 520w}}}\n", encoding="utf-8")
    result = redthread("rules", "backtest", "late_delivery", "--json", "--company", str(company))
    assert [(rule["rule"], rule["alerts"]) for rule in parsed(result)["rules"]] == [("late_delivery", 0)]
