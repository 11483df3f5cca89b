from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("fulfillment", "0003_bare_codes_and_refused_labels"),
    ]

    operations = [
        migrations.AddField(
            model_name="productionorder",
            name="unreadable_since",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="status not updated since"),
        ),
    ]
