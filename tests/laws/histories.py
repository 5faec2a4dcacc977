"""Histories to try the laws on: people with several identifiers, shared ones, chains, retractions, duplicates and disorder."""

from collections.abc import Sequence
from random import Random
from typing import Any, NamedTuple

from msgspec.structs import replace

from schemas.clock import Clock, Report
from schemas.command import ACKNOWLEDGED, COMMANDS, SILENCED, WALL
from schemas.identity import Arrived, Distinct, MakeToxic, Unlink
from schemas.ids import alert_id, event_id
from schemas.touchpoint import Touchpoint
from streams.core.identity import IdentityRules

HOUR = 3_600_000_000
FOR_EVER = 10_000 * HOUR
STRENGTHS = {"crm_id": 60, "loyalty": 50, "email": 40, "phone": 30, "device": 20, "cookie": 10}
DEPARTMENTS = ("service", "sales", "online", "offline")
TYPES = ("contact.inbound", "contact.outbound", "ticket.assigned", "ticket.assigned", "page.viewed", "page.viewed")


class History(NamedTuple):
    """What each source partition reports, in its order, and the rules that the company has for identifiers."""

    rules: IdentityRules
    departments: tuple[str, ...]
    sources: tuple[tuple[Any, ...], ...]

    @property
    def messages(self) -> list[Any]:
        return [message for source in self.sources for message in source if not isinstance(message, Report)]


def history(random: Random, rules: IdentityRules | None = None, name: str = "") -> History:
    """A random company and 20 to 60 touchpoints of its customers, dealt to up to three sources; `name` tells two histories apart."""
    rules = rules or identity_rules(random)
    departments = DEPARTMENTS[: random.randint(2, 4)]
    identifiers = [f"{random.choice(list(STRENGTHS))}:{name}{n}" for n in range(random.randint(4, 12))]
    touchpoints = _touchpoints(random, rules, departments, identifiers, name)
    said = [(t.at + random.uniform(0, 1) * random.choice((0, 5, 40, 1000)) * HOUR, t) for t in touchpoints]
    said += [(random.uniform(0, 220) * HOUR, m) for m in _retractions(random, identifiers, touchpoints)]
    said += [(random.uniform(0, 220) * HOUR, m) for m in _commands(random, identifiers, touchpoints, name)]
    said += [(when + random.uniform(0, 60) * HOUR, _again(random, m)) for when, m in said if random.random() < 0.15]
    said.sort(key=lambda entry: entry[0])
    dealt: list[list[Any]] = [[] for _ in range(random.randint(1, 3))]
    for n, (_, message) in enumerate(said):
        logged = n // random.choice((1, 1, 4))  # some records are logged in the same instant
        random.choice(dealt).append(_logged(message, logged))
    return History(rules, departments, tuple(tuple(_with_clocks(random, source, n, departments)) for n, source in enumerate(dealt)))


def together(histories: Sequence[History]) -> History:
    """The sources of several histories, each interleaved with those of the others."""
    departments = tuple(dict.fromkeys(name for told in histories for name in told.departments))
    sources = [source for told in histories for source in told.sources]
    return History(histories[0].rules, departments, tuple(_numbered(source, n) for n, source in enumerate(sources)))


def _numbered(source: Sequence[Any], number: int) -> tuple[Any, ...]:
    return tuple(replace(m, partition=number) if isinstance(m, Report) else m for m in source)


def identity_rules(random: Random) -> IdentityRules:
    """Limits so low that a few touchpoints reach them."""
    return IdentityRules(
        strengths=STRENGTHS,
        unique=frozenset({"crm_id"}),
        max_peers={kind: random.choice((1, 2, 3, 5)) for kind in STRENGTHS},
        max_weaker={kind: random.choice((1, 3, 6, 12)) for kind in STRENGTHS},
        customer_size=random.choice((2, 4, 6, 8, 20)),
        crowded=random.choice((1, 3, 8, 100)),
    )


def _touchpoints(random: Random, rules: IdentityRules, departments: Sequence[str], identifiers: list[str], name: str) -> list[Touchpoint]:
    people = [random.sample(identifiers, min(len(identifiers), random.randint(1, 4))) for _ in range(random.randint(2, 6))]
    hub = random.choice(identifiers) if random.random() < 0.5 else None
    shape = random.choice((_of_people, _of_people, _in_a_chain, _in_pairs))
    touchpoints = []
    for n in range(random.randint(20, 60)):
        ids = shape(random, people, identifiers)
        if hub and random.random() < 0.3:
            ids.append(hub)
        touchpoints.append(
            Touchpoint(
                event_id=event_id("test", f"{name}{n}"),
                type=random.choice(TYPES),
                at=random.randint(0, 200) * HOUR,
                source="test",
                department=random.choice(departments),
                ids=rules.order_ids(ids),
                refs={"ticket": (str(random.randint(0, 2)),)},
                team=random.choice("abc"),
                digest=n,
            )
        )
    return touchpoints


def _of_people(random: Random, people: list[list[str]], identifiers: list[str]) -> list[str]:
    person = random.choice(people) if random.random() < 0.85 else identifiers
    return random.sample(person, min(len(person), random.choice((1, 1, 2, 2, 3, 4))))


def _in_a_chain(random: Random, people: list[list[str]], identifiers: list[str]) -> list[str]:
    n = random.randrange(len(identifiers))
    return [identifiers[n], *([identifiers[n - 1]] if random.random() < 0.35 else [])]


def _in_pairs(random: Random, people: list[list[str]], identifiers: list[str]) -> list[str]:
    return random.sample(identifiers, 2 if random.random() < 0.12 else 1)


def _retractions(random: Random, identifiers: list[str], touchpoints: list[Touchpoint]) -> list[Any]:
    seen = [(t.ids[0], other) for t in touchpoints for other in t.ids[1:]]
    said: list[Any] = []
    for _ in range(random.randint(0, 4)):
        a, b = random.choice(seen) if seen and random.random() < 0.8 else random.sample(identifiers, 2)
        said.append(Unlink(a, b, random.choice((random.randint(0, 200) * HOUR, FOR_EVER)), 0))
    for _ in range(random.randint(0, 3)):
        a, b = random.sample(identifiers, 2)
        said.append(Distinct(a, b, 0))
    if random.random() < 0.2:
        said.append(MakeToxic(random.choice(identifiers), 0))
    return said


def _commands(random: Random, identifiers: list[str], touchpoints: list[Touchpoint], name: str) -> list[Touchpoint]:
    """What people say about alerts: of one that there may be, of a matter, of a customer."""
    commands = []
    for n in range(random.choice((0, 0, 4, 12))):
        t = random.choice(touchpoints)
        key = t.refs["ticket"] if t.type == "ticket.assigned" else ()
        one = alert_id("ping_pong" if key else "silence", key, t.event_id)
        acknowledged = random.random() < 0.4
        refs = {"alert": (one,)} if acknowledged else random.choice(({"alert": (one,)}, {"ticket": t.refs["ticket"]}, {}))
        at = random.randint(0, 220) * HOUR
        commands.append(
            Touchpoint(
                event_id=event_id("commands", f"{name}{n}"),
                type=ACKNOWLEDGED if acknowledged else SILENCED,
                at=at,
                source=COMMANDS,
                department=WALL,
                ids=(random.choice(random.choice((t.ids, identifiers))),),
                refs=refs,
                agent=random.choice("kl"),
                due_at=None if acknowledged else random.choice((at, at + 50 * HOUR, 2 * FOR_EVER, 2 * FOR_EVER)),
                attributes=random.choice(({}, {"rule": "silence"})),
                digest=n,
            )
        )
    return commands


def _again(random: Random, message: Any) -> Any:
    """The same once more; now and then a touchpoint says something else under the same id."""
    if isinstance(message, Touchpoint) and random.random() < 0.1:
        return replace(message, team="d", recorded_at=random.randint(0, 1), digest=message.digest + 1000)
    return message


def _logged(message: Any, logged: int) -> Any:
    return Arrived(message, 0, logged) if isinstance(message, Touchpoint) else replace(message, logged=logged)


def _with_clocks(random: Random, source: list[Any], number: int, departments: Sequence[str]) -> list[Any]:
    """In between, the source says honestly how far each department is complete here."""
    clocks, still = [], dict.fromkeys(departments, FOR_EVER)
    for message in reversed(source):
        clocks.append(dict(still))
        if isinstance(message, Arrived) and message.touchpoint.source != COMMANDS:
            department = message.touchpoint.department
            still[department] = min(still[department], message.touchpoint.at)
    told: list[Any] = [Report(0, number, Clock(0, dict.fromkeys(departments, -1)))]
    highest, often = 0, random.choice((0.3, 1))
    for message, after in zip(source, reversed(clocks), strict=True):
        told.append(message)
        if isinstance(message, Arrived):
            highest = max(highest, message.touchpoint.at)
        if random.random() < often:
            told.append(Report(0, number, Clock(highest, {name: at - 1 for name, at in after.items()})))
    return [*told, Report(0, number, Clock(FOR_EVER, dict.fromkeys(departments, FOR_EVER)))]
