"""What goes wrong ends the process, or is left to somebody else, and nothing of it is acknowledged."""

import pytest
from aiokafka.errors import KafkaTimeoutError

from streams.core.brake import BrakePulled, Pulled
from streams.engine.faust.lanes import EXIT_BRAKE, EXIT_BUG, spoken
from tests.engine.faust.lanes_story import Sends, States, Stream, chunk, effects, nothing, run


def test_an_error_ends_the_process_before_anything_is_acknowledged():
    stream = Stream(chunk("t", 1))

    def fold(tp, records):
        raise ValueError("a secret")

    assert run(stream, fold) == [EXIT_BUG]
    assert stream.consumer.story == []


def test_an_output_that_is_lost_ends_the_process_before_anything_is_saved_or_acknowledged():
    stream = Stream(chunk("t", 1))
    story = stream.consumer.story

    class Lost(Sends):
        def _acknowledge(self, sent, routed):
            sent.set_exception(KafkaTimeoutError("no answer"))

    def fold(_tp, _records):
        return [effects(story, ("out",), States(story))]

    assert run(stream, fold, Lost(story)) == [EXIT_BUG] * 2, "whoever waits says so; a process ends at the first"
    assert story == [("put", ("out",))]


def test_the_brake_ends_the_process_before_anything_is_acknowledged_with_a_code_of_its_own(capsys, caplog):
    stream = Stream(chunk("t", 1))
    pulled = BrakePulled(Pulled("shop", 200, 300, {"not_json": 200}))

    def fold(tp, records):
        raise pulled

    assert run(stream, fold) == [EXIT_BRAKE]
    assert stream.consumer.story == []
    said = capsys.readouterr().out + caplog.text  # the latter once another test of this process has set up the logs of a worker
    assert "the brake on dead letters was pulled" in said
    assert str(pulled) in said


def test_a_chunk_that_a_rebalance_has_overtaken_is_left_to_whoever_gets_it_again():
    stream = Stream(chunk("t", 1, epoch=0), chunk("t", 2))
    run(stream, nothing)
    assert stream.consumer.story == [("dropped", "t", 1), ("handled", "t", 2), ("acknowledged", "t", 2)]


@pytest.mark.parametrize(
    ("error", "said"),
    [(ValueError("anna@example.org"), "ValueError"), (KafkaTimeoutError("no answer"), "KafkaTimeoutError: KafkaTimeoutError: no answer")],
)
def test_a_log_holds_no_value_of_a_record(error, said):
    assert spoken(error) == said
