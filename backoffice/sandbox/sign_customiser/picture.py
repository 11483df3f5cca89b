"""A picture of a neon sign, drawn without any library: a PNG of glowing tubes in the design's colour."""

import struct
import zlib
from functools import lru_cache

# Drawn small and doubled: thousands of points in plain Python take their time.
WIDTH, HEIGHT, SCALE = 160, 100, 2
COLOURS = ((255, 64, 160), (64, 200, 255), (255, 190, 60), (120, 255, 140))
GROUND = (24, 22, 38)


@lru_cache(maxsize=64)
def draw_sign(number: int) -> bytes:
    """Return the PNG of the n-th design; the same number is the same picture."""
    shades = [_shade(COLOURS[number % len(COLOURS)], step / 255) * SCALE for step in range(256)]
    rows = b"".join(_row(y, shades, number) * SCALE for y in range(HEIGHT))
    head = struct.pack(">IIBBBBB", WIDTH * SCALE, HEIGHT * SCALE, 8, 2, 0, 0, 0)
    parts = (_chunk(b"IHDR", head), _chunk(b"IDAT", zlib.compress(rows, 6)), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _row(y: int, shades: list[bytes], number: int) -> bytes:
    """Return a row of the tubes of light, which grow paler with the distance: three bars and a ring."""
    bars = [(abs(y - (30 + 20 * bar)), 90 + 6 * ((number + bar) % 3)) for bar in range(3)]
    points = []
    for x in range(WIDTH):
        near = min(far + max(0, 30 - x, x - end) for far, end in bars)
        ring = abs(((x - 125) ** 2 + (y - 50) ** 2) ** 0.5 - 21)
        glow = max(0.0, 1 - min(near, ring) / 7)
        points.append(shades[int(255 * glow * glow)])
    return b"\0" + b"".join(points)


def _shade(colour: tuple[int, int, int], glow: float) -> bytes:
    return bytes(round(ground + (tone - ground) * glow) for tone, ground in zip(colour, GROUND, strict=True))


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
