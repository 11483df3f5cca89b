from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0004_change_sets")]

    operations = [
        migrations.AddField(
            model_name="vendorjob",
            name="rows_hash",
            field=models.CharField(blank=True, editable=False, max_length=32),
        ),
    ]
