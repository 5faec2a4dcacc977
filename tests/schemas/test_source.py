"""A source file says what is wrong with it, where, and what was probably meant."""

import pytest

from schemas.source import Choice, Source, is_plain, words_of
from schemas.strict import InvalidConfiguration, load_yaml, validate

SHOP = """
source: shop-orders
department: online
input: {format: csv, files: "*orders_dataset*"}
timezone: America/Sao_Paulo
lateness: 10m
quiet: 2h
defaults: {time: at, identifiers: {shop_customer: customer_id, person: [customer_unique_id, "=nobody"]}, refs: {order: order_id}}
events:
  - {type: order.placed, time: order_purchase_timestamp, direction: inbound, due_at: estimated, attributes: {status: order_status}}
  - {type: {from: state, map: {sent: parcel.handed_over, there: parcel.delivered}, else: parcel.lost}, department: {from: by, map: {own: offline}, else: logistics}}
  - {type: payment.approved, identifiers: {person: null}, refs: {payment: payment_id}, direction: {from: way, map: {in: inbound}}}
"""


def read(text: str) -> Source:
    return validate(Source, load_yaml(text, "shop.yaml"), "shop.yaml", text)


def problems(text: str) -> list[str]:
    with pytest.raises(InvalidConfiguration) as caught:
        read(text)
    return list(caught.value.problems)


def test_defaults_are_filled_into_the_events_and_null_takes_one_away():
    placed, moved, paid = read(SHOP).resolved
    assert placed.time == ("order_purchase_timestamp",)
    assert moved.time == ("at",)
    assert placed.identifiers == {"shop_customer": ("customer_id",), "person": ("customer_unique_id", "=nobody")}
    assert paid.identifiers == {"shop_customer": ("customer_id",)}
    assert paid.refs == {"order": ("order_id",), "payment": ("payment_id",)}


def test_a_source_knows_its_departments_and_the_types_that_it_can_yield():
    shop = read(SHOP)
    assert shop.departments == ("online", "offline", "logistics")
    assert shop.types == {
        "order.placed": ("online",),
        "parcel.handed_over": ("offline", "logistics"),
        "parcel.delivered": ("offline", "logistics"),
        "parcel.lost": ("offline", "logistics"),
        "payment.approved": ("online",),
    }


def test_native_sources_need_no_events_and_may_rename_types():
    crm = read("{source: crm, department: sales, input: {format: cloudevents, topic: crm}, rename: {com.example.won: deal.won}}")
    assert (crm.departments, crm.types, crm.resolved) == (("sales",), {"deal.won": ("sales",)}, ())


def test_the_words_of_a_choice_are_those_that_it_can_give():
    assert words_of(Choice(source=("a",), map={"1": "x", "2": "y", "3": "x"})) == ("x", "y")
    assert words_of(Choice(source=("a",), map={"1": "x"}, otherwise="z")) == ("x", "z")
    assert (words_of("x"), words_of(None)) == (("x",), ())


def test_a_path_is_plain_unless_it_needs_jmespath():
    assert [is_plain(path) for path in ("a.b", "time:timestamp", "organization involved", "a-b", "größe")] == [True] * 5
    assert [is_plain(path) for path in ("a[0]", "a | b", '"a"', "f(a)", "a,b", "")] == [False] * 6


@pytest.mark.parametrize(
    ("was", "now", "problem"),
    [
        ("America/Sao_Paulo", "America/Sao_Paolo", "shop.yaml:5: timezone: 'America/Sao_Paolo' is not a time zone; did you mean America/Sao_Paulo?"),
        ("America/Sao_Paulo", "'##'", "shop.yaml:5: timezone: '##' is not a time zone"),
        ("America/Sao_Paulo", "/etc", "shop.yaml:5: timezone: '/etc' is not a time zone"),
        ("format: csv", "format: cvs", "shop.yaml:4: input.format: Input should be 'csv', 'jsonl', 'json', 'cloudevents', 'segment' or 'xes'"),
        ("format: csv", "format: csv, encoding: utf8000", "shop.yaml:4: input.encoding: 'utf8000' is not an encoding; common ones are utf-8, cp1252, iso-8859-1, utf-16"),
        ("format: csv", "format: csv, records: 'a['", None),
        ("direction: inbound", "direction: inbond", "shop.yaml:10: events.0.direction: 'inbond' is not a direction; did you mean inbound?"),
        ("direction: inbound", "direction: '#'", "shop.yaml:10: events.0.direction: '#' is not a direction; write one of inbound, outbound, internal"),
        ("map: {in: inbound}", "map: {in: inside}", "shop.yaml:12: events.2.direction: 'inside' is not a direction; write one of inbound, outbound, internal"),
        ("type: order.placed", "type: Order Placed", "shop.yaml:10: events.0.type: 'Order Placed' is not an event type: dotted, lower case, past tense, such as order.placed"),
        ("else: parcel.lost", "else: lost", "shop.yaml:11: events.1.type: 'lost' is not an event type: dotted, lower case, past tense, such as order.placed"),
        ("order: order_id", "order: 'order_id['", None),
        ("order: order_id", "order: ' '", "shop.yaml:8: defaults.refs.order.0: a value is a field path, a =literal or a JMESPath expression, not an empty text"),
        ("10m", "10 minutes", "shop.yaml:6: lateness: '10 minutes' is not a duration: write 30m, 8h, 3d or 2w"),
        ("time: at, ", "", "shop.yaml:1: (the document): source shop-orders: events.1 (parcel.handed_over/parcel.delivered/parcel.lost): time: is missing"),
        ("person: null", "person: null, shop_customer: null", "shop.yaml:1: (the document): source shop-orders: events.2 (payment.approved): identifiers: is missing"),
        ("events:", "rename: {a: order.placed}\nevents:", "shop.yaml:1: (the document): source shop-orders: rename: is for cloudevents and segment; events: say it with type:"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_file_line_and_field(was, now, problem):
    (told,) = problems(SHOP.replace(was, now))
    assert problem is None or told == problem
    assert told.startswith("shop.yaml:")


def test_a_path_that_is_neither_plain_nor_jmespath_says_how_to_write_it():
    (told,) = problems(SHOP.replace("order: order_id", "order: 'Amount (EUR)'"))
    assert told.startswith(
        "shop.yaml:8: defaults.refs.order.0: 'Amount (EUR)' is neither a plain field path nor valid JMESPath (there is no function Amount);"
    )
    assert told.endswith("""write =Amount (EUR) for the literal text, '"Amount (EUR)"' for a field of this name""")
    read(SHOP.replace("order: order_id", """order: '"Amount (EUR)"'"""))


def test_a_function_that_does_not_exist_fails_at_load_with_the_nearest():
    (told,) = problems(SHOP.replace("order: order_id", "order: 'a || (b && to_numbr(order_id)) | [0]'"))
    assert "(there is no function to_numbr; did you mean to_number?)" in told
    read(SHOP.replace("order: order_id", "order: 'items[?price > `5`] | [0].id'"))
    read(SHOP.replace("order: order_id", "order: 'max_by(items, &price).id'"))
    read(SHOP.replace("order: order_id", "order: 'items[0:2].id'"))


def test_a_zone_can_be_left_to_the_company():
    assert read(SHOP.replace("America/Sao_Paulo", "null")).timezone is None


def test_a_foreign_format_needs_events():
    assert problems("{source: a, department: b, input: {format: csv}}") == [
        "shop.yaml:1: (the document): source a: format csv needs events: (what a record means)"
    ]


def test_records_that_are_not_utf8_can_be_refused():
    assert read(SHOP.replace("format: csv", "format: csv, fallback: null")).input.fallback is None
