"""A picture of a neon sign, drawn without any library: a PNG of a glowing bar in the design's colour."""

import struct
import zlib

WIDTH, HEIGHT = 320, 200
COLOURS = ((255, 64, 160), (64, 200, 255), (255, 190, 60), (120, 255, 140))


def draw_sign(number: int) -> bytes:
    """The PNG of the n-th design; the same number is the same picture."""
    colour = COLOURS[number % len(COLOURS)]
    rows = b"".join(b"\0" + b"".join(_pixel(x, y, colour, number) for x in range(WIDTH)) for y in range(HEIGHT))
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    parts = (_chunk(b"IHDR", head), _chunk(b"IDAT", zlib.compress(rows, 6)), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _pixel(x: int, y: int, colour: tuple[int, int, int], number: int) -> bytes:
    """Tubes of light: three bars and a ring, which grow paler with the distance."""
    tubes = [abs(y - (60 + 40 * bar)) + max(0, 60 - x, x - 180 - 12 * ((number + bar) % 3)) for bar in range(3)]
    ring = abs(((x - 250) ** 2 + (y - 100) ** 2) ** 0.5 - 42)
    glow = max(0.0, 1 - min(*tubes, ring) / 14) ** 2
    return bytes(
        min(255, round(ground + (tone - ground) * glow)) for tone, ground in zip(colour, (24, 22, 38), strict=True)
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
