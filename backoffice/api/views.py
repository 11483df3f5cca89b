"""What all views of the API share, and those that belong to no app."""

from collections.abc import Sequence
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from backoffice.accounts.models import Shop
from backoffice.accounts.models.shop import Scope
from backoffice.api.responses import PROBLEMS
from backoffice.api.throttling import PerKey
from backoffice.text.translatable import gettext as _


class ApiView(APIView):
    """A view for storefronts. `required_scopes` says by method what a key must be allowed to do: one of several."""

    metadata_class = None
    required_scopes: ClassVar[dict[str, Scope | tuple[Scope, ...]]] = {}
    throttles: Sequence[BaseThrottle] = ()

    @property
    def allowed_methods(self) -> list[str]:
        """What the address knows, for the header `Allow`: OPTIONS is answered with 405, the document says it all."""
        return [method for method in super().allowed_methods if method != "OPTIONS"]

    @property
    def shop(self) -> Shop:
        """Whose key it is: a shop sees nothing of the others."""
        return self.request.auth.shop  # type: ignore[union-attr]

    @property
    def is_test(self) -> bool:
        """Whether it is a test key: it sees tests only, and a live key none of them."""
        return self.request.auth.is_test  # type: ignore[union-attr]

    def get_throttles(self) -> list[BaseThrottle]:
        """Keep them: they know by how much the key may go on."""
        self.throttles = super().get_throttles()
        return list(self.throttles)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Say in every answer to a key how much it may still ask for."""
        response = super().finalize_response(request, response, *args, **kwargs)
        for throttle in self.throttles:
            for name, value in throttle.headers.items() if isinstance(throttle, PerKey) else ():
                response[name] = value
        return response


@extend_schema(exclude=True)
class NoSuchAddress(APIView):
    """Answers every address below /api/ that nothing else answers."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    metadata_class = None

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        super().initial(request, *args, **kwargs)
        text = _("This URL does not exist.")
        raise NotFound(text if request.path.endswith("/") else f"{text} {_('URLs end with a slash.')}")


@extend_schema(exclude=True)
class ProblemPage(APIView):
    """What the `type` of a problem leads to."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    metadata_class = None

    def get(self, request: Request, code: str) -> Response:
        if code not in PROBLEMS:
            raise NotFound
        return Response({"code": code, "title": str(PROBLEMS[code])})
