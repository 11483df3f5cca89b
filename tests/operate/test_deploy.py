"""Image, compose, systemd and Kubernetes say of the product what is true of it."""

import fnmatch
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands
from gunicorn.config import GracefulTimeout

from backoffice.settings.faults import EXIT_CODE
from deploy import make_secrets
from tests.operate.shipped import (
    COMPOSE,
    DEPLOY,
    DOCKERFILE,
    NAMES,
    ROOT,
    SERVICES,
    UNITS,
    commands,
    docker_environment,
    instructions,
    objects,
    pods,
)  # fmt: skip

# Of programs that are not ours, in what we ship.
OTHERS = {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "SITE", "UPSTREAM"}
QUEUES = {queue.name for queue in settings.CELERY_TASK_QUEUES}
OURS = {name for name, service in SERVICES.items() if "backoffice" in service.get("image", "")}
# Packages that only `make demo` and tests have.
EMBEDDED = re.findall(r"^([\w-]+)==", (ROOT / "requirements-embedded.txt").read_text(), flags=re.MULTILINE)


def places(word: str) -> list[str]:
    """Return the sources of COPY from the build's folder."""
    copies = [rest.split() for name, rest in instructions() if name == word and not rest.startswith("--from")]
    return [source for parts in copies for source in parts[:-1]]


def test_all_that_the_image_copies_is_there_and_let_through() -> None:
    ignored = (ROOT / ".dockerignore").read_text().split()
    let_through = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    assert "*" in ignored
    assert set(places("COPY")) == let_through
    assert all((ROOT / source).exists() for source in let_through)


def test_the_image_has_the_python_that_everything_is_checked_with() -> None:
    bases = {rest.split()[0] for word, rest in instructions() if word == "FROM"}
    checked = re.search(r"^python_version = \"([0-9.]+)\"", (ROOT / "pyproject.toml").read_text(), flags=re.MULTILINE)
    assert checked
    [base] = bases
    assert base.startswith(f"python:{checked[1]}-slim-")


def test_the_image_runs_as_nobody_and_says_how_it_is() -> None:
    words = [word for word, _rest in instructions()]
    last = words[len(words) - words[::-1].index("FROM") :]
    assert "USER" in last
    assert "HEALTHCHECK" in last
    assert not re.search(r"gcc|build-essential|python3-dev|\bcurl\b", DOCKERFILE)
    [user] = [rest for word, rest in instructions() if word == "USER"]
    assert all(pod["securityContext"]["runAsUser"] == int(user.split(":")[0]) for _name, pod in pods())


def test_tools_for_backups_are_as_new_as_the_server_beside_them() -> None:
    tools = re.search(r"postgresql-client-([0-9]+)", DOCKERFILE)
    assert tools
    assert SERVICES["postgres"]["image"].startswith(f"postgres:{tools[1]}-")


def test_the_image_needs_nothing_that_only_development_has(tmp_path: Path) -> None:
    """The files that COPY brings, with none of the other packages: settings, apps and server load."""
    for source in places("COPY"):
        target = tmp_path / source
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, target, dirs_exist_ok=True)
        else:
            shutil.copy(ROOT / source, target)
    modules = [*(name.replace("-", "_") for name in EMBEDDED), "tests"]
    (tmp_path / "sitecustomize.py").write_text(f"import sys\nsys.modules.update(dict.fromkeys({modules!r}))\n")
    secrets = {path.name: path.read_text().strip() for path in make_secrets.make(tmp_path / "secrets")}
    environment = docker_environment() | {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path), "VAR_DIR": str(tmp_path / "data"),
        "STATIC_DIR": str(tmp_path / "static"), "REDIS_URL": "redis://127.0.0.1:1/0", "PUBLIC_URL": "https://a.example",
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "SECRET_KEY": secrets["secret_key"],
        "ENCRYPTION_KEYS": secrets["encryption_keys"], "METRICS_TOKEN": secrets["metrics_token"],
    }  # fmt: skip
    program = [sys.executable, "-m", "gunicorn", "backoffice.wsgi", "--check-config"]
    done = subprocess.run(program, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_queue_has_a_worker_wherever_it_runs() -> None:
    found: dict[str, set[str]] = {"compose": set(), "Deployment": set()}
    for place, words in commands():
        if "-Q" in words and place.split()[0] in found:
            found[place.split()[0]] |= set(words[words.index("-Q") + 1].split(","))
    assert found == {"compose": QUEUES, "Deployment": QUEUES}
    assert set(re.findall(r"backoffice-worker@(\w+)\.service", UNITS["backoffice.target"])) == QUEUES


def test_every_command_is_one_of_ours() -> None:
    seen = []
    for place, words in commands():
        if words[:2] == ["python", "manage.py"]:
            assert words[2] in get_commands(), (place, words)
        else:
            known = [["gunicorn", "backoffice.wsgi"], ["celery", "--app", "backoffice"]]
            assert words[: len(known[0])] == known[0] or words[:3] == known[1], (place, words)
        seen.append(words)
    assert len(seen) > 15


def test_what_runs_is_the_same_in_compose_and_kubernetes() -> None:
    def kinds(prefixes: tuple[str, ...]) -> set[str]:
        return {" ".join(words[:4]) for place, words in commands() if place.startswith(prefixes)}

    assert kinds(("compose",)) <= kinds(("Deployment", "Job", "CronJob"))


def test_every_setting_that_is_set_anywhere_is_known() -> None:
    named = {*docker_environment()}
    for name in OURS | {"caddy"}:
        named |= {*SERVICES[name].get("environment", {})}
    for one in objects():
        named |= {*one.get("data", {})} if one["kind"] == "ConfigMap" else set()
    for _name, pod in pods():
        named |= {variable["name"] for container in pod["containers"] for variable in container.get("env", [])}
    for text in UNITS.values():
        for line in re.findall(r"^Environment=(.+)$", text, flags=re.MULTILINE):
            named |= {pair.split("=")[0] for pair in line.split()}
    example = (DEPLOY / "systemd" / "environment.example").read_text()
    named |= set(re.findall(r"^([A-Z_]+)=", example, flags=re.MULTILINE))
    unknown = {name for name in named - OTHERS if name.removesuffix("_FILE") not in NAMES}
    assert unknown == set()


def test_ports_agree() -> None:
    exposed = {rest for word, rest in instructions() if word == "EXPOSE"}
    assert exposed == {str(settings.PORT)} == {"8000"}
    assert SERVICES["caddy"]["environment"]["UPSTREAM"] == "web:8000"
    for name in ("nginx.conf", "Caddyfile"):
        assert "127.0.0.1:8000" in (DEPLOY / name).read_text()
    [web] = [pod["containers"][0] for name, pod in pods() if name == "Deployment web"]
    assert web["ports"] == [{"name": "http", "containerPort": 8000}]


def test_every_container_has_a_limit_and_a_sign_of_life() -> None:
    for name, service in SERVICES.items():
        assert service["deploy"]["resources"]["limits"]["memory"], name
        is_job = service.get("restart") == "no"
        assert is_job or "healthcheck" in service or service["command"][0] == "gunicorn", name
    for name, pod in pods():
        for container in pod["containers"]:
            assert container["resources"]["limits"]["memory"], name
            assert name.startswith(("Job", "CronJob")) or "livenessProbe" in container, name
            assert container["securityContext"]["readOnlyRootFilesystem"], name
    assert all(SERVICES[name]["read_only"] for name in OURS)


def test_workers_are_given_longer_than_a_task_may_take() -> None:
    for name in OURS:
        if "worker" in SERVICES[name]["command"]:
            assert int(SERVICES[name]["stop_grace_period"].removesuffix("s")) > settings.CELERY_TASK_TIME_LIMIT
    for name, pod in pods():
        if "worker" in pod["containers"][0]["command"]:
            assert pod["terminationGracePeriodSeconds"] > settings.CELERY_TASK_TIME_LIMIT, name
    stop = re.search(r"^TimeoutStopSec=([0-9]+)$", UNITS["backoffice-worker@.service"], flags=re.MULTILINE)
    assert stop
    assert int(stop[1]) > settings.CELERY_TASK_TIME_LIMIT


def test_nothing_of_a_new_release_starts_before_its_migrations() -> None:
    """And each is given the time that it needs to end what it has begun."""
    check = ["python", "manage.py", "migrate", "--check"]
    for name, pod in pods():
        if name.startswith("Deployment"):
            assert [one["command"] for one in pod["initContainers"]] == [check], name
            assert pod["initContainers"][0]["image"] == pod["containers"][0]["image"] == "backoffice"
    for name in OURS - {"migrate"}:
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}, name
    [web] = [pod for name, pod in pods() if name == "Deployment web"]
    leaves_the_proxy = int(web["containers"][0]["lifecycle"]["preStop"]["exec"]["command"][-1])
    assert web["terminationGracePeriodSeconds"] > leaves_the_proxy + GracefulTimeout.default
    assert int(SERVICES["web"]["stop_grace_period"].removesuffix("s")) > GracefulTimeout.default
    stop = re.search(r"^TimeoutStopSec=([0-9]+)$", UNITS["backoffice-web.service"], flags=re.MULTILINE)
    assert stop
    assert int(stop[1]) > GracefulTimeout.default


@pytest.mark.parametrize("open_before", [False, True])
def test_secrets_come_from_files_that_the_script_makes_and_never_twice(tmp_path: Path, open_before: bool) -> None:
    folder = tmp_path / "secrets"
    if open_before:  # made by hand, or by Docker, which makes what it mounts
        folder.mkdir()
        folder.chmod(0o755)
    made = make_secrets.make(folder)
    assert {path.name for path in made} == {*COMPOSE["secrets"]}
    assert all(one["file"] == f"deploy/secrets/{name}" for name, one in COMPOSE["secrets"].items())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    before = [path.read_text() for path in made]
    assert make_secrets.make(folder) == []
    assert [path.read_text() for path in made] == before
    ignored = (ROOT / ".gitignore").read_text().split()
    assert "/deploy/secrets/" in ignored
    written = (ROOT / "compose.yaml").read_text()
    assert not re.search(r"(PASSWORD|SECRET_KEY|TOKEN|KEYS): ", written), "secrets by files only"


def test_releases_agree() -> None:
    version = settings.SPECTACULAR_SETTINGS["VERSION"]
    assert f"backoffice:{version}" in next(SERVICES[name]["image"] for name in OURS).replace(":-", "")
    kustomization = yaml.safe_load((DEPLOY / "kubernetes" / "kustomization.yaml").read_text())
    assert [image["newTag"] for image in kustomization["images"]] == [version]
    listed = {*kustomization["resources"], "kustomization.yaml", "autoscaling-keda.yaml"}
    assert listed == {path.name for path in (DEPLOY / "kubernetes").glob("*.yaml")}


def test_settings_that_cannot_be_used_are_not_tried_again_for_ever() -> None:
    for name, text in UNITS.items():
        if "Restart=always" in text:
            assert f"RestartPreventExitStatus={EXIT_CODE}" in text, name


def test_what_scales_and_what_is_kept_names_what_is_there() -> None:
    deployments = {one["metadata"]["name"] for one in objects() if one["kind"] == "Deployment"}
    for one in objects():
        if one["kind"] in ("ScaledObject", "HorizontalPodAutoscaler"):
            assert one["spec"]["scaleTargetRef"]["name"] in deployments
        if one["kind"] == "PodDisruptionBudget":
            assert one["spec"]["selector"]["matchLabels"]["app.kubernetes.io/name"] in deployments
    budgets = {one["metadata"]["name"] for one in objects() if one["kind"] == "PodDisruptionBudget"}
    assert budgets == deployments
    scaled = [one for one in objects() if one["kind"] == "ScaledObject"]
    asked = {trigger["metadata"]["query"] for one in scaled for trigger in one["spec"]["triggers"]}
    assert {re.findall(r'queue="(\w+)"', query)[0] for query in asked} == {"celery", "jobs", "webhooks"}


def test_health_says_what_is_wrong_and_nothing_when_all_is_well(tmp_path: Path) -> None:
    from deploy import health

    alive = tmp_path / "alive"
    assert "never touched" in health.look_at(alive)
    alive.touch()
    assert health.look_at(alive) == ""
    os.utime(alive, (1, 1))
    assert "last touched" in health.look_at(alive)


@pytest.mark.parametrize("pattern", [".env", "tests/x.py", "var/media/x", "deploy/secrets/secret_key", ".git/config"])
def test_nothing_of_this_machine_gets_into_the_image(pattern: str) -> None:
    let_through = [line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().split() if "!" in line]
    assert not any(fnmatch.fnmatch(pattern, line) or pattern.startswith(f"{line}/") for line in let_through)
