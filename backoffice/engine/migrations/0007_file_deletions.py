from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("engine", "0006_growth_vacuum"),
    ]

    operations = [
        migrations.CreateModel(
            name="FileDeletion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("path", models.CharField(max_length=200, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("refused_at", models.DateTimeField(blank=True, null=True)),
                ("cause", models.TextField(blank=True, default="")),
                ("remedy", models.TextField(blank=True, default="")),
            ],
        ),
    ]
