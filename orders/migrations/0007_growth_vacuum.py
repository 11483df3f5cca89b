from django.db import migrations

# Rows that are changed often: by the default a fifth of a table may be dead before anything is cleaned up, which in a
# table of many years are millions of rows that each claim and each list reads past.
TABLES = ("orders_order", "orders_vendororder")
SET = "autovacuum_vacuum_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.02"
RESET = "autovacuum_vacuum_scale_factor, autovacuum_analyze_scale_factor"


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0006_privacy_erased_at"),
    ]

    operations = [
        migrations.RunSQL(f"ALTER TABLE {table} SET ({SET})", f"ALTER TABLE {table} RESET ({RESET})") for table in TABLES
    ]
