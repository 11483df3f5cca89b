"""What a vendor may offer, ability by ability.

An adapter names its abilities as its bases, which is how they are found (`vendors_with`, `has_ability`) and how mypy
checks both sides: the adapter, which is `@final` and so may leave nothing out, and whoever calls it through
`get_vendor(name, Ability)`. Policies are data on the class. All methods raise VendorError, by what is to be done about
it (`vendors/errors.py`).
"""

from backoffice.vendors.abilities.callbacks import CallsSecretAddresses, CallsUs, ManagesWebhooks
from backoffice.vendors.abilities.catalog import (
    HasCatalogue,
    HasMarkets,
    HasRatings,
    HasReferenceData,
    ListsPrices,
    ListsStock,
    TakesChanges,
    TakesChannels,
    TakesFulfillerPrices,
    TakesSalesPrices,
    TakesStock,
    TakesTexts,
)
from backoffice.vendors.abilities.marketing import ExportsOrders, SendsCards
from backoffice.vendors.abilities.orders import (
    MakesDesigns,
    ReportsOrders,
    SimulatesOrders,
    TakesDraftOrders,
    TakesOrders,
    TakesOrdersAtOnce,
)
from backoffice.vendors.abilities.production import GivesProductionOrders
from backoffice.vendors.base import Vendor

__all__ = [
    "CallsSecretAddresses",
    "CallsUs",
    "ExportsOrders",
    "GivesProductionOrders",
    "HasCatalogue",
    "HasMarkets",
    "HasRatings",
    "HasReferenceData",
    "ListsPrices",
    "ListsStock",
    "MakesDesigns",
    "ManagesWebhooks",
    "ReportsOrders",
    "SendsCards",
    "SimulatesOrders",
    "TakesChanges",
    "TakesChannels",
    "TakesDraftOrders",
    "TakesFulfillerPrices",
    "TakesOrders",
    "TakesOrdersAtOnce",
    "TakesSalesPrices",
    "TakesStock",
    "TakesTexts",
    "Vendor",
]
