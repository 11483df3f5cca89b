from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("engine", "0007_file_deletions"),
    ]

    operations = [
        migrations.AddField(
            model_name="push",
            name="attention_since",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="needs attention since"),
        ),
    ]
