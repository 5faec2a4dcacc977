"""The law of dossiers: whoever is judged again and again is judged like somebody who is new, and the same is written about him."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.clock import Clock
from schemas.company import JourneySpec
from schemas.touchpoint import Touchpoint
from streams.core.alerts import AlertBook
from streams.core.journeys import JourneyBook, broken_on
from streams.core.rules.court import Court
from tests.core.rules.histories import BASE, COMPANY, COURT, HOUR, history_of
from tests.core.rules.stories import told
from tests.core.rules.test_contact_laws import ASKED
from tests.core.rules.test_contact_laws import history as contact_history

DEPARTMENTS = ("north", "south", "east")
JOURNEYS = {
    "o": JourneySpec(opens="t.a", completes="t.b", customer_turn="t.p", our_turn="t.g", abandoned="30h"),
    "k": JourneySpec(opens=["t.c", "t.a"], cancels="t.b"),
}
BOOK = JourneyBook(JOURNEYS, words={}, matter=COMPANY["matter"])


def steps(touchpoints: list[Touchpoint], random: Random) -> list[list[Touchpoint]]:
    """Some at a time; mostly as time goes by, some late."""
    arriving = sorted(touchpoints, key=lambda t: (t.at + random.choice([0, 0, 0, 0, 9]) * HOUR, t.seq, t.event_id))
    found: list[list[Touchpoint]] = []
    while arriving:
        size = random.choice([0, 1, 1, 1, 2, 5])
        found.append(arriving[:size])
        arriving = arriving[size:]
    return found


def follow(court: Court, history: list[Touchpoint], random: Random) -> None:
    """Judge and write after every step, with and without what was said before."""
    dossier, known = court.dossier(), list[Touchpoint]()
    alerts = AlertBook({name: judge.rule for name, judge in court.judges.items()}, JOURNEYS, timezone="UTC", named={})
    now = BASE - HOUR
    departments = dict.fromkeys(DEPARTMENTS, now)
    for new in [*steps(history, random), [], [], []]:
        dossier.add(new)
        known += new
        now += random.choice([0, 1, 1, 5, 30]) * HOUR
        departments = {name: min(now, at + random.choice([0, 1, 7, 30]) * HOUR) for name, at in departments.items()}
        clock = Clock(now, departments)
        judgement = court.hear(dossier, clock)
        assert judgement == court.judge(known, clock)
        by_id, matters = {t.event_id: t for t in known}, judgement.matters
        assert alerts.alerts("anna", by_id, judgement, memory=dossier.written) == alerts.alerts("anna", by_id, judgement)
        told = BOOK.told("anna", dossier.stories(dossier.types), matters, clock, broken_on(judgement.findings, by_id, matters))
        assert told == BOOK.journeys("anna", by_id, matters, clock, judgement.findings)


@pytest.mark.parametrize("seed", [1, 4, 60])
def test_somebody_who_is_judged_again_is_judged_like_somebody_new(seed: int) -> None:
    follow(COURT, history_of(seed), Random(seed))
    follow(ASKED, contact_history(seed), Random(seed))


@pytest.mark.law
@given(st.integers(0, 2**40))
def test_what_was_said_before_makes_no_difference(seed: int) -> None:
    follow(COURT, history_of(seed), Random(seed))
    follow(ASKED, contact_history(seed), Random(seed))


def test_it_takes_in_what_comes_late_and_what_ties_two_matters() -> None:
    dossier = COURT.dossier([told(3, "t.a", "c", refs={"o": ("2",)})])
    dossier.add([told(5, "t.b", "e", refs={"k": ("7",)}), told(1, "t.a", "a")])
    assert [t.event_id for t in dossier.touchpoints] == ["a", "c", "e"]
    assert dossier.matters == {"c": ("o", "2"), "e": ("k", "7")}
    dossier.add([told(6, "t.c", "f", refs={"o": ("2",), "k": ("7",)})])
    assert dossier.matters == dict.fromkeys("cef", ("k", "7"))
    assert dossier.types == {"t.a", "t.b", "t.c"}
