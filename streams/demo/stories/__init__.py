"""Planted stories, theme by theme: for every shipped rule journeys that break it, and journeys that very nearly do."""

from streams.demo.stories import contacts, deliveries, handovers, leads, ownership, pressure, promises, repeating, service

STORIES = (
    *handovers.STORIES,
    *repeating.STORIES,
    *service.STORIES,
    *leads.STORIES,
    *ownership.STORIES,
    *promises.STORIES,
    *deliveries.STORIES,
    *contacts.STORIES,
    *pressure.STORIES,
)
