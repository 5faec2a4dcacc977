"""Half a configuration is refused at once: it would send a password in the clear, or ask for none."""

import pytest
from pydantic import ValidationError

from schemas.strict import InvalidConfiguration
from streams.cli import main
from streams.cli.kafka import security_of
from streams.settings import Settings


@pytest.fixture
def given(monkeypatch, tmp_path):
    """Settings from these variables of the environment."""

    def read(**values):
        for name, value in values.items():
            monkeypatch.setenv(f"REDTHREAD_KAFKA_{name.upper()}", str(value))
        return Settings()

    return read


def problem(error):
    return error.value.errors()[0]["msg"].removeprefix("Value error, ")


def test_a_user_and_a_password_from_a_file(given, tmp_path):
    (tmp_path / "password").write_text("hush\n")
    settings = given(security="SASL_SSL", user="redthread", password_file=tmp_path / "password")
    security = security_of(settings)
    assert (security.protocol, security.mechanism, security.user, security.password) == ("SASL_SSL", "SCRAM-SHA-512", "redthread", "hush")
    assert "hush" not in repr(settings)


def test_sasl_needs_a_user_and_a_password(given):
    with pytest.raises(ValidationError) as error:
        given(security="SASL_PLAINTEXT", user="redthread")
    assert problem(error) == "REDTHREAD_KAFKA_SECURITY=SASL_PLAINTEXT needs REDTHREAD_KAFKA_USER and REDTHREAD_KAFKA_PASSWORD"


def test_a_password_that_nobody_would_ask_for_is_a_mistake(given):
    with pytest.raises(ValidationError) as error:
        given(password="hush")
    assert (
        problem(error) == "REDTHREAD_KAFKA_PASSWORD is set, so REDTHREAD_KAFKA_SECURITY must be SASL_PLAINTEXT or SASL_SSL, not PLAINTEXT"
    )
    assert "hush" not in str(error.value)


def test_certificates_without_encryption_are_a_mistake(given, tmp_path):
    (tmp_path / "ca.pem").write_text("")
    with pytest.raises(ValidationError) as error:
        given(ca_file=tmp_path / "ca.pem")
    assert problem(error) == "REDTHREAD_KAFKA_CA_FILE is set, so REDTHREAD_KAFKA_SECURITY must be SSL or SASL_SSL, not PLAINTEXT"


def test_a_file_without_certificates_is_named(given, tmp_path):
    (tmp_path / "ca.pem").write_text("nothing")
    with pytest.raises(InvalidConfiguration, match="REDTHREAD_KAFKA_CA_FILE, _CERTIFICATE_FILE, _KEY_FILE: "):
        security_of(given(security="SSL", ca_file=tmp_path / "ca.pem"))


def test_the_command_says_it_in_one_line_and_ends_with_2(given, monkeypatch, capsys):
    monkeypatch.setenv("REDTHREAD_KAFKA_SECURITY", "sasl")
    monkeypatch.setattr("sys.argv", ["redthread", "topics", "list"])
    with pytest.raises(SystemExit) as end:
        main.main()
    assert end.value.code == 2
    assert capsys.readouterr().err == "REDTHREAD_KAFKA_SECURITY: Input should be 'PLAINTEXT', 'SSL', 'SASL_PLAINTEXT' or 'SASL_SSL'\n"
