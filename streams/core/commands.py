"""What people said about alerts: the status of an alert that is going on follows from the commands known and from the clock.

A command counts from when it is known, whatever its own time: clocks of systems differ, and somebody who says "be quiet" means now. Of
all that was said about an alert the newest word counts; a silence whose time has passed says nothing any more, so that the word before
it counts again. Nobody speaks about an alert whose finding has ended: a new episode is a new alert.

| The newest word that counts | Status |
|---|---|
| `alert.acknowledged` | acknowledged, until the finding ends |
| `alert.silenced` | silenced, until its `due_at` |
| none | open or held, as found |
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from schemas.alert import Alert
from schemas.command import ABOUT_ALERTS, ACKNOWLEDGED, ALERT, RULE, SILENCED
from schemas.touchpoint import Touchpoint
from streams.core.history import Matter
from streams.core.rules.court import Wake

GOING_ON = frozenset({"open", "held"})
NOW = frozenset[str]()  # a wake that listens to `now`


class Word(NamedTuple):
    """A command about alerts, and whom and what it is about."""

    said: Touchpoint
    customer_id: str | None
    about: frozenset[str]  # names of the matter; empty: the customer as a whole, or the alerts that it names
    everybody: bool = False  # said to the source of the commands: it concerns no single customer


class Answered(NamedTuple):
    """The alerts with what people said about them, and when that can change by itself."""

    alerts: dict[str, Alert]
    wakes: tuple[Wake, ...]


def words_of(customer_id: str | None, touchpoints: Iterable[Touchpoint], matters: Mapping[str, Matter]) -> Iterator[Word]:
    """The commands among the touchpoints of one customer; `matters` by event id."""
    for touchpoint in touchpoints:
        if touchpoint.type in ABOUT_ALERTS:
            about = [f"{kind}:{ref}" for kind, refs in touchpoint.refs.items() if kind != ALERT for ref in refs]
            matter = matters.get(touchpoint.event_id)
            if matter is not None:
                about.append(":".join(matter))  # what it is called once refs have been tied together
            yield Word(touchpoint, customer_id, frozenset(about))


def answered(alerts: dict[str, Alert], words: Iterable[Word], now: int) -> Answered:
    """Every alert of a family in the light of every command that the family knows."""
    newest_first = sorted(words, key=lambda word: word.said.order, reverse=True)
    if not newest_first:
        return Answered(alerts, ())
    told: dict[str, Alert] = {}
    wakes: dict[int, None] = {}
    for name, alert in alerts.items():
        said = _standing(alert, newest_first, now) if alert.status in GOING_ON else None
        told[name] = alert if said is None else _told(alert, said)
        if said is not None and said.type == SILENCED and said.due_at is not None:
            wakes[said.due_at] = None
    return Answered(told, tuple((NOW, at) for at in wakes))


def _standing(alert: Alert, newest_first: Iterable[Word], now: int) -> Touchpoint | None:
    """The newest word about the alert that still counts; a silence replaces all silences before it, also when it is over."""
    was_silenced = False
    for word in newest_first:
        if not _concerns(word, alert):
            continue
        if word.said.type == ACKNOWLEDGED:
            return word.said
        if not was_silenced and _is_in_force(word.said, now):
            return word.said
        was_silenced = True
    return None


def _is_in_force(said: Touchpoint, now: int) -> bool:
    return said.due_at is not None and said.due_at > max(said.at, now)


def _concerns(word: Word, alert: Alert) -> bool:
    """Only what is said to everybody or to the alert's own customer: a family also holds strangers, and which ones may depend on the order of arrival."""
    said = word.said
    if not (word.everybody or word.customer_id == alert.customer_id) or said.attributes.get(RULE) not in (None, "", alert.rule):
        return False
    named = said.refs.get(ALERT)
    if named or said.type == ACKNOWLEDGED:
        return alert.alert_id in (named or ())
    return not word.about or alert.matter in word.about


def _told(alert: Alert, said: Touchpoint) -> Alert:
    silenced = said.type == SILENCED
    return replace(
        alert,
        status="silenced" if silenced else "acknowledged",
        said=said.event_id,
        said_by=said.agent,
        said_until=said.due_at if silenced else None,
    )
