"""Countries, states and carriers as mypromo lists them, keyed by their codes. Mixed into `MyPromo`.

Their numeric ids are no keys: Germany is 50, the states of Germany name the country 1, which is Afghanistan.
"""

import logging
import re
from collections.abc import Callable
from typing import TypeVar

import msgspec

from backoffice.vendors.abilities import HasReferenceData
from backoffice.vendors.errors import VendorProtocolError
from backoffice.vendors.messages import CarrierFacts, CountryFacts, StateFacts
from backoffice.vendors.mypromo import schemas as theirs
from backoffice.vendors.mypromo.client import Client, Params
from backoffice.vendors.mypromo.paging import read_rows
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

    client: Client

    def countries(self) -> list[CountryFacts]:
        return [country_facts(row) for row in _read(self.client.countries_page, theirs.Country)]

    def read_country(self, vendor_id: str) -> CountryFacts:
        return country_facts(self.client.country(vendor_id))

    def states(self) -> list[StateFacts]:
        """All states, each with its country's ISO code where that can be told without a guess."""
        countries = {str(row.id): row.iso2.upper() for row in _read(self.client.countries_page, theirs.Country)}
        rows = _read(self.client.states_page, theirs.State)
        # One row whose own code names another country than its id does: the ids belong to some other list.
        trusted = not any(
            named_country(row) and countries.get(text(row.country_id)) != named_country(row) for row in rows
        )
        return [state_facts(row, countries=countries if trusted else {}) for row in rows]

    def read_state(self, vendor_id: str) -> StateFacts:
        """One state; its country is known only where its own code names it."""
        return state_facts(self.client.state(vendor_id), countries={})

    def carriers(self) -> list[CarrierFacts]:
        return [carrier_facts(row) for row in _read(self.client.carriers_page, theirs.Carrier)]

    def read_carrier(self, vendor_id: str) -> CarrierFacts:
        return carrier_facts(self.client.carrier(vendor_id))


def country_facts(row: theirs.Country) -> CountryFacts:
    return CountryFacts(
        name=text(row.name, most=100),
        iso2=row.iso2.upper(),
        iso3=text(row.iso3, most=3).upper(),
        state_mandatory=flag(row.state_mandatory) is True,
    )


def state_facts(row: theirs.State, *, countries: dict[str, str]) -> StateFacts:
    """`countries` maps their country ids to ISO codes; empty when the ids cannot be trusted."""
    return StateFacts(
        name=text(row.name, most=100),
        iso2=row.iso2,
        iso3=text(row.iso3, most=10),
        country_iso2=named_country(row) or countries.get(text(row.country_id), ""),
    )


def carrier_facts(row: theirs.Carrier) -> CarrierFacts:
    return CarrierFacts(
        key=row.key.lower(),
        name=text(row.name, most=100),
        kind=text(row.type, most=16),
        available=flag(row.available) is True,
    )


def named_country(row: theirs.State) -> str:
    """The country in a code like "DE-BW", empty where the code names none."""
    found = _WITH_COUNTRY.match(text(row.iso3))
    return found[1].upper() if found else ""


def _read(get: Callable[[Params], bytes], shape: type[T]) -> list[T]:
    rows, error = [], None
    for raw in read_rows(get, {}, per_page=ROWS_PER_PAGE, whole=True):
        try:
            rows.append(msgspec.json.decode(raw, type=shape, strict=False))
        except (ValueError, RecursionError) as unreadable:
            error = unreadable
            logger.warning("A row of mypromo's reference data is left out: %s", error)
    if error and not rows:
        raise VendorProtocolError(f"mypromo's reference data cannot be read: {error}") from error
    return rows
