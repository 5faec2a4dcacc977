"""How much is tried: `--hypothesis-profile=thorough` tries five times as many examples as the default."""

from hypothesis import settings

settings.register_profile("ci", deadline=None)  # how long an example takes says more about the machine than about the code
settings.register_profile("thorough", max_examples=500, deadline=None)
settings.load_profile("ci")
