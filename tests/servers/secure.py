"""A broker that wants to know who is there: beside its plain listener one for SASL, one for SASL over TLS, and one for certificates."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.servers.kafka import KafkaServer, free_port

USER, PASSWORD = "redthread", "correct horse battery"
LISTENERS = ("SASL_PLAINTEXT", "SASL_SSL", "SSL")
MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
DAYS = "2"


class SecureKafka(KafkaServer):
    """`addresses` has one per listener, each called by its protocol. SSL asks clients for a certificate."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.addresses: Mapping[str, str] = {name: f"localhost:{free_port()}" for name in LISTENERS}
        self.authorities, self.certificate, self.key = (folder / name for name in ("ca.pem", "client.pem", "client.key"))

    def launch(self) -> None:
        """Make the certificates first."""
        if not self.authorities.exists():
            self.folder.mkdir(parents=True)
            _openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", self.folder / "ca.key", "-out", self.authorities,
                     "-subj", "/CN=test authority", "-days", DAYS)  # fmt: skip
            for name in ("broker", "client"):
                self._certify(name)
            keys = [self.folder / name for name in ("broker.key", "broker.pem")]
            (self.folder / "broker.both.pem").write_text("".join(path.read_text() for path in keys))
        super().launch()

    def _certify(self, name: str) -> None:
        key, request, extensions = (self.folder / f"{name}.{end}" for end in ("key", "csr", "ext"))
        extensions.write_text("subjectAltName=DNS:localhost\n")
        _openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", request, "-subj", f"/CN={name}")
        _openssl("x509", "-req", "-in", request, "-CA", self.authorities, "-CAkey", self.folder / "ca.key", "-CAcreateserial",
                 "-extfile", extensions, "-out", self.folder / f"{name}.pem", "-days", DAYS)  # fmt: skip

    def _format_options(self) -> list[str]:
        scram = [("--add-scram", f"{name}=[name={USER},password={PASSWORD}]") for name in MECHANISMS if name.startswith("SCRAM")]
        return [*super()._format_options(), *(word for words in scram for word in words)]

    def _properties(self) -> str:
        modules = dict.fromkeys(MECHANISMS, "scram.ScramLoginModule required;")
        modules["PLAIN"] = f'plain.PlainLoginModule required user_{USER}="{PASSWORD}";'
        more = [
            f"ssl.keystore.location={self.folder / 'broker.both.pem'}",
            "ssl.keystore.type=PEM",
            f"ssl.truststore.location={self.authorities}",
            "ssl.truststore.type=PEM",
            "listener.name.ssl.ssl.client.auth=required",
        ]
        for listener in ("sasl_plaintext", "sasl_ssl"):
            more.append(f"listener.name.{listener}.sasl.enabled.mechanisms={','.join(MECHANISMS)}")
            more += [
                f"listener.name.{listener}.{name.lower()}.sasl.jaas.config=org.apache.kafka.common.security.{module}"
                for name, module in modules.items()
            ]
        return super()._properties() + "\n".join([*more, ""])

    def _listeners(self) -> dict[str, str]:
        return {**super()._listeners(), **self.addresses}


def _openssl(*words: str | Path) -> None:
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, timeout=60)
