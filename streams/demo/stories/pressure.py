"""Stories of too much attention, of two records of one customer, and of customers who leave."""

from streams.demo.plot import Story

STORIES = (
    Story(
        "too_many_contacts",
        "a mail on every day of the week",
        """
        d0 08:00 campaign.sent channel=mail
        d1 08:00 campaign.sent channel=mail
        d2 08:00 campaign.sent channel=mail
        d3 08:00 campaign.sent channel=mail
        d4 08:00 campaign.sent channel=mail
        """,
        "too_many_contacts until=d7T08:00",
    ),
    Story(
        "too_many_contacts",
        "everybody writes, about different things",
        """
        d0 09:00 campaign.sent channel=mail
        d1 10:00 contact.outbound ticket=1 by=service
        d2 11:00 call.made lead=1
        d3 11:00 contact.outbound lead=1 by=sales
        d4 11:00 call.made lead=2
        """,
        "too_many_contacts until=d7T09:00",
    ),
    Story(
        "too_many_contacts",
        "six messages in six days",
        """
        d0 08:00 campaign.sent channel=mail
        d1 08:00 campaign.sent channel=sms
        d2 08:00 campaign.sent channel=mail
        d3 08:00 campaign.sent channel=post
        d4 08:00 campaign.sent channel=mail
        d5 08:00 campaign.sent channel=sms
        """,
        "too_many_contacts times=3 until=d8T08:00",
    ),
    Story(
        "too_many_contacts",
        "four contacts in a week",
        """
        d0 08:00 campaign.sent channel=mail
        d1 08:00 campaign.sent channel=mail
        d2 08:00 campaign.sent channel=mail
        d3 08:00 campaign.sent channel=mail
        """,
    ),
    Story(
        "too_many_contacts",
        "five contacts in nine days",
        """
        d0 08:00 campaign.sent channel=mail
        d2 08:00 campaign.sent channel=mail
        d4 08:00 campaign.sent channel=mail
        d6 08:00 campaign.sent channel=mail
        d8 08:00 campaign.sent channel=mail
        """,
    ),
    Story(
        "duplicate_records",
        "the store hands out a second loyalty card",
        "d3 15:00 record.created by=offline record=CARD",
        "duplicate_records",
    ),
    Story(
        "duplicate_records",
        "the mail tool imports the customer twice",
        """
        d0 03:00 record.created by=marketing record=M1
        d14 03:00 record.created by=marketing record=M2
        """,
        "duplicate_records",
    ),
    Story(
        "duplicate_records",
        "three contacts of one caller at the service desk",
        """
        d0 09:00 record.created by=service record=D1
        d5 09:00 record.created by=service record=D2
        d9 09:00 record.created by=service record=D3
        """,
        "duplicate_records times=3",
    ),
    Story(
        "duplicate_records",
        "one record in each of two systems",
        """
        d0 03:00 record.created by=marketing record=M1
        d14 09:00 record.created by=service record=D1
        """,
    ),
    Story(
        "duplicate_records",
        "the same record is created again, and then changed",
        """
        d0 03:00 record.created by=marketing record=M1
        d7 03:00 record.created by=marketing record=M1
        d8 03:00 record.updated by=marketing record=M2
        """,
    ),
    Story(
        "lost_after_broken_journey",
        "a broken promise, and three weeks later the customer leaves",
        """
        d0 09:00 promise.made promise=1 by=service due=d0T17:00
        d21 10:00 contract.canceled
        """,
        """
        broken_promise promise:1
        lost_after_broken_journey until=d90T17:00
        """,
    ),
    Story(
        "lost_after_broken_journey",
        "a late delivery, then two stars in public",
        """
        d0 09:00 order.placed order=1 due=d2T12:00
        d0 09:05 payment.approved order=1
        d1 14:00 parcel.handed_over order=1
        d4 10:00 parcel.delivered order=1
        d5 10:00 review.received order=1 score=2
        """,
        """
        late_delivery order:1 until=d4T10:00
        lost_after_broken_journey
        """,
    ),
    Story(
        "lost_after_broken_journey",
        "nobody answers, then a bad mark and a complaint",
        """
        d0 09:00 contact.inbound ticket=1
        d2 10:00 survey.answered score=1
        d3 10:00 complaint.opened ticket=2
        d4 10:00 complaint.closed ticket=2
        """,
        """
        silence ticket:1
        lost_after_broken_journey times=2 until=d90T17:00
        """,
    ),
    Story(
        "lost_after_broken_journey",
        "an unhappy customer whose journey was whole",
        """
        d0 09:00 order.placed order=1 due=d4T12:00
        d0 09:05 payment.approved order=1
        d1 14:00 parcel.handed_over order=1
        d2 10:00 parcel.delivered order=1
        d4 10:00 review.received order=1 score=1
        """,
    ),
    Story(
        "lost_after_broken_journey",
        "a broken journey, and a customer who forgives",
        """
        d0 09:00 promise.made promise=1 by=service due=d0T17:00
        d1 09:00 promise.kept promise=1 by=service
        d5 10:00 survey.answered score=4
        """,
        "broken_promise promise:1 until=d1T09:00",
    ),
)
