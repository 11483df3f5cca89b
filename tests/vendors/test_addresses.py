"""Addresses that come from outside."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.vendors.addresses import UnsafeUrl, check_public_url

PUBLIC = [
    "https://files.example.com/a4.pdf",
    "https://files.example.com:8080/lfs.pdf",
    "https://downloads.example.com:10433/callback.php",
    "sftp://downloads.example.com/upload/a4.pdf",
    "https://files.example.com./a.pdf",
    "https://bücher.example/ä.pdf?x=1#y",
    "https://8.8.8.8/a.pdf",
    "https://[2606:4700:4700::1111]/a.pdf",
    "https://1e100.net/a",
    "HTTPS://Files.Example.COM/a",
    "https://0x7f.example.com/a",
    "https://my_bucket.s3.example.com/a",
]

HOSTS_INSIDE = [
    "localhost", "LOCALHOST.", "api.localhost", "db", "db.internal", "printer.local", "nas.home", "x.lan",
    "metadata.google.internal", "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1",
    "0177.0.0.1", "017700000001", "0x7f.1", "127.0.0.1.", "0", "0.0.0.0", "10.0.0.1", "10.1", "172.16.0.1",
    "172.31.255.255", "192.168.1.1", "192.168.257", "169.254.169.254", "0xa9fea9fe", "2852039166", "100.64.0.1",
    "192.0.2.1", "198.18.0.1", "203.0.113.9", "224.0.0.1", "240.0.0.1", "255.255.255.255", "[::1]", "[::]",
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:10.0.0.1]", "[::ffff:169.254.169.254]", "[fe80::1]",
    "[fe80::1%25eth0]", "[fc00::1]", "[fd12:3456::1]", "[64:ff9b::7f00:1]", "[64:ff9b::10.0.0.1]",
    "[64:ff9b:1::a00:1]", "[2002:7f00:1::]", "[2002:a00:1::1]", "[2001::1]", "[ff02::1]", "[2001:db8::1]",
    "１２７.0.0.1", "127。0。0。1", "①②⑦.0.0.1",
]  # fmt: skip

UNREADABLE = [
    "", "files.example.com/a.pdf", "//files.example.com/a", "ftp://files.example.com/a", "file:///etc/passwd",
    "gopher://files.example.com/", "http://files.example.com/a", "javascript:alert(1)", "data:text/plain,x",
    "https://", "https:///a.pdf", "https://user:pass@files.example.com/", "https://user@files.example.com/",
    "https://@files.example.com/", "https://files.example.com\\@127.0.0.1/", "https://files.example.com:99999/",
    "https://files.example.com:x/", "https://files.example .com/", "https://files.example.com/\r\nHost: x",
    "https://files.example.com/\x00", " https://files.example.com/", "https://[::1/", "https://[::g]/",
    "https://256.1.1.1/", "https://1.2.3.4.5/", "https://a..example.com/",
    "https://-a.example.com/", "https://" + "a" * 64 + ".example.com/", "https://ex*mple.com/",
    "https://99999999999999999999999999/", "https://files.example.com/\ud800", "https://08.1.1.1/",
]  # fmt: skip


@pytest.mark.parametrize("url", PUBLIC)
def test_an_address_of_a_public_host_passes(url: str) -> None:
    check_public_url(url)


@pytest.mark.parametrize("host", HOSTS_INSIDE)
def test_an_address_that_leads_inside_is_refused_in_every_notation(host: str) -> None:
    with pytest.raises(UnsafeUrl):
        check_public_url(f"https://{host}/a.pdf")


@pytest.mark.parametrize("url", UNREADABLE)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(UnsafeUrl):
        check_public_url(url)


def test_schemes_can_be_narrowed() -> None:
    with pytest.raises(UnsafeUrl, match="must begin with https://"):
        check_public_url("sftp://files.example.com/a", schemes=("https",))


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:8080", "[::1]:8080"])
def test_for_the_sandbox_loopback_and_plain_http_pass(host: str, settings: Any) -> None:
    with pytest.raises(UnsafeUrl):
        check_public_url(f"http://{host}/a.pdf")
    settings.ALLOW_PRIVATE_FILE_HOSTS = True
    check_public_url(f"http://{host}/a.pdf")


@pytest.mark.parametrize("host", ["10.0.0.1", "169.254.169.254", "db", "[fd00::1]"])
def test_even_for_the_sandbox_other_networks_stay_closed(host: str, settings: Any) -> None:
    settings.ALLOW_PRIVATE_FILE_HOSTS = True
    with pytest.raises(UnsafeUrl):
        check_public_url(f"http://{host}/a.pdf")


@given(st.text(max_size=60), st.sampled_from(["", "https://", "sftp://x@", "https://[", "https://127."]))
def test_no_text_breaks_the_check(text: str, start: str) -> None:
    assert _passes(start + text) in (True, False)


@given(st.ip_addresses(v=4))
def test_all_notations_of_an_ip_address_mean_the_same(address: Any) -> None:
    number = int(address)
    a, b, c, d = address.packed
    joined = [f"{a}.{b}.{c * 256 + d}", f"{a:#x}.{b}.{c}.0{d:o}"]
    spellings = [str(address), str(number), hex(number), f"0{number:o}", *joined]
    assert len({_passes(f"https://{spelling}/") for spelling in spellings}) == 1


def _passes(url: str) -> bool:
    try:
        check_public_url(url)
    except UnsafeUrl:
        return False
    return True
