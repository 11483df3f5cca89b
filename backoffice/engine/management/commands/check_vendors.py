"""`manage.py check_vendors`: ask every vendor whether our credentials are accepted."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backoffice.engine.models.push import Lane
from backoffice.engine.services.integrations import get_vendor
from backoffice.vendors.abilities import Vendor
from backoffice.vendors.errors import VendorAuthFailed, VendorError
from backoffice.vendors.registry import live_accounts, vendor_type


class Command(BaseCommand):
    help = "Say of each vendor whether it is configured, reachable, and what it answers to our credentials."

    def handle(self, *args: Any, **options: Any) -> None:
        failed = [name for name in live_accounts(Vendor) if not self._check(name)]
        if failed:
            raise CommandError(f"Not working: {', '.join(failed)}.")

    def _check(self, name: str) -> bool:
        """Print one line; return False when this vendor needs attention. One that is not configured is not used."""
        if not vendor_type(name, Vendor).is_configured():
            self.stdout.write(f"{name}: not configured")
            return True
        try:
            text = get_vendor(name, Vendor, lane=Lane.READS).check()
        except VendorAuthFailed as error:
            self.stdout.write(self.style.ERROR(f"{name}: configured, reachable, credentials refused: {error.text}"))
            return False
        except VendorError as error:
            self.stdout.write(self.style.ERROR(f"{name}: configured, not working: {error.text}"))
            return False
        if not vendor_type(name, Vendor).CHECK_ASKS:
            self.stdout.write(f"{name}: configured, not called: {text}")
            return True
        self.stdout.write(self.style.SUCCESS(f"{name}: configured, reachable, token accepted, says {text!r}"))
        return True
