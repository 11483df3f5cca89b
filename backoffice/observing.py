"""Error reports and traces for services that take them, each behind a setting and off by default.

Nothing of it is loaded while it is off (requirements-observe.txt). What leaves says neither what somebody typed nor
what opens a door: no bodies, no cookies, no local variables, no queries, and texts masked as the log's are.
"""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from django.conf import settings

from backoffice.masking import mask_line

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan

NEEDED = {"SENTRY_DSN": "sentry_sdk", "OTEL_EXPORTER_OTLP_ENDPOINT": "opentelemetry"}
_LEFT_OUT = ("extra", "user", "breadcrumbs")
# What holds whole addresses, with customers' names and one-time links in them; the route says which it was.
_ADDRESSES = {"http.url", "http.target", "url.full", "url.path", "url.query"}


def find_missing_libraries() -> list[str]:
    """Return a line for each setting whose library is not installed."""
    return [
        f"{name}: needs {module}, which is not installed: pip install -r requirements-observe.txt."
        for name, module in NEEDED.items()
        if getattr(settings, name) and find_spec(module) is None
    ]


def begin() -> None:
    """Report errors and traces of this process from now on, where settings say where to."""
    if settings.SENTRY_DSN:
        _report_errors()
    if settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        _trace()


def _report_errors() -> None:
    import sentry_sdk

    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        release=str(settings.SPECTACULAR_SETTINGS["VERSION"]),
        environment="production" if settings.PRODUCTION else "development",
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        before_send=scrub_event,
    )


def scrub_event(event: Any, _hint: Any = None) -> Any:
    """Return the event with every text masked, and of a request nothing but its method and its path."""
    request = event.pop("request", None)
    for name in _LEFT_OUT:
        event.pop(name, None)
    # What was put into the message stands in it, masked by what is around it; alone nobody knows what it is.
    event.get("logentry", {}).pop("params", None)
    masked = _masked(event)
    if request:
        path = mask_line(str(request.get("url", "")).partition("?")[0])
        masked["request"] = {"method": request.get("method", ""), "url": path}
    return masked


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask_line(value)
    if isinstance(value, Mapping):
        return {key: _masked(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(part) for part in value]
    return value


def _trace() -> None:
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.instrumentation.celery import CeleryInstrumentor
    from opentelemetry.instrumentation.django import DjangoInstrumentor
    from opentelemetry.instrumentation.requests import RequestsInstrumentor
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

    class MaskingExporter(SpanExporter):
        """Sends spans on without what they may not say."""

        def __init__(self) -> None:
            self._exporter = OTLPSpanExporter()

        def export(self, spans: "Sequence[ReadableSpan]") -> SpanExportResult:
            return self._exporter.export([scrub_span(span) for span in spans])

        def shutdown(self) -> None:
            self._exporter.shutdown()

    version = str(settings.SPECTACULAR_SETTINGS["VERSION"])
    provider = TracerProvider(resource=Resource.create({"service.name": "backoffice", "service.version": version}))
    provider.add_span_processor(BatchSpanProcessor(MaskingExporter()))
    trace.set_tracer_provider(provider)
    for instrumentor in (DjangoInstrumentor(), CeleryInstrumentor(), RequestsInstrumentor()):
        instrumentor.instrument()


def scrub_span(span: "ReadableSpan") -> "ReadableSpan":
    """Return a copy without addresses, its texts masked; of an exception only its type."""
    from opentelemetry.sdk.trace import ReadableSpan

    attributes = {
        name: mask_line(value) if isinstance(value, str) else value
        for name, value in (span.attributes or {}).items()
        if name not in _ADDRESSES
    }
    status = type(span.status)(span.status.status_code)
    return ReadableSpan(
        name=span.name, context=span.context, parent=span.parent, resource=span.resource, attributes=attributes,
        kind=span.kind, instrumentation_scope=span.instrumentation_scope, status=status,
        start_time=span.start_time, end_time=span.end_time, links=span.links, events=(),
    )  # fmt: skip
