"""How long drafts are kept."""

from backoffice.engine.services.retention import bounded_elsewhere

bounded_elsewhere("drafts.DraftOrder", kept="`DRAFT_DAYS` days", by="deleted in batches, `clear_drafts`")
