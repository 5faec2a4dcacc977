"""The stories of a run: each module declares its own, and all of them are told in the order of the rules.

A story is a function that makes things happen to new customers and says which alerts a right answer holds. A near miss is expected to
raise nothing of its rule beyond that (a warning in time, perhaps). Stories about many customers say both themselves.
"""

from collections.abc import Callable

from streams.demo.workdays import DAY
from streams.demo.world import World

Story = Callable[[World], None]
BREAKS: dict[str, list[Story]] = {}
NEAR_MISSES: dict[str, list[Story]] = {}
ACROSS: dict[str, list[Story]] = {}
CUSTOMERS_PER_ROUND = 2_000  # larger companies hear every story more than once


def breaks(rule: str) -> Callable[[Story], Story]:
    """This story breaks that rule, and says itself which alerts that makes."""

    def declare(story: Story) -> Story:
        BREAKS.setdefault(rule, []).append(story)
        return story

    return declare


def nearly(rule: str) -> Callable[[Story], Story]:
    """This story comes close to breaking that rule."""

    def declare(story: Story) -> Story:
        NEAR_MISSES.setdefault(rule, []).append(story)
        return story

    return declare


def across(rule: str) -> Callable[[Story], Story]:
    """This story about many customers breaks that rule or comes close to it, and says itself what of it."""

    def declare(story: Story) -> Story:
        ACROSS.setdefault(rule, []).append(story)
        return story

    return declare


def tell_all(world: World) -> None:
    """Every story, as often as the company is large; those about many customers once, for there is one of every product and department."""
    for number in range(max(1, len(world.people) // CUSTOMERS_PER_ROUND)):
        for rule, stories in BREAKS.items():
            for story in stories:
                _tell(world, rule, story, number)
        for rule, stories in NEAR_MISSES.items():
            for story in stories:
                before = len(world.cast)
                _tell(world, rule, story, number)
                world.spare(rule, world.cast[before:])
    for rule, stories in ACROSS.items():
        for story in stories:
            _tell(world, rule, story, 0)


def _tell(world: World, rule: str, story: Story, number: int) -> None:
    world.story = f"{rule}/{getattr(story, '__name__', rule)}/{number}"
    story(world)


def last_end(times: list[int], at_most: int, days: int) -> int:
    """When a limit is kept again after all these were going on at once: each of them counts for so many days."""
    if max(times) - min(times) > days * DAY:
        raise ValueError(f"a story is told wrongly: {times} do not lie within {days} days")
    return sorted(times)[len(times) - at_most - 1] + days * DAY


def pairs(times: list[int], at_most: int) -> int:
    """How often a limit was exceeded: by one at the first that was too many, by two at the second."""
    over = len(times) - at_most
    return over * (over + 1) // 2
