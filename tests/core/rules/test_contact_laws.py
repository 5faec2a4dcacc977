"""The laws of the contact policy: it says before what the rules would say afterwards, for every instant, purpose, channel and matter."""

from collections.abc import Iterator
from copy import deepcopy
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from schemas.company import ContactRules
from schemas.strict import load_yaml
from schemas.touchpoint import NEVER, Touchpoint
from streams.core.history import matters
from streams.core.rules.asked import IN_MATTER, Hold, probe
from tests.core.rules.histories import BASE, HOUR, HOURS, court_of, everybody, history_of

pytestmark = pytest.mark.law

COMPANY: Any = load_yaml(
    """
calendars:
  office: {tz: Europe/Berlin, hours: {mon-fri: ["08:00-12:00", "13:00-17:00"]}}
rules:
  e1: {title: x, per: customer, expect: {after: t.a, then: t.b, within: 3h}}
  r1: {title: x, per: customer, forbid: {what: t.x, after: t.a, until: t.b, within: 6h}}
  r2: {title: x, forbid: {what: [t.x, t.y], after: t.a, until: t.b}}
  r3: {title: x, per: [customer, channel], forbid: {what: t.x, after: t.a, until: t.b, within: 20h}}
  r4: {title: x, per: ref.o, forbid: {what: t.x, before: t.b, grace: 2h}}
  r5: {title: x, per: customer, forbid: {what: t.*, after: t.a, until: t.b, each: department, others: true}}
  r6: {title: x, per: customer, forbid: {what: t.x, after: t.a, within: 8h, times: 2, grace: 1h}}
  r7: {title: x, per: customer, limit: {what: [t.x, t.y], at_most: 2, within: 5h}}
  r8: {title: x, limit: {what: [t.x, t.y], each: department, at_most: 1, within: 6h}}
  r9: {title: x, per: [customer, channel], limit: {what: t.x, until: t.b, at_most: 1}}
  r10: {title: x, per: customer, limit: {what: t.x, each: channel, at_most: 1, within: 7h}}
  r11: {title: x, per: customer, forbid: {what: t.x, after: alert.e1.opened, until: alert.e1.ended, within: 20h}}
  r12: {title: x, per: [customer, channel], forbid: {what: t.x, before: t.b, times: 2}}
  r13: {title: x, calendar: office, per: [customer, department], forbid: {what: t.y, after: t.p, within: 6h}}
  r14: {title: x, per: [matter, channel], limit: {what: [t.x, t.a], till: due, until: t.c, at_most: 1}}
  r15: {title: x, per: [customer, team], forbid: {what: t.x, after: t.a}}
  r16: {title: x, loose: true, per: [matter, department], forbid: {what: t.y, after: t.p, until: t.g}}
  r17: {title: x, per: customer, forbid: {what: {type: t.*, where: {channel: mail}}, after: t.g, within: 9h}}
  r18: {title: x, judge: settled, per: [customer, segment], forbid: {what: t.y, after: [t.a, t.y], until: t.b}}
  r19: {title: x, per: customer, forbid: {what: [t.x, t.y], after: [t.a, t.p], until: [t.y, t.g], each: department}}
""",
    "contact laws",
)
CHANNELS = ("mail", "phone", "sms")
POLICY = ContactRules.model_validate(
    {
        "channels": CHANNELS,
        "purposes": {
            "offer": {"type": "t.x", "department": "east"},
            "word": {"type": "t.y", "department": "south", "attributes": {"segment": 1}},
            "call": {"type": "t.y", "department": "north"},
        },
    }
)
SETTING = {"calendars": COMPANY["calendars"], "matter": ("o", "k"), "timezone": "Europe/Berlin"}
ASKED = court_of(COMPANY["rules"], contact_policy=POLICY, **SETTING)
PROBE = "the contact"


def without_grace(rules: Any) -> Any:
    rules = deepcopy(rules)
    for rule in rules.values():
        for verb in ("forbid", "limit", "expect"):
            rule.get(verb, {}).pop("grace", None)
    return rules


COURT = court_of(without_grace(COMPANY["rules"]), **SETTING)


def history(seed: int) -> list[Touchpoint]:
    random = Random(seed)
    became = {"t.c": ["t.c", "t.x", "t.x", "t.y"], "t.other": ["t.x", "t.y"], "t.b": ["t.b", "t.x", "t.y"]}
    return [
        replace(
            t,
            type=random.choice(became.get(t.type, [t.type])),
            channel=random.choice(["", "mail", "phone"]),
            attributes={**t.attributes, "segment": random.choice([1, 2])} if random.random() < 0.7 else t.attributes,
        )
        for t in history_of(seed, most=14)
    ]


HISTORIES = st.integers(0, 2**40).map(history)


def holds(touchpoints: list[Touchpoint], now: int) -> tuple[Hold, ...]:
    return ASKED.judge(touchpoints, everybody(now)).holds


def instants(touchpoints: list[Touchpoint], random: Random) -> Iterator[int]:
    """Where something may begin or end, and right beside it; never the instant of a touchpoint, where order is nobody's business."""
    taken = {t.at for t in touchpoints}
    for _ in range(6):
        at = BASE + random.randint(-1, HOURS + 30) * HOUR + random.choice([-1, 0, 1, HOUR // 2])
        if at not in taken:
            yield at


def contacts(touchpoints: list[Touchpoint]) -> Iterator[tuple[str, Touchpoint, set[str]]]:
    """Every contact that may be asked for: its purpose, it as a touchpoint, and what it is about."""
    where = matters(touchpoints, ("o", "k"))
    refs: dict[str, str] = {}
    for t in touchpoints:
        refs |= {f"{kind}:{value}": ":".join(where[t.event_id]) for kind, values in t.refs.items() for value in values}
    for name, purpose in POLICY.purposes.items():
        for channel in CHANNELS:
            contact = replace(probe(purpose, channel), event_id=PROBE)
            yield name, contact, {IN_MATTER}
            for ref, matter in refs.items():
                kind, _, value = ref.partition(":")
                yield name, replace(contact, refs={kind: (value,)}), {ref, f"{IN_MATTER}{matter}"}


def held(found: tuple[Hold, ...], purpose: str, channel: str, about: set[str]) -> set[str]:
    """The rules that hold such a contact."""
    return {hold.rule for hold in found if purpose in hold.purposes and hold.channel in ("", channel) and set(hold.about) <= about}


def by_purpose(hold: Hold) -> set[Hold]:
    """Another purpose may come to be held for the same reason."""
    return {hold._replace(purposes=(purpose,)) for purpose in hold.purposes}


@given(HISTORIES, st.randoms(use_true_random=False))
def test_what_is_held_is_what_the_contact_would_break(touchpoints: list[Touchpoint], random: Random) -> None:
    for now in instants(touchpoints, random):
        found = holds(touchpoints, now)
        for purpose, contact, about in contacts(touchpoints):
            after = COURT.judge([*touchpoints, replace(contact, at=now)], everybody(NEVER - 1))
            broken = {finding.rule for finding in after.findings if PROBE in dict(finding.hits)}
            assert held(found, purpose, contact.channel, about) == broken, (now, purpose, contact)


@given(HISTORIES, st.randoms(use_true_random=False))
def test_a_policy_changes_only_when_somebody_was_to_be_woken(touchpoints: list[Touchpoint], random: Random) -> None:
    now = BASE - HOUR
    judgement = ASKED.judge(touchpoints, everybody(now))
    while judgement.wakes:
        wake = min(at for _, at in judgement.wakes)
        for instant in (random.randrange(now, wake), wake - 1):
            assert holds(touchpoints, instant) == judgement.holds
        now, judgement = wake, ASKED.judge(touchpoints, everybody(wake))
    assert holds(touchpoints, NEVER - 1) == judgement.holds


@given(HISTORIES, st.randoms(use_true_random=False))
def test_a_hold_lasts_until_the_instant_that_it_names_and_no_longer(touchpoints: list[Touchpoint], random: Random) -> None:
    for now in instants(touchpoints, random):
        for hold in holds(touchpoints, now):
            if hold.until is not None:
                assert by_purpose(hold) <= set().union(*map(by_purpose, holds(touchpoints, max(now, hold.until - 1))))
                assert by_purpose(hold).isdisjoint(set().union(*map(by_purpose, holds(touchpoints, hold.until + 1))))


@given(HISTORIES, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(touchpoints: list[Touchpoint], random: Random) -> None:
    now = BASE + random.randint(0, HOURS) * HOUR
    as_given = holds(touchpoints, now)
    random.shuffle(touchpoints)
    assert holds(touchpoints, now) == as_given


def test_a_rule_that_is_judged_by_what_a_contact_does_not_have_holds_nobody():
    assert {asked.judge.name for asked in ASKED.contacts.asked} == {f"r{n}" for n in range(1, 20) if n != 15}
