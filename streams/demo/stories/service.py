"""Stories of service: nobody answers, and nothing gets solved."""

from streams.demo.plot import Story

STORIES = (
    Story(
        "silence",
        "an automatic receipt, and a person on the next morning",
        """
        d0 09:00 contact.inbound ticket=1 channel=mail
        d0 09:01 contact.outbound ticket=1 channel=mail automatic=true
        d1 09:30 contact.outbound ticket=1 channel=mail
        """,
        "silence ticket:1 until=d1T09:30",
    ),
    Story(
        "silence",
        "asked in the store, answered by nobody",
        "d2 11:00 contact.inbound order=1 by=offline channel=store",
        "silence order:1",
    ),
    Story(
        "silence",
        "asked on Friday afternoon, answered on Tuesday",
        """
        d4 15:30 contact.inbound ticket=1 channel=mail
        d8 10:00 contact.outbound ticket=1 channel=mail automatic=false
        """,
        "silence ticket:1 until=d8T10:00",
    ),
    Story(
        "silence",
        "an answer about another ticket is none",
        """
        d0 09:00 contact.inbound ticket=1
        d0 10:00 contact.outbound ticket=2
        """,
        "silence ticket:1",
    ),
    Story(
        "silence",
        "asked by mail, answered by phone in time",
        """
        d0 09:00 contact.inbound ticket=1 channel=mail
        d0 14:00 contact.outbound ticket=1 channel=phone automatic=false
        """,
    ),
    Story(
        "silence",
        "an answer that names no ticket answers all",
        """
        d1 09:00 contact.inbound ticket=1
        d1 09:30 contact.inbound ticket=2
        d1 13:00 contact.outbound
        """,
    ),
    Story(
        "silence",
        "asked on the eve of Epiphany, answered on the morning after it",
        """
        d0 16:00 contact.inbound ticket=1
        d2 10:30 contact.outbound ticket=1
        """,
        week=0,
    ),
    Story(
        "unresolved",
        "forty working hours pass, then it is solved",
        """
        d0 09:00 ticket.opened ticket=1
        d4 12:00 ticket.resolved ticket=1
        """,
        "unresolved ticket:1 until=d4T12:00",
    ),
    Story(
        "unresolved",
        "taken, but never solved",
        """
        d2 09:00 ticket.opened ticket=1
        d2 09:10 ticket.assigned ticket=1 team=Warranty
        d2 10:00 ticket.accepted ticket=1 team=Warranty
        """,
        "unresolved ticket:1",
        room=9,
    ),
    Story(
        "unresolved",
        "reopened after a week, and then forgotten for another",
        """
        d0 09:00 ticket.opened ticket=1
        d0 10:00 ticket.resolved ticket=1
        d8 09:00 ticket.reopened ticket=1
        d15 12:00 ticket.resolved ticket=1
        """,
        "unresolved ticket:1 until=d15T12:00",
    ),
    Story(
        "unresolved",
        "we go on without the customer's answer, so the clock runs on",
        """
        d0 09:00 ticket.opened ticket=1
        d0 10:00 ticket.waiting ticket=1
        d2 10:00 ticket.accepted ticket=1 team=Returns
        d9 10:00 ticket.closed ticket=1
        """,
        "unresolved ticket:1 until=d9T10:00",
    ),
    Story(
        "unresolved",
        "solved on the third day",
        """
        d0 09:00 ticket.opened ticket=1
        d2 10:00 ticket.resolved ticket=1
        """,
    ),
    Story(
        "unresolved",
        "while we wait for the customer the clock stands still",
        """
        d0 09:00 ticket.opened ticket=1
        d0 10:00 ticket.waiting ticket=1
        d9 10:00 contact.inbound ticket=1
        d9 12:00 ticket.resolved ticket=1
        """,
    ),
    Story(
        "false_resolution",
        "the customer reopens what we called solved",
        """
        d0 09:00 ticket.opened ticket=1
        d0 11:00 ticket.resolved ticket=1
        d0 16:00 ticket.reopened ticket=1
        d1 12:00 ticket.resolved ticket=1
        """,
        "false_resolution ticket:1 until=d0T16:00",
    ),
    Story(
        "false_resolution",
        "a new ticket about the same order",
        """
        d0 09:00 ticket.opened ticket=1 order=1
        d0 12:00 ticket.resolved ticket=1 order=1
        d2 09:00 ticket.opened ticket=2 order=1
        d3 09:00 ticket.resolved ticket=2 order=1
        """,
        "false_resolution order:1 until=d7T12:00",
    ),
    Story(
        "false_resolution",
        "two stars for the solution",
        """
        d1 10:00 ticket.opened ticket=1
        d1 15:00 ticket.resolved ticket=1
        d2 10:00 survey.answered ticket=1 score=2
        """,
        "false_resolution ticket:1 until=d8T15:00",
    ),
    Story(
        "false_resolution",
        "the customer complains, and then says so in public too",
        """
        d1 15:00 ticket.resolved ticket=1
        d2 10:00 complaint.opened ticket=1
        d3 10:00 review.received ticket=1 score=1
        d4 10:00 complaint.closed ticket=1
        """,
        """
        false_resolution ticket:1 times=2 until=d8T15:00
        lost_after_broken_journey until=d92T10:00
        """,
    ),
    Story(
        "false_resolution",
        "three stars are content enough",
        """
        d1 15:00 ticket.resolved ticket=1
        d2 10:00 survey.answered ticket=1 score=3
        """,
    ),
    Story(
        "false_resolution",
        "the complaint is about something else",
        """
        d1 15:00 ticket.resolved ticket=1
        d2 10:00 complaint.opened ticket=2
        d3 10:00 complaint.closed ticket=2
        """,
    ),
)
