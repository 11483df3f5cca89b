"""Where kept files lie: on a disk, or in a bucket that all machines share. `settings.STORAGES` names which."""
