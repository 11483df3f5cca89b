"""`manage.py makemigrations`: Django's, for what the database has to know."""

from django.core.management.commands import makemigrations

from backoffice.engine.services.schema_changes import SchemaAutodetector


class Command(makemigrations.Command):
    """Make no migration of a label."""

    autodetector = SchemaAutodetector
