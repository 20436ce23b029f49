"""Files of other tools as sources: ``@EXPLICIT``, pixi.lock, other locks, ``conda env export``."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jupyter_envs.lock import Lock, emit_explicit, parse_lock
from tests.cli.refusals import call, refuse
from tests.support.channel import LocalChannel
from tests.support.sandbox import Sandbox


class Person(msgspec.Struct, frozen=True):
    """Someone who has a lock of ``python demo-lib=1.0 text-prefix``, and tabulate from pip."""

    sandbox: Sandbox
    lock: Lock
    digest: str


@pytest.fixture(scope="module")
def person(
    tmp_path_factory: pytest.TempPathFactory, channel: LocalChannel, shared_cache: Path
) -> Iterator[Person]:
    sandbox = Sandbox(
        tmp_path_factory.mktemp("foreign"), cache=shared_cache, channels=(channel.url,)
    )
    spec = sandbox.spec("python", "demo-lib=1.0", "text-prefix", pip=["tabulate"])
    digest = sandbox.json("lock", spec)["platforms"][0]["lock_digest"]
    data = spec.with_name("conda-lock.yml").read_bytes()
    yield Person(sandbox, parse_lock(data, file="conda-lock.yml"), digest)
    sandbox.close()


def explicit(person: Person, change: Callable[[str], str] = str) -> Path:
    """The conda half as an ``@EXPLICIT`` file, each line changed."""
    text = emit_explicit(person.lock, person.lock.platforms[0]).decode()
    lines = [change(line) if "://" in line else line for line in text.splitlines()]
    return person.sandbox.write("explicit.txt", "\n".join(lines))


def md5_of(person: Person) -> dict[str, str]:
    return {p.url: p.md5 or "" for p in person.lock.packages}


def shas(lock: Lock) -> set[str]:
    return {p.sha256 for p in lock.packages if p.manager == "conda"}


def planned(person: Person, file: Path, name: str) -> set[str]:
    found = person.sandbox.json("plan", file, "--name", name)
    return {one["sha256"] for one in found["plan"]["link"]}


# -- @EXPLICIT ----------------------------------------------------------------------------------


def test_an_explicit_file_is_made_into_an_environment(person: Person) -> None:
    file = explicit(person)
    made = person.sandbox.json("create", file, "--name", "explicit")

    prefix = Path(made["prefix"])
    lock = parse_lock((prefix / "conda-meta/jupyter-envs/conda-lock.yml").read_bytes(), file="")
    assert shas(lock) == shas(person.lock)
    # A package without architecture lies where Python looks for it, which no such file says.
    assert list(prefix.glob("lib/python3*/site-packages/demo_lib.py"))
    assert person.sandbox.json("show", "explicit")["source"]["kind"] == "lock"


@pytest.mark.parametrize("kind", ["md5", "bare"])
def test_hashes_that_it_lacks_come_from_the_channel(kind: str, person: Person) -> None:
    md5 = md5_of(person)

    def change(line: str) -> str:
        url = line.partition("#")[0]
        return f"{url}#{md5[url]}" if kind == "md5" else url

    assert planned(person, explicit(person, change), "other") == shas(person.lock)


def test_a_hash_that_is_not_the_channels_is_refused(person: Person) -> None:
    wrong = explicit(person, lambda line: re.sub(r"#.*", f"#{'0' * 32}", line))
    refusal = refuse(person.sandbox, "plan", wrong, "--name", "other")
    assert refusal.code == "lock_invalid"
    assert "is not the one that its channel gives" in refusal.message


def test_what_no_channel_knows_is_refused_with_the_next_step(person: Person) -> None:
    file = explicit(person, lambda line: re.sub("demo-lib-1.0(.*)#.*", r"demo-lib-9.9\1", line))
    refusal = refuse(person.sandbox, "plan", file, "--name", "other")
    assert "demo-lib 9.9" in refusal.message
    assert "--sha256" in (refusal.hint or "")


def test_one_for_another_platform_is_refused(person: Person) -> None:
    file = explicit(person, lambda line: line.replace("/linux-64/", "/osx-arm64/"))
    refusal = refuse(person.sandbox, "create", file, "--name", "other")
    assert "is for osx-arm64" in refusal.message


# -- other locks --------------------------------------------------------------------------------


def test_a_pixi_lock_is_made_into_an_environment(person: Person) -> None:
    sandbox = person.sandbox
    sandbox.run("create", sandbox.folder / "demo.yml", "--locked")
    file = sandbox.folder / "pixi.lock"
    sandbox.run("export", "demo", "--format", "pixi", "--output", file)

    made = sandbox.json("create", file, "--name", "from-pixi")
    assert made["lock_digest"] == person.digest


def test_a_pixi_lock_that_is_none_is_refused(person: Person) -> None:
    file = person.sandbox.write("pixi.lock", "version: 6\nenvironments: {}\npackages: nothing\n")
    refusal = refuse(person.sandbox, "create", file, "--name", "other")
    assert refusal.code == "lock_invalid"
    assert "pixi.lock" in refusal.message


def _md5_only(text: str) -> str:
    return re.sub(r"\n    sha256: [0-9a-f]{64}", "", text)


def _as_others_write_it(text: str) -> str:
    """Without our own keys, with a package of another category, and another source."""
    text = re.sub(r"  inputs_metadata:.*?(?=package:)", "", text, flags=re.DOTALL)
    return text + (
        "- name: pytest\n  version: 8.0.0\n  manager: pip\n  platform: linux-64\n"
        "  dependencies: {}\n  url: https://wheels.example.org/pytest-8.0.0-py3-none-any.whl\n"
        f"  hash:\n    sha256: {'1' * 64}\n  category: dev\n  optional: true\n"
    )


def test_a_lock_of_conda_lock_is_taken_without_its_other_categories(person: Person) -> None:
    text = (person.sandbox.folder / "conda-lock.yml").read_text()
    file = person.sandbox.write("their-lock.yml", _as_others_write_it(text))
    found = person.sandbox.json("plan", file, "--name", "other")
    assert found["plan"]["lock_digest"] == person.digest


def test_a_lock_with_md5_alone_says_so(person: Person) -> None:
    text = (person.sandbox.folder / "conda-lock.yml").read_text()
    file = person.sandbox.write("their-lock.yml", _md5_only(text))
    refusal = refuse(person.sandbox, "create", file, "--name", "other")
    assert refusal.code == "lock_invalid"
    assert "only an md5" in refusal.message


def test_a_lock_of_others_can_be_locked_to(person: Person, tmp_path: Path) -> None:
    """It does not tell its lines, so its packages have to: what is missing, what is too much."""
    text = (person.sandbox.folder / "conda-lock.yml").read_text()
    (tmp_path / "conda-lock.yml").write_text(_as_others_write_it(text))
    spec = tmp_path / "environment.yml"
    spec.write_text((person.sandbox.folder / "demo.yml").read_text())
    checked = _checked(person, spec)
    assert checked["agrees"] is False
    # The kernel was added by us, and a lock of others does not tell such a thing.
    assert all("nothing asks for it" in text for text in checked["differences"]["linux-64"])

    asks_for_all = json.loads(spec.read_text())
    asks_for_all["dependencies"].insert(0, "ipykernel")
    spec.write_text(json.dumps(asks_for_all))
    assert _checked(person, spec)["agrees"] is True

    asks_for_all["dependencies"].remove("text-prefix")
    asks_for_all["dependencies"].insert(0, "demo-lib >=2")
    spec.write_text(json.dumps(asks_for_all))
    assert set(_checked(person, spec)["differences"]["linux-64"]) == {
        "demo-lib >=2 is asked for, and the lock has 1.0 pyh_0",
        "text-prefix 1.0 is in the lock, and nothing asks for it",
    }


def _checked(person: Person, spec: Path) -> dict[str, Any]:
    done = call(person.sandbox, "lock", spec, "--check", "--json")
    body: dict[str, Any] = json.loads(done.stdout)
    return body


# -- conda env export ---------------------------------------------------------------------------


def test_an_export_of_conda_is_solved_to_the_same_builds(person: Person) -> None:
    """As ``conda env export`` writes it: name=version=build, pip with ``==``, a prefix."""
    packages = person.lock.packages
    lines = [f"  - {p.name}={p.version}={p.build}" for p in packages if p.manager == "conda"]
    pip = [f"    - {p.name}=={p.version}" for p in packages if p.manager == "pip"]
    channels = [f"  - {channel}" for channel in person.lock.channels]
    head = ["name: exported", "channels:", *channels, "dependencies:", *lines]
    text = "\n".join([*head, "  - pip:", *pip, "prefix: /opt/conda/envs/exported", ""])
    file = person.sandbox.write("exported.yml", text)

    # What pip brings is planned as well, to the same wheel.
    assert planned(person, file, "exported") == {p.sha256 for p in packages}
    made = person.sandbox.json("create", file)
    assert made["lock_digest"] == person.digest


def test_a_build_of_another_platform_is_explained(person: Person) -> None:
    file = person.sandbox.write(
        "exported.yml", "name: from-a-mac\ndependencies:\n  - demo-lib=1.0=h0_osx\n"
    )
    refusal = refuse(person.sandbox, "create", file)
    assert refusal.code == "build_not_found"
    assert refusal.hint == "For any build: demo-lib=1.0"

    more = [f"  - {name}=1.0=h0_osx" for name in ("demo-lib", "text-prefix", "binary-prefix")]
    file.write_text("\n".join(["name: from-a-mac", "dependencies:", *more, ""]))
    refusal = refuse(person.sandbox, "create", file)
    assert refusal.code == "build_not_found"
    assert "3 lines have exact builds" in (refusal.hint or "")
    assert "--no-builds" in (refusal.hint or "")
