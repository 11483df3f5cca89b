"""What is shipped for running it, read as the programs that run it would."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
UNITS = {path.name: path.read_text() for path in sorted((DEPLOY / "systemd").glob("backoffice*"))}
NAMES = set(re.findall(r"^# ([A-Z_]+)=", (ROOT / ".env.example").read_text(), flags=re.MULTILINE))


def objects() -> Iterator[dict[str, Any]]:
    """Yield every object of the Kubernetes manifests."""
    for path in sorted((DEPLOY / "kubernetes").glob("*.yaml")):
        if path.name != "kustomization.yaml":
            yield from yaml.safe_load_all(path.read_text())


def pods() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield kind and name of whatever makes pods, with the specification of those."""
    for one in objects():
        spec = one.get("spec", {})
        if one["kind"] == "CronJob":
            spec = spec["jobTemplate"]["spec"]
        if "template" in spec:
            yield f"{one['kind']} {one['metadata']['name']}", spec["template"]["spec"]


def instructions() -> Iterator[tuple[str, str]]:
    """Yield the instructions of the Dockerfile with what they are given, lines joined and comments left out."""
    lines = [line for line in DOCKERFILE.splitlines() if not line.startswith("#")]
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        if line.strip():
            word, _space, rest = line.strip().partition(" ")
            yield word, re.sub(r"\s+", " ", rest)


def docker_environment() -> dict[str, str]:
    """Return what the image sets."""
    last = [rest for word, rest in instructions() if word == "ENV"][-1]
    return dict(pair.split("=", 1) for pair in last.split())


def commands() -> Iterator[tuple[str, list[str]]]:
    """Yield where each command of ours stands, and its words."""
    for name, service in SERVICES.items():
        if "backoffice" in service.get("image", ""):
            yield from ((f"compose {name}", line) for line in _lines(service.get("command", [])))
    for name, pod in pods():
        for container in [*pod.get("initContainers", []), *pod["containers"]]:
            yield from ((name, line) for line in _lines(container["command"]))
    for name, text in UNITS.items():
        for line in re.findall(r"^ExecStart=(.+)$", text, flags=re.MULTILINE):
            yield name, line.replace("/opt/backoffice/.venv/bin/", "").split()


def _lines(command: list[str]) -> Iterator[list[str]]:
    if command[:2] == ["sh", "-ec"]:
        yield from (line.split() for line in re.split(r"[;\n]", command[2]) if line.strip())
    elif command:
        yield command
