"""Run a worker until it is told to stop or cannot go on."""

import asyncio
import os
import signal
import time
import traceback

import structlog

from streams.engine import collector
from streams.engine.faust.app import WorkerApp
from streams.engine.faust.lanes import spoken
from streams.engine.faust.watchdog import LOOK_EVERY

EXIT_CRASHED = 1
STOP_WITHIN = 60.0  # seconds for the chunks in work, their acknowledgements and a last commit
COLLECT_EVERY = 600.0  # seconds: work makes no cycles, trouble with servers a few, and the walk through what is new may take a second

log = structlog.get_logger("redthread.worker")


async def run(app: WorkerApp) -> int:
    """0 after SIGTERM or SIGINT. A worker that cannot go on ends its process at once."""
    with collector.kept_away():
        return await _run(app)


async def _run(app: WorkerApp) -> int:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    log.info("started", worker=app.worker.name, group=app.worker.topics.app, servers=app.worker.servers)
    stopping = asyncio.create_task(stop.wait())
    failing = asyncio.create_task(_failure(app))
    await asyncio.wait({stopping, failing}, return_when=asyncio.FIRST_COMPLETED)
    if failing.done():
        error = failing.result()
        trace = [] if error is None else traceback.format_tb(error.__traceback__)  # lines of code, no values
        log.critical("crashed", error="the engine stopped" if error is None else spoken(error), at=trace)
        os._exit(EXIT_CRASHED)  # threads of the engine may never end
    failing.cancel()
    log.info("stopping")
    await asyncio.wait_for(app.faust.stop(), STOP_WITHIN)
    log.info("stopped")
    return 0


async def _failure(app: WorkerApp) -> BaseException | None:
    """Keep everything running until something fails; what it was."""
    starting = asyncio.create_task(app.faust.start())
    endless = {asyncio.create_task(app.faust._crashed.wait()), asyncio.create_task(_rounds(app)), asyncio.create_task(app.reporter.run())}
    try:
        done, _ = await asyncio.wait({starting, *endless}, return_when=asyncio.FIRST_COMPLETED)
        if done == {starting} and starting.exception() is None:  # started, all states recovered
            log.info("ready")
            done, _ = await asyncio.wait(endless, return_when=asyncio.FIRST_COMPLETED)
        errors = [task.exception() for task in done]
        return next((error for error in errors if error is not None), app.faust.crash_reason)
    finally:
        for task in endless:
            task.cancel()


async def _rounds(app: WorkerApp) -> None:
    """What is done again and again: report, watch, measure."""
    pause, looked, collected = 1.0 / app.worker.ticks, 0.0, time.monotonic()
    while True:
        started = time.monotonic()
        app.beat, app.settled = started, app.is_settled
        app.report()
        if started - looked >= LOOK_EVERY:
            looked = started
            app.look()
        if started - collected >= COLLECT_EVERY:
            collected = started
            collector.look()
        await asyncio.sleep(max(pause - (time.monotonic() - started), 0.01))
