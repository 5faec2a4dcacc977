import pytest

from schemas.fixture import Case, Fixture
from schemas.strict import InvalidConfiguration, load_yaml, validate

STORY = """
rule: silence
cases:
  - name: nobody answers
    shows: hit
    events:
      - {at: +0h, type: contact.inbound, refs: {ticket: 1, order: [a, 2]}}
    now: 2026-01-12 18:00
    alerts: [{since: +8h, key: 1, evidence: [1]}]
"""


def fixture(text: str) -> Fixture:
    return validate(Fixture, load_yaml(text, "silence.yaml"), "silence.yaml", text)


def problems(text: str) -> tuple[str, ...]:
    with pytest.raises(InvalidConfiguration) as caught:
        fixture(text)
    return caught.value.problems


def test_numbers_may_name_things_and_one_thing_needs_no_list():
    (case,) = fixture(STORY).cases
    assert case.events[0].refs == {"ticket": ("1",), "order": ("a", "2")}
    assert (case.alerts[0].key, case.alerts[0].evidence) == (("1",), ("1",))


def test_a_story_without_steps_is_its_own_only_step():
    (case,) = fixture(STORY).cases
    assert case.arrivals == (case,)


def test_a_story_in_steps_has_everything_inside_the_steps():
    steps = STORY.replace("    events:\n      - {", "    steps:\n      - events: [{").replace("2]}}", "2]}}]")
    assert problems(steps) == ("silence.yaml:4: cases.0: events, now, clocks and alerts stand inside the steps when there are steps",)
    told = steps.replace("    now: 2026-01-12 18:00\n    alerts: [{since: +8h, key: 1, evidence: [1]}]\n", "")
    (case,) = fixture(told).cases
    assert isinstance(case, Case)
    assert [len(arrival.events) for arrival in case.arrivals] == [1]


def test_a_story_needs_an_event():
    assert problems("rule: silence\ncases:\n  - {name: nothing, shows: hit}\n") == (
        "silence.yaml:3: cases.0: a story has events, or steps that have events",
    )


def test_a_time_that_is_none_is_named_with_file_line_and_field():
    (problem,) = problems(STORY.replace("18:00", "6 pm"))
    assert problem.startswith("silence.yaml:8: cases.0.now: String should match pattern")


def test_true_is_no_name():
    assert problems(STORY.replace("key: 1", "key: true")) == ("silence.yaml:9: cases.0.alerts.0.key.0: Input should be a valid string",)


def test_the_start_is_a_date():
    assert len(problems("start: +3h" + STORY)) == 1


def test_a_fixture_tells_something():
    assert problems("rule: silence\ncases: []\n") == ("silence.yaml:1: (the document): a fixture tells at least one story, under cases",)
