"""Write the company: `redthread.yaml` and `sources/`, what its systems exported (`exports/`), and `truth.json`.

The same seed, size and number of days give the same bytes. With `cuts` (instants, in seconds) the exports come in parts, `exports/part-01/`
and so on: what had arrived by then, so that whoever reads one after the other sees the company as its days pass.
"""

import json
import shutil
from collections.abc import Sequence
from importlib.resources import as_file, files
from pathlib import Path
from typing import NamedTuple

from streams.demo.calm.days import live
from streams.demo.stories import (
    answers,
    delays,
    deliveries,
    departments,
    effort,
    goodbyes,
    leads,
    outreach,
    owners,
    promises,
    strangers,
    teams,
    themes,
)
from streams.demo.stories.told import tell_all
from streams.demo.systems import marketing, online, sales, service, stores
from streams.demo.systems.export import Parts, write
from streams.demo.systems.heartbeats import beat, outages
from streams.demo.truth import Counts, document, merged
from streams.demo.world import World

SEED, CUSTOMERS, DAYS = 1, 2_000, 90
STORIES = (  # imported: each declares its own
    *(teams, effort, answers, leads, owners, promises, deliveries, outreach, goodbyes),
    *(strangers, delays, themes, departments),
)
SYSTEMS = (
    *(online.SHOP_EVENTS, online.WEB_CALLS, stores.RECEIPTS, stores.SCANS, sales.ACTIVITIES),
    *(service.AUDIT_LOG, marketing.MAIL_EVENTS, service.OPINIONS, service.ANSWERS),
)


class Generated(NamedTuple):
    """Where everything lies; `as_of` is the end of the data, in microseconds."""

    company: Path
    exports: Path
    truth: Path
    as_of: int
    parts: tuple[Path, ...]  # of the exports, in the order of arrival; without cuts the exports are the only one


def imagine(seed: int = SEED, customers: int = CUSTOMERS, days: int = DAYS) -> World:
    """Everything that happens, before any system has written it down."""
    world = World(seed, customers, days)
    tell_all(world)
    live(world)
    world.settle_identifiers()
    return world


def generate(seed: int, customers: int, days: int, folder: Path, cuts: Sequence[int] = ()) -> Generated:
    """Fill `folder`, which is made; what an earlier run left of the company there is replaced."""
    world = imagine(seed, customers, days)
    company, exports, truth = folder / "redthread.yaml", folder / "exports", folder / "truth.json"
    for old in (exports, folder / "sources"):
        shutil.rmtree(old, ignore_errors=True)
    parts = Parts(exports, sorted(cuts))
    for part in parts.names():
        part.mkdir(parents=True)
    with as_file(files("streams.demo").joinpath("company")) as shipped:
        shutil.copytree(shipped, folder, dirs_exist_ok=True)
    counts = _export(world, parts)
    about = {"seed": seed, "customers": customers, "days": days, "counts": counts.document(), "people": _people(world)}
    about["merges"] = merged(world.merges)
    told = document(world.expected, world.near_misses, world.happenings, world.as_of, about)
    truth.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return Generated(company, exports, truth, world.as_of * 1_000_000, tuple(parts.names()))


def _export(world: World, parts: Parts) -> Counts:
    held_back = outages(beat(world))
    counts = Counts(unattributed=sum(h.person is None and "phone" in h.known for h in world.happenings))
    for system in SYSTEMS:
        write(world, system, parts, held_back.get(system.name, ()), counts)
    sales.write_contacts(world, parts, counts)
    return counts


def _people(world: World) -> list[list[str]]:
    """Identifiers of one person each: what belongs together, and to nobody else."""
    return [person.identifiers for person in world.people]
