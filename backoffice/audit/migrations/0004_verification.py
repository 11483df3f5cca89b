"""How far the chain is verified by itself, and what was found wrong with it."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("audit", "0003_audit_erasures")]

    operations = [
        migrations.CreateModel(
            name="ChainCheck",
            fields=[
                ("name", models.CharField(max_length=8, primary_key=True, serialize=False)),
                ("position", models.BigIntegerField(default=0)),
                ("chain", models.BinaryField(default=bytes(32), max_length=32)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "verification of the audit trail",
                "verbose_name_plural": "verifications of the audit trail",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="TrailProblem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.BigIntegerField()),
                ("kind", models.CharField(max_length=8)),
                ("detail", models.CharField(blank=True, max_length=150)),
                ("text", models.TextField()),
                ("found_at", models.DateTimeField(auto_now_add=True)),
                ("accepted_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "problem of the audit trail",
                "verbose_name_plural": "problems of the audit trail",
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("position", "kind", "detail"), name="audit_problem_once")
                ],
            },
        ),
    ]
