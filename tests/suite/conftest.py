"""One suite for every runner: `runner` is parametrised, and what follows from a run of whole data sets is computed once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sinks.clickhouse import Address, EmbeddedServer
from tests.data import shared_data
from tests.servers.kafka import kafka
from tests.suite.kafka_runner import KafkaRunner
from tests.suite.runners import EmbeddedRunner, Outcome, Runner

EXAMPLES = Path(__file__).parents[2] / "deploy" / "examples"
SECRET = "the key of the suite"  # one for all runs: identifiers of two runs are compared


@pytest.fixture(scope="session", autouse=True)
def secret() -> Iterator[None]:
    """Every run and every command of a session hashes alike."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REDTHREAD_SECRET", SECRET)
        yield


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    """A ClickHouse for all runs of a session."""
    with EmbeddedServer(tmp_path_factory.mktemp("clickhouse")) as address:
        yield address


@pytest.fixture(scope="session")
def embedded_runner(server: Address, tmp_path_factory: pytest.TempPathFactory) -> Runner:
    """The whole pipeline in this process."""
    return EmbeddedRunner(server, tmp_path_factory.mktemp("embedded"))


@pytest.fixture(scope="session")
def kafka_runner(server: Address, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """Workers and sinks on a broker that all runs of a session share."""
    with kafka(tmp_path_factory.mktemp("broker")) as broker:
        yield KafkaRunner(broker, server, tmp_path_factory.mktemp("kafka"), SECRET)


@pytest.fixture(scope="session", params=["embedded", pytest.param("kafka", marks=pytest.mark.thorough)])
def runner(request: pytest.FixtureRequest) -> Runner:
    """Every implementation that there is."""
    found: Runner = request.getfixturevalue(f"{request.param}_runner")
    return found


@pytest.fixture(scope="session")
def bpic2013(runner: Runner) -> Outcome:
    """The incidents of the service desk of Volvo IT, judged at their end."""
    return runner.run(EXAMPLES / "bpic2013" / "redthread.yaml", [shared_data("bpic2013") / "bpic2013_incidents.xes.gz"])


@pytest.fixture(scope="session")
def olist(runner: Runner) -> Outcome:
    """The marketplace and its marketing funnel, judged on the day of the last order event."""
    paths = [shared_data("olist_orders_main"), shared_data("olist_funnel")]
    return runner.run(EXAMPLES / "olist" / "redthread.yaml", paths, as_of="2018-10-18")
