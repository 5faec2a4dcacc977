"""One line of JSON per event on stderr. Faust's and aiokafka's own lines are put into the same form, from warnings up.

Nothing logged holds a record: names, offsets, counts and errors only. SIGUSR1 makes a process say where each of its threads is, as lines of
code without values: the first question about one that seems to hang.
"""

import faulthandler
import logging
import signal
import sys

import structlog
from structlog.typing import Processor

STDERR = 2  # the one of the process
QUIET = {
    "faust": logging.WARNING,
    "mode": logging.ERROR,
    "aiokafka": logging.ERROR,
    "kafka": logging.ERROR,
    "clickhouse_driver": logging.CRITICAL,  # refused connections with their stack; the sink says in a line what it waits for
    "streams.engine.faust": logging.WARNING,
}


def configure(level: int = logging.INFO) -> None:
    """Called once, before anything is logged."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.JSONRenderer()],
        )
    )
    faulthandler.register(signal.SIGUSR1, file=STDERR)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name, quiet in QUIET.items():
        logging.getLogger(name).setLevel(quiet)
