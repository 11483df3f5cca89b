"""`manage.py setup_groups`: the roles of staff with what each may see and do, of the parts in `rights/shipped.py`."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from backoffice.accounts.services.rights.catalogue import permissions_of
from backoffice.accounts.services.rights.shipped import SHIPPED


class Command(BaseCommand):
    help = "Makes the groups of staff and gives each its permissions; what was changed by hand is set back."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        known = {
            f"{row.content_type.app_label}.{row.codename}": row
            for row in Permission.objects.select_related("content_type")
        }
        for role in SHIPPED:
            # Nobody gets delete_order: there is no such button, and the admin refuses it to superusers too.
            requested = permissions_of(role.parts)
            if missing := requested - known.keys():
                raise CommandError(f"No such permission: {', '.join(sorted(missing))}. Run migrate first.")
            group, _created = Group.objects.get_or_create(name=role.name)
            group.permissions.set([known[codename] for codename in requested])
            if options["verbosity"]:
                self.stdout.write(f"{role.name}: {len(requested)} permissions")
