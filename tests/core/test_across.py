"""What becomes of findings across customers: the whole life of an alert, from one evaluation to the next."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from schemas.across import AcrossRule
from schemas.alert import Alert, Evidence
from schemas.ids import alert_id
from schemas.touchpoint import Touchpoint
from streams.core.across import Across, UnusableAnswer, was_right
from streams.core.alert_changes import Evaluation
from streams.core.commands import Word

US = 1_000_000
RULE = AcrossRule(
    title="Many say the same",
    key=("theme",),
    query="SELECT {now:DateTime64(6, 'UTC')}",
    summary={"en": "{size} customers say {theme}."},
    who="engineering",
    severity="high",
)
ACROSS = Across("theme", RULE, timezone="Europe/Berlin")
COLUMNS = ("theme", "starts_at", "ends_at", "size")


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def row(theme: str, starts: int, ends: int | None = None, size: int = 5) -> tuple[Any, ...]:
    return theme, at(starts), None if ends is None else at(ends), size


WRONG_SIZE = (
    "a row is no finding (int() argument must be a string, a bytes-like object or a real number, not 'list'); "
    "starts_at: since when the rule is broken (required); size: how many; left out: 1"
)


class World:
    """A ledger that every evaluation is written to."""

    def __init__(self, across: Across = ACROSS) -> None:
        self.across, self.ledger = across, dict[str, Alert]()

    def ask(
        self,
        now: int,
        *rows: tuple[Any, ...],
        then: tuple[tuple[Any, ...], ...] = (),
        since: int | None = None,
        words: Sequence[Word] = (),
    ) -> list[tuple[Any, ...]]:
        """`then`: what the query gives for the instants at which alerts that are gone were opened. Returns what was published."""
        found = self.across.findings(COLUMNS, rows)
        before = self.across.findings(COLUMNS, then)
        gone = self.across.gone(self.ledger, found, (now if since is None else since) * US)
        right = {alert.alert_id: was_right(alert, alert.starts_at, before) for alert in gone}
        version = max((alert.version for alert in self.ledger.values()), default=0) + 1
        this = Evaluation(version=version, now=now * US, rules={"theme": self.across.version})
        outcome = self.across.judge(self.ledger, found, right, this, words)
        assert outcome.findings == len(rows)
        self.ledger |= {alert.alert_id: alert for alert in outcome.changes}
        return [
            (alert.change, *alert.key, alert.starts_at // US, alert.ends_at and alert.ends_at // US, alert.occurrences, alert.version)
            for alert in outcome.changes
        ]


def test_a_finding_opens_an_alert_that_says_everything():
    ((finding,), this) = ACROSS.findings(COLUMNS, [row("lamp", 10)]), Evaluation(version=1, now=20 * US, live_since=20 * US)
    assert ACROSS.judge({}, [finding], {}, this).changes == [
        Alert(
            alert_id=alert_id("theme", ("lamp",), str(10 * US)),
            rule="theme",
            rule_version=ACROSS.version,
            status="open",
            level="broken",
            severity="high",
            customer_id=None,
            matter="",
            journey="",
            key=("lamp",),
            responsible="engineering",
            starts_at=10 * US,
            occurrences=5,
            title="Many say the same",
            summary="5 customers say lamp.",
            historical=True,
            changed_at=20 * US,
            version=1,
        )
    ]


def test_it_opens_changes_and_ends():
    world = World()
    assert world.ask(20, row("lamp", 10)) == [("opened", "lamp", 10, None, 5, 1)]
    assert world.ask(30, row("lamp", 10)) == []
    assert world.ask(40, row("lamp", 10, size=6), row("sofa", 40)) == [
        ("updated", "lamp", 10, None, 6, 2),
        ("opened", "sofa", 40, None, 5, 2),
    ]
    assert world.ask(50, row("sofa", 40), then=(row("lamp", 10),)) == [("resolved", "lamp", 10, 50, 6, 3)]
    assert world.ask(60, row("sofa", 40)) == []


def test_a_window_that_moves_on_is_still_the_same_alert():
    world = World()
    assert world.ask(20, row("lamp", 10)) == [("opened", "lamp", 10, None, 5, 1)]
    assert world.ask(30, row("lamp", 15)) == []
    assert world.ask(40, row("lamp", 25, 35)) == [("resolved", "lamp", 10, 35, 5, 2)]
    assert world.ask(50, row("lamp", 25, 35)) == []


def test_what_never_was_is_withdrawn():
    world = World()
    assert world.ask(20, row("lamp", 10)) == [("opened", "lamp", 10, None, 5, 1)]
    assert world.ask(30) == [("withdrawn", "lamp", 10, None, 5, 2)]
    assert [(alert.status, alert.cause) for alert in world.ledger.values()] == [("withdrawn", "late_event")]
    assert world.ask(40) == []
    assert world.ask(50, row("lamp", 10)) == [("opened", "lamp", 10, None, 5, 3)]


def test_what_ended_and_never_was_is_withdrawn_while_that_can_still_show():
    world = World()
    world.ask(50, row("lamp", 10, 20), row("sofa", 12, 22), row("rug", 12, 30), row("lamp", 40))
    then = (row("rug", 13, 29), row("sofa", 22))  # the sofa's is another one: it began when that had ended
    assert world.ask(60, row("lamp", 40), since=20, then=then) == [("withdrawn", "sofa", 12, 22, 5, 2)]
    assert world.ask(70, row("lamp", 40), since=20, then=(row("rug", 14),)) == []
    assert {(a.key, a.status, a.cause) for a in world.ledger.values()} == {
        (("lamp",), "resolved", None),
        (("lamp",), "open", None),
        (("sofa",), "withdrawn", "late_event"),
        (("rug",), "resolved", None),
    }


def test_every_episode_of_one_key_is_an_alert():
    world = World()
    assert world.ask(90, row("crm", 10, 20), row("crm", 30, 40), row("crm", 80)) == [
        ("resolved", "crm", 10, 20, 5, 1),
        ("resolved", "crm", 30, 40, 5, 1),
        ("opened", "crm", 80, None, 5, 1),
    ]
    assert world.ask(95, row("crm", 30, 40), row("crm", 80, 92)) == [("resolved", "crm", 80, 92, 5, 2)]
    assert world.ask(99, row("crm", 97)) == [("opened", "crm", 97, None, 5, 3)]


def test_two_episodes_that_become_one_leave_one_alert():
    world = World()
    assert [change for change, *_ in world.ask(50, row("crm", 10, 20), row("crm", 30))] == ["resolved", "opened"]
    assert world.ask(60, row("crm", 12)) == [("opened", "crm", 10, None, 5, 2), ("withdrawn", "crm", 30, None, 5, 2)]


def word(type: str, seconds: int, *, until: int | None = None, customer: str | None = None, **about: str) -> Word:
    """Said by kim, to everybody unless it is about a customer."""
    said = Touchpoint(
        event_id=f"{type} {seconds}", type=type, at=seconds * US, source="commands", department="wall", ids=(), agent="kim",
        due_at=None if until is None else until * US, refs={"alert": (about["alert"],)} if "alert" in about else {},
        attributes={"rule": about.get("rule", "")},
    )  # fmt: skip
    return Word(said, customer, frozenset(), customer is None)


def states(world: World) -> list[tuple[str, str, str]]:
    return [(alert.change, alert.status, alert.said) for alert in world.ledger.values()]


def test_what_a_person_said_stays_until_its_time_or_until_the_finding_ends():
    world = World()
    world.ask(20, row("lamp", 10))
    (name,) = world.ledger
    silenced, taken = word("alert.silenced", 30, until=45, alert=name), word("alert.acknowledged", 46, alert=name)
    assert world.ask(30, row("lamp", 10), words=[silenced]) == [("silenced", "lamp", 10, None, 5, 2)]
    assert (world.ledger[name].said_by, world.ledger[name].said_until) == ("kim", 45 * US)
    assert world.ask(40, row("lamp", 10, size=7), words=[silenced]) == [("updated", "lamp", 10, None, 7, 3)]
    assert states(world) == [("updated", "silenced", "alert.silenced 30")]
    assert world.ask(45, row("lamp", 10, size=7), words=[silenced]) == [("opened", "lamp", 10, None, 7, 4)]
    assert world.ask(46, row("lamp", 10, size=7), words=[silenced, taken]) == [("acknowledged", "lamp", 10, None, 7, 5)]
    assert world.ask(47, row("lamp", 10, size=7), words=[silenced, taken]) == []
    assert world.ask(50, then=(row("lamp", 10),), words=[silenced, taken]) == [("resolved", "lamp", 10, 50, 7, 6)]
    assert states(world) == [("resolved", "resolved", "")]


def test_a_silence_that_is_taken_back_is_over_before_its_time():
    world = World()
    quiet, heard = word("alert.silenced", 20, until=99, rule="theme"), word("alert.silenced", 30, until=30, rule="theme")
    assert world.ask(20, row("lamp", 10), words=[quiet]) == [("silenced", "lamp", 10, None, 5, 1)]
    assert world.ask(30, row("lamp", 10), words=[quiet, heard]) == [("opened", "lamp", 10, None, 5, 2)]


def test_what_is_said_about_a_customer_concerns_the_alerts_that_name_it():
    columns, quiet = (*COLUMNS, "customer_id"), [word("alert.silenced", 20, until=99, customer=str(UUID(int=7)))]
    found = ACROSS.findings(columns, [(*row("lamp", 10), UUID(int=7)), (*row("sofa", 10), UUID(int=8))])
    outcome = ACROSS.judge({}, found, {}, Evaluation(version=1, now=30 * US), quiet)
    assert {alert.key: alert.status for alert in outcome.changes} == {("lamp",): "silenced", ("sofa",): "open"}


def test_a_rule_that_is_no_longer_in_force_takes_its_alerts_back():
    world = World()
    world.ask(20, row("lamp", 10), row("sofa", 5, 8))
    outcome = ACROSS.judge(world.ledger, (), {}, Evaluation(version=2, now=30 * US))
    assert [(alert.key, alert.change, alert.cause) for alert in outcome.changes] == [(("lamp",), "withdrawn", "rule_change")]


def test_the_same_tables_give_the_same_ids_and_versions():
    one, other = World(), World()
    for world in (one, other):
        world.ask(20, row("lamp", 10))
    assert one.ledger == other.ledger


def test_a_finding_takes_everything_from_its_columns():
    columns = ("theme", "starts_at", "size", "customer_id", "departments", "evidence", "share", "names", "none")
    event = UUID(int=1)
    spoken = Across(
        "theme", RULE.model_copy(update={"summary": {"de": "{theme} {starts_at} {share} {names} {none}."}}), timezone="Europe/Berlin"
    )
    (finding,) = spoken.findings(
        columns, [("lamp", at(0), 2, UUID(int=7), ["sales"], [(event, at(3), "ticket.opened", "sales")], 0.25, ["a", "b"], None)]
    )
    (alert,) = spoken.judge({}, [finding], {}, Evaluation(version=1, now=0)).changes
    assert (alert.customer_id, alert.departments, alert.evidence) == (
        str(UUID(int=7)),
        ("sales",),
        (Evidence(str(event), 3 * US, "ticket.opened", "sales"),),
    )
    assert alert.summary == "lamp 1 January 1970 01:00 0.25 a and b ."
    assert spoken.findings(("theme", "starts_at", "customer_id"), [("lamp", at(0), UUID(int=0))])[0].customer_id is None


def test_a_finding_holds_from_its_beginning_to_its_end():
    over, still = ACROSS.findings(COLUMNS, [row("a", 10, 20), row("b", 10)])
    assert [over.holds_at(second * US) for second in (9, 10, 19, 20)] == [False, True, True, False]
    assert still.holds_at(99 * US)


@pytest.mark.parametrize(
    ("columns", "rows", "why"),
    [
        (("them", "starts_at"), [], "the query has no column theme; did you mean them?"),
        (("theme", "at"), [], "the query has no column starts_at"),
        (("theme", "starts_at"), [("a", at(1)), ("a", at(2))], "two rows of the key a go on at one time"),
        (
            ("theme", "starts_at"),
            [("a", 7)],
            "a row is no finding (7 is no instant); starts_at: since when the rule is broken (required)",
        ),
        (
            ("theme", "starts_at", "size"),
            [("a", at(1), ["many"])],
            WRONG_SIZE,
        ),
    ],
)
def test_an_answer_that_holds_no_findings_names_the_column(columns, rows, why):
    with pytest.raises(UnusableAnswer) as raised:
        ACROSS.findings(columns, rows)
    assert str(raised.value) == f"across.theme: {why}"


def test_a_sentence_that_names_no_column_is_refused():
    (finding,) = ACROSS.findings(("theme", "starts_at", "sise"), [("a", at(1), 3)])
    with pytest.raises(UnusableAnswer) as raised:
        ACROSS.judge({}, [finding], {}, Evaluation(version=1, now=0))
    assert str(raised.value) == "across.theme: summary names {size}, which is no column of the query; did you mean sise?"
