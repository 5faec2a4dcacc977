"""Stories of unwanted contact: at the wrong moment, too often, twice."""

from streams.demo.plot import Story

STORIES = (
    Story(
        "campaign_into_complaint",
        "an offer goes out while the complaint is open",
        """
        d0 09:00 complaint.opened ticket=1
        d1 08:00 campaign.sent channel=mail
        d3 10:00 complaint.closed ticket=1
        """,
        "campaign_into_complaint until=d3T10:00",
    ),
    Story(
        "campaign_into_complaint",
        "one of two complaints is still open",
        """
        d0 09:00 complaint.opened ticket=1
        d0 10:00 complaint.opened ticket=2
        d1 10:00 complaint.closed ticket=1
        d2 08:00 campaign.sent channel=mail
        d4 10:00 complaint.closed ticket=2
        """,
        "campaign_into_complaint until=d4T10:00",
    ),
    Story(
        "campaign_into_complaint",
        "two offers, and nobody settles the complaint",
        """
        d0 09:00 complaint.opened ticket=1
        d2 08:00 campaign.sent channel=mail
        d9 08:00 campaign.sent channel=mail
        """,
        "campaign_into_complaint times=2",
    ),
    Story(
        "campaign_into_complaint",
        "the offer goes out when the complaint is settled",
        """
        d0 09:00 complaint.opened ticket=1
        d1 17:00 complaint.closed ticket=1
        d2 08:00 campaign.sent channel=mail
        """,
    ),
    Story(
        "campaign_into_complaint",
        "the offer was on its way when the customer complained",
        """
        d0 09:00 complaint.opened ticket=1
        d0 09:20 campaign.sent channel=mail
        d1 17:00 complaint.closed ticket=1
        """,
    ),
    Story(
        "contact_after_opt_out",
        "advertising by mail two days after the opt-out",
        """
        d0 20:00 consent.revoked channel=mail
        d2 20:30 campaign.sent channel=mail
        d5 09:00 consent.granted channel=mail
        """,
        "contact_after_opt_out until=d5T09:00",
    ),
    Story(
        "contact_after_opt_out",
        "two mailings from a list that did not know",
        """
        d0 20:00 consent.revoked channel=mail
        d8 08:00 campaign.sent channel=mail
        d15 08:00 campaign.sent channel=mail
        """,
        "contact_after_opt_out times=2",
    ),
    Story(
        "contact_after_opt_out",
        "text messages were forbidden as well",
        """
        d0 20:00 consent.revoked channel=mail
        d0 20:01 consent.revoked channel=sms
        d4 12:00 campaign.sent channel=sms
        """,
        "contact_after_opt_out",
    ),
    Story(
        "contact_after_opt_out",
        "the opt-out was for mail, the advertising came by post",
        """
        d0 20:00 consent.revoked channel=mail
        d4 12:00 campaign.sent channel=post
        """,
    ),
    Story(
        "contact_after_opt_out",
        "the customer had changed their mind",
        """
        d0 20:00 consent.revoked channel=mail
        d1 20:00 consent.granted channel=mail
        d4 12:00 campaign.sent channel=mail
        """,
    ),
    Story(
        "duplicate_outreach",
        "service writes, sales calls about the same matter",
        """
        d0 09:00 contact.outbound ticket=1 by=service
        d0 17:00 call.made ticket=1 by=sales
        """,
        "duplicate_outreach ticket:1 until=d2T09:00",
    ),
    Story(
        "duplicate_outreach",
        "sales calls about the lead, and marketing mails about it",
        """
        d0 09:00 lead.qualified lead=1 by=marketing score=60
        d0 11:00 call.made lead=1
        d1 08:00 campaign.sent lead=1 channel=mail
        d14 11:00 deal.won lead=1 deal=1
        """,
        "duplicate_outreach lead:1 until=d2T11:00",
    ),
    Story(
        "duplicate_outreach",
        "the store phones and the shop writes about one order",
        """
        d1 10:00 contact.outbound order=1 by=offline channel=phone
        d2 15:00 contact.outbound order=1 by=online channel=mail
        """,
        "duplicate_outreach order:1 until=d3T10:00",
    ),
    Story(
        "duplicate_outreach",
        "service writes, sales calls about something else",
        """
        d0 09:00 contact.outbound ticket=1 by=service
        d0 17:00 call.made lead=1
        """,
    ),
    Story(
        "duplicate_outreach",
        "service writes, and sales calls three days later",
        """
        d0 09:00 contact.outbound ticket=1 by=service
        d0 12:00 contact.outbound ticket=1 by=service
        d3 14:00 call.made ticket=1
        """,
    ),
)
