from tests.engine.conftest import shop, toy_vendor
from tests.files.conftest import bucket, folder, s3_server

__all__ = ["bucket", "folder", "s3_server", "shop", "toy_vendor"]
