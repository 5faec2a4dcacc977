"""Stories of orders: late, stuck, and asked about before they had arrived."""

from streams.demo.plot import Story

STORIES = (
    Story(
        "late_delivery",
        "promised for Thursday, delivered on Saturday",
        """
        d0 09:00 order.placed order=1 due=d3T12:00 amount=89
        d0 09:05 payment.approved order=1
        d1 14:00 parcel.handed_over order=1
        d5 10:00 parcel.delivered order=1
        """,
        "late_delivery order:1 until=d5T10:00",
    ),
    Story(
        "late_delivery",
        "the customer cancels after the day has passed",
        """
        d0 19:00 order.placed order=1 due=d4T12:00 amount=45
        d0 19:05 payment.approved order=1
        d8 10:00 order.canceled order=1
        """,
        "late_delivery order:1 until=d8T10:00",
    ),
    Story(
        "late_delivery",
        "of two orders one arrives and the other does not",
        """
        d0 19:00 order.placed order=1 due=d4T12:00
        d0 19:10 order.placed order=2 due=d4T12:00
        d0 19:15 payment.approved order=1
        d0 19:15 payment.approved order=2
        d1 19:05 parcel.handed_over order=1
        d1 19:05 parcel.handed_over order=2
        d2 10:00 parcel.delivered order=2
        """,
        """
        late_delivery order:1
        stuck_order order:1
        """,
        room=12,
    ),
    Story(
        "late_delivery",
        "delivered two days early",
        """
        d0 09:00 order.placed order=1 due=d4T12:00
        d0 09:05 payment.approved order=1
        d1 14:00 parcel.handed_over order=1
        d2 10:00 parcel.delivered order=1
        """,
    ),
    Story(
        "late_delivery",
        "canceled before the day",
        """
        d0 09:00 order.placed order=1 due=d5T12:00
        d1 10:00 order.canceled order=1
        """,
    ),
    Story(
        "stuck_order",
        "nothing happens after the order, until it is paid",
        """
        d0 09:00 order.placed order=1
        d12 09:00 payment.approved order=1
        d13 09:00 parcel.handed_over order=1
        d14 09:00 parcel.delivered order=1
        """,
        "stuck_order order:1 until=d12T09:00",
    ),
    Story(
        "stuck_order",
        "paid, and never sent",
        """
        d0 09:00 order.placed order=1
        d1 09:00 payment.approved order=1
        """,
        "stuck_order order:1",
        room=12,
    ),
    Story(
        "stuck_order",
        "the parcel gets lost on its way",
        """
        d0 09:00 order.placed order=1
        d0 10:00 payment.approved order=1
        d1 09:00 parcel.handed_over order=1
        d15 09:00 order.canceled order=1
        """,
        "stuck_order order:1 until=d15T09:00",
    ),
    Story(
        "stuck_order",
        "slow, but it moves",
        """
        d0 09:00 order.placed order=1
        d9 08:00 payment.approved order=1
        d18 07:00 parcel.handed_over order=1
        d24 06:00 parcel.delivered order=1
        """,
    ),
    Story(
        "stuck_order",
        "canceled on the ninth day",
        """
        d0 09:00 order.placed order=1
        d9 08:00 order.canceled order=1
        """,
    ),
    Story(
        "survey_too_early",
        "asked on Tuesday, delivered on Friday",
        """
        d0 09:00 order.placed order=1 due=d8T12:00
        d0 09:05 payment.approved order=1
        d1 08:00 survey.sent order=1 channel=mail
        d1 14:00 parcel.handed_over order=1
        d4 10:00 parcel.delivered order=1
        """,
        "survey_too_early order:1 until=d4T10:00",
    ),
    Story(
        "survey_too_early",
        "asked how the goods are that were canceled",
        """
        d0 09:00 order.placed order=1 due=d8T12:00
        d2 10:00 order.canceled order=1
        d3 08:00 survey.sent order=1 channel=mail
        """,
        "survey_too_early order:1",
    ),
    Story(
        "survey_too_early",
        "asked twice before the delivery",
        """
        d0 09:00 order.placed order=1 due=d14T12:00
        d0 09:05 payment.approved order=1
        d1 14:00 parcel.handed_over order=1
        d3 08:00 survey.sent order=1 channel=mail
        d5 08:00 survey.sent order=1 channel=mail
        d9 10:00 parcel.delivered order=1
        """,
        "survey_too_early order:1 times=2 until=d9T10:00",
    ),
    Story(
        "survey_too_early",
        "asked after the delivery",
        """
        d0 09:00 order.placed order=1 due=d8T12:00
        d0 09:05 payment.approved order=1
        d1 14:00 parcel.handed_over order=1
        d3 10:00 parcel.delivered order=1
        d4 08:00 survey.sent order=1 channel=mail
        d6 18:00 survey.answered order=1 score=5
        """,
    ),
    Story(
        "survey_too_early",
        "asked a few hours before the delivery",
        """
        d0 09:00 order.placed order=1 due=d8T12:00
        d0 09:05 payment.approved order=1
        d1 14:00 parcel.handed_over order=1
        d3 08:00 survey.sent order=1 channel=mail
        d3 16:00 parcel.delivered order=1
        """,
    ),
)
