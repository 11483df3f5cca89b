"""Pictures that others made, opened with Pillow; nothing here loads it, since it is heavy and few processes need it."""

import struct
import zlib

# What Pillow lets through of broken pictures, besides DecompressionBombError: SyntaxError is a PNG with damaged chunks.
BROKEN = (OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError, struct.error, zlib.error)
