"""What other settings rest on: the environment, folders, secrets, and where the project is reached."""

from pathlib import Path
from urllib.parse import urlsplit

from backoffice.published_secrets import DEVELOPMENT_ENCRYPTION_KEY, DEVELOPMENT_SECRET_KEY
from backoffice.settings.environment import Environment

BASE_DIR = Path(__file__).resolve().parents[2]
env = Environment()
env.read_env(BASE_DIR / ".env")

VAR_DIR = env.folder("VAR_DIR", default=BASE_DIR / "var")
PRODUCTION = env.bool("PRODUCTION", default=False)
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default=DEVELOPMENT_SECRET_KEY)
# Keys before the last change, newest first: what they signed stays valid until they are removed.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS")
# Keys for what is kept encrypted, newest first; apart from SECRET_KEY, so that either can be rotated alone.
ENCRYPTION_KEYS = env.list(
    "ENCRYPTION_KEYS",
    default=[DEVELOPMENT_ENCRYPTION_KEY],
    pattern=r"[A-Za-z0-9_-]{43}=",
    shape="Fernet keys (python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())')",
)
# Where vendors and storefronts reach us, without a trailing slash.
PUBLIC_URL = env.web_address("PUBLIC_URL", default="http://127.0.0.1:8000", may_have_path=False).rstrip("/")
public_address = urlsplit(PUBLIC_URL)
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS",
    default=[public_address.hostname or "localhost", "localhost", "127.0.0.1"],
    pattern=r"\*|\.?[\w-]+(\.[\w-]+)*|\[[0-9a-fA-F:.]+\]",
    shape="names of hosts",
)
CSRF_TRUSTED_ORIGINS = [f"{public_address.scheme}://{public_address.netloc}"]
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0, least=0, most=20)
