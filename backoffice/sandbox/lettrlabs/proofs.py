"""Renders a proof: a small, valid PDF with one page for the first recipients."""

from typing import Any

PAGES = 3


def render_proof(order: dict[str, Any], *, template: str) -> bytes:
    """Return the PDF of an order's cards."""
    shown = order["recipients"][:PAGES] or [{"address": {}, "personal": {}}]
    pages = [_page(recipient, order=order, template=template) for recipient in shown]
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Italic /Encoding /WinAnsiEncoding >>",
    ]
    for number, content in enumerate(pages):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 504 360] /Resources << /Font << /F1 3 0 R >> >> "
            f"/Contents {5 + 2 * number} 0 R >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content))
    return _joined(objects)


def _page(recipient: dict[str, Any], *, order: dict[str, Any], template: str) -> bytes:
    person, place = recipient["personal"], recipient["address"]
    name = " ".join(filter(None, (person.get("firstName"), person.get("lastName")))) or person.get("toOrganization", "")
    lines = [
        (300, 28, f"Dear {name or 'friend'},"),
        (255, 18, "thank you for having been our guest this year."),
        (230, 18, "We would love to see you again."),
        (120, 14, f"{place.get('address1', '')} {place.get('address2', '')}".strip()),
        (102, 14, f"{place.get('city', '')}, {place.get('state', '')} {place.get('zipCode', '')}".strip(" ,")),
        (40, 9, f"Proof of order {order['id']}, template {template}"),
    ]
    drawn = [f"BT /F1 {size} Tf 48 {height} Td ({_escaped(text)}) Tj ET" for height, size, text in lines]
    return ("0.93 0.90 0.84 rg 0 0 504 360 re f 0.13 0.17 0.36 rg\n" + "\n".join(drawn)).encode("cp1252", "replace")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def _joined(objects: list[bytes]) -> bytes:
    body, places = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    start = len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    body += b"".join(b"%010d 00000 n \n" % place for place in places)
    body += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(body)
