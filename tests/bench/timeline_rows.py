"""A timeline of any length made inside the server, so that a benchmark of views does not wait for a sink.

Ten rows make a case: noise of the shop, an order, a ticket, a lead. Cases are spread over a year and over customers like a hash spreads
them; one customer in eight was linked later to another one.
"""

from clickhouse_driver import Client

from schemas.command import EVERYBODY
from schemas.ids import identifier_id

STEPS = 10  # rows of a case
LINKED = 8  # one customer in so many has an override, so that views pay for looking identities up
CASES = (
    ("", ("page.viewed", "page.viewed", "campaign.sent", "campaign.opened", "page.viewed", "cart.updated", "campaign.sent", "page.viewed", "record.updated", "store.visited")),
    ("order", ("order.placed", "payment.approved", "contact.inbound", "contact.outbound", "parcel.handed_over", "parcel.delivered", "survey.sent", "survey.answered", "contact.outbound", "review.received")),
    ("", ("page.viewed", "campaign.sent", "page.viewed", "campaign.opened", "campaign.clicked", "page.viewed", "campaign.sent", "page.viewed", "cart.updated", "campaign.sent")),
    ("ticket", ("ticket.opened", "ticket.assigned", "ticket.accepted", "contact.inbound", "ticket.assigned", "ticket.accepted", "contact.outbound", "ticket.resolved", "contact.inbound", "ticket.closed")),
    ("", ("campaign.sent", "campaign.sent", "campaign.opened", "page.viewed", "page.viewed", "cart.updated", "page.viewed", "page.viewed", "campaign.sent", "page.viewed")),
    ("lead", ("lead.created", "lead.qualified", "lead.handed_over", "claim.opened", "call.made", "promise.made", "promise.kept", "quote.sent", "deal.won", "claim.released")),
    ("", ("page.viewed", "campaign.sent", "page.viewed", "page.viewed", "record.updated", "page.viewed", "page.viewed", "campaign.sent", "page.viewed", "page.viewed")),
    ("ticket", ("ticket.opened", "ticket.assigned", "ticket.accepted", "promise.made", "promise.moved", "promise.kept", "contact.outbound", "ticket.resolved", "ticket.reopened", "ticket.closed")),
)  # fmt: skip
OUTBOUND = (
    "campaign.sent", "contact.outbound", "parcel.delivered", "survey.sent", "ticket.resolved", "call.made", "promise.made", "promise.moved", "promise.kept",
    "quote.sent",
)  # fmt: skip
INBOUND = (
    "page.viewed", "campaign.opened", "campaign.clicked", "cart.updated", "store.visited", "order.placed", "payment.approved", "contact.inbound",
    "survey.answered", "review.received", "ticket.opened", "ticket.reopened", "lead.created", "deal.won",
)  # fmt: skip
DEPARTMENTS = {"page": "online", "cart": "online", "order": "online", "payment": "online", "record": "online", "store": "offline", "parcel": "offline",
               "campaign": "marketing", "survey": "marketing", "lead": "marketing"}  # fmt: skip

_CASE = f"""
    number AS n, intDiv(number, {STEPS}) AS case, number % {STEPS} AS step, case % {len(CASES)} AS template,
    {[kind for kind, _ in CASES]!r}[template + 1] AS kind,
    arrayElement({[list(types) for _, types in CASES]!r}[template + 1], step + 1) AS type,
    splitByChar('.', type)[1] AS subject, sipHash64(case) AS spread,
    reinterpretAsUUID(sipHash128('customer', spread % {{customers}})) AS customer,
    toDateTime64('2025-01-01 00:00:00', 6, 'UTC') + toIntervalSecond(spread % 31000000 + step * 7200 + n % 600) AS at,
    reinterpretAsUUID(sipHash128('event', n)) AS event
"""
TIMELINE = f"""
INSERT INTO timeline_events (anchor_id, attributed_id, customer_id, occurred_at, event_id, department, type, channel, direction, team, agent, source,
    source_event_id, due_at, recorded_at, identifiers, refs, facts, attributes, digest, topic, offset, version)
SELECT customer, customer, customer, at, event,
    transform(subject, {list(DEPARTMENTS)!r}, {list(DEPARTMENTS.values())!r}, kind = 'lead' ? 'sales' : 'service') AS department, type,
    ['mail', 'phone', 'browser', 'store'][(n + case) % 4 + 1],
    multiIf(type IN {OUTBOUND!r}, 'outbound', type IN {INBOUND!r}, 'inbound', 'internal'),
    department = 'service' ? concat('team ', toString((case + intDiv(step, 4)) % 12)) : '', concat('agent ', toString(case % 300)), department,
    toString(n), startsWith(type, 'promise.m') ? toNullable(at + toIntervalDay(1)) : NULL, at, [concat('customer:', toString(spread % {{customers}}))],
    kind = '' ? map() : (subject = 'promise' ? map(kind, [toString(case)], 'promise', [toString(case)]) : map(kind, [toString(case)])),
    type = 'contact.inbound' ? [concat('fact ', toString(case % 20))] : [],
    multiIf(subject = 'campaign', map('campaign', concat('news ', toString(case % 40))), type IN ('survey.answered', 'review.received'), map('score', toString(1 + n % 5)),
        type = 'lead.created', map('origin', ['search', 'fair', 'partner'][case % 3 + 1]),
        type IN ('ticket.opened', 'ticket.reopened'), map('product', concat('product ', toString(case % 500))), map()),
    n, 'made', n, 1
FROM (SELECT {_CASE} FROM numbers({{first}}, {{rows}}))
"""
IDENTITY = f"""
INSERT INTO identity_versions (identifier_id, kind, identifier, customer_id, own_customer_id, first_seen, version)
SELECT reinterpretAsUUID(sipHash128('customer', number)), 'customer', concat('customer:', toString(number)),
    reinterpretAsUUID(sipHash128('customer', number % {LINKED} = 0 ? number + 1 : number)), reinterpretAsUUID(sipHash128('customer', number)), toDateTime64(0, 6, 'UTC'), 1
FROM numbers({{customers}})
"""
JOURNEYS = f"""
INSERT INTO journey_latest (journey_id, kind, customer_id, matter, ref, status, opened_at, ended_at, last_at, departments, teams, handoffs, bounces,
    touches_in, touches_out, repeats, promises, reopened, turn, waits_for, waiting, findings, version)
SELECT reinterpretAsUUID(sipHash128('journey', case)), kind, customer, concat(kind, ':', toString(case)) AS matter, matter, case % 10 = 3 ? 'open' : 'completed', at,
    case % 10 = 3 ? NULL : toNullable(at + toIntervalHour(16)), at + toIntervalHour(18), ['online', 'service'], [], case % 5, case % 2, case % 4, case % 3,
    case % 2, 0, case % 7 = 0, 'us', '', map('service', 1000000 * (case % 90000), 'customer', 1000000 * (case % 9000)), [], 1
FROM (SELECT {_CASE} FROM numbers({{rows}}))
WHERE kind != '' AND step = 0
"""
ALERTS = f"""
INSERT INTO alert_versions (alert_id, rule, rule_version, status, level, severity, customer_id, matter, journey, key, anchor, responsible, departments, starts_at,
    occurrences, title, change, cause, historical, changed_at, version)
SELECT reinterpretAsUUID(sipHash128('alert', case)), concat('rule ', toString(case % 31)), 'v1', state, 'broken', 'high', customer,
    concat(kind, ':', toString(case)), kind, [toString(case)], event, ['service', 'sales', 'offline'][case % 3 + 1], ['service'], at + toIntervalHour(12), 1,
    'Broken', state = 'open' ? 'opened' : state, state = 'withdrawn' ? 'late_event' : '', false, at + toIntervalHour(12 + nth), nth
FROM (SELECT {_CASE} FROM numbers({{rows}}))
ARRAY JOIN [1, 2] AS nth, ['open', ['acknowledged', 'resolved', 'resolved', 'withdrawn'][intDiv(case, 8) % 4 + 1]] AS state
WHERE kind != '' AND step = 0 AND intDiv(case, 8) % 5 = 0
"""
ACKNOWLEDGED = f"""
INSERT INTO timeline_events (anchor_id, attributed_id, customer_id, occurred_at, event_id, department, type, direction, source, source_event_id, recorded_at,
    identifiers, refs, attributes, digest, topic, offset, version)
SELECT customer, customer, customer, at, reinterpretAsUUID(sipHash128('said', case)), 'wall', 'alert.acknowledged', 'internal', 'wall', toString(case), at, [],
    map('alert', [toString(reinterpretAsUUID(sipHash128('alert', case)))]), map('useful', case % 3 = 0 ? 'false' : 'true'), 1, 'said', case, 1
FROM (SELECT {_CASE} FROM numbers({{rows}}))
WHERE kind != '' AND step = 0 AND intDiv(case, 8) % 5 = 0
"""
BEATS = """
INSERT INTO timeline_events (anchor_id, attributed_id, customer_id, occurred_at, event_id, department, type, direction, source, source_event_id, recorded_at,
    identifiers, digest, topic, offset, version)
SELECT own, own, own, at, reinterpretAsUUID(sipHash128('beat', name, number)), 'wall', 'source.heartbeat', 'internal', name, concat('beat ', toString(number)), at,
    [concat('source:', name)], number, 'beats', number, 1
FROM (SELECT number, reinterpretAsUUID(sipHash128('source', name)) AS own, name, toDateTime64('2025-12-31 00:00:00', 6, 'UTC') - toIntervalMinute(5 * number) AS at
      FROM numbers(9000) ARRAY JOIN ['online', 'service'] AS name)
"""
COMMANDS = f"""
INSERT INTO timeline_events (anchor_id, attributed_id, customer_id, occurred_at, event_id, department, type, direction, agent, source, source_event_id, due_at,
    recorded_at, identifiers, refs, attributes, digest, topic, offset, version)
SELECT everybody ? toUUID('{identifier_id(EVERYBODY)}') : reinterpretAsUUID(sipHash128('customer', number)) AS who, who, who, at,
    reinterpretAsUUID(sipHash128('command', number)), 'wall', what, 'internal', concat('person ', toString(number % 12)), 'commands', toString(number),
    what = 'alert.silenced' ? toNullable(at + toIntervalYear(9)) : NULL, at,
    [everybody ? '{EVERYBODY}' : concat('customer:', toString(number))], map(),
    what LIKE 'alert.%' ? map('rule', concat('rule ', toString(number % 31))) : map('other', concat('customer:', toString(number + 1))), number, 'commands', number, 1
FROM (SELECT number, number % 10 = 0 AS everybody, ['alert.acknowledged', 'alert.silenced', 'identity.distinct'][(everybody ? number DIV 10 % 2 : number % 3) + 1] AS what,
          toDateTime64('2025-01-01 00:00:00', 6, 'UTC') + toIntervalSecond(sipHash64(number) % 31000000) AS at FROM numbers(20000))
"""
POLICIES = """
INSERT INTO contact_policy_latest (customer_id, holds, changed_at, version)
SELECT reinterpretAsUUID(sipHash128('customer', number)),
    arrayMap(nth -> (concat('rule ', toString((number + nth) % 5)), ['promo', 'survey'], nth = 1 ? 'mail' : '', [concat('order:', toString(number))],
        nth = 1 ? NULL : toNullable(now64(6, 'UTC') + toIntervalHour(number % 200 - 100)), ['parcel.delivered'], 'Not there yet.',
        [reinterpretAsUUID(sipHash128('event', number))]), range(number % 3)),
    now64(6, 'UTC'), 1
FROM numbers({customers})
"""


def fill(client: Client, rows: int, *, customers: int, block: int) -> None:
    """`rows` rows of the timeline in blocks of `block`, with identities, journeys, alerts, commands and contact policies that belong to them."""
    for first in range(0, rows, block):
        client.execute(TIMELINE.format(first=first, rows=min(block, rows - first), customers=customers))
    for statement in (IDENTITY, JOURNEYS, ALERTS, ACKNOWLEDGED, BEATS, COMMANDS, POLICIES):
        client.execute(statement.format(rows=rows, customers=customers))
