"""How long imported tables are kept."""

from backoffice.engine.services.retention import bounded_elsewhere, keep

bounded_elsewhere("importing.OrderImport", kept="`ORDER_IMPORT_DAYS` days", by="deleted in batches, `keep_imports`")
bounded_elsewhere("importing.ImportedOrder", kept="as long as the table", by="with the table")
keep("importing.ImportProfile", because="as many as people save")
