"""What must be true, as functions that give sentences about what is not.

:func:`seen` holds at every moment, :func:`settled` after the next command, :func:`swept` after a
clean, when what was left has become old.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from jupyter_envs.kernels import published_kernels, verify_kernel
from jupyter_envs.lock import lock_digest, parse_lock
from jupyter_envs.operations import (
    ENDED,
    Job,
    is_resumable,
    list_operations,
    read_operation,
)
from jupyter_envs.operations.catalogue import new_id
from jupyter_envs.operations.job import run_job
from jupyter_envs.operations.requests import Clean
from jupyter_envs.store import (
    Environment,
    Expected,
    GenerationFiles,
    content_verdicts,
    generation_at,
    get_managed,
    identity_verdicts,
    known_slugs,
    list_all,
    list_environments,
    unfinished_generations,
)
from tests.chaos.world import OURS, World

_AGED_SECONDS = 7200.0
_LEFT = re.compile(r"\..+\.[0-9a-f]{8}|\.jupyter-envs-[0-9a-f]{8}|\.tmp.*|exchange")

#: The last of these in the ledger is what is true of an environment.
_THERE = ("environment_created", "environment_updated", "environment_rolled_back",
          "environment_recreated", "environment_adopted", "drift_restored",
          "drift_adopted")  # fmt: skip
_GONE = {"environment_removed": "gone", "environment_archived": "archived"}


# -- at every moment ----------------------------------------------------------------------------


def seen(world: World) -> list[str]:
    """What a person, conda or Jupyter sees that is not whole."""
    return [*_entries(world), *_kernels(world), *_register(world), *_listed(world)]


def _entries(world: World) -> Iterator[str]:
    root = world.store.root
    for path in root.glob("[!.]*") if root.exists() else ():
        if path.is_symlink():
            yield from _not_whole(path, str(path.readlink()))
        elif not (path / "conda-meta" / "history").is_file():
            yield f"{path.name} in the store is neither a link nor an environment"


def _not_whole(path: Path, text: str) -> Iterator[str]:
    if not text.startswith(".jupyter-envs/"):
        yield f"the link {path.name} leads to {text}"
        return
    yield from (f"{path.name} -> {text}: {fault}" for fault in incomplete(path))


def incomplete(prefix: Path) -> Iterator[str]:
    """Why a prefix is not a whole generation with exactly what its lock says."""
    files = GenerationFiles(prefix)
    if files.building.exists() or not files.info.is_file():
        yield "it is not complete"
        return
    if not os.access(files.start, os.X_OK) or not (prefix / "conda-meta" / "history").is_file():
        yield "it has no start shim, or no history"
    lock = parse_lock(files.lock.read_bytes(), file=str(files.lock))
    info = json.loads(files.info.read_bytes())
    packages = lock.for_platform(info["platform"])
    if lock_digest(lock, info["platform"]) != info["lock_digest"]:
        yield "its lock has another digest than its generation.json says"
    expected = [Expected.of(package) for package in packages]
    for verdict in (*identity_verdicts(prefix, expected), *content_verdicts(prefix)):
        yield verdict.message


def _kernels(world: World) -> Iterator[str]:
    folder = world.settings.kernels_dir
    for path in folder.iterdir() if folder.exists() else ():
        try:
            argv = json.loads((path / "kernel.json").read_bytes())["argv"]
        except (OSError, ValueError) as error:
            yield f"the kernel {path.name} is half made: {error}"
            continue
        start = Path(argv[0])
        building = start.parent / "building"
        if not os.access(start, os.X_OK) or building.exists():
            yield f"the kernel {path.name} starts by {start}, which is not whole"


def _register(world: World) -> Iterator[str]:
    for line in world.sandbox.registered():
        if generation_at(os.path.abspath(line)) is not None:  # noqa: PTH100 - the text itself
            yield f"environments.txt has a generation: {line}"
        path = Path(line)
        if os.path.lexists(path) and not (path / "conda-meta" / "history").is_file():
            yield f"environments.txt has {line}, which is no environment"


def _listed(world: World) -> Iterator[str]:
    for environment in list_all(world.store):
        if not environment.managed:
            continue
        lost = not (environment.prefix / OURS / "generation.json").is_file()
        if lost or (environment.prefix / OURS / "building").exists():
            yield f"{environment.slug} is listed and is not whole"


# -- after the next command ---------------------------------------------------------------------


def settled(world: World) -> list[str]:
    """What the next command did not bring in line."""
    with world.being():
        return [
            *seen(world), *_open(world), *_disagreeing(world), *_unfinished(world),
            *_ledger_faults(world), *_last_words(world),
        ]  # fmt: skip


def _open(world: World) -> Iterator[str]:
    for operation in list_operations(world.store):
        if operation.state not in ENDED:
            yield f"{operation.verb} {operation.name} ({operation.id}) is still {operation.state}"
    world.sandbox.wait_for_workers(30)  # one that has told its end may still be clearing up
    if workers := world.sandbox.workers():
        yield f"workers live: {workers}"


def _disagreeing(world: World) -> Iterator[str]:
    """The list, the kernels and conda's register have to say the same."""
    managed = [one for one in list_environments(world.store) if one.managed]
    wanted = {n: json.dumps(content) for one in managed for n, content in _wanted(one)}
    folder = world.settings.kernels_dir
    found = {
        path.parent.name: json.dumps(json.loads(path.read_bytes()))
        for path in folder.glob("*/kernel.json")
    }
    if found != wanted:
        yield f"kernels are {sorted(found)}, and {sorted(wanted)} are wanted (or they differ)"
    lines = [line for line in world.sandbox.registered() if line.startswith(str(world.store.root))]
    links = [str(one.path) for one in managed]
    if sorted(lines) != sorted(links):
        yield f"environments.txt has {lines}, and the list {links}"
    on_disk = [p.name for p in world.store.root.glob("[!.]*")] if world.store.root.exists() else []
    names = [one.slug for one in list_environments(world.store)]
    if sorted(on_disk) != sorted(names):
        yield f"the store has {on_disk}, and the list {names}"


def _wanted(environment: Environment) -> Iterator[tuple[str, object]]:
    for name, (_, content) in published_kernels(environment).items():
        yield name, content


def _unfinished(world: World) -> Iterator[str]:
    """What is half made may wait for a resume, and for nothing else."""
    for slug in known_slugs(world.store):
        for number, marker in unfinished_generations(world.store, slug).items():
            if marker is None:
                continue  # the folder alone: the next build takes it away, or a clean
            operation = read_operation(world.store, marker.operation)[0]
            if not is_resumable(world.store, operation):
                yield f"{slug}/{number} is half made, and its {operation.verb} {operation.state}"
        if os.path.lexists(world.store.folder(slug) / "exchange"):
            yield f"an exchange of {slug} was not finished"


def _ledger_faults(world: World) -> Iterator[str]:
    ledger = world.ledger()
    yield from (f"the ledger is broken: {fault}" for fault in ledger.verify())
    for digest in sorted({e["lock_digest"] for e in ledger.events() if e.get("lock_digest")}):
        kept = ledger.lock(digest)
        if kept is None:
            yield f"the lock {digest[:12]} is in the ledger and is not kept"
            continue
        lock = parse_lock(kept, file=digest)
        if digest not in {lock_digest(lock, platform) for platform in lock.platforms}:
            yield f"what is kept as the lock {digest[:12]} is another one"


def _last_words(world: World) -> Iterator[str]:
    """The ledger's last word of each environment, against the disk."""
    told: dict[str, str] = {}
    operations: dict[tuple[str, str], int] = {}
    for event in world.ledger().events():
        if event["action"] in _THERE:
            told[event["environment"]] = f"generation {event['generation']}"
        elif event["action"] in _GONE:
            told[event["environment"]] = _GONE[event["action"]]
        else:
            continue
        if "operation" in event:
            key = (event["operation"], event["action"])
            operations[key] = operations.get(key, 0) + 1
    true = {
        one.slug: "archived" if one.archived else f"generation {one.generation}"
        for one in list_all(world.store)
        if one.managed
    }
    for slug in sorted({*told, *true}):
        if told.get(slug, "gone") != true.get(slug, "gone"):
            yield f"{slug}: the ledger says {told.get(slug)}, and it is {true.get(slug, 'gone')}"
    yield from (f"{key} was recorded {n} times" for key, n in operations.items() if n > 1)


# -- after a clean ------------------------------------------------------------------------------


def swept(world: World) -> list[str]:
    """What a clean leaves behind of what was left by the dead, once that is old."""
    _let_age(world)
    with world.being():
        job = Job(id=new_id(), request=Clean(packages=False), settings=world.settings, actor="ada")
        if run_job(job) is None:
            return [f"a clean failed: {read_operation(world.store, job.id)[0].error}"]
    return [f"left for good: {path}" for path in _left(world)]


def _let_age(world: World) -> None:
    """Two hours pass for what may be left over; the generations' own files are not touched."""
    old = time.time() - _AGED_SECONDS
    for path in _left(world):
        os.utime(path, (old, old), follow_symlinks=False)


def _left(world: World) -> list[Path]:
    home = world.sandbox.home
    found = []
    for root, folders, files in os.walk(home):
        here = Path(root)
        found += [here / name for name in (*folders, *files) if _LEFT.fullmatch(name)]
        if here.name == ".trash":
            found += [here / name for name in (*folders, *files)]
        # What packages bring is none of ours to judge.
        if generation_at(root) is not None:
            ours = {"conda-meta", "jupyter-envs"}
            folders[:] = [name for name in folders if name in ours]
    for slug in known_slugs(world.store):
        found += [
            world.store.generation(slug, n) for n in unfinished_generations(world.store, slug)
        ]
    return found


# -- and it can be used -------------------------------------------------------------------------


def unusable(world: World, slug: str, *, kernel: bool = False) -> list[str]:
    """Why an environment does not work: its tool through the start shim, or also its kernel."""
    environment = get_managed(world.store, slug)
    start = GenerationFiles(environment.prefix).start
    tool = environment.prefix / "bin" / "tool"
    done = subprocess.run(
        [str(start), str(tool)], env=world.sandbox.environ, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    if not done.stdout.startswith("tool "):
        return [f"{slug} does not work: {done.stdout}{done.stderr}"]
    if kernel:
        with world.being():
            for offer, content in published_kernels(environment).values():
                verify_kernel(offer, content, timeout=60)
    return []
