"""The stages behind ingest, for one story: everything in memory, message by message, tick by tick."""

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from schemas.alert import Alert
from schemas.clock import Clock, Tick
from schemas.identity import Arrived
from schemas.plain import Published
from schemas.state import FamilyState, IdentifierState
from schemas.touchpoint import Touchpoint
from streams.core.clock import LAST
from streams.core.identity import IdentityRules
from streams.stages.customer import CustomerStage
from streams.stages.identify import identify
from streams.stages.statements import statement
from streams.stages.step import Send


class Stages(NamedTuple):
    """What the stages are compiled from; shared by all stories of a rule."""

    identity: IdentityRules
    customer: CustomerStage


class Pipeline:
    """One company with one story. `alerts` is the table of alerts: of each one the highest version."""

    def __init__(self, stages: Stages) -> None:
        self._stages = stages
        self._identifiers: dict[str, IdentifierState | None] = {}
        self._families: dict[str, FamilyState | None] = {}
        self._inbox: deque[Send] = deque()
        self._logged = 0
        self.alerts: dict[str, Alert] = {}

    def arrive(self, touchpoint: Touchpoint) -> None:
        """One touchpoint, as ingest would send it on."""
        self._logged += 1
        said = statement(touchpoint, self._logged) or Arrived(touchpoint, 0, self._logged)
        self._inbox.append(Send("identify", touchpoint.ids[0], said))
        self._settle()

    def tick(self, clock: Clock) -> None:
        """Let time pass, and judge every family that is dirty or due."""
        customer = self._stages.customer
        for family, state in list(self._families.items()):
            if state is not None and customer.is_due(state, clock):
                step = customer.evaluate(family, state, Tick(LAST, clock))
                self._families[family] = step.state
                self._forward(step.outputs)
        self._settle()

    def _settle(self) -> None:
        while self._inbox:
            stage, key, message = self._inbox.popleft()
            if stage == "identify":
                found = identify(self._stages.identity, self._identifiers.get(key), message)
                self._identifiers[key] = found.state
                self._forward(found.outputs)
            else:
                touched = self._stages.customer.process(self._families.get(key), message)
                self._families[key] = touched.state
                self._forward(touched.outputs)

    def _forward(self, outputs: Iterable[Send | Published]) -> None:
        for output in outputs:
            if isinstance(output, Send):
                self._inbox.append(output)
            elif isinstance(output, Alert):
                known = self.alerts.get(output.alert_id)
                if known is None or output.version > known.version:
                    self.alerts[output.alert_id] = output
