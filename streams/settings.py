"""What differs between two machines: addresses and secrets, from the environment or from files; never from the command line or a log."""

from pathlib import Path
from typing import Self

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
    worker: str = Field(
        "worker-0", pattern=r"^[A-Za-z0-9._-]+$", description="name of this worker, the same across restarts: the name of the pod"
    )

    @model_validator(mode="after")
    def _files_can_be_read(self) -> Self:
        for name in ("secret_file", "clickhouse_password_file"):
            path = getattr(self, name)
            if path is not None and not path.is_file():
                raise ValueError(f"REDTHREAD_{name.upper()}: there is no file {path}")
        return self

    def identifier_secret(self) -> bytes | None:
        """The key of the identifier hashes, where one is set."""
        return _secret(self.secret, self.secret_file)

    def password(self) -> str | None:
        """The ClickHouse password, where one is set."""
        value = _secret(self.clickhouse_password, self.clickhouse_password_file)
        return None if value is None else value.decode()


def _secret(value: SecretStr | None, file: Path | None) -> bytes | None:
    if value is not None:
        return value.get_secret_value().encode()
    return file.read_bytes().strip() if file is not None else None
