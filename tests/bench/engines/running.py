"""One engine at work: topics, folder and process of one run, and nothing of them afterwards."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.engines.contestants import ROOT, Contestant
from tests.bench.engines.kafka_side import Topics
from tests.bench.engines.processes import Session, fields_of

SERVER_TIME = {"message.timestamp.type": "LogAppendTime"}  # of alerts: one clock for all engines
SETTLE = 1.0  # seconds until the broker leads the partitions of a new topic


@dataclass(frozen=True)
class Setting:
    """What a run is made of. The name of the run is part of every topic that it makes."""

    run: str
    contestant: Contestant
    servers: str
    broker: int  # process id
    input: str
    folder: Path
    commit: int  # seconds; what an engine has not made durable by then it does again after a crash: the same for all
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def output(self) -> str:
        return f"{self.run}-alerts"

    def broker_cpu(self) -> float:
        """Seconds so far."""
        found = fields_of(self.broker)
        return found.cpu if found else 0.0

    def filled(self, words: Iterable[str]) -> list[str]:
        """A command line with the folder of this run."""
        return [*self.contestant.ready(), *(word.format(folder=self.folder, commit=self.commit) for word in words)]

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            **self.contestant.environment,
            **self.more,
            "PYTHONPATH": str(ROOT),
            "BENCH_RUN": self.run,
            "BENCH_SERVERS": self.servers,
            "BENCH_INPUT": self.input,
            "BENCH_OUTPUT": self.output,
            "BENCH_FOLDER": str(self.folder),
            "BENCH_COMMIT": str(self.commit),
        }


@contextmanager
def running(setting: Setting) -> Iterator[Session]:
    """The engine's session; it is stopped and everything it made is removed."""
    setting.folder.mkdir(parents=True)
    topics = Topics(setting.servers)
    session: Session | None = None
    try:
        topics.create(setting.output, **SERVER_TIME)
        for table in setting.contestant.changelogs:
            topics.create(f"{setting.run}-{table}-changelog", **{"cleanup.policy": "compact"})
        time.sleep(SETTLE)
        if setting.contestant.first:
            subprocess.run(setting.filled(setting.contestant.first), env=setting.environment, check=True, capture_output=True)
        session = Session(setting.filled(setting.contestant.words), setting.environment, setting.folder.with_suffix(".log"))
        yield session
    finally:
        if session is not None:
            session.stop()
        topics.remove(setting.run)
        topics.close()
        shutil.rmtree(setting.folder, ignore_errors=True)
