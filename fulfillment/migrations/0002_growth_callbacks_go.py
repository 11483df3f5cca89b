import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Let callbacks go by whole months, which a constraint on each line of a timeline would forbid."""

    dependencies = [
        ("fulfillment", "0001_initial"),
        ("engine", "0003_leases_and_request_ids"),
    ]

    operations = [
        migrations.AlterField(
            model_name="productionevent",
            name="callback",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="engine.callback",
            ),
        ),
    ]
