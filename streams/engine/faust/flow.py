"""Faust clears every stream queue on *each* `resume()`, also when the flow is already active.

With standby replicas or after recovery, records queued between the seek and the resume vanish while the fetch position has moved on: the
partition is stuck for ever, or data are lost (faust-streaming #596). Ours clears only on the change from suspended to active.
"""

from mode.utils.queues import FlowControlEvent


def _resume(self: FlowControlEvent) -> None:
    if self._suspend.is_set():
        self.clear()
    self._suspend.clear()
    self._resume.set()


def keep_queued_records() -> None:
    """Replace the method; harmless to call twice."""
    FlowControlEvent.resume = _resume
