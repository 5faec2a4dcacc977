"""Make a client of kafka-python, or say in one sentence why there is none.

The client itself tries for as long as it may and then says only that it could not: where a broker refuses a password and hangs up, it sees
no more than that somebody has hung up. So whoever gets no client asks each broker once with aiokafka, which hears the answer. A wrong
password and a certificate that nobody vouches for do not mend themselves, so they are not tried again.
"""

import asyncio
import ssl
import time
from collections.abc import Callable
from typing import Any, TypeVar

from kafka.errors import KafkaError, KafkaTimeoutError

from streams.engine.security import Security

WITHIN = 30.0  # seconds
STEP = 3_000  # milliseconds until we look at why it is not connected yet, and for one answer

Client = TypeVar("Client")
Ask = Callable[[str, Security], BaseException | None]


def addresses(servers: str) -> list[str]:
    """`a:9092, b:9092` as kafka-python takes it."""
    return [server.strip() for server in servers.split(",")]


def asked(servers: str, security: Security) -> BaseException | None:
    """Why the first broker that we cannot talk to is none to talk to; None where all answer."""
    from aiokafka.conn import create_conn  # only needed when something is wrong

    async def connect() -> None:
        for server in addresses(servers):
            host, _, port = server.rpartition(":")
            (await create_conn(host.strip("[]"), int(port), request_timeout_ms=STEP, **security.client())).close()

    try:
        asyncio.run(connect())
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the reason
        return error
    return None


def connected(make: Callable[..., Client], servers: str, security: Security, ask: Ask = asked, **settings: Any) -> Client:
    """A client with these settings. Raises `ConnectionError`."""
    limit = time.monotonic() + WITHIN
    while True:
        try:
            return make(bootstrap_servers=addresses(servers), bootstrap_timeout_ms=STEP, **security.client(), **settings)
        except (KafkaError, OSError) as error:
            reason = ask(servers, security) or error
            again = isinstance(error, KafkaTimeoutError) and not _is_final(reason) and time.monotonic() < limit
        if not again:
            raise _refused(servers, security, reason)


def _is_final(reason: BaseException) -> bool:
    from aiokafka.errors import SaslAuthenticationFailed, UnsupportedSaslMechanismError

    return isinstance(reason, (SaslAuthenticationFailed, UnsupportedSaslMechanismError, ssl.SSLError))


def _refused(servers: str, security: Security, reason: BaseException) -> ConnectionError:
    from aiokafka.errors import SaslAuthenticationFailed

    if isinstance(reason, SaslAuthenticationFailed):
        return ConnectionError(
            f"Kafka at {servers}: refuses {security.mechanism} of user {security.user!r}; see REDTHREAD_KAFKA_USER and _PASSWORD"
        )
    return ConnectionError(f"Kafka at {servers} ({security.protocol}): {reason}")
