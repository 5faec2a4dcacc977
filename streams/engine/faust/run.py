"""Run a worker until it is told to stop or cannot go on."""

import asyncio
import gc
import signal
import time

import structlog

from streams.engine.faust.app import WorkerApp
from streams.engine.faust.watchdog import LOOK_EVERY

EXIT_CRASHED = 1
STOP_WITHIN = 60.0  # seconds for the chunks in work, their acknowledgements and a last commit
YOUNG, MIDDLE, OLD = 50_000, 20, 100  # the cached states are long-lived: collecting them again and again costs a tenth of the time

log = structlog.get_logger("redthread.worker")


async def run(app: WorkerApp) -> int:
    """The exit code: 0 after SIGTERM or SIGINT, else the worker has crashed."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
    starting = asyncio.create_task(app.faust.start())
    rounds = asyncio.create_task(_rounds(app))
    stopping = asyncio.create_task(stop.wait())
    crashed = asyncio.create_task(app.faust._crashed.wait())
    log.info("started", worker=app.worker.name, group=app.worker.topics.app, servers=app.worker.servers)
    await asyncio.wait({stopping, crashed, rounds}, return_when=asyncio.FIRST_COMPLETED)
    failed = crashed.done() or rounds.done() or (starting.done() and starting.exception() is not None)
    rounds.cancel()
    if failed:
        log.critical("crashed", reason=repr(app.faust.crash_reason or (rounds.exception() if rounds.done() and not rounds.cancelled() else None)))
        return EXIT_CRASHED
    log.info("stopping")
    await asyncio.wait_for(app.faust.stop(), STOP_WITHIN)
    log.info("stopped")
    return 0


async def _rounds(app: WorkerApp) -> None:
    """What is done again and again: report, watch, measure."""
    pause, looked = 1.0 / app.worker.ticks, 0.0
    while True:
        started = time.monotonic()
        app.beat = started
        await app.report()
        if started - looked >= LOOK_EVERY:
            looked = started
            app.look()
        await asyncio.sleep(max(pause - (time.monotonic() - started), 0.01))
