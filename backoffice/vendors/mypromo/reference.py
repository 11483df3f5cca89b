"""Countries, states and carriers as mypromo lists them, keyed by their codes. Mixed into `MyPromo`.

Their numeric ids are no keys: Germany is 50, the states of Germany name the country 1, which is Afghanistan.
"""

import logging
import re
from collections.abc import Callable
from typing import TypeVar

from backoffice.vendors.abilities import HasReferenceData
from backoffice.vendors.errors import VendorProtocolError
from backoffice.vendors.messages import CarrierData, CountryData, StateData
from backoffice.vendors.mypromo import schemas
from backoffice.vendors.mypromo.client import MypromoClient, Params
from backoffice.vendors.mypromo.paging import decode_row, read_rows
from backoffice.vendors.reading import flag, text

T = TypeVar("T")

logger = logging.getLogger(__name__)

ROWS_PER_PAGE = 250
_WITH_COUNTRY = re.compile(r"([A-Z]{2})-", re.IGNORECASE)


class ReferenceAbility(HasReferenceData):
    """The whole of each list, or VendorError: a list that breaks off must not look like one without the rest.
    A row without a code, by which alone it could be found, is logged and left out.

    Single ones are read by mypromo's id, which is a key within the same route at best.
    """

    client: MypromoClient

    def countries(self) -> list[CountryData]:
        return [country_data(row) for row in _read(self.client.countries_page, schemas.CountrySchema)]

    def read_country(self, vendor_id: str) -> CountryData:
        return country_data(self.client.country(vendor_id))

    def states(self) -> list[StateData]:
        """Return all states, each with its country's ISO code where that can be told without a guess."""
        countries = {str(row.id): row.iso2.upper() for row in _read(self.client.countries_page, schemas.CountrySchema)}
        rows = _read(self.client.states_page, schemas.StateSchema)
        # One row whose own code names another country than its id does: the ids belong to some other list.
        trusted = not any(
            named_country(row) and countries.get(text(row.country_id)) != named_country(row) for row in rows
        )
        return [state_data(row, countries=countries if trusted else {}) for row in rows]

    def read_state(self, vendor_id: str) -> StateData:
        """Return one state; its country is known only where its own code names it."""
        return state_data(self.client.state(vendor_id), countries={})

    def carriers(self) -> list[CarrierData]:
        return [carrier_data(row) for row in _read(self.client.carriers_page, schemas.CarrierSchema)]

    def read_carrier(self, vendor_id: str) -> CarrierData:
        return carrier_data(self.client.carrier(vendor_id))


def country_data(row: schemas.CountrySchema) -> CountryData:
    return CountryData(
        name=text(row.name, most=100),
        iso2=row.iso2.upper(),
        iso3=text(row.iso3, most=3).upper(),
        state_mandatory=flag(row.state_mandatory) is True,
    )


def state_data(row: schemas.StateSchema, *, countries: dict[str, str]) -> StateData:
    """Read a state; `countries` maps their country ids to ISO codes, empty when the ids cannot be trusted."""
    return StateData(
        name=text(row.name, most=100),
        iso2=row.iso2,
        iso3=text(row.iso3, most=10),
        country_iso2=named_country(row) or countries.get(text(row.country_id), ""),
    )


def carrier_data(row: schemas.CarrierSchema) -> CarrierData:
    return CarrierData(
        key=row.key.lower(),
        name=text(row.name, most=100),
        kind=text(row.type, most=16),
        available=flag(row.available) is True,
    )


def named_country(row: schemas.StateSchema) -> str:
    """Return the country in a code like "DE-BW", empty where the code names none."""
    found = _WITH_COUNTRY.match(text(row.iso3))
    return found[1].upper() if found else ""


def _read(get: Callable[[Params], bytes], shape: type[T]) -> list[T]:
    rows, error = [], None
    for raw in read_rows(get, {}, per_page=ROWS_PER_PAGE, whole=True):
        try:
            rows.append(decode_row(raw, shape))
        except VendorProtocolError as unreadable:
            error = unreadable
            logger.warning("A row of the reference data is left out: %s", error.text)
    if error and not rows:
        raise error
    return rows
