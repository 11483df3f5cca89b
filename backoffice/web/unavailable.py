"""What is away for the moment, in pages that say nothing of it themselves, such as files: come again."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from backoffice.errors import Unavailable

RETRY_AFTER = 30


class AnswerUnavailable:
    """Middleware: 503 with the reason in words, and when to ask again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Unavailable):
            return None
        headers = {"Retry-After": str(exception.details.get("retry_after", RETRY_AFTER))}
        return HttpResponse(exception.text, status=503, content_type="text/plain; charset=utf-8", headers=headers)
