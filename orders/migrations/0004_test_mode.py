"""Orders that are tests, with references of their own. Indexes are made while orders come in."""

from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions.comparison import Coalesce

_ADD = """CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS one_order_per_mode_reference
ON orders_order (shop_id, reference, (COALESCE(replaces_id, 0)), is_test)"""
_ADD_FORMER = """CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS one_order_per_shop_reference
ON orders_order (shop_id, reference, (COALESCE(replaces_id, 0)))"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("accounts", "0003_test_mode"),
        ("orders", "0003_files_due"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="order",
            name="is_test",
            field=models.BooleanField(db_default=False, default=False, editable=False, verbose_name="test"),
        ),
        AddIndexConcurrently(
            model_name="order",
            index=models.Index(condition=models.Q(("is_test", True)), fields=["-id"], name="order_test"),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(_ADD, "DROP INDEX CONCURRENTLY IF EXISTS one_order_per_mode_reference"),
                migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS one_order_per_shop_reference", _ADD_FORMER),
            ],
            state_operations=[
                migrations.AddConstraint(
                    model_name="order",
                    constraint=models.UniqueConstraint(
                        models.F("shop"),
                        models.F("reference"),
                        Coalesce("replaces", 0),
                        models.F("is_test"),
                        name="one_order_per_mode_reference",
                    ),
                ),
                migrations.RemoveConstraint(model_name="order", name="one_order_per_shop_reference"),
            ],
        ),
    ]
