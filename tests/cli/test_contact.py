"""May this customer be contacted now? The exit code, the sentence for people, the document for programs."""

import json

import pytest

from schemas.ids import event_id
from tests.cli.printed import lines
from tests.cli.story import ANNAS_ID, JONAS_ID

pytestmark = pytest.mark.server

COMPLAINT = "until complaint closed: She complained."
TOO_MANY = "until Fri 1 Jan 2286 09:00: Too many."

ABOUT = "  but nothing about order:1002  survey until parcel delivered: It is not there.\n"


@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [
        (
            ("--purpose", "promo", "--channel", "mail"),
            1,
            f"promo on mail: hold\n  {COMPLAINT}\n  {TOO_MANY}\n  until consent granted: She opted out.\n",
        ),
        (("--purpose", "promo", "--channel", "sms"), 1, f"promo on sms: hold\n  {COMPLAINT}\n  {TOO_MANY}\n"),
        (("--purpose", "service"), 0, "service: allowed\n"),
        (
            ("--purpose", "survey", "--channel", "mail"),
            0,
            "survey on mail: allowed\n  but nothing about order:1002  until parcel delivered: It is not there.\n",
        ),
        (
            ("--purpose", "survey", "--about", "order:1002"),
            1,
            "survey about order:1002: hold\n  until parcel delivered: It is not there.\n",
        ),
        (("--purpose", "survey", "--about", "order:1"), 0, "survey about order:1: allowed\n  but nothing about order:1002  until parcel delivered: It is not there.\n"),
        (
            (),
            1,
            f"any contact: hold\n  promo {COMPLAINT}\n  promo {TOO_MANY}\n  promo on mail until consent granted: She opted out.\n  sales {TOO_MANY}\n{ABOUT}",
        ),
    ],
)  # fmt: skip
def test_it_says_until_when_to_wait_and_why(redthread, asked, code, said):
    result = redthread("contact", "anna@example.org", *asked)
    assert (lines(result), result.exit_code) == (said, code)


def test_a_customer_whom_no_rule_protects_may_be_contacted(redthread):
    result = redthread("contact", JONAS_ID)
    assert (lines(result), result.exit_code) == ("any contact: allowed\n", 0)


def test_programs_get_the_same_as_a_document(redthread):
    result = redthread("contact", "order:1002", "--purpose", "sales", "--json")
    assert (json.loads(result.stdout), result.exit_code) == (
        {
            "customer_id": ANNAS_ID,
            "purpose": "sales",
            "channel": None,
            "about": None,
            "allowed": False,
            "hold_until": "2286-01-01T08:00:00Z",
            "holds": [
                {
                    "purpose": "sales",
                    "channel": "",
                    "about": [],
                    "hold_until": "2286-01-01T08:00:00Z",
                    "why": "Too many.",
                    "rule": "too_many_contacts",
                    "ends_with": [],
                    "because": [],
                }
            ],
            "only_about": [],
        },
        1,
    )
    document = json.loads(redthread("contact", ANNAS_ID, "--purpose", "promo", "--json").stdout)
    assert (document["hold_until"], document["holds"][0]["because"]) == (None, [event_id("desk", "11")])


def test_somebody_whom_nobody_knows_is_not_allowed_everything(redthread):
    result = redthread("contact", "nobody@example.org", "--purpose", "promo")
    assert (result.exit_code, "nobody is known as 'nobody@example.org'" in result.stderr) == (1, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--purpose", "prmo"), "'prmo' is none of the company's purposes (promo, survey, service, sales); did you mean promo?"),
        (("--channel", "email"), "no event came on a channel 'email'; known are "),
    ],
)
def test_a_misspelt_purpose_or_channel_is_refused(redthread, words, said):
    result = redthread("contact", ANNAS_ID, *words)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.replace("│", " ").split())
