from streams.engine.faust.fence import EXIT_FENCED, Fence


class Watch:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self):
        return self.now


def fence(watch, ended):
    return Fence(10.0, clock=watch, end=ended.append)


def test_before_the_group_is_joined_there_is_nothing_to_lose():
    watch, ended = Watch(), []
    made = fence(watch, ended)
    watch.now = 1_000.0
    made.check()
    assert made.is_safe
    assert ended == []


def test_a_worker_whose_membership_was_confirmed_lately_may_write():
    watch, ended = Watch(), []
    made = fence(watch, ended)
    made.beat(made.now())
    watch.now = 8.0
    made.check()
    assert ended == []


def test_a_worker_that_was_paused_until_a_successor_may_own_its_partitions_ends_before_it_writes():
    watch, ended = Watch(), []
    made = fence(watch, ended)
    made.beat(made.now())
    watch.now = 8.1
    made.check()
    assert not made.is_safe
    assert ended == [EXIT_FENCED]


def test_an_answer_of_the_broker_makes_it_safe_again():
    """The broker answers only who is still a member."""
    watch, ended = Watch(), []
    made = fence(watch, ended)
    made.beat(made.now())
    watch.now = 9.0
    made.beat(made.now())
    made.check()
    assert ended == []


def test_an_answer_that_lay_in_a_buffer_while_the_process_was_paused_confirms_nothing():
    watch, ended = Watch(), []
    made = fence(watch, ended)
    asked = made.now()
    watch.now = 8.1
    made.beat(asked)
    made.check()
    assert ended == [EXIT_FENCED]


def test_an_older_confirmation_that_comes_later_takes_nothing_back():
    watch, ended = Watch(), []
    made = fence(watch, ended)
    watch.now = 5.0
    made.beat(made.now())
    made.beat(0.0)
    watch.now = 13.0
    made.check()
    assert ended == []


def test_a_process_that_was_paused_ends_when_it_wakes_up_even_if_it_has_nothing_to_write():
    watch, ended = Watch(), []
    made = fence(watch, ended)
    for now in (0.0, 0.25, 8.25):
        watch.now = now
        made.pulse()
    assert ended == []
    watch.now = 16.3
    made.pulse()
    assert ended == [EXIT_FENCED]


def test_a_worker_that_the_broker_does_not_know_any_more_may_not_write_until_it_is_taken_in_again():
    watch, ended = Watch(), []
    made = fence(watch, ended)
    made.beat(made.now())
    watch.now = 1.0
    made.lose()
    made.beat(0.5)  # asked before
    assert not made.is_safe
    made.check()
    assert ended == [EXIT_FENCED]
    watch.now = 2.0
    made.beat(made.now())
    assert made.is_safe
