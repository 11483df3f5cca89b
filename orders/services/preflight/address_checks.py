"""The pre-flight of addresses: countries, states, what only a person can decide, and streets that could be divided."""

from collections.abc import Iterable

from backoffice.errors import Errors, add_error
from backoffice.text.cleaning import has_letter_or_digit
from backoffice.text.regions import is_military
from backoffice.text.translatable import gettext as _
from fulfillment.models import Country, State
from orders.models import Address

# SQL, as it runs for every order.
_COUNTRIES = f"SELECT * FROM {Country._meta.db_table} WHERE iso2 = ANY(%s) OR iso3 = ANY(%s)"  # noqa: S608
_SEPARATORS = (",", " ")


def doubts_about(address: Address) -> dict[str, str]:
    """Return what only a person can decide about an address, by field: shops leave streets out, and fill postcodes
    where a country has none.
    """
    doubts: dict[str, str] = {}
    if not address.street:
        doubts["street"] = _("Without a street the parcel may not arrive.")
    if address.zip and not has_letter_or_digit(address.zip):
        doubts["zip"] = _("A postcode must contain letters or digits.")
    return doubts


def check_countries(addresses: Iterable[tuple[str, Address]], *, errors: Errors) -> None:
    """Check that countries and states are known, and a state is there where the country needs one. Two queries at most.

    `addresses` are given with the path of their field.
    """
    given = [(path, address) for path, address in addresses if address.country_code]
    requested = list({address.country_code.upper() for _path, address in given})
    rows = Country.objects.raw(_COUNTRIES, [requested, requested])
    known = {code: row for row in rows for code in (row.iso2, row.iso3)}
    named = any(address.state_code for _path, address in given)
    states = set(State.objects.filter(country__in=known.values()).values_list("country", "iso2")) if named else set()
    if not known and not Country.objects.exists():
        return  # the reference data have not come in yet: what is not known cannot be checked
    for path, address in given:
        country = known.get(address.country_code.upper())
        if country is None:
            text = _("%(code)s is not a country that can be shipped to.")
            add_error(errors, f"{path}.country_code", text % {"code": address.country_code})
        else:
            codes = {code for iso2, code in states if iso2 == country.pk}
            _check_state(address.state_code, country, codes, path=f"{path}.state_code", errors=errors)


def _check_state(given: str, country: Country, codes: set[str], *, path: str, errors: Errors) -> None:
    if not given:
        if country.state_mandatory:
            add_error(errors, path, _("%(country)s needs a state.") % {"country": country.name})
    elif codes and given.upper() not in codes and not is_military(given, country=country.pk):
        text = _("%(code)s is not a state of %(country)s.")
        add_error(errors, path, text % {"code": given, "country": country.name})


def split_street(street: str, *, limit: int, second_limit: int | None = None) -> tuple[str, str] | None:
    """Return the street as two texts of at most `limit` characters, for street and care of; None if impossible.

    Divided at the last comma, else at the last space, that leaves both short enough: nothing is cut or left out.
    `second_limit` where what stands behind may be of another length.
    """
    most = limit if second_limit is None else second_limit
    for separator in _SEPARATORS:
        place = street.rfind(separator, 0, limit + 1)
        while place > 0:
            first, second = street[:place].strip(), street[place + 1 :].strip()
            if 0 < len(first) <= limit and 0 < len(second) <= most:
                return first, second
            place = street.rfind(separator, 0, place)
    return None
