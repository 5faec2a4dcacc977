"""A link that was refused is an alert for the customer of its stronger end."""

from schemas.alert import Alert
from schemas.company import Company
from schemas.ids import alert_id
from streams.core.identity import IdentityRules, pair
from streams.core.shared_identifier import shared_identifiers

RULES = IdentityRules.of(Company(company="Example"))
CUSTOMERS = {"crm_id:1": "anna", "crm_id:2": "jonas", "email:a": "anna"}


def alert(a, b, *, customer, starts_at, summary):
    return Alert(
        alert_id=alert_id("shared_identifier", (a, b), ""),
        rule="shared_identifier",
        rule_version="1",
        status="open",
        level="broken",
        severity="info",
        customer_id=customer,
        matter="",
        journey="",
        key=(a, b),
        starts_at=starts_at,
        title="Shared identifier",
        summary=summary,
        identifiers=(a, b),
    )


def test_without_refused_links_there_is_nothing_to_say():
    assert shared_identifiers(RULES, CUSTOMERS, {}, {}) == {}


def test_each_refused_link_is_one_alert_that_says_why():
    unique, size = pair("email:a", "crm_id:2"), pair("crm_id:1", "crm_id:2")
    links = {unique: (7, 9), size: (3, 4)}
    found = shared_identifiers(RULES, CUSTOMERS, {unique: "unique", size: "size"}, links)
    assert list(found.values()) == [
        alert(
            "crm_id:2",
            "email:a",
            customer="jonas",
            starts_at=7,
            summary="crm_id:2 and email:a were seen together, but each belongs to another identifier of a kind that a customer has only one of.",
        ),
        alert(
            "crm_id:1",
            "crm_id:2",
            customer="anna",
            starts_at=3,
            summary="crm_id:1 and crm_id:2 were seen together, but together they would have more identifiers than one customer can have.",
        ),
    ]
    assert all(name == alert.alert_id for name, alert in found.items())


def test_two_who_are_known_to_be_distinct_share_what_joined_them():
    link = pair("crm_id:1", "email:a")
    (found,) = shared_identifiers(RULES, CUSTOMERS, {link: "distinct"}, {link: (1, 1)}).values()
    assert found.summary == "crm_id:1 and email:a were seen together, but somebody said that these are two customers."
