"""The minimal example from its files to the thread of a customer: what its first lines tell people to type."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from streams.cli.main import app

MINIMAL = Path(__file__).parents[2] / "deploy" / "examples" / "minimal"
ORDERED = "  08:05  online  → order.placed  order:1003  due Mon 9 Mar 00:00"
LATE = (
    "  23:59  ✗ Order 1003: not delivered by the promised day; order placed (online) on 3 March 2026 08:05,"
    " overdue since 9 March 2026 23:59.  [warning, open]"
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("minimal") / "data"
    ran = CliRunner().invoke(app, ["run", "--company", str(MINIMAL), "--data", str(folder), str(MINIMAL / "data")])
    assert ran.exit_code == 0, ran.output
    return folder


@pytest.mark.server
@pytest.mark.parametrize("who", ["1003", "Mehmet@example.org"])
def test_an_order_that_never_came_is_seen_on_the_thread(data, who):
    result = CliRunner().invoke(app, ["timeline", who, "--data", str(data)])
    assert [line.rstrip() for line in result.stdout.splitlines()][2:] == [
        "  1 touchpoint in 1 department, 1 open alert",
        "  → from the customer   ← to the customer   · among ourselves",
        "",
        "Tue 3 Mar 2026",
        ORDERED,
        "",
        "  ──────────── 6 days ────────────",
        "",
        "Mon 9 Mar 2026",
        LATE,
        "         because    Tue 3 Mar 08:05  online  order.placed",
        "         who acts   offline",
        "         first step Find the parcel, and tell the customer where it is and when it comes.",
    ]


@pytest.mark.server
def test_an_order_and_a_call_from_another_system_are_one_thread(data):
    by_phone = CliRunner().invoke(app, ["timeline", "0151 23456789", "--data", str(data)]).stdout
    assert by_phone == CliRunner().invoke(app, ["timeline", "order:1002", "--data", str(data)]).stdout
    assert "  9 touchpoints in 3 departments, 0 open alerts\n" in by_phone
