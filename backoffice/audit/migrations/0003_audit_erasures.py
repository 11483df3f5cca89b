"""While a person is erased, only that something changed is recorded: what was there before is what has to go."""

from django.db import migrations

INSERTED_AND_DELETED = """
CREATE OR REPLACE FUNCTION audit_values(found jsonb, secret text[], ignored text[]) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN current_setting('backoffice.told', true) = 'erasure' THEN '{}'
                ELSE (found - secret - ignored)::text END
$$;
CREATE OR REPLACE FUNCTION audit_note_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_recordedchange (at, context, action, table_name, object_id, parent_id, changes)
    SELECT statement_timestamp(), audit_actor(), 'create', TG_TABLE_NAME, found.row ->> TG_ARGV[0],
           found.row ->> TG_ARGV[1], audit_values(found.row, TG_ARGV[2]::text[], TG_ARGV[3]::text[])
    FROM (SELECT to_jsonb(one) AS row FROM new_rows AS one OFFSET 0) AS found;
    RETURN NULL;
END
$$;
CREATE OR REPLACE FUNCTION audit_note_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_recordedchange (at, context, action, table_name, object_id, parent_id, changes)
    SELECT statement_timestamp(), audit_actor(), 'delete', TG_TABLE_NAME, found.row ->> TG_ARGV[0],
           found.row ->> TG_ARGV[1], audit_values(found.row, TG_ARGV[2]::text[], TG_ARGV[3]::text[])
    FROM (SELECT to_jsonb(one) AS row FROM old_rows AS one OFFSET 0) AS found;
    RETURN NULL;
END
$$;
"""
UPDATED = """
CREATE OR REPLACE FUNCTION audit_note_update() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    key CONSTANT text := TG_ARGV[0];
    secret CONSTANT text[] := TG_ARGV[2]::text[];
    ignored CONSTANT text[] := TG_ARGV[3]::text[];
    is_erasure CONSTANT boolean := coalesce(current_setting('backoffice.told', true), '') = 'erasure';
BEGIN
    INSERT INTO audit_recordedchange (at, context, action, table_name, object_id, parent_id, changes)
    WITH before AS MATERIALIZED (SELECT to_jsonb(one) - ignored AS row FROM old_rows AS one),
         after AS MATERIALIZED (SELECT to_jsonb(one) - ignored AS row FROM new_rows AS one)
    SELECT statement_timestamp(), audit_actor(), 'update', TG_TABLE_NAME,
           coalesce(after.row ->> key, before.row ->> key),
           coalesce(after.row ->> TG_ARGV[1], before.row ->> TG_ARGV[1]),
           coalesce(
               (SELECT jsonb_object_agg(
                           field.key,
                           CASE WHEN is_erasure OR field.key = ANY (secret) THEN 'null'::jsonb
                                ELSE jsonb_build_array(before.row -> field.key, field.value) END)
                  FROM jsonb_each(after.row) AS field
                 WHERE before.row IS NOT NULL AND field.value IS DISTINCT FROM before.row -> field.key),
               jsonb_build_object(key, jsonb_build_array(before.row -> key, after.row -> key))
           )::text
    FROM before FULL JOIN after ON before.row ->> key = after.row ->> key
    WHERE before.row IS DISTINCT FROM after.row;
    RETURN NULL;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_functions")]
    # Back by a version the functions of 0002 do as well as these, but for erasures.
    operations = [migrations.RunSQL(INSERTED_AND_DELETED + UPDATED, migrations.RunSQL.noop)]
