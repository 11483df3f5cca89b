"""Sign-in, cookies and transport."""

from backoffice.settings.base import TRUSTED_PROXIES, env, public_address

# The last one signs nobody in: it lets go on what was begun by it, before there was the second.
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "backoffice.accounts.backends.ShopsBackend",
    "backoffice.signin.backends.StaffBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "backoffice.signin.passwords.MerchantWordsValidator"},
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 1
AXES_VERBOSE = False
# Our own pages show sign-ins, and unblock.
AXES_ENABLE_ADMIN = False
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_HANDLER = "backoffice.accounts.sign_in_guard.SignInGuard"
AXES_LOCKOUT_CALLABLE = "backoffice.signin.views.locked_out"
AXES_CLIENT_IP_CALLABLE = "backoffice.web.client_address.sign_in_address"
# Masked in what is kept of a failed sign-in.
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "csrfmiddlewaretoken"]
# Failed sign-ins of one address within an hour, whatever the names.
SIGN_IN_FAILURES_PER_ADDRESS = 30
# Failed sign-ins of one user within an hour, wherever they come from; with more a new address is refused.
SIGN_IN_FAILURES_PER_USER = env.int("SIGN_IN_FAILURES_PER_USER", default=50, least=10, most=100_000)
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
SECURE_HTTPS = public_address.scheme == "https"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE_HTTPS
# With the prefix a browser takes them from this very host only, over https only.
_PREFIX = "__Host-" if SECURE_HTTPS else ""
CSRF_FAILURE_VIEW = "backoffice.web.problems.expired_form"
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{_PREFIX}sessionid", f"{_PREFIX}csrftoken"
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=SECURE_HTTPS)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000 if SECURE_HTTPS else 0, least=0)
# Both speak for hosts that are not ours: other subdomains, and for years to come. See docs/operate/surroundings.md.
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", default=False)
# Django asks for both.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
# Health checks come from the orchestrator inside, over plain http.
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
# What a page may load and run: files of ours, nothing that stands in the page itself. Exceptions: pictures of goods lie
# at their vendors; a width may stand in an attribute; the barcode reader is WebAssembly.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'", "'wasm-unsafe-eval'"],
        "style-src": ["'self'"],
        "style-src-attr": ["'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:", "https:", *([] if SECURE_HTTPS else ["http:"])],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "frame-src": ["'self'"],
        "media-src": ["'self'", "blob:"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "report-uri": ["/csp-reports/"],
    }
}
