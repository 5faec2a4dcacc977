"""People speak: commands about alerts and identity, heard at once by a data folder."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from sinks.clickhouse import EmbeddedServer
from streams.engine.store import RocksStore
from tests.cli.waiting import EVENTS, Speak, made, speaker

pytestmark = pytest.mark.server


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with EmbeddedServer(tmp_path / "data" / "clickhouse"):
        yield made(tmp_path)


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One folder for all who are told that they cannot mean it."""
    place = tmp_path_factory.mktemp("untouched")
    with EmbeddedServer(place / "data" / "clickhouse"):
        yield made(place)


@pytest.fixture
def speak(folder: Path) -> Speak:
    return speaker(folder)


def alerts(speak: Speak, *filters: str) -> dict[str, tuple[str, str]]:
    """Matter -> status, who said so."""
    found = [json.loads(line) for line in speak("alerts", *filters, "--json").stdout.splitlines()]
    return {alert["matter"]: (alert["status"], alert["said_by"]) for alert in found}


def ids(speak: Speak) -> dict[str, str]:
    found = [json.loads(line) for line in speak("alerts", "--json").stdout.splitlines()]
    return {alert["matter"]: alert["alert_id"] for alert in found}


def said(speak: Speak, columns: str) -> list[dict[str, object]]:
    answer = speak("sql", f"SELECT {columns} FROM commands ORDER BY said_at, event_id", "--json")
    return [json.loads(line) for line in answer.stdout.splitlines()]


OPEN = {"ticket:1": ("open", ""), "ticket:2": ("open", ""), "ticket:3": ("open", "")}


def test_an_alert_is_acknowledged_with_who_and_whether_it_was_of_use(speak: Speak):
    one = ids(speak)["ticket:1"]
    result = speak("alerts", "acknowledge", one[:8], "--useful", "--by", "kim", "--note", "called back")
    assert (result.exit_code, result.stdout.splitlines()[0][:32]) == (0, f"acknowledged: {one[:8]} silence: ")
    assert alerts(speak) == OPEN | {"ticket:1": ("acknowledged", "kim")}
    assert said(speak, "what, said_by, alerts, everybody, useful, note, identifiers") == [
        {
            "what": "acknowledged", "said_by": "kim", "alerts": [one], "everybody": False, "useful": True, "note": "called back",
            "identifiers": ["crm_id:C-1"],
        }
    ]  # fmt: skip
    quality = speak("sql", "SELECT sum(opened), sum(acknowledged), sum(useful), sum(useless) FROM rule_quality", "--format", "csv")
    assert quality.stdout.splitlines()[1:] == ["3,1,1,0"]
    assert "acknowledged by kim" in speak("alerts").stdout
    shown = json.loads(speak("alerts", "show", one, "--json").stdout)
    assert [change["change"] for change in shown["history"]] == ["opened", "acknowledged"]


def test_what_people_say_does_not_make_time_go_on(speak: Speak):
    speak("alerts", "acknowledge", ids(speak)["ticket:1"], "--by", "kim")
    assert alerts(speak, "--since", "30d") == OPEN | {"ticket:1": ("acknowledged", "kim")}
    assert alerts(speak, "--since", "6d") == {}, "counted from the newest touchpoint of 9 March"


@pytest.mark.parametrize(
    ("words", "silenced"),
    [
        (("--customer", "anna@example.org"), {"ticket:1", "ticket:2"}),
        (("--customer", "C-1", "--rule", "silence"), {"ticket:1", "ticket:2"}),
        (("--matter", "ticket:3"), {"ticket:3"}),
        (("--matter", "ticket:2", "--customer", "C-1"), {"ticket:2"}),
        (("--rule", "silence"), {"ticket:1", "ticket:2", "ticket:3"}),
    ],
)
def test_a_silence_is_about_a_customer_a_matter_or_a_rule_and_can_be_taken_back(speak: Speak, words, silenced):
    quiet = speak("alerts", "silence", *words, "--until", "2d", "--by", "kim")
    assert quiet.exit_code == 0, quiet.output
    assert alerts(speak) == {matter: ("silenced", "kim") if matter in silenced else ("open", "") for matter in OPEN}
    assert speak("alerts", "unsilence", *words, "--by", "lee").exit_code == 0
    assert alerts(speak) == OPEN
    assert [row["what"] for row in said(speak, "what")] == ["silenced", "silenced"]


def test_a_silenced_alert_says_until_when(speak: Speak):
    result = speak("alerts", "silence", ids(speak)["ticket:3"], "--until", "2126-03-04 12:00", "--by", "kim", "--json")
    document = json.loads(result.stdout)
    assert (len(document["said"]), document["said"][0]["type"], document["said"][0]["until"]) == (
        1,
        "alert.silenced",
        "2126-03-04T11:00:00Z",
    )
    assert "silenced by kim until 2126-03-04 11:00Z" in speak("alerts").stdout


@pytest.mark.parametrize(
    ("words", "code", "problem"),
    [
        (("acknowledge", "zzz"), 1, "no alert has an id that begins with 'zzz'\n"),
        (("acknowledge", ""), 1, "more than one alert has an id that begins with ''\n"),
        (("silence", "zzz", "--until", "2d"), 1, "no alert has an id that begins with 'zzz'\n"),
        (("silence", "--customer", "nobody@example.org", "--until", "2d"), 1, "nobody is known as 'nobody@example.org'"),
        (("silence", "--matter", "ticket:99", "--until", "2d"), 1, "nobody has ticket:99 on the timeline\n"),
        (("silence", "--matter", "99", "--until", "2d"), 2, "'99' is no matter: write its kind and its ref, such as order:4711"),
        (("silence", "--rule", "silense", "--until", "2d"), 2, "there is no rule 'silense'; did you mean silence?"),
        (("silence", "--until", "2d"), 2, "say which alerts: by ALERT_ID, --customer, --matter or --rule"),
        (("silence", "a", "--rule", "silence", "--until", "2d"), 2, "an alert is named by its id alone"),
        (("silence", "--rule", "silence", "--until", "2026-03-01"), 2, "'2026-03-01' has passed already"),
        (("silence", "--rule", "silence", "--until", "soon"), 2, "'soon' is no time"),
        (("unsilence", "--rule", "silence", "--by", " "), 2, "say who you are"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_said_and_nothing_is_done(untouched: Path, words, code, problem):
    result = speaker(untouched)("alerts", *words)
    assert (result.exit_code, result.stdout) == (code, "")
    assert problem in " ".join(result.stderr.replace("│", " ").split()) + "\n"
    assert not (untouched / "commands.jsonl").exists()


def test_who_says_it_is_the_user_of_the_machine_when_nobody_else_is_named(speak: Speak, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LOGNAME", "lea")
    assert speak("alerts", "acknowledge", ids(speak)["ticket:1"]).exit_code == 0
    assert alerts(speak)["ticket:1"] == ("acknowledged", "lea")


def test_an_alert_that_has_ended_cannot_be_silenced(speak: Speak, folder: Path):
    late = folder.parent / "late.jsonl"
    late.write_text(json.dumps({"at": "2026-03-10T09:00", "what": "answered", "ticket": "3", "card": "77"}), encoding="utf-8")
    assert speak("run", str(late), "-c", str(folder.parent / "redthread.yaml")).exit_code == 0
    result = speak("alerts", "silence", ids(speak)["ticket:3"], "--until", "2d")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.endswith("(it is resolved: there is nothing to silence)\n")


def test_a_link_is_shown_before_it_is_made(speak: Speak, folder: Path):
    foreseen = json.loads(speak("identity", "what-if", "link", "crm_id:C-1", "loyalty:77", "--json").stdout)
    assert [(len(part["identifiers"]), part["touchpoints"], part["open_alerts"]) for part in foreseen["before"]] in (
        [(2, 2, 2), (1, 1, 1)],
        [(1, 1, 1), (2, 2, 2)],
    )
    assert [(len(part["identifiers"]), part["touchpoints"], part["open_alerts"]) for part in foreseen["after"]] == [(3, 3, 3)]
    assert (foreseen["refused"], foreseen["changes"]) == (None, True)
    declined = speak("identity", "link", "crm_id:C-1", "77", "--by", "kim", typed="n\n")
    assert (declined.exit_code, (folder / "commands.jsonl").exists()) == (1, False)
    assert speak("identity", "link", "crm_id:C-1", "77", "--by", "kim", typed="y\n").exit_code == 0
    rows = speak(
        "sql", "SELECT customer_id, count() AS n FROM identifiers WHERE identifier != 'crm_id:C-2' GROUP BY 1", "--json"
    ).stdout.splitlines()
    assert [json.loads(row)["n"] for row in rows] == [3]
    assert json.loads(rows[0])["customer_id"] == foreseen["after"][0]["customer_id"]
    assert said(speak, "what, said_by, identifiers") == [{"what": "linked", "said_by": "kim", "identifiers": ["crm_id:C-1", "loyalty:77"]}]


def test_a_link_that_would_not_be_believed_is_said_before(untouched: Path):
    speak = speaker(untouched)
    foreseen = json.loads(speak("identity", "what-if", "link", "C-1", "C-2", "--json").stdout)
    assert (foreseen["refused"], foreseen["changes"], foreseen["before"]) == ("unique", False, foreseen["after"])
    shown = speak("identity", "what-if", "link", "C-1", "C-2")
    assert "the link would be refused: each belongs to another identifier of a kind that a customer has only one of" in shown.stderr


@pytest.mark.parametrize(("statement", "what"), [("unlink", "unlinked"), ("distinct", "distinct")])
def test_a_customer_is_split_as_foreseen(speak: Speak, statement, what):
    foreseen = json.loads(speak("identity", "what-if", statement, "C-1", "anna@example.org", "--json").stdout)
    assert (len(foreseen["before"]), len(foreseen["after"]), foreseen["changes"]) == (1, 2, True)
    assert speak("identity", statement, "C-1", "anna@example.org", "--by", "kim", "--yes").exit_code == 0
    owners = speak(
        "sql", "SELECT customer_id, groupArray(identifier) AS i FROM identifiers WHERE kind IN ('email', 'crm_id') GROUP BY 1", "--json"
    )
    found = {row["customer_id"]: row["i"] for row in map(json.loads, owners.stdout.splitlines())}
    assert {part["customer_id"]: list(part["identifiers"]) for part in foreseen["after"]}.items() <= found.items()
    again = json.loads(speak("identity", "what-if", statement, "C-1", "anna@example.org", "--json").stdout)
    assert (again["before"], again["changes"]) == (again["after"], False)
    (audited,) = said(speak, "what, identifiers")
    assert (audited["what"], len(audited["identifiers"])) == (what, 2)


def test_what_a_machine_says_is_shown_before_its_identifier_identifies_nobody(speak: Speak, folder: Path):
    declined = speak("identity", "shared", "C-1", "--by", "kim", typed="n\n")
    assert (declined.exit_code, (folder / "commands.jsonl").exists()) == (1, False)
    (_, touched) = [line.split()[1:] for line in declined.stdout.splitlines()[1:3]]
    assert touched == ["2", "1", "1"], "touchpoints, to their next identifier, to nobody"
    assert speak("identity", "shared", "C-1", "--by", "kim", "--note", "a robot", typed="y\n").exit_code == 0
    assert alerts(speak) == {matter: OPEN[matter] for matter in ("ticket:1", "ticket:3")}, "ticket 2 is nobody's, ticket 1 still anna's"
    rows = speak(
        "sql", "SELECT identifier, shared FROM identifiers WHERE kind = 'crm_id' ORDER BY identifier", "--json"
    ).stdout.splitlines()
    assert [tuple(json.loads(row).values()) for row in rows] == [("crm_id:C-1", True), ("crm_id:C-2", False)]
    assert said(speak, "what, said_by, identifiers, note") == [
        {"what": "shared", "said_by": "kim", "identifiers": ["crm_id:C-1"], "note": "a robot"}
    ]
    again = speak("identity", "shared", "C-1", "--yes")
    assert (again.exit_code, again.stdout) == (1, "")
    assert "crm_id:C-1 is shared by too many to identify anybody" in again.stderr


@pytest.mark.parametrize(
    ("a", "b", "code", "problem"),
    [
        ("C-1", "nobody", 1, "no identifier is known as 'nobody'\n"),
        ("C-1", "crm_id:C-1", 2, "'C-1' and 'crm_id:C-1' are the same identifier"),
    ],
)
def test_two_that_are_not_two_are_refused(untouched: Path, a, b, code, problem):
    result = speaker(untouched)("identity", "link", a, b, "--yes")
    assert (result.exit_code, result.stdout) == (code, "")
    assert problem in " ".join(result.stderr.replace("│", " ").split()) + "\n"
    assert not (untouched / "commands.jsonl").exists()


def test_what_was_said_is_heard_again_from_the_folders_own_file(speak: Speak, folder: Path):
    speak("alerts", "acknowledge", ids(speak)["ticket:1"], "--by", "kim")
    line = (folder / "commands.jsonl").read_bytes()
    with (folder / "commands.jsonl").open("ab") as file:
        file.write(line.replace(b"kim", b"lee").replace(b'"id":"', b'"id":"x')[: len(line) // 2])  # a kill while it was written
    speak("alerts", "acknowledge", ids(speak)["ticket:2"], "--by", "kim")
    assert alerts(speak) == OPEN | {"ticket:1": ("acknowledged", "kim"), "ticket:2": ("acknowledged", "kim")}
    assert len((folder / "commands.jsonl").read_bytes().splitlines()) == 3
    accounting = speak("sql", "SELECT timeline_rows, duplicates, balanced FROM accounting", "--format", "csv")
    assert accounting.stdout.splitlines()[1:] == [f"{len(EVENTS) + 2},0,True"]


def test_what_is_said_while_another_one_is_at_work_is_written_down_and_heard_later(speak: Speak, folder: Path):
    one = ids(speak)["ticket:1"]
    with RocksStore(folder / "state"):
        result = speak("alerts", "acknowledge", one, "--by", "kim")
    assert result.exit_code == 0
    assert "another redthread is at work" in result.stderr
    assert alerts(speak) == OPEN
    assert speak("alerts", "acknowledge", ids(speak)["ticket:2"], "--by", "lee").exit_code == 0
    assert alerts(speak) == OPEN | {"ticket:1": ("acknowledged", "kim"), "ticket:2": ("acknowledged", "lee")}
