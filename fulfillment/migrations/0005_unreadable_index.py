from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Parcels are packed while it is made.
    atomic = False

    dependencies = [
        ("fulfillment", "0004_unreadable_since"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="productionorder",
            index=models.Index(
                condition=models.Q(
                    models.Q(("state__in", ["done", "cancelled"]), _negated=True),
                    models.Q(("dispatch", "shipped"), _negated=True),
                    ("unreadable_since__isnull", False),
                ),
                fields=["unreadable_since", "id"],
                name="production_unreadable",
            ),
        ),
    ]
