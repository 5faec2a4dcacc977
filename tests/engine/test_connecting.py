"""Why a client could not be made is said in one sentence, and what cannot mend itself is not tried for long."""

import ssl

import pytest
from aiokafka.errors import SaslAuthenticationFailed
from kafka.errors import KafkaTimeoutError, UnsupportedVersionError

from streams.engine import connecting
from streams.engine.connecting import connected
from streams.engine.security import PLAINTEXT, Security
from tests.servers.kafka import free_port

SCRAM = Security("SASL_SSL", user="redthread", password="hush")
NO_CERTIFICATE = ssl.SSLCertVerificationError("certificate verify failed: self-signed certificate")


def refused(security, reason, error=None):
    """What is said, and how often it was tried."""
    tries: list[object] = []

    def make(**settings):
        tries.append(settings)
        raise error or KafkaTimeoutError("Unable to bootstrap")

    with pytest.raises(ConnectionError) as told:
        connected(make, "kafka:9092", security, lambda *_: reason)
    return str(told.value), len(tries)


def test_a_wrong_password_is_not_tried_again():
    said = "Kafka at kafka:9092: refuses SCRAM-SHA-512 of user 'redthread'; see REDTHREAD_KAFKA_USER and _PASSWORD"
    assert refused(SCRAM, SaslAuthenticationFailed("no")) == (said, 1)


def test_a_certificate_that_nobody_vouches_for_is_not_tried_again():
    said, tries = refused(SCRAM, NO_CERTIFICATE)
    assert said.startswith("Kafka at kafka:9092 (SASL_SSL): ")
    assert "certificate verify failed" in said
    assert tries == 1


def test_a_broker_that_does_not_answer_is_asked_again_until_time_is_up(monkeypatch):
    monkeypatch.setattr(connecting, "WITHIN", 0.05)
    said, tries = refused(PLAINTEXT, ConnectionRefusedError("nobody listens"))
    assert said == "Kafka at kafka:9092 (PLAINTEXT): nobody listens"
    assert tries > 1


def test_what_is_not_about_time_is_said_at_once():
    said, tries = refused(PLAINTEXT, None, UnsupportedVersionError("too old"))
    assert said.endswith("too old")
    assert tries == 1


def test_a_client_that_connects_gets_its_settings():
    assert connected(dict, "a:1, b:2", PLAINTEXT, client_id="us") == {
        "bootstrap_servers": ["a:1", "b:2"],
        "bootstrap_timeout_ms": connecting.STEP,
        "security_protocol": "PLAINTEXT",
        "ssl_context": None,
        "client_id": "us",
    }


def test_a_port_where_nobody_listens_is_the_reason():
    assert isinstance(connecting.asked(f"127.0.0.1:{free_port()}", PLAINTEXT), ConnectionRefusedError)
