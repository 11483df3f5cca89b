"""`manage.py processing_record`: the record of processing under Article 30 GDPR, as Markdown."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import translation

from backoffice.privacy.services.records import as_markdown


class Command(BaseCommand):
    help = "Writes the record of processing (Article 30 GDPR) as Markdown, made from what apps have registered."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--language", choices=("en", "de"), default="en")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(options["language"]):
            self.stdout.write(as_markdown(), ending="")
