import asyncio

from schemas.clock import Clock, Report
from streams.engine.faust.reporter import Reporter

REPORTS = [Report(1, partition, Clock(5)) for partition in range(4)]


def test_what_is_reported_together_is_sent_together():
    async def main():
        sent = []

        async def send(reports):
            sent.append(reports)

        reporter = Reporter(send)
        running = asyncio.create_task(reporter.run())
        reporter.put([])
        reporter.put(REPORTS[:1])
        reporter.put(REPORTS[1:3])
        await asyncio.sleep(0.05)
        reporter.put(REPORTS[3:])
        await asyncio.sleep(0.05)
        running.cancel()
        return sent

    assert asyncio.run(main()) == [REPORTS[:3], REPORTS[3:]]
