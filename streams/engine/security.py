"""How a Kafka client proves who it is, and whom it believes: said once, in the words of both client libraries."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")


@dataclass(frozen=True)
class Security:
    """`repr` shows no secret. The names of protocols and mechanisms are Kafka's own."""

    protocol: str = "PLAINTEXT"
    mechanism: str = "SCRAM-SHA-512"
    user: str = ""
    password: str = field(default="", repr=False)
    authorities: Path | None = None  # PEM; None: those that the machine trusts
    certificate: Path | None = None  # PEM, for brokers that ask for one
    key: Path | None = None  # PEM; None: it stands in the file of the certificate
    key_password: str = field(default="", repr=False)

    @property
    def is_authenticated(self) -> bool:
        """The broker wants a name and a password."""
        return self.protocol.startswith("SASL_")

    @property
    def is_encrypted(self) -> bool:
        """TLS; the certificate of the broker must be valid and carry its host name."""
        return self.protocol.endswith("SSL")

    @cached_property
    def context(self) -> ssl.SSLContext | None:
        """For encrypted connections. Raises `OSError` for files that hold no certificates or another key."""
        if not self.is_encrypted:
            return None
        context = ssl.create_default_context(cafile=None if self.authorities is None else str(self.authorities))
        if self.certificate is not None:
            context.load_cert_chain(self.certificate, self.key, password=self.key_password or None)
        return context

    def client(self) -> Mapping[str, Any]:
        """Arguments of kafka-python's clients and of aiokafka's: the names are the same."""
        login = {"sasl_mechanism": self.mechanism, "sasl_plain_username": self.user, "sasl_plain_password": self.password}
        return {"security_protocol": self.protocol, "ssl_context": self.context, **(login if self.is_authenticated else {})}

    def credentials(self) -> Any:
        """The same for Faust, which hands it on to aiokafka; None where nothing is to be proved."""
        from faust.auth import SASLCredentials, SSLCredentials  # takes half a second to import; only a worker needs it

        if self.is_authenticated:
            return SASLCredentials(username=self.user, password=self.password, mechanism=self.mechanism, ssl_context=self.context)
        return SSLCredentials(self.context) if self.is_encrypted else None


PLAINTEXT = Security()
