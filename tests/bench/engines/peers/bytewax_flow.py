"""The workload on Bytewax: a snapshot of the state in its recovery store at every commit; decoded by msgspec."""

import os

import bytewax.operators as op
from bytewax.connectors.kafka import KafkaSinkMessage
from bytewax.connectors.kafka import operators as kafka
from bytewax.dataflow import Dataflow
from confluent_kafka import OFFSET_BEGINNING
from msgspec import Struct, json

SERVERS = [os.environ["BENCH_SERVERS"]]


class Event(Struct, gc=False):
    event_id: str
    customer_id: str
    team: str
    occurred_at: str
    seq: int


decode, encode = json.Decoder(Event).decode, json.Encoder().encode


def judge(held, event):
    before, team, since, count = held or ("", "", "", 0)
    if event.team == team:
        return (before, team, since, count + 1), ()
    after = (team, event.team, event.occurred_at, count + 1)
    if event.team != before:
        return after, ()
    alert = {"customer_id": event.customer_id, "seq": event.seq, "from": before, "via": team, "since": since}
    return after, (encode({**alert, "at": event.occurred_at, "event_id": event.event_id}),)


flow = Dataflow("ping_pong")
events = kafka.input("events", flow, brokers=SERVERS, topics=[os.environ["BENCH_INPUT"]], starting_offset=OFFSET_BEGINNING, tail=True)
keyed = op.map("key", events.oks, lambda message: (message.key.decode(), decode(message.value)))
found = op.stateful_flat_map("judge", keyed, judge)
alerts = op.map("message", found, lambda item: KafkaSinkMessage(item[0].encode(), item[1]))
kafka.output("alerts", alerts, brokers=SERVERS, topic=os.environ["BENCH_OUTPUT"])
