"""Countries by their two letters, for vendors that know no others; storefronts may spell them with three."""

from collections.abc import Iterable, Mapping

import msgspec
from django.db.models import Q

from backoffice.vendors.messages import PostalAddress
from fulfillment.models import Country


def two_letters(addresses: Iterable[PostalAddress]) -> dict[str, str]:
    """ISO alpha-3 -> alpha-2 for what is spelled with three; one query, none without any."""
    long = {address.country_code.upper() for address in addresses if len(address.country_code) == 3}
    if not long:
        return {}
    return dict(Country.objects.filter(Q(iso3__in=long)).values_list("iso3", "iso2"))


def with_two_letters(address: PostalAddress, codes: Mapping[str, str]) -> PostalAddress:
    """The address with its country in upper case, by the `codes` of `two_letters`."""
    code = address.country_code.upper()
    return msgspec.structs.replace(address, country_code=codes.get(code, code))
