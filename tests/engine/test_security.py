"""One description of who we are, in the words of both client libraries; nothing of it is shown."""

import ssl

import pytest
from faust.auth import SASLCredentials, SSLCredentials
from faust.transport.drivers.aiokafka import credentials_to_aiokafka_auth

from streams.engine.security import MECHANISMS, PLAINTEXT, PROTOCOLS, Security


def test_without_settings_nothing_is_proved_and_nothing_hidden():
    assert PLAINTEXT.client() == {"security_protocol": "PLAINTEXT", "ssl_context": None}
    assert PLAINTEXT.credentials() is None


@pytest.mark.parametrize("protocol", [name for name in PROTOCOLS if name != "PLAINTEXT"])
@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_both_libraries_are_told_the_same(protocol, mechanism):
    security = Security(protocol, mechanism, "redthread", "hush")
    credentials = security.credentials()
    told = {name: value for name, value in credentials_to_aiokafka_auth(credentials).items() if value is not None}
    assert told == {name: value for name, value in security.client().items() if value is not None}
    assert isinstance(credentials, SASLCredentials if "SASL" in protocol else SSLCredentials)


def test_a_broker_must_show_a_valid_certificate_with_its_name():
    context = Security("SASL_SSL").context
    assert context is not None
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_no_password_is_ever_shown():
    assert "hush" not in repr(Security("SASL_SSL", user="redthread", password="hush", key_password="hush"))
