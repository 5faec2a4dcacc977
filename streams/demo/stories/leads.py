"""Stories of leads: I wanted to buy, and nobody cared."""

from streams.demo.plot import Story

STORIES = (
    Story(
        "lead_not_followed_up",
        "sales calls two days after marketing had qualified the lead",
        """
        d0 09:00 lead.qualified lead=1 by=marketing score=70
        d2 10:00 call.made lead=1
        d9 10:00 deal.won lead=1 deal=1
        """,
        "lead_not_followed_up lead:1 until=d2T10:00",
    ),
    Story(
        "lead_not_followed_up",
        "service wrote to the customer, but nobody from sales",
        """
        d0 09:00 lead.qualified lead=1 by=marketing score=65
        d0 11:00 contact.outbound lead=1 by=service
        d3 12:00 call.made lead=1
        d10 10:00 deal.won lead=1 deal=1
        """,
        "lead_not_followed_up lead:1 until=d3T12:00",
    ),
    Story(
        "lead_not_followed_up",
        "qualified on Thursday, and lost without one call",
        """
        d3 14:00 lead.qualified lead=1 score=75
        d20 10:00 deal.lost lead=1 deal=1
        """,
        """
        lead_not_followed_up lead:1
        lead_spoiled until=d94T12:00
        """,
    ),
    Story(
        "lead_not_followed_up",
        "sales calls on the same day",
        """
        d0 09:00 lead.qualified lead=1 by=marketing score=80
        d0 14:00 call.made lead=1
        d8 14:00 deal.won lead=1 deal=1
        """,
    ),
    Story(
        "lead_not_followed_up",
        "qualified on Friday evening, written to on Monday",
        """
        d4 17:00 lead.qualified lead=1 by=marketing score=55
        d7 11:00 contact.outbound lead=1 by=sales
        d9 14:00 deal.lost lead=1 deal=1
        """,
    ),
    Story(
        "lead_without_outcome",
        "called once, and then nobody wrote down how it ended",
        """
        d0 09:00 lead.qualified lead=1 by=marketing score=70
        d0 12:00 call.made lead=1
        """,
        "lead_without_outcome lead:1",
        room=47,
    ),
    Story(
        "lead_without_outcome",
        "seven weeks until somebody notes that it was lost",
        """
        d0 09:00 lead.qualified lead=1 by=marketing score=60
        d0 13:00 quote.sent lead=1 quote=1
        d50 10:00 deal.lost lead=1 deal=1
        """,
        "lead_without_outcome lead:1 until=d50T10:00",
        room=1,
    ),
    Story(
        "lead_without_outcome",
        "the outcome of another lead is none",
        """
        d1 09:00 lead.qualified lead=1 by=marketing score=40
        d1 12:00 call.made lead=1
        d30 10:00 deal.lost lead=2 deal=1
        """,
        "lead_without_outcome lead:1",
        room=18,
    ),
    Story(
        "lead_without_outcome",
        "lost, and noted, within a month",
        """
        d0 09:00 lead.qualified lead=1 by=marketing score=60
        d0 13:00 call.made lead=1
        d29 10:00 deal.lost lead=1 deal=1
        """,
    ),
    Story(
        "lead_without_outcome",
        "won after five weeks",
        """
        d0 09:00 lead.qualified lead=1 by=marketing score=60
        d0 13:00 quote.sent lead=1 quote=1
        d36 10:00 deal.won lead=1 deal=1
        """,
    ),
    Story(
        "lead_rejected_unworked",
        "rejected after lunch, without a call",
        """
        d0 09:00 lead.qualified lead=1 by=marketing score=60
        d0 12:30 lead.rejected lead=1
        """,
        "lead_rejected_unworked lead:1",
    ),
    Story(
        "lead_rejected_unworked",
        "the call comes after the rejection",
        """
        d0 09:00 lead.qualified lead=1 by=marketing score=45
        d0 12:00 lead.rejected lead=1
        d2 10:00 call.made lead=1
        """,
        "lead_rejected_unworked lead:1 until=d2T10:00",
    ),
    Story(
        "lead_rejected_unworked",
        "a mail from service is no contact by sales",
        """
        d1 09:00 lead.qualified lead=1 by=marketing score=70
        d1 10:00 contact.outbound lead=1 by=service
        d1 13:00 lead.rejected lead=1
        """,
        "lead_rejected_unworked lead:1",
    ),
    Story(
        "lead_rejected_unworked",
        "sales had called",
        """
        d1 09:00 lead.qualified lead=1 by=marketing score=70
        d1 11:00 call.made lead=1
        d1 13:00 lead.rejected lead=1
        """,
    ),
    Story(
        "lead_rejected_unworked",
        "sales had sent a quote",
        """
        d2 09:00 lead.qualified lead=1 by=marketing score=50
        d2 11:00 quote.sent lead=1 quote=1
        d9 13:00 lead.rejected lead=1
        """,
    ),
    Story(
        "lead_disputed",
        "hot for marketing, junk for sales on the next day",
        """
        d0 09:00 lead.qualified lead=1 by=marketing score=85
        d0 11:00 call.made lead=1
        d1 15:00 lead.rejected lead=1
        """,
        "lead_disputed lead:1 until=d30T09:00",
    ),
    Story(
        "lead_disputed",
        "eighty points, rejected in the second week",
        """
        d2 10:00 lead.qualified lead=1 by=marketing score=80
        d2 14:00 contact.outbound lead=1 by=sales
        d10 15:00 lead.rejected lead=1
        """,
        "lead_disputed lead:1 until=d32T10:00",
    ),
    Story(
        "lead_disputed",
        "hot, and rejected unseen",
        """
        d1 09:00 lead.qualified lead=1 by=marketing score=95
        d1 13:00 lead.rejected lead=1
        """,
        """
        lead_disputed lead:1 until=d31T09:00
        lead_rejected_unworked lead:1
        """,
    ),
    Story(
        "lead_disputed",
        "seventy-nine points are not hot",
        """
        d0 09:00 lead.qualified lead=1 by=marketing score=79
        d0 11:00 call.made lead=1
        d1 15:00 lead.rejected lead=1
        """,
    ),
    Story(
        "lead_disputed",
        "rejected only after five weeks of work",
        """
        d0 09:00 lead.qualified lead=1 by=marketing score=90
        d0 11:00 call.made lead=1
        d35 15:00 lead.rejected lead=1
        """,
    ),
    Story(
        "lead_spoiled",
        "nobody called for two days, then the lead was rejected",
        """
        d0 09:00 lead.qualified lead=1 by=marketing score=60
        d2 10:00 lead.rejected lead=1
        """,
        """
        lead_not_followed_up lead:1 until=d2T10:00
        lead_rejected_unworked lead:1
        lead_spoiled until=d90T17:00
        """,
    ),
    Story(
        "lead_spoiled",
        "called too late, and lost after a month",
        """
        d0 09:00 lead.qualified lead=1 by=marketing score=60
        d2 10:00 call.made lead=1
        d30 10:00 deal.lost lead=1 deal=1
        """,
        """
        lead_not_followed_up lead:1 until=d2T10:00
        lead_spoiled until=d90T17:00
        """,
    ),
    Story(
        "lead_spoiled",
        "the offer came a week late",
        """
        d1 09:00 lead.qualified lead=1 by=marketing score=72
        d8 10:00 quote.sent lead=1 quote=1
        d15 10:00 deal.lost lead=1 deal=1
        """,
        """
        lead_not_followed_up lead:1 until=d8T10:00
        lead_spoiled until=d91T17:00
        """,
    ),
    Story(
        "lead_spoiled",
        "called within the day, lost all the same",
        """
        d0 09:00 lead.qualified lead=1 by=marketing score=60
        d0 13:00 call.made lead=1
        d30 10:00 deal.lost lead=1 deal=1
        """,
    ),
    Story(
        "lead_spoiled",
        "called too late, and won all the same",
        """
        d0 09:00 lead.qualified lead=1 by=marketing score=60
        d2 13:00 call.made lead=1
        d16 10:00 deal.won lead=1 deal=1
        """,
        "lead_not_followed_up lead:1 until=d2T13:00",
    ),
)
