"""``python -m benchmarks [IDS...] [--quick] [--repeat N] [--output FILE]``."""

from __future__ import annotations

import argparse
import fnmatch
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from benchmarks import (
    answers,
    bundle,
    commands,
    creates,
    drift,
    files,
    hardware,
    installs,
    listing,
    live,
    past,
    solves,
    starts,
)
from benchmarks.bench import Bench
from benchmarks.machine import facts
from benchmarks.measure import Result, Skipped, load
from benchmarks.results import Run, keep, write

#: The cheap ones first.
BENCHMARKS: dict[str, Callable[[Bench], Result]] = {
    "cli-start-ms": commands.version,
    "bundle-kb": bundle.size,
    "bundle-gzip-kb": bundle.packed_size,
    "check-team-file-ms": files.check_team_file,
    "check-file-ms": files.check_export,
    "check-corpus-ms": files.check_corpus,
    "lock-500-read-ms": files.read_lock,
    "lock-500-write-ms": files.write_lock,
    "solve-ms": files.solve_data_science,
    "solve-500k-ms": solves.usual,
    "solve-500k-mb": solves.usual_memory,
    "solve-500k-first-ms": solves.first,
    "solve-500k-large-ms": solves.many,
    "solve-500k-large-mb": solves.many_memory,
    "solve-500k-plain-ms": solves.plain,
    "solve-500k-plain-mb": solves.plain_memory,
    "solve-500k-plain-first-ms": solves.plain_first,
    "install-warm-120-vs-cp": installs.install_against_cp,
    "install-warm-120-vs-uv": installs.install_against_uv,
    "install-warm-120-vs-pip": installs.install_against_pip,
    "pyc-link-ms": installs.bytecode_links,
    "worker-start-ms": commands.worker,
    "ledger-append-ms": past.append,
    "ledger-environment-ms": past.environment,
    "ledger-notebook-ms": past.notebook,
    "ledger-at-ms": past.moment,
    "shim-note-ms": past.note,
    "list-command-ms": commands.list_command,
    "drift-fingerprint-300-ms": drift.tier_0,
    "drift-identity-300-ms": drift.tier_1,
    "drift-content-s": drift.tier_2,
    "drift-untouched-ms": drift.untouched,
    "read-100-ms": listing.read_many,
    "store-look-ms": listing.look,
    "rollback-ms": commands.rollback,
    "rollback-command-ms": commands.rollback_command,
    "startup-extra-s": starts.start_overhead,
    "startup-extra-cpu-ms": starts.start_processor,
    "startup-later-ms": starts.load_later,
    "startup-extra-mb": starts.idle_memory,
    "startup-extra-panel-mb": starts.open_memory,
    "list-100-ms": answers.list_100,
    "list-1000-ms": answers.list_1000,
    "list-100-processes": answers.processes,
    "gpu-sample-ms": hardware.sample,
    "gpu-sample-processes-ms": hardware.sample_with_processes,
    "get-hardware-ms": hardware.status,
    "gpu-sampler-p99-ms": hardware.event_loop,
    "get-operations-ms": answers.operations,
    "get-operations-200-ms": answers.all_operations,
    "get-packages-ms": answers.packages,
    "get-packages-cold-ms": answers.cold_packages,
    "get-packages-500-ms": answers.many_packages,
    "get-packages-500-cold-ms": answers.many_cold_packages,
    "kernel-visible-ms": live.kernel_visible,
    "loop-p99-ms": live.event_loop,
    "loop-p99-vs-plain": live.event_loop_against_plain,
    "kernel-start-vs-plain": creates.kernel_start,
    "create-overhead-s": creates.create_overhead,
    "create-command-s": creates.create_outside,
    **{f"create-{one}-s": partial(creates.create_phase, one) for one in creates.PHASES},
    "create-34-to-first-cell-vs-uv": creates.create_to_first_cell,
    "first-kernel-vs-tenth": creates.first_kernel,
}
_FAILED = "failed: "
REPEAT = 7
QUICK = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print a table, write the results; returns an exit code."""
    options = _parser().parse_args(arguments)
    chosen = [n for n in BENCHMARKS if any(fnmatch.fnmatch(n, p) for p in options.ids or ["*"])]
    if not chosen:
        print(f"No such id. There are: {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    # Cache and environments go below it: one file system, whichever TMPDIR is on.
    folder = Path(tempfile.mkdtemp(prefix="jupyter-envs-bench-")).resolve()
    bench = Bench(folder, repeat=QUICK if options.quick else options.repeat)
    loads, began = [load()], time.monotonic()
    try:
        machine = facts(bench.folder)
        results, skipped = _measure(chosen, bench)
    finally:
        bench.close()
    loads.append(load())
    minutes = round((time.monotonic() - began) / 60, 1)
    run = Run(machine=machine, load=tuple(loads), skipped=skipped, minutes=minutes)
    if options.output is not None:
        write(options.output, results)
    elif not options.ids:
        # Some figures alone are no new state of all of them.
        keep(results, run)
    return int(any(reason.startswith(_FAILED) for reason in skipped.values()))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("ids", nargs="*", help="ids or patterns such as 'rollback*'; default: all")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} times each")
    parser.add_argument("--repeat", type=int, default=REPEAT, help=f"default: {REPEAT}")
    parser.add_argument(
        "--output", type=Path, help="the JSON file to write; default, without ids: latest.json"
    )
    return parser


def _measure(chosen: Sequence[str], bench: Bench) -> tuple[list[Result], dict[str, str]]:
    results: list[Result] = []
    skipped: dict[str, str] = {}
    width = max(map(len, chosen)) + 2
    print(f"{'':<{width}}{'median':>10}        [min - max]{'ratio':>13}  against", flush=True)
    for name in chosen:
        try:
            result = BENCHMARKS[name](bench)
        except Skipped as reason:
            skipped[name] = str(reason)
            print(f"{name:<{width}}skipped: {reason}", flush=True)
            continue
        except Exception as error:  # noqa: BLE001 - the others of a long run are not lost by it
            traceback.print_exc()
            skipped[name] = f"{_FAILED}{type(error).__name__}"
            print(f"{name:<{width}}{skipped[name]}", flush=True)
            continue
        results.append(result)
        print(_line(result, width), flush=True)
    return results, skipped


def _line(result: Result, width: int) -> str:
    spread = f"[{result.min:.5g} - {result.max:.5g}] {result.n}x"
    ratio = "" if result.ratio is None else f"{result.ratio:.2f}"
    line = f"{result.id:<{width}}{result.value:>10.5g} {result.unit:<2} {spread:>22}{ratio:>8}"
    return f"{line}  {result.against or ''}".rstrip()


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # py-rattler's threads can abort an interpreter that ends in the ordinary way.
    os._exit(code)
