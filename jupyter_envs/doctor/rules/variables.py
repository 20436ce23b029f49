"""Rules about the variables that a kernel is started with: layer *dynamic*."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_envs.doctor.facts import Facts, Library, inside
from jupyter_envs.hardware import Gpu

from .about import code, computes, conda, gpus, pip, wants_gpu
from .book import Book, Found, found

book = Book("dynamic")

_VISIBLE = "CUDA_VISIBLE_DEVICES"
_NOTHING = frozenset(("", "-1", "NoDevFiles", "none", "None"))
_STUB = 34


def value_of(facts: Facts, name: str) -> str | None:
    """A variable as the environment's kernel gets it; the server's own without one."""
    return (facts.env.environ if facts.env else facts.host.environ).get(name)


def source_of(facts: Facts, name: str) -> str:
    """Who sets it."""
    own = facts.env is not None and facts.host.environ.get(name) != facts.env.environ.get(name)
    return "the environment" if own else "this server"


def _entries(facts: Facts) -> list[str]:
    return [one.strip() for one in (value_of(facts, _VISIBLE) or "").split(",")]


@book.rule(
    "error",
    message="The GPUs are hidden from the kernel: {variable} is {value}, as {source} sets it.",
    fix="Remove {variable} where it is set: in the environment's file, a shell profile, or the"
    " hub's settings.",
)
def gpu_hidden(facts: Facts) -> Iterator[Found]:
    value = value_of(facts, _VISIBLE)
    idle = facts.env is not None and not computes(facts.env)
    if value is not None and gpus(facts) and not idle and _entries(facts)[0] in _NOTHING:
        shown = f"'{value}'"
        yield found((_VISIBLE, shown), variable=_VISIBLE, value=shown,
                    source=source_of(facts, _VISIBLE))  # fmt: skip


def _is_known(entry: str, known: tuple[Gpu, ...], slices: set[str]) -> bool:
    if entry.isdigit():
        return int(entry) < len(known)
    # The old form of a slice's name holds its GPU's; of slices that were not told nothing is known.
    if entry.startswith("MIG-GPU-") or (entry.startswith("MIG-") and not slices):
        return True
    return any(uuid.startswith(entry) for uuid in (*(g.uuid for g in known), *slices))


@book.rule(
    "error",
    message="{variable} names a GPU that is not there ({entry}): it and all that come after it are"
    " left out.",
    fix="Correct {variable}, or remove it. This machine has {count} GPU(s).",
)
def gpu_unknown(facts: Facts) -> Iterator[Found]:
    known = gpus(facts)
    slices = {one for reading in facts.gpus.readings for one in reading.slices}
    entries = _entries(facts)
    if value_of(facts, _VISIBLE) is None or not known or entries[0] in _NOTHING:
        return
    for entry in entries:
        if entry == "-1":  # ends the list, on purpose
            return
        if not _is_known(entry, known, slices):
            yield found((_VISIBLE, value_of(facts, _VISIBLE)), variable=_VISIBLE, entry=entry,
                        count=len(known))  # fmt: skip
            return


@book.rule(
    "error",
    message="{variable} names {entry} twice: CUDA then shows no GPU at all.",
    fix="Name each GPU once.",
)
def gpu_twice(facts: Facts) -> Iterator[Found]:
    entries = [one for one in _entries(facts) if one]
    again = next((one for n, one in enumerate(entries) if one in entries[:n]), None)
    if again and gpus(facts):
        yield found((_VISIBLE, value_of(facts, _VISIBLE)), variable=_VISIBLE, entry=again)


@book.rule(
    "warning",
    message="{variable} names {count} slices of GPUs (MIG), and a program can use one only.",
    fix="Name the one to use.",
)
def slices_several(facts: Facts) -> Iterator[Found]:
    count = len({one for one in _entries(facts) if one.startswith("MIG-")})
    if count > 1:
        yield found((_VISIBLE, value_of(facts, _VISIBLE)), variable=_VISIBLE, count=count)


@book.rule(
    "warning",
    message="JAX is told to use the CPU: {variable} is {value}.",
    fix="Remove {variable} where it is set.",
)
def jax_on_cpu(facts: Facts) -> Iterator[Found]:
    env = facts.env
    if env is None or not gpus(facts) or not (pip(env, "jaxlib") or conda(env, "jaxlib")):
        return
    for name in ("JAX_PLATFORMS", "JAX_PLATFORM_NAME"):
        value = env.environ.get(name, "")
        if value.split(",")[0].strip().lower() == "cpu":
            yield found((name, value), variable=name, value=value)


@book.rule(
    "warning",
    message="The AMD GPUs are hidden from the kernel: {variable} is {value}.",
    fix="Remove {variable} where it is set.",
)
def amd_hidden(facts: Facts) -> Iterator[Found]:
    inventory = facts.gpus.inventory
    if not any(d.vendor == "0x1002" and d.kind.startswith("0x03") for d in facts.host.devices) and (
        inventory is None or not any(g.vendor == "amd" for g in inventory.gpus)
    ):
        return
    for name in ("HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES"):
        value = value_of(facts, name)
        if value is not None and value.strip() in _NOTHING:
            yield found((name, f"'{value}'"), variable=name, value=f"'{value}'")


def _before(facts: Facts) -> tuple[Library, ...]:
    return tuple(one for one in facts.host.libraries if one.origin == "variable")


@book.rule(
    "error",
    message="Programs get a stand-in for the driver's library that is for building only: {path}",
    fix="Take its folder out of LD_LIBRARY_PATH.",
)
def driver_stub(facts: Facts) -> Iterator[Found]:
    stubs = [o for o in _before(facts) if o.name == "libcuda.so.1" and "/stubs/" in o.path]
    # Without a number in its name, as CUDA lays it out, no program finds it.
    found_first = any(one.path.endswith(".so.1") for one in stubs) and code(facts) is None
    if found_first or code(facts) == _STUB:
        answer = facts.gpus.cuda
        path = stubs[0].path if stubs else (answer.path if answer else None) or "libcuda.so.1"
        seen = [("LD_LIBRARY_PATH", path)] if stubs else []
        if code(facts) == _STUB:
            seen.append(("cuInit", str(_STUB)))
        yield found(*seen, path=path)


@book.rule(
    "warning",
    message="LD_LIBRARY_PATH brings other libraries of CUDA than those of {environment}: {paths}",
    fix="Remove LD_LIBRARY_PATH for this kernel: what the environment needs it has itself.",
)
def cuda_shadowed(facts: Facts) -> Iterator[Found]:
    env = facts.env
    if env is None or wants_gpu(env) is None:
        return
    paths = [one.path for one in _before(facts) if one.name != "libcuda.so.1"]
    foreign = [path for path in paths if not inside(path, env)]
    if foreign:
        seen = (("LD_LIBRARY_PATH", path) for path in foreign)
        yield found(*seen, environment=env.name, paths=", ".join(foreign[:3]))


@book.rule(
    "warning",
    message="PYTHONPATH is set by this server ({value}): what lies there comes before the packages"
    " of {environment}.",
    fix="Remove PYTHONPATH where the server is started; install what is there into the"
    " environment.",
)
def pythonpath_set(facts: Facts) -> Iterator[Found]:
    env = facts.env
    value = env.environ.get("PYTHONPATH", "") if env else ""
    # One that the environment's own file asks for is meant.
    if env and value.strip(":") and value == facts.host.environ.get("PYTHONPATH"):
        yield found(("PYTHONPATH", value), value=value, environment=env.name)


@book.rule(
    "warning",
    message="{packages} in {folder} come before the packages of {environment}.",
    fix="Uninstall them there, or set PYTHONNOUSERSITE=1 for this kernel.",
)
def user_site_first(facts: Facts) -> Iterator[Found]:
    env = facts.env
    if env is None or not env.user_packages or env.environ.get("PYTHONNOUSERSITE"):
        return
    shown = ", ".join(env.user_packages[:5])
    seen = (env.user_site or "", shown), ("PYTHONNOUSERSITE", "not set")
    yield found(*seen, packages=shown, folder=env.user_site, environment=env.name)


@book.rule(
    "note",
    message="LD_PRELOAD brings {value} into every program of {environment}.",
    fix="Remove LD_PRELOAD where programs crash for no visible reason.",
)
def preloaded(facts: Facts) -> Iterator[Found]:
    env = facts.env
    value = env.environ.get("LD_PRELOAD", "").strip() if env else ""
    if env and value and not inside(value, env):
        yield found(("LD_PRELOAD", value), value=value, environment=env.name)
