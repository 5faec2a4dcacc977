"""Stories of effort: the customer says the same thing again, to the next team, to the next department."""

from streams.demo.plot import Story

STORIES = (
    Story(
        "repeats_itself",
        "two teams ask for the order number",
        """
        d0 09:00 contact.inbound ticket=1 team=First_line facts=order_number channel=phone
        d0 09:15 contact.outbound ticket=1 team=First_line channel=phone
        d1 10:00 contact.inbound ticket=1 team=Warranty facts=order_number,address channel=mail
        d1 12:00 contact.outbound ticket=1 team=Warranty channel=mail
        """,
        "repeats_itself ticket:1 until=d30T09:00",
    ),
    Story(
        "repeats_itself",
        "everything has to be said again",
        """
        d2 09:00 contact.inbound ticket=1 team=Chat facts=order_number,serial_number
        d2 09:30 contact.outbound ticket=1 team=Chat
        d2 14:00 contact.inbound ticket=1 team=Returns facts=order_number,serial_number
        d2 16:00 contact.outbound ticket=1 team=Returns
        """,
        """
        repeats_itself ticket:1 until=d32T09:00
        repeats_itself ticket:1 until=d32T09:00
        """,
    ),
    Story(
        "repeats_itself",
        "three teams want to hear the address",
        """
        d0 09:00 contact.inbound ticket=1 team=First_line facts=address
        d0 10:00 contact.outbound ticket=1 team=First_line
        d1 09:00 contact.inbound ticket=1 team=Shipping facts=address
        d1 10:00 contact.outbound ticket=1 team=Shipping
        d3 09:00 contact.inbound ticket=1 team=Returns facts=address
        d3 10:00 contact.outbound ticket=1 team=Returns
        """,
        "repeats_itself ticket:1 times=3 until=d31T09:00",
    ),
    Story(
        "repeats_itself",
        "the second team asks for something else",
        """
        d0 09:00 contact.inbound ticket=1 team=First_line facts=order_number
        d0 10:00 contact.outbound ticket=1 team=First_line
        d1 09:00 contact.inbound ticket=1 team=Shipping facts=address
        d1 10:00 contact.outbound ticket=1 team=Shipping
        """,
    ),
    Story(
        "repeats_itself",
        "the same team is told twice",
        """
        d0 09:00 contact.inbound ticket=1 team=Returns facts=order_number
        d0 10:00 contact.outbound ticket=1 team=Returns
        d3 09:00 contact.inbound ticket=1 team=Returns facts=order_number
        d3 10:00 contact.outbound ticket=1 team=Returns
        """,
    ),
    Story(
        "sent_around",
        "service sends to sales, sales to the shop",
        """
        d0 09:00 contact.inbound ticket=1 by=service
        d0 10:00 contact.outbound ticket=1 by=service
        d1 09:00 contact.inbound ticket=1 by=sales
        d1 11:00 contact.outbound ticket=1 by=service
        d2 09:00 contact.inbound ticket=1 by=online channel=chat
        d2 11:00 contact.outbound ticket=1 by=service
        """,
        "sent_around ticket:1 until=d14T09:00",
    ),
    Story(
        "sent_around",
        "the store, the shop, the hotline",
        """
        d0 10:00 contact.inbound order=1 by=offline channel=store
        d0 11:00 contact.outbound order=1 by=service
        d1 10:00 contact.inbound order=1 by=online channel=chat
        d1 11:00 contact.outbound order=1 by=service
        d3 10:00 contact.inbound order=1 by=service channel=phone
        d3 11:00 contact.outbound order=1 by=service
        """,
        "sent_around order:1 until=d14T10:00",
    ),
    Story(
        "sent_around",
        "through four departments in two weeks",
        """
        d0 09:30 contact.inbound ticket=1 by=marketing channel=social
        d0 11:00 contact.outbound ticket=1 by=service
        d3 09:30 contact.inbound ticket=1 by=sales
        d3 11:00 contact.outbound ticket=1 by=service
        d8 09:30 contact.inbound ticket=1 by=offline channel=store
        d8 11:00 contact.outbound ticket=1 by=service
        d11 09:30 contact.inbound ticket=1 by=service channel=phone
        d11 10:00 ticket.resolved ticket=1
        """,
        "sent_around ticket:1 times=3 until=d17T09:30",
    ),
    Story(
        "sent_around",
        "two departments are enough for three questions",
        """
        d0 09:00 contact.inbound ticket=1 by=service
        d0 10:00 contact.outbound ticket=1 by=service
        d1 09:00 contact.inbound ticket=1 by=sales
        d1 11:00 contact.outbound ticket=1 by=service
        d2 09:00 contact.inbound ticket=1 by=service
        d2 11:00 contact.outbound ticket=1 by=service
        """,
    ),
    Story(
        "sent_around",
        "the third department is asked about something else",
        """
        d0 09:00 contact.inbound ticket=1 by=service
        d0 10:00 contact.outbound ticket=1 by=service
        d1 09:00 contact.inbound ticket=1 by=sales
        d1 11:00 contact.outbound ticket=1 by=service
        d2 09:00 contact.inbound ticket=2 by=online
        d2 11:00 contact.outbound ticket=2 by=service
        """,
    ),
    Story(
        "too_much_effort",
        "five questions about one parcel",
        """
        d0 09:00 contact.inbound ticket=1 channel=mail
        d0 12:00 contact.outbound ticket=1 channel=mail
        d2 09:00 contact.inbound ticket=1 channel=phone
        d2 09:30 contact.outbound ticket=1 channel=phone
        d4 09:00 contact.inbound ticket=1 channel=phone
        d4 11:00 contact.outbound ticket=1 channel=phone
        d8 09:00 contact.inbound ticket=1 channel=mail
        d8 12:00 contact.outbound ticket=1 channel=mail
        d10 09:00 contact.inbound ticket=1 channel=phone
        d10 10:00 contact.outbound ticket=1 channel=phone
        """,
        "too_much_effort ticket:1 until=d14T09:00",
    ),
    Story(
        "too_much_effort",
        "an invoice that stays wrong",
        """
        d0 14:00 contact.inbound ticket=1
        d0 15:00 contact.outbound ticket=1
        d1 14:00 contact.inbound ticket=1
        d1 15:00 contact.outbound ticket=1
        d3 14:00 contact.inbound ticket=1
        d3 15:00 contact.outbound ticket=1
        d9 14:00 contact.inbound ticket=1
        d9 15:00 contact.outbound ticket=1
        d11 14:00 contact.inbound ticket=1
        d11 15:00 ticket.resolved ticket=1
        """,
        "too_much_effort ticket:1 until=d14T14:00",
    ),
    Story(
        "too_much_effort",
        "six calls until the spare part comes",
        """
        d0 08:30 contact.inbound ticket=1 channel=phone
        d0 09:00 contact.outbound ticket=1 channel=phone
        d1 08:30 contact.inbound ticket=1 channel=phone
        d1 09:00 contact.outbound ticket=1 channel=phone
        d4 08:30 contact.inbound ticket=1 channel=phone
        d4 09:00 contact.outbound ticket=1 channel=phone
        d8 08:30 contact.inbound ticket=1 channel=phone
        d8 09:00 contact.outbound ticket=1 channel=phone
        d9 08:30 contact.inbound ticket=1 channel=phone
        d9 09:00 contact.outbound ticket=1 channel=phone
        d11 11:30 contact.inbound ticket=1 channel=phone
        d11 12:00 contact.outbound ticket=1 channel=phone
        """,
        "too_much_effort ticket:1 times=3 until=d15T08:30",
    ),
    Story(
        "too_much_effort",
        "four questions in two weeks are bearable",
        """
        d0 09:00 contact.inbound ticket=1
        d0 10:00 contact.outbound ticket=1
        d3 09:00 contact.inbound ticket=1
        d3 10:00 contact.outbound ticket=1
        d8 09:00 contact.inbound ticket=1
        d8 10:00 contact.outbound ticket=1
        d11 09:00 contact.inbound ticket=1
        d11 10:00 contact.outbound ticket=1
        """,
    ),
    Story(
        "too_much_effort",
        "six questions about two things",
        """
        d0 09:00 contact.inbound ticket=1
        d0 10:00 contact.outbound ticket=1
        d2 09:00 contact.inbound ticket=1
        d2 10:00 contact.outbound ticket=1
        d4 09:00 contact.inbound ticket=2
        d4 10:00 contact.outbound ticket=2
        d8 09:00 contact.inbound ticket=2
        d8 10:00 contact.outbound ticket=2
        d9 09:00 contact.inbound ticket=1
        d9 10:00 contact.outbound ticket=1
        d11 12:00 contact.inbound ticket=2
        d11 12:30 contact.outbound ticket=2
        """,
    ),
)
