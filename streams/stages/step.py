"""What a stage is: a pure function from (state or None, message) to the next state and what should happen.

A stage never calls, logs or waits; it returns. The runner forwards `Send`s to the inbox of the named stage and everything else to the
sinks. Returning `None` as state forgets the key.
"""

from typing import Any, Generic, Literal, NamedTuple, TypeVar

from schemas.plain import Published

S = TypeVar("S")
StageName = Literal["identify", "customer"]


class Send(NamedTuple):
    """A message to the inbox of a stage; `key` decides the partition."""

    stage: StageName
    key: str
    message: Any


class Step(NamedTuple, Generic[S]):
    """The next state of the key, and its outputs in order."""

    state: S | None
    outputs: tuple[Send | Published, ...] = ()
