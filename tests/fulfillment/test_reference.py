"""Countries, states and carriers on their way into our tables."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from backoffice.vendors.errors import VendorProtocolError
from backoffice.vendors.messages import CarrierData, CountryData, StateData
from fulfillment.models import Carrier, Country, State
from fulfillment.services.reference import sync_reference

pytestmark = pytest.mark.django_db


class Lists:
    """A vendor's three lists."""

    name = "vendor"

    def __init__(self) -> None:
        self.country_rows = [CountryData(name="Germany", iso2="DE", iso3="DEU", state_mandatory=False)]
        self.state_rows = [StateData(name="Berlin", iso2="BE", iso3="DE-BE", country_iso2="DE")]
        self.carrier_rows = [CarrierData(key="dhl", name="DHL", kind="parcel", available=True)]

    def countries(self) -> list[CountryData]:
        return self.country_rows

    def states(self) -> list[StateData]:
        return self.state_rows

    def carriers(self) -> list[CarrierData]:
        return self.carrier_rows


def test_a_second_run_updates_and_deletes_nothing() -> None:
    lists = Lists()
    sync_reference(lists)
    lists.country_rows = [CountryData(name="Deutschland", iso2="DE", iso3="DEU", state_mandatory=True)]
    lists.carrier_rows = []
    assert sync_reference(lists) == {"countries": 1, "states": 1, "carriers": 0}
    assert list(Country.objects.values_list("name", "state_mandatory")) == [("Deutschland", True)]
    assert State.objects.count() == 1
    assert Carrier.objects.get().name == "DHL"


def test_a_state_of_a_country_that_nobody_knows_has_none() -> None:
    lists = Lists()
    lists.state_rows = [StateData(name="Nowhere", iso2="NO", iso3="", country_iso2="XX")] * 2
    sync_reference(lists)
    sync_reference(lists)
    assert State.objects.get().country is None


def test_an_empty_list_of_countries_is_not_believed() -> None:
    lists = Lists()
    sync_reference(lists)
    lists.country_rows = []
    with pytest.raises(VendorProtocolError):
        sync_reference(lists)
    assert Country.objects.count() == 1


@pytest.mark.parametrize("model", ["country", "state", "carrier"])
def test_staff_look_them_up_and_cannot_change_them(client: Client, model: str) -> None:
    client.force_login(User.objects.create_superuser("staff"))
    sync_reference(Lists())
    answer = client.get(reverse(f"admin:fulfillment_{model}_changelist"), {"q": "e"})
    assert answer.status_code == 200
    assert client.get(reverse(f"admin:fulfillment_{model}_add")).status_code == 403
