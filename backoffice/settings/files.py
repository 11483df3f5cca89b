"""Where static files and the files of orders lie."""

from pathlib import Path

from backoffice.settings.base import DEBUG, VAR_DIR, env

STATIC_URL = "/static/"
# Where `collectstatic` puts them; an image has them outside of what is kept.
STATIC_ROOT = Path(
    env.str(
        "STATIC_DIR",
        default=str(VAR_DIR / "static"),
        pattern=r"/[^\x00-\x1f\x7f]*",
        shape="the path of a folder, beginning with /",
    )
)
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "backoffice.staff.bundles.BundleFinder",
]
MEDIA_ROOT = VAR_DIR / "media"

# A bucket that all machines share instead of a folder of this one; docs/operate/files.md.
FILES_S3_BUCKET = env.str(
    "FILES_S3_BUCKET",
    pattern=r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
    shape="the name of a bucket: 3 to 63 of a-z, 0-9, . and -",
)
FILES_S3_ENDPOINT = env.web_address("FILES_S3_ENDPOINT").rstrip("/")
FILES_S3_REGION = env.str("FILES_S3_REGION", pattern=r"[a-z0-9-]+", shape="the name of a region, such as eu-central-1")
FILES_S3_ACCESS_KEY = env.str("FILES_S3_ACCESS_KEY")
FILES_S3_SECRET_KEY = env.str("FILES_S3_SECRET_KEY")
FILES_S3_PREFIX = env.str(
    "FILES_S3_PREFIX", pattern=r"[\w-][\w.-]*(/[\w-][\w.-]*)*", shape="a path such as backoffice/files"
)
FILES_S3_PATH_STYLE = env.bool("FILES_S3_PATH_STYLE", default=False)
FILES_S3_ENCRYPTION = env.str("FILES_S3_ENCRYPTION", choices=("AES256", "aws:kms"))
FILES_S3_KMS_KEY = env.str("FILES_S3_KMS_KEY", pattern=r"[\w:/-]+", shape="the id or the ARN of a key")
# Seconds without a byte, and tries in all, for each request.
FILES_S3_TIMEOUT = env.float("FILES_S3_TIMEOUT", default=10)
FILES_S3_TRIES = env.int("FILES_S3_TRIES", default=3, most=10)
# Which of both is in use; to be named while files are moved from one to the other.
FILES_STORE = env.str("FILES_STORE", default="s3" if FILES_S3_BUCKET else "local", choices=("local", "s3"))

_LOCAL = {"BACKEND": "backoffice.files.stores.local.LocalStore"}
_S3 = {
    "BACKEND": "backoffice.files.stores.s3.S3Store",
    "OPTIONS": {
        "bucket_name": FILES_S3_BUCKET,
        "endpoint_url": FILES_S3_ENDPOINT or None,
        "region_name": FILES_S3_REGION or None,
        "access_key": FILES_S3_ACCESS_KEY or None,
        "secret_key": FILES_S3_SECRET_KEY or None,
        "location": FILES_S3_PREFIX,
        "addressing_style": "path" if FILES_S3_PATH_STYLE else "auto",
        "encryption": FILES_S3_ENCRYPTION,
        "kms_key": FILES_S3_KMS_KEY,
        "timeout": FILES_S3_TIMEOUT,
        "tries": FILES_S3_TRIES,
    },
}
STORAGES = {
    "default": _S3 if FILES_STORE == "s3" else _LOCAL,
    "local": _LOCAL,
    **({"s3": _S3} if FILES_S3_BUCKET else {}),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "backoffice.web.static_files.StaticFiles"
    },
}

if not FILES_S3_BUCKET:
    for _name in ("ENDPOINT", "REGION", "ACCESS_KEY", "SECRET_KEY", "PREFIX", "ENCRYPTION", "KMS_KEY"):
        if globals()[f"FILES_S3_{_name}"]:
            env.fault(f"FILES_S3_{_name}", "is set, but FILES_S3_BUCKET is not, so that files stay on this machine.")
    if FILES_STORE == "s3":
        env.fault("FILES_STORE", "is s3, but FILES_S3_BUCKET is not set.")
if bool(FILES_S3_ACCESS_KEY) != bool(FILES_S3_SECRET_KEY):
    _name = "FILES_S3_SECRET_KEY" if FILES_S3_ACCESS_KEY else "FILES_S3_ACCESS_KEY"
    env.fault(_name, "is missing: both keys are set, or none where the machine has a role.")
if FILES_S3_KMS_KEY and FILES_S3_ENCRYPTION != "aws:kms":
    env.fault("FILES_S3_KMS_KEY", "is used with FILES_S3_ENCRYPTION=aws:kms only.")
