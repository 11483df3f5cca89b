"""The shapes of mypromo's answers about batches. Seen by this package only."""

from typing import Any

from msgspec import Struct

from backoffice.vendors.mypromo.schemas import Id, Word


class Queued(Struct):
    """The answer to a batch. The number is `queue_id` here and `job_id` where jobs are read: the same (assumed)."""

    queue_id: Id
    message: Any = None


class Job(Struct):
    job_id: Id
    status: Word
    added: Any = None
    processed: Any = None
    message: Any = None
    report: Any = None
