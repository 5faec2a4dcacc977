"""Spans: what is opened, joined and closed, also inside one instant."""

from streams.core.rules.spans import shares, spans
from tests.core.rules.histories import BASE, HOUR
from tests.core.rules.stories import told


def opens(t):
    return t.type in ("t.open", "t.both")


def closes(t):
    return t.type in ("t.close", "t.both")


def cut(*touchpoints, **how):
    """Members and closers of each span, by name."""
    ordered = sorted(touchpoints, key=lambda t: t.order)
    found = spans(ordered, opens, closes, **how)
    return sorted(("".join(t.event_id for t in span.members), "".join(t.event_id for t in span.closers)) for span in found)


def team(t):
    return t.team or None


def test_a_span_is_joined_while_it_is_open_and_opened_anew_once_it_is_closed():
    story = [told(hour, type, name) for hour, type, name in
             ((0, "t.open", "a"), (1, "t.open", "b"), (2, "t.close", "c"), (3, "t.close", "d"), (4, "t.open", "e"))]  # fmt: skip
    assert cut(*story) == [("ab", "c"), ("e", "")]


def test_joining_prolongs_its_life_and_what_has_run_out_is_not_joined():
    life = {"life": lambda t: t.at + 2 * HOUR}
    opened = [told(hour, "t.open", name) for hour, name in ((0, "a"), (2, "b"), (4, "c"), (6.5, "d"))]
    assert cut(*opened, **life) == [("abc", ""), ("d", "")]
    assert cut(told(0, "t.open", "a"), told(3, "t.close", "b"), **life) == [("a", "")]
    assert [span.end for span in spans(opened, opens, closes, **life)] == [BASE + 6 * HOUR, BASE + int(8.5 * HOUR)]


def test_spans_are_told_apart_by_a_field_and_a_closer_without_a_value_closes_all():
    opened = told(0, "t.open", "a", team="A"), told(1, "t.open", "b", team="B")
    assert cut(*opened, told(2, "t.close", "c", team="B"), each=team) == [("a", ""), ("b", "c")]
    assert cut(*opened, told(2, "t.close", "c"), each=team) == [("a", "c"), ("b", "c")]


def test_a_simultaneous_closer_closes():
    assert cut(told(0, "t.open", "a"), told(0, "t.close", "b", source="phone")) == [("a", "b")]
    assert cut(told(0, "t.open", "b"), told(0, "t.close", "a", source="phone")) == [("b", "a")]


def test_a_closer_that_its_source_put_before_the_opener_closes_only_what_was_open():
    assert cut(told(-1, "t.open", "a"), told(0, "t.close", "b", seq=1), told(0, "t.open", "c", seq=2)) == [("a", "b"), ("c", "")]
    assert cut(told(-1, "t.open", "a"), told(0, "t.open", "b", seq=1), told(0, "t.close", "c", seq=2)) == [("ab", "c")]


def test_what_opens_and_closes_at_once_closes_what_was_open_and_opens_anew():
    assert cut(told(0, "t.open", "a"), told(1, "t.both", "b"), told(2, "t.both", "c")) == [("a", "b"), ("b", "c"), ("c", "")]
    assert cut(told(0, "t.both", "a"), told(0, "t.both", "b", source="phone")) == [("ab", "")]


def test_openers_that_the_same_later_touchpoint_closes_in_their_instant_are_one_span():
    story = [told(0, "t.open", "a", seq=1), told(0, "t.open", "b", seq=1), told(0, "t.close", "c", seq=2)]
    assert cut(*story) == [("ab", "c")]


def test_simultaneous_openers_find_their_place_whatever_their_names():
    def named(early, late, other, closer):
        return [
            told(0, "t.open", early, seq=0),
            told(0, "t.open", late, seq=2),
            told(0, "t.close", closer, seq=1),
            told(0, "t.open", other, source="phone"),
        ]

    assert cut(*named("a", "b", "c", "x")) == [("a", "x"), ("b", ""), ("c", "x")]
    assert cut(*named("c", "a", "b", "x")) == [("a", ""), ("b", "x"), ("c", "x")]
    assert cut(*named("b", "c", "a", "x"), told(-1, "t.open", "o")) == [("a", "x"), ("c", ""), ("ob", "x")]


def test_a_value_concerns_a_span_when_they_share_one():
    assert shares(None, "A")
    assert shares("A", "A")
    assert not shares("A", "B")
    assert shares(("A", "B"), "B")
    assert not shares(("A", "B"), "C")
    assert shares(("A", "B"), ("B", "C"))
    assert not shares(("A", "B"), ("C", "D"))
    assert shares("A", ("A", "B"))
    assert not shares("A", None)
