"""The number of a request goes along with the tasks that it enqueues; a task of the timetable has its own."""

from contextlib import ExitStack
from typing import Any

from celery import Task, signals

from backoffice.acting import TASK, acting_as
from backoffice.web.request_id import caused_by, current_request_id

HEADER = "request_id"
_running: dict[str, ExitStack] = {}


def connect() -> None:
    """Have this process send numbers along, and name what its tasks do by them."""
    signals.before_task_publish.connect(_send_along, dispatch_uid="backoffice.request_id")
    signals.task_prerun.connect(_begin, dispatch_uid="backoffice.request_id")
    signals.task_postrun.connect(_end, dispatch_uid="backoffice.request_id")


def _send_along(headers: dict[str, Any] | None = None, **_signal: Any) -> None:
    number = current_request_id()
    if number and headers is not None:
        headers.setdefault(HEADER, number)


def _begin(task_id: str, task: Task, **_signal: Any) -> None:
    context = _running[task_id] = ExitStack()
    context.enter_context(caused_by(getattr(task.request, HEADER, None) or task_id.replace("-", "")))
    context.enter_context(acting_as(TASK, task.name))


def _end(task_id: str, **_signal: Any) -> None:
    context = _running.pop(task_id, None)
    if context is not None:
        context.close()
