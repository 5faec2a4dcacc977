"""Every system says every ten minutes that it is alive; the last two weeks of that were kept. Some fell silent.

The outage of the service desk is the great one: for seven working hours nothing of it arrives, and all of it comes afterwards.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

from streams.demo.happenings import CONTACTS, CRM, DESK, LOGISTICS, MAIL, SYSTEMS, TILL, TRACKER, WEB, Happening
from streams.demo.systems.online import MONITOR
from streams.demo.truth import Expected, NearMiss
from streams.demo.workdays import DAY, HOUR, MINUTE
from streams.demo.world import World

KEPT, EVERY, JITTER, ALLOWED = 14 * DAY, 10 * MINUTE, 100, 15 * MINUTE
RULE = "source_silent"


class Silence(NamedTuple):
    """No heartbeat after `begins` and before `ends` (None: it goes on)."""

    system: str
    story: str
    begins: int
    ends: int | None


def plan(world: World) -> tuple[Silence, ...]:
    """Who falls silent, and who only nearly does."""
    office, end = world.office, world.as_of
    day = office.day_of(world.outage[0])
    return (
        Silence(DESK, "the_service_desk_is_gone_for_a_day", *world.outage),
        Silence(MAIL, "fifty_minutes_at_night", end - 5 * DAY + 2 * HOUR, end - 5 * DAY + 2 * HOUR + 50 * MINUTE),
        Silence(LOGISTICS, "two_hours_on_a_morning", office.at(day + timedelta(days=1), 7), office.at(day + timedelta(days=1), 9.1)),
        Silence(TRACKER, "engineering_is_still_silent", end - 3 * HOUR, None),
        Silence(TILL, "exactly_a_quarter_of_an_hour", end - 6 * DAY, end - 6 * DAY + ALLOWED),
        Silence(CRM, "almost_a_quarter_of_an_hour", end - 4 * DAY, end - 4 * DAY + ALLOWED - 20),
    )


def outages(silences: tuple[Silence, ...]) -> Mapping[str, list[tuple[int, int]]]:
    """Where events were held back as well: a system that was only late with its heartbeat held back nothing."""
    found: dict[str, list[tuple[int, int]]] = {}
    for silence in silences:
        if silence.ends is not None and silence.ends - silence.begins > HOUR:
            found.setdefault(silence.system, []).append((silence.begins, silence.ends))
    return found


def beat(world: World) -> tuple[Silence, ...]:
    """Let every system speak, and say what their silences mean."""
    silences = plan(world)
    for system in SYSTEMS:
        if system != CONTACTS:  # a monthly export, not a stream
            for at in _beats(world, [silence for silence in silences if silence.system == system]):
                world.tell(Happening("source.heartbeat", at, system, _department(system), None, _known(system), {}))
    for silence in silences:
        identifiers = (f"source:{silence.system}",)
        if silence.ends is None or silence.ends - silence.begins > ALLOWED:
            world.expected.append(Expected(RULE, f"{RULE}/{silence.story}/0", identifiers, until=silence.ends))
        else:
            world.near_misses.append(NearMiss(RULE, f"{RULE}/{silence.story}/0", identifiers))
    return silences


def _beats(world: World, silences: list[Silence]) -> list[int]:
    """Regular beats up to the very end, without those that fall into a silence; a silence begins and ends with one."""
    beats = [at + world.rng.randrange(-JITTER, JITTER + 1) for at in range(world.as_of - KEPT, world.as_of - EVERY + 1, EVERY)]
    beats.append(world.as_of)
    for silence in silences:
        beats = [at for at in beats if at < silence.begins - JITTER or (silence.ends is not None and at > silence.ends + JITTER)]
        beats += [silence.begins, *([silence.ends] if silence.ends is not None else [])]
    return sorted(beats)


def _known(system: str) -> dict[str, str]:
    return {"cookie": MONITOR} if system == WEB else {"source": system}


def _department(system: str) -> str:
    return {"shop": "online", "web": "online", "till": "offline", "logistics": "offline", "crm": "sales", "mail": "marketing"}.get(
        system, "engineering" if system == TRACKER else "service"
    )
