"""Languages, formats and the time zone."""

from backoffice.settings.base import BASE_DIR, env

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["backoffice.formats"]
TIME_ZONE = env.zone("TIME_ZONE", default="Europe/Berlin")
USE_TZ = True
