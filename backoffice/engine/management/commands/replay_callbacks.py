"""`manage.py replay_callbacks`: have callbacks worked off once more, in the order they came."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.db.models import QuerySet
from django.utils import timezone

from backoffice.engine.models import Callback
from backoffice.engine.models.callback import CallbackState
from backoffice.engine.services.callbacks import replay_callbacks
from backoffice.vendors.registry import vendor_names


class Command(BaseCommand):
    help = "Have callbacks worked off once more. The options narrow together; a second run changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", help="received then or later: ISO date or time, local unless it says otherwise")
        parser.add_argument("--vendor", help="of this vendor")
        parser.add_argument("--state", choices=CallbackState.values, help="in this state")
        parser.add_argument("--id", nargs="+", type=int, metavar="N", help="these callbacks")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = _chosen(options)
        if not chosen:
            raise CommandError("Say which: --since, --vendor, --state or --id.")
        count = replay_callbacks(_narrowed(chosen))
        self.stdout.write(f"{count} callback{'' if count == 1 else 's'} will be worked off once more by the workers.")


def _chosen(options: dict[str, Any]) -> dict[str, Any]:
    """The options that were given, checked. Raises CommandError."""
    chosen = {name: options[name] for name in ("since", "vendor", "state", "id") if options.get(name) is not None}
    if chosen.get("vendor", vendor_names()[0]) not in vendor_names():
        raise CommandError(f"No vendor is called {chosen['vendor']}; known are {', '.join(vendor_names())}.")
    if "since" in chosen:
        chosen["since"] = _moment(chosen["since"])
    return chosen


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{text} is no ISO date or time such as 2026-11-20T10:30.") from None
    return timezone.make_aware(moment) if timezone.is_naive(moment) else moment


def _narrowed(chosen: dict[str, Any]) -> QuerySet[Callback]:
    lookups = {"since": "received_at__gte", "vendor": "vendor", "state": "state", "id": "pk__in"}
    return Callback.objects.filter(**{lookups[name]: value for name, value in chosen.items()})
