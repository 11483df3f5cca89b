#!/usr/bin/env python
"""Run an operator's command: `python manage.py help` lists them."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")
    from django.core.management import execute_from_command_line

    from backoffice.errors import DomainError

    try:
        execute_from_command_line(sys.argv)
    except DomainError as error:
        # A refusal in words is no fault of the program that would need a traceback.
        sys.exit(error.text)


if __name__ == "__main__":
    main()
