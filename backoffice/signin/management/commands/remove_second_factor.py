"""`manage.py remove_second_factor`: let somebody in again who lost theirs, where nobody else can."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from backoffice.signin.services.accounts import clear_factors


class Command(BaseCommand):
    help = "Removes the passkeys, the authenticator app and the recovery codes of a member of staff, and ends sessions."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"There is no user {options['username']}.")
        removed = clear_factors(user, actor="command:remove_second_factor")
        self.stdout.write(f"{removed} second factors of {user.get_username()} were removed.")
