"""Make a client of kafka-python, or say in one sentence why there is none.

The client itself tries for as long as it may and then says that it could not; why stands only in its log, where it would have to be
looked for. A wrong password and a certificate that nobody vouches for do not mend themselves, so they are not tried again.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from kafka.errors import KafkaError, KafkaTimeoutError, SaslAuthenticationFailedError

from streams.engine.security import Security

WITHIN = 30.0  # seconds
STEP = 3_000  # milliseconds until we look at why it is not connected yet

Client = TypeVar("Client")

_log = logging.getLogger("kafka.net.manager")


def addresses(servers: str) -> list[str]:
    """`a:9092, b:9092` as kafka-python takes it."""
    return [server.strip() for server in servers.split(",")]


def connected(make: Callable[..., Client], servers: str, security: Security, **settings: Any) -> Client:
    """A client with these settings. Raises `ConnectionError`."""
    limit = time.monotonic() + WITHIN
    while True:
        with _heard() as reasons:
            try:
                return make(bootstrap_servers=addresses(servers), bootstrap_timeout_ms=STEP, **security.client(), **settings)
            except (KafkaError, OSError) as error:
                reason = _telling([error, *reasons])
                again = isinstance(error, KafkaTimeoutError) and not _is_final(reason) and time.monotonic() < limit
        if not again:
            raise _refused(servers, security, reason)


def _telling(reasons: list[BaseException]) -> BaseException:
    """What waiting cannot mend, else the last that is not just about time."""
    rest = [reason for reason in reasons if not isinstance(reason, KafkaTimeoutError)]
    return next(filter(_is_final, rest), rest[-1] if rest else reasons[0])


def _is_final(reason: BaseException) -> bool:
    return isinstance(reason, SaslAuthenticationFailedError) or "certificate verify failed" in str(reason)


def _refused(servers: str, security: Security, reason: BaseException) -> ConnectionError:
    if isinstance(reason, SaslAuthenticationFailedError):
        return ConnectionError(
            f"Kafka at {servers}: refuses {security.mechanism} of user {security.user!r}; see REDTHREAD_KAFKA_USER and _PASSWORD"
        )
    return ConnectionError(f"Kafka at {servers} ({security.protocol}): {reason}")


@contextmanager
def _heard() -> Iterator[list[BaseException]]:
    """The errors that the client logs while it connects; nobody else hears of them."""
    reasons: list[BaseException] = []

    class Listening(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            reasons.extend(arg for arg in record.args or () if isinstance(arg, BaseException))

    handler, level, propagate = Listening(), _log.level, _log.propagate
    _log.addHandler(handler)
    _log.setLevel(logging.WARNING)
    _log.propagate = False
    try:
        yield reasons
    finally:
        _log.removeHandler(handler)
        _log.setLevel(level)
        _log.propagate = propagate
