"""How static files are kept: named after their content, and compressed once for all who ask."""

from typing import Any

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """WhiteNoise's, with gzip alone.

    Brotli, where it happens to be installed, makes files a tenth smaller and `collectstatic` ten times as long (80
    instead of 8 seconds): at each start of the demo, and in each build of an image.
    """

    def create_compressor(self, **options: Any) -> Compressor:
        return Compressor(use_brotli=False, **options)
