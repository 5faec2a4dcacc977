"""Names, passwords and certificates on a real broker, for every client of Kafka that we have."""

import json
import time
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path

import pytest

from schemas.topics import Topics
from sinks.clickhouse import Address
from tests.integration.shop_company import write_company
from tests.servers.installation import Installation
from tests.servers.secure import PASSWORD, USER, SecureKafka
from tests.suite.commands import PATIENCE

pytestmark = pytest.mark.server

NUMBERS = count(1)
ORDERS = '{"at": "2026-03-01T12:00:00Z", "customer": "C-1"}\n{"at": "2026-03-02T12:00:00Z", "customer": "C-2"}\n'
WAYS = [("SASL_PLAINTEXT", "PLAIN"), ("SASL_PLAINTEXT", "SCRAM-SHA-256"), ("SASL_SSL", "SCRAM-SHA-512"), ("SSL", "")]


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureKafka]:
    server = SecureKafka(tmp_path_factory.mktemp("secure") / "kafka")
    server.start()
    yield server
    server.kill()


def settings(broker: SecureKafka, protocol: str, mechanism: str = "SCRAM-SHA-512", password: str = PASSWORD) -> dict[str, str]:
    """What the environment says; the password only in a file."""
    secret = broker.folder / f"password-{len(password)}"
    secret.write_text(f"{password}\n")
    found = {"KAFKA": broker.addresses[protocol], "KAFKA_SECURITY": protocol}
    if protocol != "SSL":
        found |= {"KAFKA_MECHANISM": mechanism, "KAFKA_USER": USER, "KAFKA_PASSWORD_FILE": str(secret)}
    if protocol != "SASL_PLAINTEXT":
        found["KAFKA_CA_FILE"] = str(broker.authorities)
    if protocol == "SSL":
        found |= {"KAFKA_CERTIFICATE_FILE": str(broker.certificate), "KAFKA_KEY_FILE": str(broker.key)}
    return {f"REDTHREAD_{name}": value for name, value in found.items()}


class Secured(Installation):
    """An installation whose processes are told how to speak to Kafka."""

    security: Mapping[str, str]

    @property
    def environment(self) -> Mapping[str, str]:
        return {**super().environment, **self.security}


@pytest.fixture
def installed(broker: SecureKafka, tmp_path: Path):
    """Make an installation; its own looks go over the listener that asks nothing."""
    opened: list[Installation] = []

    def make(security: Mapping[str, str], clickhouse: Address = Address()) -> Secured:  # noqa: B008 - frozen
        prefix = f"t{time.time_ns()}-{next(NUMBERS)}"
        (tmp_path / "company").mkdir(exist_ok=True)
        company = write_company(tmp_path / "company", f"{prefix}.orders")
        made = Secured([broker.address], clickhouse, tmp_path / "processes", company, Topics(prefix, 2, 1), "a secret for tests")
        made.security = security
        opened.append(made)
        return made

    yield make
    for made in opened:
        made.close()


@pytest.mark.parametrize(("protocol", "mechanism"), WAYS)
def test_topics_are_made_filled_and_looked_at(broker, installed, tmp_path, protocol, mechanism):
    (tmp_path / "orders.jsonl").write_text(ORDERS)
    made = installed(settings(broker, protocol, mechanism))
    made.create()
    assert made.said("ingest", tmp_path / "orders.jsonl", "--company", made.company)[0] == 0
    code, printed, _ = made.said("tail", f"{made.topics.prefix}.orders", "--beginning")
    values = sorted(json.dumps(json.loads(line)["value"]) for line in printed.splitlines())
    assert (code, values) == (0, sorted(ORDERS.splitlines()))


@pytest.mark.parametrize("protocol", ["SASL_SSL", "SSL"])
def test_a_worker_and_a_sink_bring_records_into_clickhouse(broker, installed, address, client, tmp_path, protocol):
    (tmp_path / "orders.jsonl").write_text(ORDERS)
    made = installed(settings(broker, protocol), address)
    made.create()
    made.run("ingest", tmp_path / "orders.jsonl", "--company", made.company)
    made.start_worker("worker-0")
    made.start_sink("sink-0")
    made.settle(PATIENCE)
    assert client.execute("SELECT count() FROM timeline") == [(2,)]
    assert made.stop() == {"worker-0": 0, "sink-0": 0}
    logs = "".join(path.read_text() for path in made.folder.glob("*.log"))
    assert PASSWORD not in logs


@pytest.mark.parametrize(
    ("words", "mechanism"),
    [(["topics", "create"], "PLAIN"), (["worker"], "SCRAM-SHA-512"), (["sink"], "PLAIN"), (["tail", "alerts.changes"], "SCRAM-SHA-256")],
)
def test_a_wrong_password_is_said_and_ends_the_command(broker, installed, address, words, mechanism):
    made = installed(settings(broker, "SASL_SSL", mechanism, password="wrong"), address)
    more = ["--company", made.company] if words == ["worker"] else []
    code, _, said = made.said(*words, *more)
    at = broker.addresses["SASL_SSL"]
    wanted = f"cannot reach the server: Kafka at {at}: refuses {mechanism} of user 'redthread'; see REDTHREAD_KAFKA_USER and _PASSWORD"
    assert (code, said.splitlines()[-1]) == (3, wanted)


def test_a_broker_that_nobody_vouches_for_is_not_believed(broker, installed):
    given = settings(broker, "SASL_SSL")
    del given["REDTHREAD_KAFKA_CA_FILE"]
    code, _, said = installed(given).said("topics", "check")
    assert code == 3
    assert "certificate verify failed" in said
