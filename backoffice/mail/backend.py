"""Django's SMTP backend, which also knows whether a mail may have reached the server when the line broke."""

import smtplib
from typing import Any

from django.core.mail.backends.smtp import EmailBackend as DjangoBackend

_GO_AHEAD = 354


class _Tracing:
    """Until a server has answered 354 to DATA it has nothing to deliver; from then on a broken line proves nothing."""

    data_begun = False
    _asks_for_data = False

    def mail(self, *args: Any, **options: Any) -> Any:
        self.data_begun = False
        return super().mail(*args, **options)  # type: ignore[misc]

    def data(self, msg: Any) -> Any:
        self._asks_for_data = True
        return super().data(msg)  # type: ignore[misc]

    def getreply(self) -> Any:
        code, text = super().getreply()  # type: ignore[misc]
        if self._asks_for_data:
            self._asks_for_data, self.data_begun = False, code == _GO_AHEAD
        return code, text


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
