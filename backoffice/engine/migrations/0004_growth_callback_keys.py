from django.db import migrations, models


class Migration(migrations.Migration):
    """That a callback has come, whatever month it came in; filled by the next migration."""

    dependencies = [
        ("engine", "0004_vendoraccounts_token"),
    ]

    operations = [
        migrations.CreateModel(
            name="CallbackKey",
            fields=[
                ("digest", models.UUIDField(primary_key=True, serialize=False)),
                ("callback_id", models.BigIntegerField()),
                ("received_at", models.DateTimeField(db_index=True)),
            ],
        ),
    ]
