"""Stories of promises and deliveries: they promised, and did not keep it."""

from streams.demo.plot import Story

STORIES = (
    Story(
        "broken_promise",
        "a call was promised for five o'clock and came on the next day",
        """
        d0 09:00 promise.made promise=1 by=service due=d0T17:00
        d1 10:00 promise.kept promise=1 by=service
        """,
        "broken_promise promise:1 until=d1T10:00",
    ),
    Story(
        "broken_promise",
        "the technician never came, not even on Sunday",
        "d2 09:00 promise.made promise=1 by=service due=d6T12:00",
        "broken_promise promise:1",
    ),
    Story(
        "broken_promise",
        "the new date is not kept either",
        """
        d0 09:00 promise.made promise=1 by=offline due=d1T17:00
        d1 10:00 promise.moved promise=1 by=offline due=d3T17:00
        d7 10:00 promise.kept promise=1 by=offline
        """,
        "broken_promise promise:1 until=d7T10:00",
    ),
    Story(
        "broken_promise",
        "kept well in time",
        """
        d0 09:00 promise.made promise=1 by=service due=d1T17:00
        d1 11:00 promise.kept promise=1 by=service
        """,
    ),
    Story(
        "broken_promise",
        "the customer is told a new date in time, and it is kept",
        """
        d0 09:00 promise.made promise=1 by=service due=d1T17:00
        d1 11:00 promise.moved promise=1 by=service due=d3T17:00
        d3 10:00 promise.kept promise=1 by=service
        """,
    ),
    Story(
        "promise_moved_again",
        "put off twice",
        """
        d0 09:00 promise.made promise=1 by=service due=d2T17:00
        d1 10:00 promise.moved promise=1 by=service due=d4T17:00
        d3 10:00 promise.moved promise=1 by=service due=d8T17:00
        d7 10:00 promise.kept promise=1 by=service
        """,
        "promise_moved_again promise:1",
    ),
    Story(
        "promise_moved_again",
        "put off three times",
        """
        d0 09:00 promise.made promise=1 by=offline due=d2T17:00
        d1 10:00 promise.moved promise=1 by=offline due=d4T17:00
        d3 10:00 promise.moved promise=1 by=offline due=d8T17:00
        d7 10:00 promise.moved promise=1 by=offline due=d11T17:00
        d10 10:00 promise.kept promise=1 by=offline
        """,
        "promise_moved_again promise:1 times=3",
    ),
    Story(
        "promise_moved_again",
        "put off twice, and given up",
        """
        d0 09:00 promise.made promise=1 by=sales due=d3T17:00
        d0 15:00 promise.confirmed promise=1 by=offline
        d2 10:00 promise.moved promise=1 by=sales due=d8T17:00
        d7 10:00 promise.moved promise=1 by=sales due=d11T17:00
        d10 10:00 promise.released promise=1 by=sales
        """,
        "promise_moved_again promise:1",
    ),
    Story(
        "promise_moved_again",
        "put off once",
        """
        d0 09:00 promise.made promise=1 by=service due=d2T17:00
        d1 10:00 promise.moved promise=1 by=service due=d4T17:00
        d3 10:00 promise.kept promise=1 by=service
        """,
    ),
    Story(
        "promise_moved_again",
        "two promises, each put off once",
        """
        d0 09:00 promise.made promise=1 by=service due=d2T17:00
        d0 09:10 promise.made promise=2 by=service due=d2T17:00
        d1 10:00 promise.moved promise=1 by=service due=d4T17:00
        d1 10:05 promise.moved promise=2 by=service due=d4T17:00
        d3 10:00 promise.kept promise=1 by=service
        d3 10:05 promise.kept promise=2 by=service
        """,
    ),
    Story(
        "promise_unbacked",
        "the store learns of it on the third day",
        """
        d0 10:00 promise.made promise=1 by=sales due=d18T12:00
        d3 10:00 promise.confirmed promise=1 by=offline
        d15 10:00 promise.kept promise=1 by=offline
        """,
        "promise_unbacked promise:1 until=d3T10:00",
    ),
    Story(
        "promise_unbacked",
        "the customer gives up before anybody confirmed it",
        """
        d4 10:00 promise.made promise=1 by=sales due=d18T12:00
        d9 10:00 promise.released promise=1 by=sales
        """,
        "promise_unbacked promise:1 until=d9T10:00",
    ),
    Story(
        "promise_unbacked",
        "as soon as possible, said sales, and told nobody",
        "d1 10:00 promise.made promise=1 by=sales",
        "promise_unbacked promise:1",
    ),
    Story(
        "promise_unbacked",
        "the store confirms on the next day",
        """
        d0 10:00 promise.made promise=1 by=sales due=d18T12:00
        d1 12:00 promise.confirmed promise=1 by=offline
        d15 10:00 promise.kept promise=1 by=offline
        """,
    ),
    Story(
        "promise_unbacked",
        "service promises only what it does itself",
        """
        d0 10:00 promise.made promise=1 by=service due=d18T12:00
        d15 10:00 promise.kept promise=1 by=service
        """,
    ),
)
