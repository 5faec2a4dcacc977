"""An identifier of which too much is said is an alert for whoever it belongs to."""

from msgspec.structs import replace

from schemas.alert import Alert
from schemas.company import Company
from schemas.ids import alert_id
from streams.core.crowded_identifier import crowded_identifiers
from streams.core.identity import IdentityRules
from tests.stages.builders import touchpoint

RULES = replace(IdentityRules.of(Company(company="Example")), crowded=2)
CUSTOMERS = {"email:tills": "everybody", "email:a": "anna", "cookie:1": None}


def said(*times, ids=("email:tills", "email:a"), skip=0):
    return {made.event_id: (made, skip) for made in (touchpoint(*ids, name=f"{ids} {skip} {at}", at=at) for at in times)}


def test_the_limit_is_the_companys():
    assert IdentityRules.of(Company(company="Example")).crowded == 5_000
    assert IdentityRules.of(Company(company="Example", crowded=7)).crowded == 7


def test_up_to_the_limit_there_is_nothing_to_say():
    assert crowded_identifiers(RULES, {}, CUSTOMERS) == {}
    assert crowded_identifiers(RULES, said(1, 2) | said(1, 2, ids=("email:a",)), CUSTOMERS) == {}


def test_beyond_it_there_is_an_alert_since_the_first_touchpoint_too_many_in_whatever_order_they_came():
    found = crowded_identifiers(RULES, said(9, 3, 7, 5) | said(1, ids=("email:a",)), CUSTOMERS)
    name = alert_id("crowded_identifier", ("email:tills",), "")
    assert found == {
        name: Alert(
            alert_id=name,
            rule="crowded_identifier",
            rule_version="1",
            status="open",
            level="broken",
            severity="warning",
            customer_id="everybody",
            matter="",
            journey="",
            key=("email:tills",),
            starts_at=7,
            title="Crowded identifier",
            summary="More than 2 touchpoints that matter to rules or journeys say email:tills: a machine or many people, not one customer?",
            identifiers=("email:tills",),
        )
    }


def test_what_counts_is_the_identifier_that_a_touchpoint_is_attributed_to():
    found = crowded_identifiers(RULES, said(1, 2, 3, ids=("cookie:1", "email:a"), skip=1), CUSTOMERS)
    assert [alert.customer_id for alert in found.values()] == ["anna"]
