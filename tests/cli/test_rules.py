"""`redthread rules`: listed, explained, tested."""

import json

import pytest
from typer.testing import CliRunner

from schemas.strict import InvalidConfiguration
from streams.cli.main import app
from streams.cli.rules_explain import explained
from streams.rulepack.bench import shipped_company

COMPANY = """\
company: Test
rules:
  silence: {expect: {within: 4h}}
  ping_pong: off
"""
FIXTURE = """\
rule: silence
cases:
  - name: nobody answers
    shows: hit
    events: [{at: 2026-01-12 09:00, type: contact.inbound, department: service}]
    now: 2026-01-12 12:00
    alerts: [{since: 2026-01-12 13:00}]
"""
EXPLAINED = """\
Customer asked, nobody answered  silence · expect · high · service

What it means
  The customer asked us something and has not heard from a person for a working day.

What it demands
  After `asked`, `answered` must follow within 4 hours of the opening hours `office`.
  It is no longer expected after `ticket.resolved` or `ticket.closed`.
  An alert at risk comes 2 hours before.
  Judged together is what has the same `matter`.
  An answer that belongs to no matter answers for every matter.

First step
  Answer today, even if only to say who is looking into it and until when.

Should stay under
  20 alerts per 1,000 active customers and month

Listens to
  contact.inbound, contact.outbound, ticket.closed, ticket.resolved

Words
  asked: `contact.inbound`
  answered: `contact.outbound` (automatic ≠ true)

Waits and wakes
  Waits until these have reported everything up to then: sales, service.
  Looks again at the due time and 2 hours before it.

After merging
"""


@pytest.fixture
def company(tmp_path):
    path = tmp_path / "redthread.yaml"
    path.write_text(COMPANY, encoding="utf-8")
    return str(path)


def redthread(*words):
    return CliRunner().invoke(app, words)


def test_every_rule_is_one_line(company):
    rows = [json.loads(line) for line in redthread("rules", "list", "--company", company, "--json").stdout.splitlines()]
    assert (len(rows), [row["name"] for row in rows if not row["enabled"]]) == (33, ["ping_pong"])
    assert next(row for row in rows if row["name"] == "silence") == {
        "name": "silence",
        "verb": "expect",
        "severity": "high",
        "who": "service",
        "means": "The customer asked us something and has not heard from a person for a working day.",
        "title": "Customer asked, nobody answered",
        "per": "matter",
        "calendar": "office",
        "enabled": True,
        "shipped": True,
    }


def test_a_rule_that_is_off_says_so_and_the_sentences_speak_german(company):
    listed = redthread("rules", "list", "--company", company, "--lang", "de").stdout
    assert "ping_pong (off)" in listed
    assert "Der Kunde hat uns etwas gefragt und seit einem Arbeitstag von keinem Menschen gehört." in listed


def test_a_rule_is_explained_as_it_is_after_merging(company):
    shown = "".join(f"{line.rstrip()}\n" for line in redthread("rules", "explain", "silence", "--company", company).stdout.splitlines())
    assert shown.startswith(EXPLAINED)
    assert "\n      within: 4h\n" in shown
    assert "\nA story that breaks it\n" in shown


def test_a_rule_that_is_off_is_explained_too(company):
    document = json.loads(redthread("rules", "explain", "ping_pong", "--company", company, "--lang", "de", "--json").stdout)
    assert (document["enabled"], document["hears"], document["waits"]) == (
        False,
        ["ticket.accepted", "ticket.assigned", "ticket.closed"],
        ["Meldet sofort, unabhängig von den Uhren.", "Sieht wieder nach, wenn etwas Neues kommt."],
    )


def test_a_misspelt_rule_gets_the_nearest_name(company):
    for words in (("rules", "explain", "silense"), ("rules", "test", "silense")):
        error = redthread(*words, "--company", company).exception
        assert isinstance(error, InvalidConfiguration)
        assert error.problems[0].endswith("'silense'; did you mean silence?")


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_shipped_rule_can_be_explained(language):
    company = shipped_company()
    for name in company.rules:
        told = explained(name, company, language)
        assert [part for part in ("means", "demands", "first_step", "hears", "waits", "yaml", "story") if not told[part]] == []


@pytest.mark.parametrize("name", ["shared_identifier", "crowded_identifier"])
def test_what_identity_itself_reports_can_be_explained_too(name):
    shown = redthread("rules", "explain", name, "--lang", "de").stdout
    assert shown.startswith(f"{name.replace('_', ' ').capitalize()}  {name} · identity · ")
    assert [line for line in shown.splitlines() if line.startswith(("Was", "Erster"))] == ["Was es bedeutet", "Erster Schritt"]
    document = json.loads(redthread("rules", "explain", name, "--json").stdout)
    assert (document["verb"], document["severity"]) == ("identity", "info" if name == "shared_identifier" else "warning")


def test_the_stories_of_a_shipped_rule_go_as_they_are_told():
    result = redthread("rules", "test", "ping_pong")
    assert (result.stdout.split()[:2], result.exit_code) == (["✓", "ping_pong"], 0)
    assert result.stderr.endswith("of 1 rules, none failed\n")


def test_a_story_that_goes_otherwise_is_told_with_file_and_line(company, tmp_path):
    fixture = tmp_path / "silence.yaml"
    fixture.write_text(FIXTURE, encoding="utf-8")
    result = redthread("rules", "test", "--company", company, "--fixtures", str(fixture))
    assert (result.stdout.splitlines()[:2], result.stderr, result.exit_code) == (
        ["✗ silence  0 of 1 stories", f"    {fixture}:3: nobody answers"],
        "1 stories of 1 rules, 1 failed\n",
        1,
    )
    document = json.loads(redthread("rules", "test", "--company", company, "--fixtures", str(fixture), "--json").stdout)
    assert [(story["rule"], story["case"], story["ok"]) for story in document["stories"]] == [("silence", "nobody answers", False)]
