"""Stories of hand-overs: the customer is sent from one to the next."""

from streams.demo.plot import Story

STORIES = (
    Story(
        "ping_pong",
        "shipping and billing push a parcel claim to and fro",
        """
        d0 09:00 ticket.opened ticket=1
        d0 09:20 ticket.assigned ticket=1 team=Shipping
        d0 11:00 ticket.assigned ticket=1 team=Billing
        d0 13:00 ticket.assigned ticket=1 team=Shipping
        d0 15:00 ticket.accepted ticket=1 team=Billing
        d1 10:00 ticket.resolved ticket=1 team=Billing
        """,
        "ping_pong ticket:1 times=2",
    ),
    Story(
        "ping_pong",
        "three returns until somebody closes the ticket",
        """
        d0 08:30 ticket.assigned ticket=1 team=Returns
        d0 09:30 ticket.assigned ticket=1 team=Technics
        d0 10:30 ticket.accepted ticket=1 team=Returns
        d0 11:30 ticket.accepted ticket=1 team=Technics
        d0 13:30 ticket.assigned ticket=1 team=Returns
        d0 15:00 ticket.closed ticket=1
        """,
        "ping_pong ticket:1 times=3 until=d0T15:00",
    ),
    Story(
        "ping_pong",
        "both teams work on it, on alternate days",
        """
        d0 15:00 ticket.opened ticket=1
        d0 15:10 ticket.assigned ticket=1 team=First_line
        d0 16:00 ticket.accepted ticket=1 team=First_line
        d1 09:00 ticket.assigned ticket=1 team=Warranty
        d1 10:00 ticket.accepted ticket=1 team=Warranty
        d2 09:00 ticket.assigned ticket=1 team=First_line
        d2 10:00 ticket.accepted ticket=1 team=First_line
        d3 09:00 ticket.assigned ticket=1 team=Warranty
        d3 10:00 ticket.accepted ticket=1 team=Warranty
        d3 12:00 ticket.resolved ticket=1 team=Warranty
        """,
        "ping_pong ticket:1 times=2",
    ),
    Story(
        "ping_pong",
        "one return is no ping-pong",
        """
        d0 09:00 ticket.assigned ticket=1 team=Shipping
        d0 10:00 ticket.assigned ticket=1 team=Billing
        d0 11:00 ticket.assigned ticket=1 team=Shipping
        d0 12:00 ticket.accepted ticket=1 team=Shipping
        d0 15:00 ticket.resolved ticket=1 team=Shipping
        """,
    ),
    Story(
        "ping_pong",
        "a ticket that was closed begins anew",
        """
        d0 09:00 ticket.assigned ticket=1 team=Shipping
        d0 10:00 ticket.assigned ticket=1 team=Billing
        d0 11:00 ticket.closed ticket=1
        d0 14:00 ticket.assigned ticket=1 team=Shipping
        d0 15:00 ticket.assigned ticket=1 team=Billing
        d0 16:00 ticket.closed ticket=1
        """,
    ),
    Story(
        "not_picked_up",
        "the team takes the ticket an hour too late",
        """
        d1 09:00 ticket.opened ticket=1
        d1 09:05 ticket.assigned ticket=1 team=Warranty
        d1 14:05 ticket.accepted ticket=1 team=Warranty
        d1 17:00 ticket.resolved ticket=1 team=Warranty
        """,
        "not_picked_up ticket:1 until=d1T14:05",
    ),
    Story(
        "not_picked_up",
        "nobody ever takes it, so nobody ever solves it",
        """
        d0 10:00 ticket.opened ticket=1
        d0 10:10 ticket.assigned ticket=1 team=Spare_parts
        """,
        """
        not_picked_up ticket:1
        unresolved ticket:1
        """,
        room=9,
    ),
    Story(
        "not_picked_up",
        "assigned on Friday afternoon, taken on Monday noon",
        """
        d4 16:00 ticket.assigned ticket=1 team=Technics
        d7 11:30 ticket.accepted ticket=1 team=Technics
        d7 14:00 ticket.closed ticket=1
        """,
        "not_picked_up ticket:1 until=d7T11:30",
    ),
    Story(
        "not_picked_up",
        "a second team gets its own four hours",
        """
        d0 09:00 ticket.assigned ticket=1 team=Technics
        d0 11:00 ticket.assigned ticket=1 team=Spare_parts
        d0 13:30 ticket.accepted ticket=1 team=Spare_parts
        d1 09:00 ticket.closed ticket=1
        """,
    ),
    Story(
        "not_picked_up",
        "assigned on Friday afternoon, taken on Monday morning",
        """
        d4 16:00 ticket.assigned ticket=1 team=Technics
        d7 08:20 ticket.accepted ticket=1 team=Technics
        d7 09:00 ticket.closed ticket=1
        """,
    ),
    Story(
        "ignored_escalation",
        "engineering answers a day too late",
        """
        d0 10:00 escalation.raised ticket=1
        d2 09:00 escalation.answered ticket=1
        """,
        "ignored_escalation ticket:1 until=d2T09:00",
    ),
    Story(
        "ignored_escalation",
        "engineering never answers",
        "d1 11:00 escalation.raised ticket=1",
        "ignored_escalation ticket:1",
    ),
    Story(
        "ignored_escalation",
        "engineering answers about another ticket, and late about this one",
        """
        d4 10:00 escalation.raised ticket=1
        d7 09:00 escalation.answered ticket=2
        d8 10:00 escalation.answered ticket=1
        """,
        "ignored_escalation ticket:1 until=d8T10:00",
    ),
    Story(
        "ignored_escalation",
        "engineering answers on the next day",
        """
        d0 10:00 escalation.raised ticket=1
        d1 16:00 escalation.answered ticket=1
        """,
    ),
    Story(
        "ignored_escalation",
        "the ticket is closed without engineering",
        """
        d4 10:00 escalation.raised ticket=1
        d7 09:00 ticket.closed ticket=1
        """,
    ),
)
