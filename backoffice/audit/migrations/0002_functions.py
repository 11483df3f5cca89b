"""The functions that triggers of all watched tables call, and the guards of the audit trail's own tables.

Triggers themselves are made after each `migrate` (`services/triggers.py`).
"""

from django.db import migrations

# Who acts: what the back office told of itself in this transaction; else somebody is in the database by other means.
ACTOR = """
CREATE FUNCTION audit_actor() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(
        nullif(current_setting('backoffice.actor', true), ''),
        json_build_object(
            'kind', 'database', 'name', left(session_user || ' (' || current_setting('application_name') || ')', 150),
            'address', host(inet_client_addr())
        )::text
    )
$$;
"""
# Arguments of all three: key, what the row belongs to (empty: nothing), secret columns, columns that are not recorded.
INSERTED = """
CREATE FUNCTION audit_note_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_recordedchange (at, context, action, table_name, object_id, parent_id, changes)
    SELECT statement_timestamp(), audit_actor(), 'create', TG_TABLE_NAME, found.row ->> TG_ARGV[0],
           found.row ->> TG_ARGV[1], (found.row - TG_ARGV[2]::text[] - TG_ARGV[3]::text[])::text
    FROM (SELECT to_jsonb(one) AS row FROM new_rows AS one OFFSET 0) AS found;
    RETURN NULL;
END
$$;
"""
DELETED = """
CREATE FUNCTION audit_note_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_recordedchange (at, context, action, table_name, object_id, parent_id, changes)
    SELECT statement_timestamp(), audit_actor(), 'delete', TG_TABLE_NAME, found.row ->> TG_ARGV[0],
           found.row ->> TG_ARGV[1], (found.row - TG_ARGV[2]::text[] - TG_ARGV[3]::text[])::text
    FROM (SELECT to_jsonb(one) AS row FROM old_rows AS one OFFSET 0) AS found;
    RETURN NULL;
END
$$;
"""
# Rows whose key changed have no counterpart; each half is recorded with the key alone.
UPDATED = """
CREATE FUNCTION audit_note_update() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    key CONSTANT text := TG_ARGV[0];
    secret CONSTANT text[] := TG_ARGV[2]::text[];
    ignored CONSTANT text[] := TG_ARGV[3]::text[];
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
                           CASE WHEN field.key = ANY (secret) THEN 'null'::jsonb
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
GUARDS = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The audit trail is not changed by hand: % of % refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER audit_guard BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON audit_auditentry FOR EACH STATEMENT
    WHEN (coalesce(current_setting('backoffice.audit_service', true), '') <> 'on') EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_guard BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_recordedchange FOR EACH STATEMENT
    WHEN (coalesce(current_setting('backoffice.audit_service', true), '') <> 'on') EXECUTE FUNCTION audit_refuse();
-- Triggers of other tables write here; nobody else does.
CREATE TRIGGER audit_guard_insert BEFORE INSERT ON audit_recordedchange FOR EACH STATEMENT
    WHEN (pg_trigger_depth() = 0 AND coalesce(current_setting('backoffice.audit_service', true), '') <> 'on')
    EXECUTE FUNCTION audit_refuse();
"""
UNDO = """
DROP FUNCTION IF EXISTS audit_note_insert() CASCADE;
DROP FUNCTION IF EXISTS audit_note_update() CASCADE;
DROP FUNCTION IF EXISTS audit_note_delete() CASCADE;
DROP FUNCTION IF EXISTS audit_refuse() CASCADE;
DROP FUNCTION IF EXISTS audit_actor() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunSQL(ACTOR + INSERTED + DELETED + UPDATED + GUARDS, UNDO)]
