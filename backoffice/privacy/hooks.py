"""Where privacy takes part in backups: who was erased stays erased."""

from backoffice.engine.services.backups.making import after_backup
from backoffice.engine.services.backups.restoring import after_restore
from backoffice.privacy.services.outside import copy_beside
from backoffice.privacy.services.restoring import erase_after_restore

after_backup.append(copy_beside)
after_restore.append(erase_after_restore)
