"""What differs between two machines: addresses and secrets, from the environment or from files; never from the command line or a log."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from schemas.topics import PARTITIONS, PREFIX, REPLICATION


class Settings(BaseSettings):
    """Read once at start. A secret comes from `REDTHREAD_SECRET`, or from the file that `REDTHREAD_SECRET_FILE` names."""

    model_config = SettingsConfigDict(env_prefix="REDTHREAD_", frozen=True, extra="ignore", hide_input_in_errors=True)

    secret: SecretStr | None = Field(
        None, description="key of the hashes that stand for personal identifiers; changing it separates old from new"
    )
    secret_file: Path | None = Field(None, description="a file that holds it")
    clickhouse_password: SecretStr | None = Field(None, description="password for --clickhouse, where the address has none")
    clickhouse_password_file: Path | None = Field(None, description="a file that holds it")

    kafka: str = Field("127.0.0.1:9092", description="bootstrap servers of Kafka, host:port with commas")
    kafka_prefix: str = Field(
        PREFIX,
        pattern=r"^[a-z0-9][a-z0-9-]*$",
        description="begins the name of every topic and group; another prefix is another installation",
    )
    kafka_partitions: int = Field(
        PARTITIONS, ge=1, description="of every internal topic, for ever: four to eight times the workers there will ever be"
    )
    kafka_replication: int = Field(REPLICATION, ge=1, description="copies of every topic; with two or more, two must confirm every write")
    kafka_security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="how Kafka is spoken to: SSL encrypts, SASL proves who we are"
    )
    kafka_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field("SCRAM-SHA-512", description="of SASL")
    kafka_user: str = Field("", description="our name on Kafka, for SASL")
    kafka_password: SecretStr | None = Field(None, description="our password on Kafka, for SASL")
    kafka_password_file: Path | None = Field(None, description="a file that holds it")
    kafka_ca_file: Path | None = Field(None, description="PEM: whom to believe that a broker is one; left out: whom the machine trusts")
    kafka_certificate_file: Path | None = Field(None, description="PEM: our own certificate, where brokers ask for one")
    kafka_key_file: Path | None = Field(None, description="PEM: its key; left out: it stands in the same file")
    kafka_key_password: SecretStr | None = Field(None, description="of the key, where it has one")
    kafka_key_password_file: Path | None = Field(None, description="a file that holds it")
    worker: str = Field(
        "worker-0", pattern=r"^[A-Za-z0-9._-]+$", description="name of this worker, the same across restarts: the name of the pod"
    )

    @model_validator(mode="after")
    def _files_can_be_read(self) -> Self:
        for name in type(self).model_fields:
            path = getattr(self, name) if name.endswith("_file") else None
            if path is not None and not path.is_file():
                raise ValueError(f"REDTHREAD_{name.upper()}: there is no file {path}")
        return self

    @model_validator(mode="after")
    def _security_is_whole(self) -> Self:
        """Half a configuration would send a password in the clear, or ask for none."""
        sasl, tls = self.kafka_security.startswith("SASL_"), self.kafka_security.endswith("SSL")
        given = [name for name in ("kafka_user", "kafka_password", "kafka_password_file") if getattr(self, name)]
        if sasl and not (self.kafka_user and len(given) > 1):
            raise ValueError(f"REDTHREAD_KAFKA_SECURITY={self.kafka_security} needs REDTHREAD_KAFKA_USER and REDTHREAD_KAFKA_PASSWORD")
        files = [name for name in ("kafka_ca_file", "kafka_certificate_file", "kafka_key_file") if getattr(self, name)]
        for name, wanted in [
            *((name, "SASL_PLAINTEXT or SASL_SSL") for name in given if not sasl),
            *((f, "SSL or SASL_SSL") for f in files if not tls),
        ]:
            raise ValueError(f"REDTHREAD_{name.upper()} is set, so REDTHREAD_KAFKA_SECURITY must be {wanted}, not {self.kafka_security}")
        return self

    def identifier_secret(self) -> bytes | None:
        """The key of the identifier hashes, where one is set."""
        return _secret(self.secret, self.secret_file)

    def password(self) -> str | None:
        """The ClickHouse password, where one is set."""
        value = _secret(self.clickhouse_password, self.clickhouse_password_file)
        return None if value is None else value.decode()

    def kafka_passwords(self) -> tuple[str, str]:
        """For SASL, and of the key of our certificate; empty where none is set."""
        return _text(self.kafka_password, self.kafka_password_file), _text(self.kafka_key_password, self.kafka_key_password_file)


def _text(value: SecretStr | None, file: Path | None) -> str:
    found = _secret(value, file)
    return "" if found is None else found.decode()


def _secret(value: SecretStr | None, file: Path | None) -> bytes | None:
    if value is not None:
        return value.get_secret_value().encode()
    return file.read_bytes().strip() if file is not None else None
