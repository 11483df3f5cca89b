from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Orders come in while it is made.
    atomic = False

    dependencies = [
        ("engine", "0008_attention_since"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="push",
            index=models.Index(condition=models.Q(("needs_attention", True)), fields=["id"], name="push_attention"),
        ),
        # Few rows need attention at a time.
        migrations.RunSQL(
            "UPDATE engine_push SET attention_since = coalesce(unknown_since, finished_at, updated_at)"
            " WHERE needs_attention AND attention_since IS NULL",
            migrations.RunSQL.noop,
        ),
    ]
