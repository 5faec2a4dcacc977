"""Sends the load while everything around it is killed: every record is on its topic exactly once when this is done."""

import threading
import time
from collections.abc import Sequence
from typing import Any

from kafka import KafkaProducer

from tests.chaos.load import Sent, paced

FOR_LONG = 900_000  # milliseconds: a broker that is away is waited for
STEP = 0.05  # seconds; several records are sent at once and not one by one


class Sender(threading.Thread):
    """`sent` counts what was handed to the client, `failed` has what it gave up on."""

    def __init__(self, servers: Sequence[str], values: Sequence[Sent], seconds: float) -> None:
        super().__init__(name="sender", daemon=True)
        self._servers, self._values, self._seconds = list(servers), values, seconds
        self._enough = threading.Event()
        self.sent = 0
        self.failed: list[BaseException] = []

    def stop(self) -> None:
        """What was not sent yet is left out."""
        self._enough.set()

    def run(self) -> None:
        """Send everything and wait for every acknowledgement."""
        try:
            self._send()
        except Exception as error:  # noqa: BLE001 - told at the end: the driver must stop the rest first
            self.failed.append(error)

    def _send(self) -> None:
        settings: dict[str, Any] = {
            "max_block_ms": FOR_LONG,
            "delivery_timeout_ms": FOR_LONG,
            "request_timeout_ms": 10_000,
            "linger_ms": 20,
        }
        producer = KafkaProducer(bootstrap_servers=self._servers, acks="all", enable_idempotence=True, **settings)
        for topic, value in paced(self._values, self._seconds, time.monotonic, lambda ahead: time.sleep(max(ahead, STEP))):
            if self._enough.is_set():
                break
            producer.send(topic, value=value).add_errback(self.failed.append)
            self.sent += 1
        producer.flush(timeout=FOR_LONG / 1000)
        producer.close()
