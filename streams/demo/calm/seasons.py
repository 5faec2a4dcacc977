"""When customers come: their hours of the day, their days of the week, and the weeks of a campaign."""

from bisect import bisect
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate

from streams.demo.workdays import HOUR
from streams.demo.world import World

# Visits per hour of the day: few at night, a little more at lunch, most after work.
ONLINE_HOURS = (2, 1, 1, 1, 1, 2, 4, 6, 7, 7, 8, 9, 11, 9, 8, 8, 9, 11, 13, 16, 18, 16, 10, 5)
# Calls and mails to the service desk: all day, with a dip at lunch, and hardly any shortly before closing.
SERVICE_HOURS = (0, 0, 0, 0, 0, 0, 0, 0, 9, 14, 15, 12, 5, 7, 11, 10, 7, 2, 0, 0, 0, 0, 0, 0)
STORE_HOURS = (0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 6, 8, 7, 6, 8, 10, 12, 12, 7, 0, 0, 0, 0, 0)
ONLINE_WEEK = (10, 9, 9, 9, 8, 11, 15)
STORE_WEEK = (6, 6, 6, 7, 10, 18, 0)
SERVICE_WEEK = (16, 12, 11, 11, 9, 0, 0)  # the concerns of a weekend arrive on Monday
CAMPAIGN_WEEKS = (2, 6, 10)  # in which the shop has its offers
CAMPAIGN_PULL = 1.6


class Season:
    """Draws instants of one kind of visit."""

    def __init__(self, world: World, week: Sequence[int], hours: Sequence[int], *, holidays: bool) -> None:
        self._world = world
        self._days: list[date] = []
        weights: list[float] = []
        for number in range(world.days):
            day = world.first_day + timedelta(days=number)
            pull = CAMPAIGN_PULL if number // 7 in CAMPAIGN_WEEKS else 1.0
            closed = not holidays and world.office.is_holiday(day)
            self._days.append(day)
            weights.append(0.0 if closed else week[day.weekday()] * pull)
        self._by_day = list(accumulate(weights))
        self._by_hour = list(accumulate(hours))

    def draw(self) -> int:
        """One instant, seconds."""
        rng = self._world.rng
        day = self._days[bisect(self._by_day, rng.random() * self._by_day[-1])]
        hour = bisect(self._by_hour, rng.random() * self._by_hour[-1])
        return self._world.office.at(day, hour) + rng.randrange(HOUR)
