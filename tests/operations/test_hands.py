"""A store in which a hand, or somebody else, has put anything into any place.

Each fault is tried in the process itself, on generations without packages: reconcile and the list
go on, the other environment is untouched, and nothing outside of the store is read or removed.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from jupyter_envs.errors import EnvironmentBroken, StoreReadOnly
from jupyter_envs.operations import (
    EnvironmentList,
    Settings,
    list_operations,
    plan_clean,
    reconcile,
)
from jupyter_envs.store import (
    GenerationFiles,
    KernelRecord,
    Store,
    complete_generations,
    current_generation,
    environment_lock,
    find_environment,
    get_managed,
    live_leases,
    read_info,
)
from tests.operations import publish
from tests.support.sandbox import manifest

pytestmark = pytest.mark.timeout(60)

_EVENT = (
    b'{"seq":0,"time":"2026-01-01T00:00:00+00:00","phase":"queued","code":"started",'
    b'"params":{"verb":"update","name":%s,"actor":"a"}}\n'
)


class House(msgspec.Struct, frozen=True):
    """A store with ``demo`` in two generations and ``other``, and a folder outside of it."""

    settings: Settings
    outside: Path

    @property
    def store(self) -> Store:
        return Store(self.settings.envs_dir)

    @property
    def folder(self) -> Path:
        return self.store.folder("demo")

    @property
    def files(self) -> GenerationFiles:
        return GenerationFiles(self.store.generation("demo", 2))

    @property
    def kernel(self) -> Path:
        return self.settings.kernels_dir / "conda-env-demo-tiny"

    def listed(self) -> dict[str, int | None]:
        """Reconcile as every command does, and what the list shows then."""
        reconcile(self.settings)
        views = EnvironmentList(self.store).views()
        return {view.slug: view.generation for view in views}


@pytest.fixture
def house(tmp_path: Path) -> House:
    settings = Settings(
        envs_dir=tmp_path / "envs",
        cache_dir=tmp_path / "cache",
        data_dir=tmp_path / "data",
        kernels_dir=tmp_path / "jupyter" / "kernels",
        environments_txt=tmp_path / "conda" / "environments.txt",
        home=tmp_path,
    )
    store = Store(settings.envs_dir)
    for slug, number in (("demo", 1), ("demo", 2), ("other", 1)):
        _with_kernel(publish(store, slug, number))
    outside = tmp_path / "outside"
    (outside / "deep").mkdir(parents=True)
    (outside / "deep" / "precious").write_text("of somebody")
    made = House(settings, outside)
    assert made.listed() == {"demo": 2, "other": 1}
    return made


def _with_kernel(files: GenerationFiles) -> None:
    """The kernelspec of a kernel that once started."""
    spec = files.prefix / "share" / "jupyter" / "kernels" / "tiny" / "kernel.json"
    spec.parent.mkdir(parents=True)
    spec.write_text('{"argv": ["true"], "display_name": "Tiny", "language": "python"}')
    record = KernelRecord(
        folder="tiny", language="python", implementation="x", version="1", seconds=0.1
    )
    files.info.write_bytes(msgspec.json.encode(replace(read_info(files.prefix), kernels=(record,))))


def _clear(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def pipe(house: House, path: Path) -> None:
    os.mkfifo(path)


def folder(house: House, path: Path) -> None:
    path.mkdir()


def rubbish(house: House, path: Path) -> None:
    path.write_bytes(b"\xff\x00{[")


def nested(house: House, path: Path) -> None:
    path.write_bytes(b"[" * 100_000)


def dangling(house: House, path: Path) -> None:
    path.symlink_to("/nonexistent/there")


def leads_out(house: House, path: Path) -> None:
    path.symlink_to(house.outside / "deep" / "precious")


def out_to_a_folder(house: House, path: Path) -> None:
    path.symlink_to(house.outside)


KINDS = (pipe, folder, rubbish, nested, dangling, leads_out, out_to_a_folder)

#: Places whose loss takes nothing from the environment.
PLACES: dict[str, Callable[[House], Path]] = {
    "a lease": lambda house: house.folder / "leases" / "2-x-1.json",
    "the leases": lambda house: house.folder / "leases",
    "the counter": lambda house: house.folder / "next",
    "the archive": lambda house: house.folder / "archive",
    "an odd generation": lambda house: house.folder / "\N{SUPERSCRIPT TWO}",
    "a journal": lambda house: house.store.operations / "0123456789abcdef.jsonl",
    "the trash": lambda house: house.store.trash,
    "a folder of nobody": lambda house: house.store.hidden / "planted",
    "an entry of nobody": lambda house: house.store.root / "planted",
    "the kernel": lambda house: house.kernel,
    "kernel.json": lambda house: house.kernel / "kernel.json",
    "environments.txt": lambda house: house.settings.environments_txt,
    "a noted start": lambda house: house.settings.data_dir / "starts" / "h-b-7-1.start",
    "the first generation's record": lambda house: (
        GenerationFiles(house.store.generation("demo", 1)).info
    ),
}


#: conda's register is the person's own file: where it is a link, what it leads to is written.
TRIED = [
    pytest.param(place, kind, id=f"{place}: {kind.__name__}")
    for place in PLACES
    for kind in KINDS
    if (place, kind) != ("environments.txt", leads_out)
]


@pytest.mark.parametrize(("place", "kind"), TRIED)
def test_whatever_lies_there_the_environments_stay(
    house: House, place: str, kind: Callable[[House, Path], None]
) -> None:
    path = PLACES[place](house)
    path.parent.mkdir(parents=True, exist_ok=True)
    _clear(path)
    kind(house, path)
    before = manifest(house.outside), manifest(house.store.generation("demo", 2))

    for _ in range(2):  # a second time on what the first has left
        listed = house.listed()
        assert {"demo": 2, "other": 1}.items() <= listed.items()
        assert listed.keys() <= {"demo", "other", "planted"}
        list_operations(house.store)
        plan_clean(house.settings, generations=True, packages=True)

    assert (manifest(house.outside), manifest(house.store.generation("demo", 2))) == before
    if place in ("the kernel", "kernel.json"):
        argv = json.loads((house.kernel / "kernel.json").read_bytes())["argv"]
        assert argv[0] == str(house.files.start)
        assert not house.kernel.is_symlink()


#: What a generation cannot be without.
VITAL: dict[str, Callable[[House], Path]] = {
    "the generation": lambda house: house.files.prefix,
    "conda-meta": lambda house: house.files.prefix / "conda-meta",
    "our folder": lambda house: house.files.folder,
    "generation.json": lambda house: house.files.info,
}


@pytest.mark.parametrize("kind", [None, *KINDS], ids=lambda kind: getattr(kind, "__name__", "gone"))
@pytest.mark.parametrize("place", VITAL)
def test_an_environment_that_lost_what_makes_it_one_is_shown_and_said_to_be_broken(
    house: House, place: str, kind: Callable[[House, Path], None] | None
) -> None:
    path = VITAL[place](house)
    _clear(path)
    if kind is not None:
        kind(house, path)
    before = manifest(house.outside), manifest(house.store.generation("demo", 1))

    assert house.listed() == {"demo": 2, "other": 1}

    shown = {view.slug: view for view in EnvironmentList(house.store).views()}
    assert (shown["demo"].broken, shown["other"].broken) == (True, False)
    with pytest.raises(EnvironmentBroken, match=r"generation 2 .*; whole are: 1") as found:
        get_managed(house.store, "demo")
    assert "jupyter envs rollback demo --to 1" in (found.value.hint or "")
    assert find_environment(house.store, "demo").generations == (1,)
    assert (manifest(house.outside), manifest(house.store.generation("demo", 1))) == before


@pytest.mark.parametrize(
    ("key", "value"),
    [("slug", "../../../outside/x"), ("lock_digest", "../../../outside/x"), ("name", 5)],
)
def test_a_record_that_was_edited_leads_nowhere(house: House, key: str, value: object) -> None:
    record = json.loads(house.files.info.read_bytes()) | {key: value}
    house.files.info.write_text(json.dumps(record))
    before = manifest(house.outside)

    house.listed()

    with pytest.raises(EnvironmentBroken):
        get_managed(house.store, "demo")
    assert manifest(house.outside) == before
    assert sorted(path.name for path in house.kernel.parent.iterdir()) == [
        "conda-env-demo-tiny",
        "conda-env-other-tiny",
    ]


@pytest.mark.parametrize("name", [b'".."', b'"../../etc"', b'["x"]', b'"\\ud800"', b'""'])
def test_a_journal_that_names_a_path_is_closed_or_passed_over(house: House, name: bytes) -> None:
    journal = house.store.operations / "0123456789abcdef.jsonl"
    journal.parent.mkdir()
    journal.write_bytes(_EVENT % name)
    before = _without_journals(house)

    assert house.listed() == {"demo": 2, "other": 1}

    assert _without_journals(house) == before


def _without_journals(house: House) -> dict[str, str]:
    found = manifest(house.settings.home)
    return {path: text for path, text in found.items() if "/operations" not in path}


def test_a_folder_that_is_a_link_out_of_the_store_is_not_worked_in(house: House) -> None:
    shutil.move(house.folder, house.outside / "moved")
    house.folder.symlink_to(house.outside / "moved")
    (house.outside / "moved" / "9").mkdir()  # a build that nobody goes on with
    os.utime(house.outside / "moved" / "9", (0, 0))
    before = manifest(house.outside)

    house.listed()
    plan = plan_clean(house.settings, generations=True, packages=False)

    assert [item for item in plan.items if item.environment == "demo"] == []
    with (
        pytest.raises(StoreReadOnly, match="it is a link to"),
        environment_lock(house.store, "demo"),
    ):
        pass
    assert manifest(house.outside) == before


@pytest.mark.parametrize("kind", [pipe, folder, dangling, leads_out], ids=lambda k: k.__name__)
def test_a_lock_file_of_another_kind_lets_nobody_in(
    house: House, kind: Callable[[House, Path], None]
) -> None:
    path = house.store.lock_file("demo")
    _clear(path)
    kind(house, path)

    with pytest.raises(StoreReadOnly) as refused, environment_lock(house.store, "demo"):
        pass

    assert str(path) in (refused.value.hint or "")
    assert house.listed() == {"demo": 2, "other": 1}


def test_a_link_that_was_renamed_is_not_taken_for_a_removal(house: House) -> None:
    house.store.link("demo").rename(house.store.root / "renamed")
    before = manifest(house.folder)

    house.listed()

    assert manifest(house.folder) == before
    for name in ("demo", "renamed"):
        with pytest.raises(EnvironmentBroken, match="was renamed to 'renamed'") as found:
            get_managed(house.store, name)
        assert (found.value.hint or "").endswith(
            f"mv {house.store.root / 'renamed'} {house.store.link('demo')}"
        )


def test_a_link_to_another_environment_is_not_ours(house: House) -> None:
    link = house.store.link("demo")
    link.unlink()
    link.symlink_to(".jupyter-envs/other/1")

    assert current_generation(house.store, "demo") is None
    house.listed()

    assert complete_generations(house.store, "demo") == (1, 2)
    assert complete_generations(house.store, "other") == (1,)


@pytest.mark.parametrize("line", [b"/caf\xe9", b"\xff\xfe", b"/x" * 3000])
def test_lines_of_any_bytes_in_environments_txt_stay(house: House, line: bytes) -> None:
    register = house.settings.environments_txt
    dead = b"".join(b"/gone/%d\n" % number for number in range(10_000))
    register.write_bytes(dead + line + b"\n")

    house.listed()

    own = [os.fsencode(house.store.link(slug)) for slug in ("demo", "other")]
    assert register.read_bytes() == dead + b"\n".join([line, *own]) + b"\n"


def test_leases_of_any_form_count_as_none(house: House) -> None:
    leases = house.folder / "leases"
    host = Path("/proc/sys/kernel/hostname").read_text().strip()
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    facts = {"generation": 2, "host": host, "boot_id": boot, "start_time": 1}
    for number, pid in enumerate((-1, 0, 10**30, "x", None)):
        (leases / f"2-x-{number}.json").write_text(json.dumps({**facts, "pid": pid}))

    assert live_leases(house.store, "demo") == ()
    assert house.listed() == {"demo": 2, "other": 1}


def test_a_record_that_lies_outside_of_the_store_is_not_read(house: House) -> None:
    moved = house.outside / "generation.json"
    shutil.move(house.files.info, moved)
    house.files.info.symlink_to(moved)

    assert house.listed() == {"demo": 2, "other": 1}

    with pytest.raises(EnvironmentBroken):
        get_managed(house.store, "demo")
