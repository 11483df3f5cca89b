"""Countries, states and carriers.

Kept as the document shows them: Germany is country 50 but its states say `country_id` 1 in the list; a state's
`iso3` is `DE-BW` in the list and `BAW` by id; the carriers' numbers have a gap at 7.
"""

import json
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from backoffice.sandbox.mypromo.paging import list_response
from backoffice.sandbox.mypromo.routing import PUBLIC, Caller, Route
from backoffice.sandbox.options import Options
from backoffice.sandbox.wire import Request, Response, json_response, message

STATE_MANDATORY = {"US", "CA", "AU"}
_SHORT_STATES = {"DE-BW": "BAW"}


@cache
def _data() -> dict[str, list[list[Any]]]:
    loaded: dict[str, list[list[Any]]] = json.loads(Path(__file__).with_name("reference_data.json").read_bytes())
    return loaded


@cache
def countries() -> list[dict[str, Any]]:
    """Return all 251 countries."""
    return [
        {"id": n, "name": name, "iso2": iso2, "iso3": iso3, "state_mandatory": iso2 in STATE_MANDATORY}
        for n, (name, iso2, iso3) in enumerate(_data()["countries"], 1)
    ]


@cache
def country_by_code() -> dict[str, dict[str, Any]]:
    """Return the countries by iso2 and by iso3."""
    return {row[code]: row for row in countries() for code in ("iso2", "iso3")}


@cache
def states() -> list[dict[str, Any]]:
    """Return the states as the list shows them."""
    ids = {row["iso2"]: row["id"] for row in countries()} | {"DE": 1}
    return [
        {"id": n, "name": name, "iso2": code, "iso3": f"{country}-{code}", "country_id": ids[country]}
        for n, (country, code, name) in enumerate(_data()["states"], 1)
    ]


@cache
def state_codes(country: str) -> frozenset[str]:
    """Return the state codes of an iso2 country; empty when none are known."""
    return frozenset(code for owner, code, _ in _data()["states"] if owner == country)


@cache
def carriers() -> list[dict[str, Any]]:
    """Return the 16 carriers."""
    names = ("id", "name", "key", "type", "available")
    return [dict(zip(names, row, strict=True)) for row in _data()["carriers"]]


def _state_by_id(row: dict[str, Any]) -> dict[str, Any]:
    country = row["iso3"].split("-")[0]
    plain = unicodedata.normalize("NFKD", row["name"]).encode("ascii", "ignore").decode()
    short = _SHORT_STATES.get(row["iso3"], plain[:3].upper())
    return {**row, "iso3": short, "country_id": country_by_code()[country]["id"]}


class Reference:
    """The six reference routes."""

    def __init__(self, *, options: Options) -> None:
        self._options = options

    def routes(self) -> list[Route]:
        """Return list and by-id routes."""
        return [
            Route("GET", "v1/countries", PUBLIC, self.list_countries),
            Route("GET", "v1/countries/{id}", PUBLIC, self.get_country),
            Route("GET", "v1/states", PUBLIC, self.list_states),
            Route("GET", "v1/states/{id}", PUBLIC, self.get_state),
            Route("GET", "v1/carriers", PUBLIC, self.list_carriers),
            Route("GET", "v1/carriers/{id}", PUBLIC, self.get_carrier),
        ]

    def list_countries(self, request: Request, caller: Caller) -> Response:
        """Handle `GET v1/countries`."""
        return list_response(request, countries(), dict, options=self._options, numeric_per_page=True)

    def list_states(self, request: Request, caller: Caller) -> Response:
        """Handle `GET v1/states`."""
        return list_response(request, states(), dict, options=self._options)

    def list_carriers(self, request: Request, caller: Caller) -> Response:
        """Handle `GET v1/carriers`."""
        return list_response(request, carriers(), dict, options=self._options)

    def get_country(self, request: Request, caller: Caller, key: int) -> Response:
        """Handle `GET v1/countries/{id}`."""
        return _one(countries(), key)

    def get_state(self, request: Request, caller: Caller, key: int) -> Response:
        """Handle `GET v1/states/{id}`, whose iso3 and country differ from the list's."""
        found = [_state_by_id(row) for row in states() if row["id"] == key]
        return _one(found, key)

    def get_carrier(self, request: Request, caller: Caller, key: int) -> Response:
        """Handle `GET v1/carriers/{id}`."""
        return _one(carriers(), key)


def _one(rows: list[dict[str, Any]], key: int) -> Response:
    found = next((row for row in rows if row["id"] == key), None)
    return json_response(200, found) if found else message(404, "Not found.")
