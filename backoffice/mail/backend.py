"""Django's SMTP backend, which also knows whether a mail may have reached the server when the line broke."""

import smtplib
from typing import Any

from django.core.mail.backends.smtp import EmailBackend as DjangoBackend


class _Tracing:
    """Before DATA a server has nothing that it could deliver; from then on a broken line proves nothing."""

    data_begun = False

    def mail(self, *args: Any, **options: Any) -> Any:
        self.data_begun = False
        return super().mail(*args, **options)  # type: ignore[misc]

    def data(self, msg: Any) -> Any:
        self.data_begun = True
        return super().data(msg)  # type: ignore[misc]


class TracingSMTP(_Tracing, smtplib.SMTP):
    """Plain, or with STARTTLS."""


class TracingSMTPOverTLS(_Tracing, smtplib.SMTP_SSL):
    """With TLS from the first byte."""


class EmailBackend(DjangoBackend):
    """The default of EMAIL_BACKEND. Of any other backend nobody knows: its errors count as unclear."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return TracingSMTPOverTLS if self.use_ssl else TracingSMTP

    @property
    def data_begun(self) -> bool:
        return bool(getattr(self.connection, "data_begun", False))
