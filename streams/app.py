"""The Faust app of a company: its sources and stages, wired to the topics of one installation."""

from schemas.command import commands_source
from schemas.strict import InvalidConfiguration
from streams.bootstrap import customer_stage
from streams.config import Loaded
from streams.core.brake import Watch
from streams.core.identity import IdentityRules
from streams.engine.faust.app import WorkerApp
from streams.engine.faust.configuration import Worker
from streams.settings import Settings
from streams.stages.ingest import Ingest


def create_app(settings: Settings, loaded: Loaded, worker: Worker, *, brake: bool = True) -> WorkerApp:
    """An app that can be run once; `brake` stops it when too much becomes dead letters. Raises `InvalidConfiguration` where a company cannot be run on Kafka."""
    company, secret = loaded.company, settings.identifier_secret()
    if secret is None:
        raise InvalidConfiguration(["REDTHREAD_SECRET: is not set; every worker must hash identifiers with the same key"])
    sources = [source for source in company.sources if source.input.topic]
    if not sources:
        raise InvalidConfiguration(
            [f"{loaded.path}:1: sources: none of them names a topic (input: {{topic: ...}}), so a worker has nothing to read"]
        )
    return WorkerApp(
        worker,
        ingest=Ingest(company, secret),
        sources=[*sources, commands_source(worker.topics.commands)],
        identity=IdentityRules.of(company),
        customers=customer_stage(company, loaded.court),
        longest=company.max_record,
        watch=Watch(company.brake) if brake else None,
    )
