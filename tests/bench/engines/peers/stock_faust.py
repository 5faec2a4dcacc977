"""The workload on faust-streaming as its documentation says: `faust -A ... worker`."""

import os

import faust

app = faust.App(
    os.environ["BENCH_RUN"],
    broker=f"kafka://{os.environ['BENCH_SERVERS']}",
    store="rocksdb://",
    topic_partitions=8,
    topic_replication_factor=1,
    datadir=os.environ["BENCH_FOLDER"],
    broker_commit_interval=float(os.environ["BENCH_COMMIT"]),
)
events = app.topic(os.environ["BENCH_INPUT"], key_type=str)
alerts = app.topic(os.environ["BENCH_OUTPUT"], key_type=str)
held = app.Table("held", key_type=str, options={"driver": "rocksdict"})


@app.agent(events)
async def process(stream):
    async for customer, event in stream.items():
        before, team, since, count = held.get(customer) or ("", "", "", 0)
        if event["team"] == team:
            held[customer] = [before, team, since, count + 1]
            continue
        if event["team"] == before:
            alert = {"customer_id": customer, "seq": event["seq"], "from": before, "via": team, "since": since}
            _ = await alerts.send(key=customer, value={**alert, "at": event["occurred_at"], "event_id": event["event_id"]})
        held[customer] = [team, event["team"], event["occurred_at"], count + 1]
