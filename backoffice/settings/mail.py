"""The mail server, and how mails are repeated and given up."""

from backoffice.settings.base import env

# Empty: no mail is sent, and pages say so.
EMAIL_HOST = env.str("EMAIL_HOST", pattern=r"[\w.:-]+", shape="the name of a host")
EMAIL_PORT = env.int("EMAIL_PORT", default=587, most=65535)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", default=False)
EMAIL_USE_SSL = env.bool("EMAIL_USE_SSL", default=False)
# Seconds for each exchange with the server.
EMAIL_TIMEOUT = env.float("EMAIL_TIMEOUT", default=20)
EMAIL_BACKEND = env.str(
    "EMAIL_BACKEND", default="backoffice.mail.backend.EmailBackend", pattern=r"\w+(\.\w+)+", shape="the path of a class"
)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str(
    "DEFAULT_FROM_EMAIL", default="shop@example.com", pattern=r"[^@\s<>\"]+@[^@\s<>\"]+", shape="an e-mail address"
)
# Seconds between the tries while the server cannot be reached; the last one repeats.
MAIL_RETRY_BACKOFF = env.floats("MAIL_RETRY_BACKOFF", default=[5, 30, 120, 600])
# Later than that, nobody wants to read it any more.
MAIL_LATEST_HOURS = env.float("MAIL_LATEST_HOURS", default=72)
# The hour, in TIME_ZONE, from which on the digest of the day is sent.
MAIL_DIGEST_HOUR = env.int("MAIL_DIGEST_HOUR", default=7, least=0, most=23)
