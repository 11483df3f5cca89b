"""What all views of the API share, and those that belong to no app."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backoffice.accounts.models import Shop
from backoffice.accounts.models.shop import Scope
from backoffice.api.responses import PROBLEMS
from backoffice.text.translatable import gettext as _


class ApiView(APIView):
    """A view for storefronts. `required_scopes` says by method what a key must be allowed to do."""

    metadata_class = None
    required_scopes: ClassVar[dict[str, Scope]] = {}

    @property
    def allowed_methods(self) -> list[str]:
        """What the address knows, for the header `Allow`: OPTIONS is answered with 405, the document says it all."""
        return [method for method in super().allowed_methods if method != "OPTIONS"]

    @property
    def shop(self) -> Shop:
        """Whose key it is: a shop sees nothing of the others."""
        return self.request.auth.shop  # type: ignore[union-attr]


@extend_schema(exclude=True)
class NoSuchAddress(APIView):
    """Answers every address below /api/ that nothing else answers."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    metadata_class = None

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        super().initial(request, *args, **kwargs)
        text = _("There is no such address.")
        raise NotFound(text if request.path.endswith("/") else f"{text} {_('Addresses end with a slash.')}")


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
