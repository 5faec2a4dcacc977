from hypothesis import given
from hypothesis import strategies as st
from kafka.partitioner.default import murmur2

from schemas.clock import Clock, Report, Tick
from schemas.codec import encode
from schemas.dead_letter import DeadLetter
from schemas.envelope import seal
from schemas.identity import IdentityChange, Join
from schemas.topics import LARGEST_RECORD, Topics
from schemas.touchpoint import Origin
from streams.engine.faust.router import Partitioner, Router
from streams.stages.step import Send

TOPICS = Topics(partitions=3)
EIGHT = Topics(partitions=8)
CHANGE = IdentityChange(identifier="email:a", customer_id="c", first_seen=1, version=1)


def letter(payload):
    return DeadLetter(reason="not_json", field="", message="no", source="s", origin=Origin("t", 0, 1), payload=payload)


@given(st.binary(max_size=64), st.integers(1, 50))
def test_a_key_lives_where_every_kafka_client_would_put_it(key, partitions):
    assert Partitioner(partitions)(key) == (murmur2(key) & 0x7FFFFFFF) % partitions


def test_a_message_goes_to_the_partition_of_its_key():
    join = Join("f1", "f0")
    key = b"f1"
    assert Router(TOPICS).route(2, [Send("customer", "f1", join)]) == {(TOPICS.customer, Partitioner(3)(key)): [(key, encode(join))]}


def test_what_a_partition_of_a_stage_publishes_stays_together():
    places = [Router(EIGHT).route(number, [CHANGE, CHANGE]) for number in range(8)]
    assert places == [{(EIGHT.named("identity.changes"), number % 2): [seal(CHANGE)] * 2} for number in range(8)]


def test_topics_of_sources_may_have_more_partitions_than_ours():
    dead = letter(b"x")
    assert Router(EIGHT).route(11, [dead]) == {(EIGHT.named("ingest.dead-letters"), 1): [seal(dead)]}


def test_a_tick_goes_to_every_partition_of_the_stage_of_its_level():
    for level, topic in enumerate((TOPICS.identify, TOPICS.identify, TOPICS.customer, TOPICS.customer)):
        tick = Tick(level, Clock(5))
        assert Router(TOPICS).route(0, [tick]) == {(topic, number): [(None, encode(tick))] for number in range(3)}


def test_reports_go_to_whoever_keeps_the_time():
    report = Report(1, 2, Clock(5))
    assert Router(TOPICS).reports([report]) == {(TOPICS.time, 0): [(None, encode(report))]}
    assert Router(TOPICS).reports([]) == {}


def test_of_a_payload_that_fits_into_no_message_the_beginning_is_kept():
    ((_, [(_, value)]),) = Router(TOPICS).route(0, [letter(b"x" * (LARGEST_RECORD + 1))]).items()
    assert value == seal(letter(b"x" * LARGEST_RECORD))[1].replace(
        b'"message":"no"', b'"message":"no; the first %b bytes are kept"' % f"{LARGEST_RECORD:,}".encode()
    )
