"""Why a client could not be made is said in one sentence, and what cannot mend itself is not tried for long."""

import logging

import pytest
from kafka.errors import KafkaConnectionError, KafkaTimeoutError, SaslAuthenticationFailedError

from streams.engine import connecting
from streams.engine.connecting import connected
from streams.engine.security import PLAINTEXT, Security

SCRAM = Security("SASL_SSL", user="redthread", password="hush")


def failing(*reasons, tries):
    """A client that logs why it is not connected, as kafka-python does, and says only that it is not."""

    def make(**settings):
        tries.append(settings)
        for reason in reasons:
            logging.getLogger("kafka.net.manager").warning("Bootstrap connection to %s failed: %s", "bootstrap-0", reason)
        error = KafkaTimeoutError("Unable to bootstrap")
        logging.getLogger("kafka.net.manager").error("Bootstrap failed: %s", error)
        raise error

    return make


def refused(security, *reasons):
    tries: list[object] = []
    with pytest.raises(ConnectionError) as error:
        connected(failing(*reasons, tries=tries), "kafka:9092", security, client_id="us")
    return str(error.value), len(tries)


def test_a_wrong_password_is_not_tried_again():
    assert refused(SCRAM, SaslAuthenticationFailedError("no"), KafkaConnectionError("closed")) == (
        "Kafka at kafka:9092: refuses SCRAM-SHA-512 of user 'redthread'; see REDTHREAD_KAFKA_USER and _PASSWORD",
        1,
    )


def test_a_certificate_that_nobody_vouches_for_is_not_tried_again():
    said, tries = refused(SCRAM, KafkaConnectionError("Handshake failed: certificate verify failed: self-signed certificate"))
    assert said.startswith("Kafka at kafka:9092 (SASL_SSL): ")
    assert said.endswith("Handshake failed: certificate verify failed: self-signed certificate")
    assert tries == 1


def test_a_broker_that_does_not_answer_is_asked_again_until_time_is_up(monkeypatch):
    monkeypatch.setattr(connecting, "WITHIN", 0.05)
    said, tries = refused(PLAINTEXT, KafkaConnectionError("refused"))
    assert said.endswith("refused")
    assert tries > 1


def test_a_client_that_connects_gets_its_settings():
    assert connected(dict, "a:1, b:2", PLAINTEXT, client_id="us") == {
        "bootstrap_servers": ["a:1", "b:2"],
        "bootstrap_timeout_ms": connecting.STEP,
        "security_protocol": "PLAINTEXT",
        "ssl_context": None,
        "client_id": "us",
    }


def test_what_the_client_logs_otherwise_is_logged_as_before():
    log = logging.getLogger("kafka.net.manager")
    before = log.level, log.propagate, list(log.handlers)
    refused(SCRAM, SaslAuthenticationFailedError("no"))
    assert (log.level, log.propagate, log.handlers) == before
