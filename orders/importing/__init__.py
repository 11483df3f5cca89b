"""Orders from tables: an export of any shop system, its columns mapped, looked at, and placed by a job."""
