"""The pure rules of identity, time, journeys and alerts: no IO, no clock, nothing random."""
