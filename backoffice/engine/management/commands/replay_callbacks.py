"""`manage.py replay_callbacks`: have callbacks worked off once more, in the order they came."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from backoffice.engine.models import Callback
from backoffice.engine.models.callback import CallbackState
from backoffice.engine.services.callbacks import replay_callbacks
from backoffice.vendors.registry import account_names

# By option: what it narrows the callbacks by.
_LOOKUPS = {"since": "received_at__gte", "vendor": "vendor", "state": "state", "id": "pk__in"}


class Command(BaseCommand):
    help = "Have callbacks worked off once more. The options narrow together; a second run changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", help="received then or later: ISO date or time, local unless it says otherwise")
        parser.add_argument("--vendor", help="of this vendor")
        parser.add_argument("--state", choices=CallbackState.values, help="in this state")
        parser.add_argument("--id", nargs="+", type=int, metavar="N", help="these callbacks")

    def handle(self, *args: Any, **options: Any) -> None:
        given = {lookup: options[name] for name, lookup in _LOOKUPS.items() if options.get(name) is not None}
        if not given:
            raise CommandError("Say which: --since, --vendor, --state or --id.")
        known = account_names()
        if given.get("vendor", known[0]) not in known:
            raise CommandError(f"No vendor is called {given['vendor']}; known are {', '.join(known)}.")
        if "received_at__gte" in given:
            given["received_at__gte"] = _datetime(given["received_at__gte"])
        count = replay_callbacks(Callback.objects.filter(**given))
        self.stdout.write(f"{count} callback{'' if count == 1 else 's'} will be worked off once more by the workers.")


def _datetime(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{text} is no ISO date or time such as 2026-11-20T10:30.") from None
    return timezone.make_aware(at) if timezone.is_naive(at) else at
