-- Contacts of every day, computed anew as a whole with every refresh. What says how a matter stands (a ticket resolved, a parcel
-- delivered, a promise kept) is no contact of its own: the message about it is.
CREATE TABLE {database}.contact_pressure_daily{on_cluster}
(
    day          Date COMMENT 'Day, UTC',
    department   LowCardinality(String) COMMENT 'Department that turned to the customer',
    channel      LowCardinality(String) COMMENT 'Channel such as mail; empty when unknown',
    campaign     String COMMENT 'Campaign, the attribute of that name; empty for none',
    contacts     UInt64 COMMENT 'How many contacts',
    automatic    UInt64 COMMENT 'Those that no person wrote: campaigns, surveys and what carries the attribute automatic',
    customers    UInt64 COMMENT 'Customers that they went to',
    again        UInt64 COMMENT 'Contacts of customers whom some department had contacted before on that day',
    crossing     UInt64 COMMENT 'Those among them where it was another department that had',
    refreshed_at DateTime64(3, 'UTC') COMMENT 'Generation: when it was computed'
)
ENGINE = {replacing_everywhere}(refreshed_at)
ORDER BY (day, department, channel, campaign)
COMMENT 'Contacts by day, in generations; read the view contact_pressure instead';

CREATE MATERIALIZED VIEW {database}.contact_pressure_daily_mv{on_cluster} REFRESH EVERY 1 HOUR APPEND TO {database}.contact_pressure_daily AS
SELECT
    day, touch.3 AS department, touch.4 AS channel, touch.5 AS campaign,
    count() AS contacts, countIf(touch.6) AS automatic, uniqExact(customer_id) AS customers, countIf(nth > 1) AS again,
    countIf(arrayExists(before -> before.3 != touch.3, arraySlice(touches, 1, nth - 1))) AS crossing,
    now64(3, 'UTC') AS refreshed_at
FROM
(
    SELECT
        customer_id, toDate(occurred_at) AS day,
        arraySort(groupArray((
            occurred_at, event_id, toString(department), toString(channel), attributes['campaign'],
            startsWith(type, 'campaign.') OR startsWith(type, 'survey.') OR attributes['automatic'] = 'true'))) AS touches
    FROM {database}.timeline
    WHERE direction = 'outbound' AND NOT match(type, '^(ticket|complaint|parcel|promise)[.]')
    GROUP BY customer_id, day
)
ARRAY JOIN touches AS touch, arrayEnumerate(touches) AS nth
GROUP BY day, department, channel, campaign;

-- How often does who turn to our customers, and how often on top of each other?
CREATE VIEW {database}.contact_pressure{on_cluster}
(
    day          Date COMMENT 'Day, UTC',
    department   LowCardinality(String) COMMENT 'Department that turned to the customer',
    channel      LowCardinality(String) COMMENT 'Channel such as mail; empty when unknown',
    campaign     String COMMENT 'Campaign, the attribute of that name; empty for none',
    contacts     UInt64 COMMENT 'How many contacts',
    automatic    UInt64 COMMENT 'Those that no person wrote: campaigns, surveys and what carries the attribute automatic',
    customers    UInt64 COMMENT 'Customers that they went to; days and departments share customers, so do not add these up',
    again        UInt64 COMMENT 'Contacts of customers whom some department had contacted before on that day',
    crossing     UInt64 COMMENT 'Those among them where it was another department that had',
    refreshed_at DateTime64(3, 'UTC') COMMENT 'When this was computed'
)
AS SELECT day, department, channel, campaign, contacts, automatic, customers, again, crossing, refreshed_at
FROM {database}.contact_pressure_daily
WHERE refreshed_at = (SELECT max(refreshed_at) FROM {database}.contact_pressure_daily)
COMMENT 'Outbound contacts by day, department, channel and campaign; computed every hour';
