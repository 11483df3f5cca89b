"""Sign-in of staff: django-allauth, with second factors and single sign-on.

django-axes alone counts wrong passwords, for a user at an address and for an address, in the database: it holds where
Redis is lost, and its rows say who was refused. The limits of allauth for the same are therefore off. Those that stay
guard what axes does not see: wrong codes of who has the right password (for the user, wherever they come from), and how
often mails are asked for.
"""

from typing import Any

from backoffice.settings.base import env, public_address

__all__ = [
    "ACCOUNT_ADAPTER", "ACCOUNT_EMAIL_NOTIFICATIONS", "ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS", "ACCOUNT_EMAIL_VERIFICATION",
    "ACCOUNT_FORMS", "ACCOUNT_LOGIN_METHODS", "ACCOUNT_LOGOUT_REDIRECT_URL", "ACCOUNT_RATE_LIMITS",
    "ACCOUNT_REAUTHENTICATION_METHODS", "ACCOUNT_REAUTHENTICATION_TIMEOUT", "ACCOUNT_SESSION_REMEMBER",
    "ACCOUNT_SIGNUP_ENABLED", "INVITATION_HOURS", "MFA_ADAPTER", "MFA_ALLOW_UNVERIFIED_EMAIL",
    "MFA_PASSKEY_LOGIN_ENABLED", "MFA_SUPPORTED_TYPES", "MFA_TOTP_ISSUER", "MFA_TOTP_TOLERANCE",
    "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN", "OIDC", "PASSWORD_RESET_TIMEOUT", "REAUTHENTICATION_SECONDS",
    "SECOND_FACTOR", "SESSIONS_AT_ONCE", "SESSION_COOKIE_AGE", "SESSION_ENGINE", "SESSION_IDLE_MINUTES",
    "SIGN_IN_HISTORY_DAYS", "SOCIALACCOUNT_ADAPTER", "SOCIALACCOUNT_AUTO_SIGNUP",
    "SOCIALACCOUNT_EMAIL_VERIFICATION", "SOCIALACCOUNT_LOGIN_ON_GET", "SOCIALACCOUNT_OPENID_CONNECT_URL_PREFIX",
    "SOCIALACCOUNT_PROVIDERS", "SOCIALACCOUNT_REQUESTS_TIMEOUT", "SOCIALACCOUNT_STORE_TOKENS",
]  # fmt: skip

# Who must have a second factor; the page "Sign-in rules" adds groups.
SECOND_FACTOR = env.str("SECOND_FACTOR", default="optional", choices=("optional", "superusers", "everyone"))
# Seconds after which users, keys, secrets, erasures and payments ask once more who it is.
REAUTHENTICATION_SECONDS = env.int("REAUTHENTICATION_SECONDS", default=900, least=60, most=86_400)
# Minutes without use after which a session ends.
SESSION_IDLE_MINUTES = env.int("SESSION_IDLE_MINUTES", default=720, least=15, most=20_160)
# Sessions of one person that may be open; with one more the oldest ends.
SESSIONS_AT_ONCE = env.int("SESSIONS_AT_ONCE", default=20, least=1, most=1000)
# Seconds after the sign-in in which it ends whatever is done.
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_ENGINE = "backoffice.signin.sessions"
# Days that sign-ins and refusals can be read back.
SIGN_IN_HISTORY_DAYS = env.int("SIGN_IN_HISTORY_DAYS", default=180, most=3650)
# Hours that the link of an invitation or of a lost password works.
INVITATION_HOURS = env.int("INVITATION_HOURS", default=72, most=720)
PASSWORD_RESET_TIMEOUT = INVITATION_HOURS * 3600

ACCOUNT_ADAPTER = "backoffice.signin.adapters.account.AccountAdapter"
ACCOUNT_FORMS = {"login": "backoffice.signin.forms.SignInForm"}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_ENABLED = False
# Addresses are given by who manages accounts, and their mails are sent by our own outbox.
ACCOUNT_EMAIL_VERIFICATION = SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_REDIRECT_URL = "admin:login"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_METHODS = ("password", "mfa")
ACCOUNT_REAUTHENTICATION_TIMEOUT = REAUTHENTICATION_SECONDS
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "login_failed": "5/15m/key",
    "reset_password": "20/h/ip,3/h/key",
    "reset_password_from_key": "20/m/ip",
    "signup": None,
}

MFA_ADAPTER = "backoffice.signin.adapters.factors.FactorsAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = env.str("SECOND_FACTOR_NAME", default="Back office")
# Telephones run up to half a minute wrong.
MFA_TOTP_TOLERANCE = 1
# Without https browsers take passkeys on localhost only, and it is they that guard it there.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = public_address.scheme != "https"

OIDC: dict[str, Any] = {
    # The provider's address, below which /.well-known/openid-configuration is found; empty: no single sign-on.
    "issuer": env.web_address("OIDC_ISSUER"),
    "client_id": env.str("OIDC_CLIENT_ID"),
    "client_secret": env.str("OIDC_CLIENT_SECRET"),
    "name": env.str("OIDC_NAME", default="single sign-on"),
    "scopes": env.list("OIDC_SCOPES", default=["openid", "profile", "email"], pattern=r"[\x21-\x7e]+", shape="scopes"),
    "groups_claim": env.str("OIDC_GROUPS_CLAIM", default="groups"),
    # Theirs=ours, such as printers=Production desk.
    "groups": dict(
        pair.split("=", 1)
        for pair in env.list("OIDC_GROUPS", pattern=r"[^=]+=[^=]+", shape="pairs such as printers=Production desk")
    ),
    "superuser_group": env.str("OIDC_SUPERUSER_GROUP"),
    "creates_users": env.bool("OIDC_CREATE_USERS", default=True),
    # Whoever has signed in by it once has no use of a password any more.
    "ends_passwords": env.bool("OIDC_ONLY", default=False),
    # Whether a sign-in by it counts as one with a second factor, whatever it asked for; None: where its token says so.
    "is_second_factor": env.bool("OIDC_IS_SECOND_FACTOR") if env.has("OIDC_IS_SECOND_FACTOR") else None,
    # Values of `acr` that say so, beside the methods of `amr`.
    "second_factor_acr": env.list("OIDC_SECOND_FACTOR_ACR", pattern=r"[\x21-\x7e]+", shape="values of acr"),
    # Not every provider says that it has verified an e-mail address.
    "trusts_emails": env.bool("OIDC_TRUST_EMAILS", default=False),
}
_IS_ON = bool(OIDC["issuer"] and OIDC["client_id"])
SOCIALACCOUNT_ADAPTER = "backoffice.signin.adapters.single_sign_on.SingleSignOnAdapter"
SOCIALACCOUNT_AUTO_SIGNUP = True
# `views.oidc_login` takes care that it is a page of ours that leads there.
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 8
SOCIALACCOUNT_OPENID_CONNECT_URL_PREFIX = ""
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "APPS": [
            {
                "provider_id": "oidc",
                "name": OIDC["name"],
                "client_id": OIDC["client_id"],
                "secret": OIDC["client_secret"],
                "settings": {"server_url": OIDC["issuer"]},
            }
        ]
        * _IS_ON,
        "OAUTH_PKCE_ENABLED": True,
        # Verifies the tokens.
        "provider_class": "backoffice.signin.adapters.provider.Provider",
        "SCOPE": OIDC["scopes"],
    }
}
