"""Two families that are about to merge have both published an identifier, under one version and with different customers."""

import pytest

from schemas.ids import customer_id
from sinks.clickhouse import ClickHouseSink
from tests.integration.published import change, entry

pytestmark = pytest.mark.server

OWN, OTHER = "email:anna", "crm_id:C-1"


def test_rows_that_carry_the_customer_of_the_family_that_is_gone_are_shown_under_the_one_that_stays(address, client):
    sink = ClickHouseSink(address)
    sink.write("1", [change(OWN, OTHER, 1), entry("a", ids=(OWN,), customer=OTHER)])
    sink.write("2", [change(OWN, OWN, 1), entry("b", ids=(OWN,), customer=OWN)])
    sink.write("3", [change(OWN, OWN, 2)])
    client.execute("OPTIMIZE TABLE identity_versions FINAL")
    sink.refresh()
    sink.close()
    shown = client.execute("SELECT toString(customer_id), count() FROM timeline GROUP BY customer_id")
    assert shown == [(customer_id(OWN), 2)]
