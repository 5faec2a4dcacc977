"""Questions to the views."""

import pytest

from tests.cli.printed import lines

pytestmark = pytest.mark.server


def test_more_than_the_limit_is_said(redthread):
    assert redthread("dead-letters", "list", "--limit", "1").stderr == "there are more than 1; --limit shows more\n"


@pytest.mark.parametrize(
    ("words", "typed", "printed"),
    [
        (("SELECT 1 AS a, 'x' AS b",), None, "a  b\n1  x\n"),
        (("SELECT rule FROM alerts WHERE severity = 'high' AND status = 'open'", "--json"), None, '{"rule": "late_delivery"}\n'),
        (("SELECT {n:UInt8} + 1 AS m, {s:String} AS s", "-p", "n=4", "-p", "s=a=b", "--format", "csv"), None, "m,s\n5,a=b\n"),
        (("--format", "csv"), "SELECT count() AS n FROM timeline", "n\n7\n"),
        (("-", "--format", "csv"), "SELECT count() AS n FROM customers;\n", "n\n2\n"),
    ],
)
def test_sql_asks_the_views(redthread, words, typed, printed):
    result = redthread("sql", *words, typed=typed)
    assert (lines(result), result.stderr, result.exit_code) == (printed, "", 0)


@pytest.mark.parametrize("query", ["DROP TABLE timeline_events", "INSERT INTO ingest_batches (token) VALUES ('x')", "SYSTEM SHUTDOWN"])
def test_sql_only_reads(redthread, query):
    result = redthread("sql", query)
    assert (result.stdout, result.exit_code) == ("", 1)
    assert result.stderr.startswith("only reading queries are answered here, and the server refuses this one:")


def test_a_mistake_in_a_query_is_told_shortly(redthread):
    result = redthread("sql", "SELECT nothing FROM")
    assert (result.stdout, result.exit_code) == ("", 1)
    assert result.stderr.startswith("Syntax error: failed at position")
    assert len(result.stderr) < 200


@pytest.mark.parametrize(("words", "said"), [((), "there is no query"), (("SELECT 1", "-p", "n"), "'n' is not NAME=VALUE")])
def test_a_query_that_cannot_be_asked_is_wrong_use(redthread, words, said):
    result = redthread("sql", *words, typed="")
    assert (result.stdout, result.exit_code) == ("", 2)
    assert said in result.stderr
