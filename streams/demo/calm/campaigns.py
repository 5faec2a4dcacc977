"""Advertising: a newsletter a week and offers now and then, never into a complaint, never after a no, never more than a customer can bear."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta

from streams.demo.happenings import Happening
from streams.demo.people import Person
from streams.demo.workdays import DAY, HOUR, MINUTE
from streams.demo.world import World

OUTREACH = ("contact.outbound", "campaign.sent", "call.made")
WEEK = 7 * DAY
BEARABLE = 2  # contacts within a week on either side of a campaign; together with it fewer than the rule's four
READERS, OFFERS, OPENED, CLICKED = 0.72, 0.18, 0.33, 0.25
TUESDAY, FRIDAY = 1, 4


class Campaigns:
    """Planned last, when it is known what else customers hear from us."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._heard: Mapping[int, list[int]] = defaultdict(list)
        self._angry: Mapping[int, list[tuple[int, int]]] = defaultdict(list)
        for happening in world.happenings:
            if happening.person is not None:
                self._note(happening, happening.person.number)

    def _note(self, happening: Happening, number: int) -> None:
        if happening.type in OUTREACH:
            self._heard[number].append(happening.at)
        elif happening.type == "complaint.opened":
            self._angry[number].append((happening.at, self._world.as_of))
        elif happening.type == "complaint.closed":
            opened, _ = self._angry[number].pop()
            self._angry[number].append((opened, happening.at))

    def address(self, person: Person) -> None:
        """All campaigns for one customer; some take their consent back one day."""
        world, rng = self._world, self._world.rng
        until = world.as_of if person.calm_until is None else person.calm_until
        if rng.random() > READERS:
            return
        if person.calm_until is None and rng.random() < 0.03:
            until = min(until, world.start + rng.randrange(15, world.days - 2) * DAY + 11 * HOUR)
            world.affair(person).add("consent.revoked", until, channel="mail")
        for number in range(world.days):
            day = world.first_day + timedelta(days=number)
            if day.weekday() == TUESDAY or (day.weekday() == FRIDAY and rng.random() < OFFERS):
                at = world.office.at(day, 10 if day.weekday() == TUESDAY else 16) + rng.randrange(30 * MINUTE)
                if at < until and self._bearable(person, at):
                    self._send(person, at, f"{'news' if day.weekday() == TUESDAY else 'offer'}-{day:%m%d}")

    def _bearable(self, person: Person, at: int) -> bool:
        near = sum(abs(at - heard) <= WEEK for heard in self._heard[person.number])
        return near <= BEARABLE and not any(opened - HOUR <= at <= closed for opened, closed in self._angry[person.number])

    def _send(self, person: Person, at: int, campaign: str) -> None:
        rng = self._world.rng
        affair = self._world.affair(person)
        self._heard[person.number].append(affair.add("campaign.sent", at, channel="mail", campaign=campaign))
        if rng.random() < OPENED:
            opened = affair.add("campaign.opened", at + rng.randrange(2, 1_500) * MINUTE, channel="mail", campaign=campaign)
            if rng.random() < CLICKED:
                affair.add("campaign.clicked", opened + rng.randrange(5, 90), channel="mail", campaign=campaign)
