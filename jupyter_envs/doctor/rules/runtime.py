"""Rules about what runs now: layer *runtime*."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_envs.doctor.facts import Env, Facts, Hold, Reading, inside

from .about import conda, gibibytes, named, pip, wants_gpu
from .book import Book, Found, found

book = Book("runtime")

_FULL = 0.95
_LARGE = 1 << 30
_IDLE = 3600.0
_JAX_SHARE = (0.70, 0.80)
_ALL = 0.90
_STARVED = 20
_BUSY = 0.9


@book.rule(
    "error",
    message="A kernel of {environment} runs another Python than the environment's: {program}",
    fix="Restart it. If that does not help, look at its kernel.json and at the PATH that it is"
    " started with.",
    action="restart-kernel",
)
def other_python(facts: Facts) -> Iterator[Found]:
    env = facts.env
    for one in env.running if env else ():
        assert env is not None
        program = one.program or ""
        # What was started by hand from the environment may be any program.
        is_python = one.kernel is not None and "python" in program.rpartition("/")[2]
        if is_python and not inside(program, env):
            yield found(
                (f"/proc/{one.pid}/exe", program),
                environment=env.name,
                program=program,
                subject=one.kernel,
            )


@book.rule(
    "note",
    message="A kernel runs generation {generation} of {environment}; {current} is the current one.",
    fix="Restart it to use the current generation; until then it works as before.",
    action="restart-kernel",
)
def earlier_generation(facts: Facts) -> Iterator[Found]:
    env = facts.env
    for one in env.running if env and env.generation is not None else ():
        assert env is not None
        if one.kernel and one.generation not in (None, env.generation):
            seen = (f"lease of process {one.pid}", f"generation {one.generation}")
            yield found(seen, environment=env.name, generation=one.generation,
                        current=env.generation, subject=one.kernel)  # fmt: skip


def _held(reading: Reading, owner: str) -> int:
    return sum(h.memory for h in reading.holders if h.owner == owner)


@book.rule(
    "warning",
    message="The memory of {gpu} is full: {held} of {total} are in use by other users.",
    fix="Use another GPU, or wait.",
)
def memory_full(facts: Facts) -> Iterator[Found]:
    for gpu, reading in named(facts):
        total, used = reading.total or 0, reading.used or 0
        others = _held(reading, "other")
        if total and used / total > _FULL and others > total / 2:
            seen = (f"NVML, {reading.uuid}", f"{gibibytes(used)} of {gibibytes(total)}")
            yield found(seen, gpu=gpu, held=gibibytes(others), total=gibibytes(total))


@book.rule(
    "warning",
    message="{notebook} has done nothing for {hours} h and holds {held} of the memory of {gpu}.",
    fix="Shut its kernel down when you do not need it.",
    action="stop-kernel",
)
def memory_idle(facts: Facts) -> Iterator[Found]:
    for gpu, reading in named(facts):
        for one in reading.holders:
            mine = one.owner == "mine" and one.kernel is not None
            if mine and (one.idle or 0) > _IDLE and one.memory > _LARGE:
                yield found((f"process {one.pid}", gibibytes(one.memory)), gpu=gpu,
                            notebook=_title(one), hours=f"{(one.idle or 0) / 3600:.0f}",
                            held=gibibytes(one.memory), subject=one.kernel)  # fmt: skip


def _title(one: Hold) -> str:
    return one.notebook or "A kernel of yours"


@book.rule(
    "warning",
    message="A process of yours that belongs to no kernel any more holds {held} of the memory of"
    " {gpu}.",
    fix="End it ('kill {pid}'), if you did not start it on purpose.",
)
def memory_orphan(facts: Facts) -> Iterator[Found]:
    for gpu, reading in named(facts):
        for one in reading.holders:
            if one.owner == "mine" and one.orphan:
                yield found((f"process {one.pid}", "its kernel is gone"), gpu=gpu,
                            held=gibibytes(one.memory), pid=one.pid)  # fmt: skip


def _ours(facts: Facts, env: Env) -> Iterator[tuple[str, Reading, Hold]]:
    for gpu, reading in named(facts):
        for one in reading.holders:
            if one.owner == "mine" and one.environment in (env.slug, env.name):
                yield gpu, reading, one


@book.rule(
    "note",
    message="JAX holds {held} of the memory of {gpu}: it takes three quarters at its start, whether"
    " it needs them or not.",
    fix="Set XLA_PYTHON_CLIENT_PREALLOCATE=false, or XLA_PYTHON_CLIENT_MEM_FRACTION, in the"
    " variables of the file.",
)
def jax_preallocates(facts: Facts) -> Iterator[Found]:
    env = facts.env
    if env is None or not (conda(env, "jaxlib") or pip(env, "jaxlib")):
        return
    names = ("XLA_PYTHON_CLIENT_PREALLOCATE", "XLA_PYTHON_CLIENT_MEM_FRACTION",
             "XLA_CLIENT_MEM_FRACTION")  # fmt: skip
    if any(env.environ.get(name) for name in names):
        return
    for gpu, reading, one in _ours(facts, env):
        if reading.total and _JAX_SHARE[0] <= one.memory / reading.total <= _JAX_SHARE[1]:
            yield found((f"process {one.pid}", gibibytes(one.memory)), gpu=gpu,
                        held=gibibytes(one.memory))  # fmt: skip


@book.rule(
    "note",
    message="TensorFlow holds {held} of the memory of {gpu}: it takes all there is at its start.",
    fix="Set TF_FORCE_GPU_ALLOW_GROWTH=true in the variables of the file.",
)
def tensorflow_takes_all(facts: Facts) -> Iterator[Found]:
    env = facts.env
    if env is None or not (conda(env, "tensorflow") or pip(env, "tensorflow")):
        return
    if env.environ.get("TF_FORCE_GPU_ALLOW_GROWTH"):
        return
    for gpu, reading, one in _ours(facts, env):
        if reading.total and one.memory / reading.total >= _ALL:
            yield found((f"process {one.pid}", gibibytes(one.memory)), gpu=gpu,
                        held=gibibytes(one.memory))  # fmt: skip


@book.rule(
    "note",
    message="The GPU works in {environment}, and no kernel of it uses the GPU yet.",
    fix="Move models and data there: .to('cuda') in PyTorch; TensorFlow and JAX do it themselves.",
)
def gpu_unused(facts: Facts) -> Iterator[Found]:
    env = facts.env
    works = any(probe.get("state") == "gpu_ok" for probe in facts.probes)
    if env is None or not works or not facts.gpus.readings or wants_gpu(env) is None:
        return
    kernels = [one for one in env.running if one.kernel]
    pids = {one.pid for r in facts.gpus.readings for one in r.holders}
    used = any(True for _ in _ours(facts, env)) or any(one.pid in pids for one in kernels)
    if kernels and not used:
        yield found(("processes on GPUs", "none of this environment"), environment=env.name)


@book.rule(
    "note",
    message="{gpu} waits for data: it is {utilisation} % busy, while the process that uses it"
    " takes a whole processor.",
    fix="Load data with more workers, and in larger batches.",
)
def gpu_starved(facts: Facts) -> Iterator[Found]:
    env = facts.env
    busy = {one.pid: one.busy or 0 for one in env.running} if env else {}
    for gpu, reading in named(facts):
        for one in reading.holders:
            slow = reading.utilisation is not None and reading.utilisation < _STARVED
            if one.owner == "mine" and slow and busy.get(one.pid or 0, 0) >= _BUSY:
                seen = (f"process {one.pid}", f"{busy[one.pid or 0]:.0%} of a processor")
                yield found(seen, gpu=gpu, utilisation=reading.utilisation)
