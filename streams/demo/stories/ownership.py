"""Stories of ownership: two departments quarrel over the customer, or nobody wants them."""

from streams.demo.plot import Story

STORIES = (
    Story(
        "rejected_lead_bought",
        "two weeks after the rejection the customer orders in the shop",
        """
        d0 09:00 lead.qualified lead=1 by=marketing score=60
        d0 11:00 call.made lead=1
        d1 11:00 lead.rejected lead=1
        d15 20:00 order.placed order=1 due=d21T12:00 amount=249
        d15 20:05 payment.approved order=1
        d16 14:00 parcel.handed_over order=1
        d18 12:00 parcel.delivered order=1
        """,
        "rejected_lead_bought until=d91T11:00",
    ),
    Story(
        "rejected_lead_bought",
        "a colleague wins the deal",
        """
        d0 09:00 lead.qualified lead=1 by=marketing score=50
        d0 11:00 contact.outbound lead=1 by=sales
        d2 11:00 lead.rejected lead=1
        d16 11:00 deal.won deal=1 amount=4900
        """,
        "rejected_lead_bought until=d92T11:00",
    ),
    Story(
        "rejected_lead_bought",
        "the customer buys twice",
        """
        d3 11:00 call.made lead=1
        d3 14:00 lead.rejected lead=1
        d10 11:00 deal.won deal=1
        d24 11:00 deal.won deal=2
        """,
        "rejected_lead_bought times=2 until=d93T14:00",
    ),
    Story(
        "rejected_lead_bought",
        "the customer had bought before",
        """
        d0 11:00 deal.won deal=1
        d3 11:00 call.made lead=1
        d3 14:00 lead.rejected lead=1
        """,
    ),
    Story(
        "rejected_lead_bought",
        "the customer only looks around in the store",
        """
        d3 11:00 call.made lead=1
        d3 14:00 lead.rejected lead=1
        d5 11:00 store.visited
        """,
    ),
    Story(
        "ownership_conflict",
        "marketing claims a customer of sales, and lets go again",
        """
        d0 09:00 claim.opened by=sales
        d0 14:00 claim.opened by=marketing
        d2 10:00 claim.released by=marketing
        d2 15:00 claim.opened by=sales
        """,
        "ownership_conflict until=d2T10:00",
    ),
    Story(
        "ownership_conflict",
        "a third department joins the quarrel",
        """
        d0 09:00 claim.opened by=sales
        d1 09:00 claim.opened by=marketing
        d2 09:00 claim.opened by=service
        """,
        "ownership_conflict times=3",
    ),
    Story(
        "ownership_conflict",
        "the store and the shop both call them a regular",
        """
        d0 09:00 claim.opened by=offline
        d9 09:00 claim.opened by=online
        """,
        "ownership_conflict",
    ),
    Story(
        "ownership_conflict",
        "sales lets go before marketing takes over",
        """
        d0 09:00 claim.opened by=sales
        d1 13:00 claim.released by=sales
        d1 14:00 claim.opened by=marketing
        """,
    ),
    Story(
        "ownership_conflict",
        "sales says it twice",
        """
        d0 09:00 claim.opened by=sales
        d1 13:00 claim.opened by=sales
        """,
    ),
    Story(
        "nobody_owns",
        "three days without anybody in charge",
        """
        d0 09:00 claim.opened by=sales
        d0 10:00 claim.released by=sales
        d3 10:00 claim.opened by=service
        """,
        "nobody_owns until=d3T10:00",
    ),
    Story(
        "nobody_owns",
        "service lets go, and that was that",
        "d1 15:00 claim.released by=service",
        "nobody_owns",
    ),
    Story(
        "nobody_owns",
        "let go on Friday, taken over on Wednesday",
        """
        d4 10:00 claim.released by=marketing
        d9 10:00 claim.opened by=sales
        """,
        "nobody_owns until=d9T10:00",
    ),
    Story(
        "nobody_owns",
        "service takes over on the next day",
        """
        d0 10:00 claim.released by=sales
        d1 12:00 claim.opened by=service
        """,
    ),
    Story(
        "nobody_owns",
        "let go on Friday, taken over on Monday",
        """
        d4 10:00 claim.released by=sales
        d7 12:00 claim.opened by=offline
        """,
    ),
    Story(
        "channel_conflict",
        "sales made an offer, the shop sold",
        """
        d0 10:00 quote.sent quote=1
        d1 16:00 order.placed order=1 due=d6T12:00 amount=780
        d1 16:05 payment.approved order=1
        d2 10:00 parcel.handed_over order=1
        d3 10:00 parcel.delivered order=1
        """,
        "channel_conflict until=d14T10:00",
    ),
    Story(
        "channel_conflict",
        "service takes care of the customer, sales sells",
        """
        d0 10:00 claim.opened by=service
        d3 16:00 deal.won deal=1
        """,
        "channel_conflict until=d14T10:00",
    ),
    Story(
        "channel_conflict",
        "the store wrote an offer, sales signed",
        """
        d2 10:00 quote.sent quote=1 by=offline
        d9 16:00 deal.won deal=1
        """,
        "channel_conflict until=d16T10:00",
    ),
    Story(
        "channel_conflict",
        "sales sells what sales offered",
        """
        d0 10:00 quote.sent quote=1
        d3 16:00 deal.won quote=1 deal=1
        """,
    ),
    Story(
        "channel_conflict",
        "the offer is three weeks old",
        """
        d0 10:00 quote.sent quote=1
        d21 16:00 order.placed order=1 due=d27T12:00
        d21 16:05 payment.approved order=1
        d22 10:00 parcel.handed_over order=1
        d23 10:00 parcel.delivered order=1
        """,
    ),
)
