"""The pictures: each that a page names is there in its language, is small, and is one that `make screens` makes."""

from io import BytesIO
from random import Random

import pytest
from PIL import Image

from backoffice.handbook.parts import SCREENS as FOLDER
from tests.browser.handbook_camera import MOST, WIDTH, shrink
from tests.browser.handbook_pictures import SCREENS
from tests.handbook.sources import LANGUAGES, picture_names

ALL_TOGETHER = 3_000_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_pictures_that_are_named_made_and_there_are_the_same(language: str) -> None:
    there = {path.stem for path in (FOLDER / language).iterdir()}
    assert there == picture_names(language)
    assert there == set(SCREENS)


def test_pictures_are_small() -> None:
    files = list(FOLDER.glob("*/*.png"))
    assert {path.name: path.stat().st_size for path in files if path.stat().st_size > MOST} == {}
    assert sum(path.stat().st_size for path in files) < ALL_TOGETHER
    assert [path.name for path in files if Image.open(path).width > WIDTH] == []


def test_a_picture_that_stays_too_large_is_refused() -> None:
    noise = Image.frombytes("RGB", (800, 600), Random(1).randbytes(800 * 600 * 3))
    file = BytesIO()
    noise.save(file, "PNG")
    with pytest.raises(ValueError, match="show less"):
        shrink(file.getvalue())
