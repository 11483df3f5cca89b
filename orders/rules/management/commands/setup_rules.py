"""`manage.py setup_rules`: the rules that are shipped, for staff to change and switch on."""

from typing import Any

from django.core.management.base import BaseCommand

from orders.rules.services.shipped import setup_rules


class Command(BaseCommand):
    help = "Makes the rules that are shipped; those that are there already stay as staff left them."

    def handle(self, *args: Any, **options: Any) -> None:
        made = setup_rules()
        for rule in made:
            self.stdout.write(f"{rule.name}: {'on' if rule.enabled else 'off'}")
        self.stdout.write(f"{len(made)} rules made.")
