"""`manage.py growth`."""

from argparse import ArgumentParser
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import connection

from backoffice.engine.services.retention import POLICIES, growth_table

# What partitions hold counts for the table that they divide.
_SIZES = """
SELECT root.relname, sum(pg_total_relation_size(part.oid)), sum(greatest(part.reltuples, 0))::bigint
  FROM pg_class AS root
  CROSS JOIN LATERAL (SELECT relid FROM pg_partition_tree(root.oid) UNION SELECT root.oid) AS tree (relid)
  JOIN pg_class AS part ON part.oid = tree.relid AND part.relkind = 'r'
 WHERE root.relkind IN ('r', 'p') AND root.relnamespace = current_schema()::regnamespace AND root.relname = ANY(%s)
 GROUP BY root.relname ORDER BY 2 DESC, 1
"""


class Command(BaseCommand):
    help = (
        "Say of each table how large it is, about how many rows it has, how long they are kept, and what removes them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--markdown", action="store_true", help="print the table of docs/operate/growth.md")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["markdown"]:
            self.stdout.write("\n".join(growth_table()))
            return
        policies = {apps.get_model(label)._meta.db_table: policy for label, policy in POLICIES.items()}
        with connection.cursor() as cursor:
            cursor.execute(_SIZES, [list(policies)])
            for table, size, rows in cursor.fetchall():
                kept = policies[table].kept.replace("`", "")
                self.stdout.write(f"{size / 1024**2:>12,.1f} MB {max(rows, 0):>14,} rows  {table}: {kept}")
