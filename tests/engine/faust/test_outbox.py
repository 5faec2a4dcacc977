"""What is put while a batch is on its way goes together in the next one, in order; everyone hears of its own last record."""

import asyncio

import pytest

from streams.engine.faust.outbox import Outbox, RecordTooLarge

LARGEST = 4  # records of a batch; a value of more bytes than that fits into none


class Batch:
    """Like aiokafka's builder: `append` returns None for what does not fit."""

    def __init__(self):
        self.records = []

    def append(self, *, timestamp, key, value, headers):
        if len(self.records) == LARGEST or len(value) > LARGEST:
            return None
        self.records.append((key, value, tuple(headers)))
        return object()

    def record_count(self):
        return len(self.records)


class Partition:
    """A log; `fails` are the numbers of the batches that it refuses."""

    def __init__(self, *fails):
        self.batches, self._fails = [], fails

    async def ship(self, batch):
        await asyncio.sleep(0.001)
        if len(self.batches) in self._fails:
            self.batches.append([])
            raise ConnectionError("refused")
        first = sum(len(records) for records in self.batches)
        self.batches.append([value for _, value, _ in batch.records])
        return first


def items(*values):
    return [(None, value) for value in values]


def sent(partition, *waves):
    """Every wave is put while the one before is on its way; what became of each parcel."""

    async def main():
        outbox, waiting = Outbox(Batch, partition.ship), []
        for wave in waves:
            waiting += [outbox.put(items(*values), []) for values in wave]
            await asyncio.sleep(0)
        return await asyncio.gather(*waiting, return_exceptions=True)

    return asyncio.run(main())


def test_parcels_that_wait_share_a_batch_and_each_hears_the_offset_of_its_own_last_record():
    log = Partition()
    assert sent(log, [[b"a", b"b"]], [[b"c"], [b"d", b"e"]]) == [1, 2, 4]
    assert log.batches == [[b"a", b"b"], [b"c", b"d", b"e"]]


def test_a_parcel_that_does_not_fit_goes_on_in_the_next_batch_and_is_sent_when_all_of_it_is():
    log = Partition()
    assert sent(log, [[b"a", b"b", b"c"], [b"d", b"e", b"f"]]) == [2, 5]
    assert log.batches == [[b"a", b"b", b"c", b"d"], [b"e", b"f"]]


def test_who_shared_a_batch_that_failed_hears_of_it_and_later_ones_are_sent():
    log = Partition(0)
    first, second, third = sent(log, [[b"a"], [b"b"]], [[b"c"]])
    assert isinstance(first, ConnectionError)
    assert second is first
    assert (third, log.batches) == (0, [[], [b"c"]])


@pytest.mark.parametrize("values", [[b"large"], [b"a", b"large"]])
def test_a_record_that_fits_into_no_batch_is_an_error(values):
    (error,) = sent(Partition(), [values])
    assert isinstance(error, RecordTooLarge)
    assert "large" not in str(error).replace("larger", "")


def test_headers_are_those_of_the_parcel():
    seen = []

    async def ship(batch):
        seen.extend(batch.records)
        return 0

    async def main():
        outbox = Outbox(Batch, ship)
        await asyncio.gather(outbox.put(items(b"a"), [("type", b"x")]), outbox.put(items(b"b"), []))

    asyncio.run(main())
    assert seen == [(None, b"a", (("type", b"x"),)), (None, b"b", ())]
