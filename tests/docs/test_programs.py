"""The programs that the guide hands out do what no page shows: they send again, and they compile."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.clients.programs import has_registry, run
from tests.docs.pages import GUIDE, guide_pages, read_steps
from tests.docs.running import PATH, PROGRAMS, missing_tools
from tests.webhooks.receiver import Answer, storefronts

PLACED = json.dumps({"id": 1, "number": "WEB-1", "reference": "A"}).encode()
Reply = tuple[int, dict[str, str], bytes]
AGAIN = {"Retry-After": "0"}
PROBLEM = b'{"code": "%s", "status": 409}'
COMPILER = {
    "private": True,
    "type": "module",
    "devDependencies": {"@types/node": "26.6.7", "typescript": "5.9.3"},
}
# What is wrong has to be an error, or the compiler complains of the comment.
CONTROL = "// @ts-expect-error it may be missing\nexport const key: string = process.env.KEY;\n"
STRICTLY = {
    "strict": True,
    "skipLibCheck": True,
    "noUncheckedIndexedAccess": True,
    "exactOptionalPropertyTypes": True,
    "noEmit": True,
    "allowImportingTsExtensions": True,
    "target": "es2023",
    "module": "nodenext",
    "types": ["node"],
    "moduleDetection": "force",
}


def one_after_the_other(*answers: Reply | None) -> Answer:
    """Answer so; None: the connection ends without an answer."""

    def answer(_path: str, before: int) -> Reply:
        if (given := answers[before]) is None:
            raise ConnectionAbortedError
        return given

    return answer


def place(name: str, folder: Path, *answers: Reply | None) -> tuple[int, str, list[tuple[str, bytes]]]:
    """Run the guide's program against these answers. Return its exit code, what it prints, and each key and body."""
    (step,) = (one for one in read_steps((GUIDE / "idempotency.md").read_text()) if one.block.title == name)
    (folder / name).write_text(step.block.text, encoding="utf-8")
    (folder / "order.json").write_text('{"reference": "A"}')
    with storefronts() as front:
        front.answers["/orders/"] = one_after_the_other(*answers)
        done = subprocess.run(
            [PROGRAMS[step.block.language], name, "order.json"],
            cwd=folder,
            env={"PATH": PATH, "API": front.url, "KEY": "k"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        sent = [(one.headers["idempotency-key"], one.raw) for one in front.at("/orders/")]
    return done.returncode, done.stdout, sent


@pytest.mark.skipif(bool(missing_tools()), reason="tools of the snippets are not there")
@pytest.mark.parametrize("name", ["place.py", "place.mts"])
def test_what_gets_no_answer_is_sent_again_as_it_was(name: str, tmp_path: Path) -> None:
    running = (409, AGAIN, PROBLEM % b"still_running")
    code, printed, sent = place(name, tmp_path, (503, AGAIN, b"{}"), None, running, (201, {}, PLACED))
    assert (code, json.loads(printed)) == (0, {"number": "WEB-1", "reference": "A"})
    assert len(sent) == 4
    assert len(set(sent)) == 1
    assert sent[0][0] == "A"


@pytest.mark.skipif(bool(missing_tools()), reason="tools of the snippets are not there")
@pytest.mark.parametrize("name", ["place.py", "place.mts"])
def test_what_is_refused_is_not_sent_again(name: str, tmp_path: Path) -> None:
    code, printed, sent = place(name, tmp_path, (409, {}, PROBLEM % b"reference_taken"))
    assert (code, printed, len(sent)) == (1, "", 1)


def test_the_typescript_of_the_guide_compiles_strictly(tmp_path: Path) -> None:
    if not has_registry():
        pytest.skip("npm has no registry here, from which it gets the compiler of TypeScript")
    for page in guide_pages():
        for step in read_steps(page.read_text(encoding="utf-8")):
            if step.block.language == "typescript":
                (tmp_path / f"{page.stem}-{step.block.line}.mts").write_text(step.block.text, encoding="utf-8")
    assert len(list(tmp_path.glob("*.mts"))) >= 6
    (tmp_path / "package.json").write_text(json.dumps(COMPILER))
    (tmp_path / "tsconfig.json").write_text(json.dumps({"compilerOptions": STRICTLY, "include": ["*.mts"]}))
    run("npm", "install", "--silent", "--no-audit", "--no-fund", "--no-package-lock", folder=tmp_path)
    (tmp_path / "control.mts").write_text(CONTROL)
    run("node_modules/.bin/tsc", "--project", ".", folder=tmp_path)
