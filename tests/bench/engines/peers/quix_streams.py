"""The workload on Quix Streams: state in RocksDB with a changelog, at least once; decoded by msgspec, which is faster than its own JSON."""

import os

from msgspec import Struct, json
from quixstreams import Application


class Event(Struct, gc=False):
    event_id: str
    customer_id: str
    team: str
    occurred_at: str
    seq: int


decode, encode = json.Decoder(Event).decode, json.Encoder().encode


def judge(value, state):
    event = decode(value)
    before, team, since, count = state.get("held") or ("", "", "", 0)
    if event.team == team:
        state.set("held", [before, team, since, count + 1])
        return None
    state.set("held", [team, event.team, event.occurred_at, count + 1])
    if event.team != before:
        return None
    return encode(
        {
            "customer_id": event.customer_id,
            "seq": event.seq,
            "from": before,
            "via": team,
            "since": since,
            "at": event.occurred_at,
            "event_id": event.event_id,
        }
    )


app = Application(
    broker_address=os.environ["BENCH_SERVERS"],
    consumer_group=os.environ["BENCH_RUN"],
    auto_offset_reset="earliest",
    commit_interval=float(os.environ["BENCH_COMMIT"]),
    state_dir=os.environ["BENCH_FOLDER"],
    loglevel="WARNING",
)
events = app.topic(os.environ["BENCH_INPUT"], value_deserializer="bytes", key_deserializer="str")
alerts = app.topic(os.environ["BENCH_OUTPUT"], value_serializer="bytes", key_serializer="str")
app.dataframe(events).apply(judge, stateful=True).filter(lambda alert: alert is not None).to_topic(alerts)
app.run()
