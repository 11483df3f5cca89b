"""The frame of pages that are no part of the admin: those before one is in, and those that ask for one thing alone."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.response import TemplateResponse


def entrance_context(request: HttpRequest) -> dict[str, Any]:
    """Return what the admin's look needs: its styles, colours and texts; its menu is not for here."""
    site: Any = admin.site
    shown = ("site_title", "site_header", "site_icon", "site_favicons", "styles", "colors", "border_radius", "theme")
    frame = site.each_context(request)
    # Of our scripts only the one that Unfold's own need.
    scripts = [address for address in frame["scripts"] if "alpine-words" in address]
    return {name: frame[name] for name in shown if name in frame} | {"scripts": scripts}


def entrance_response(request: HttpRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """Return such a page."""
    return render(request, template, {**entrance_context(request), **context}, status=status)


def framed(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Give a view of the library what our frame needs."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **options: Any) -> HttpResponseBase:
        response = view(request, *args, **options)
        if isinstance(response, TemplateResponse) and not response.is_rendered:
            response.context_data = {**entrance_context(request), **(response.context_data or {})}
        return response

    return answer
