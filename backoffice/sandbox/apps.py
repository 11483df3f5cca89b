"""Finds the replayed vendors: each package beside this module has an `app` with one subclass of `VendorApp`."""

import pkgutil
from importlib import import_module

import backoffice.sandbox
from backoffice.sandbox.mypromo.app import MypromoApp
from backoffice.sandbox.vendor_app import VendorApp


def find_apps() -> list[type[VendorApp]]:
    """Return the app of each vendor but mypromo, whose catalogue and jobs need one of another kind."""
    packages = [module.name for module in pkgutil.iter_modules(backoffice.sandbox.__path__) if module.ispkg]
    modules = [import_module(f"backoffice.sandbox.{name}.app") for name in packages]
    found = [value for module in modules for value in vars(module).values() if isinstance(value, type)]
    return [kind for kind in found if issubclass(kind, VendorApp) and kind is not VendorApp]


def environment(*, port: int) -> dict[str, str]:
    """Return the environment variables with which the product finds every vendor in a sandbox on that port."""
    named = {"mypromo": MypromoApp.environment} | {kind.name: kind.environment for kind in find_apps()}
    found: dict[str, str] = {}
    for name, read in named.items():
        found |= read(f"http://127.0.0.1:{port}/{name}/")
    return found
