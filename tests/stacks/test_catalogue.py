"""Where stacks come from, which of two counts, and what a broken one does: nothing to others."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from jupyter_envs.errors import StackInvalid, StackNotFound, StackUnfit
from jupyter_envs.hardware import Choice
from jupyter_envs.stacks import (
    BrokenStack,
    Place,
    Stack,
    chosen_target,
    find_stacks,
    fits_of,
    get_stack,
    package_places,
    read_stack,
    shipped_place,
    with_lines,
)

TEXT = """\
# ours
name: lab
channels: [conda-forge]
dependencies:
  - python  # any
  - pytorch>=2
x-jupyter-envs:
  title: {title}
  description: For our lab.
  targets:
    gpu:
      accelerator: cuda
      add: ["pytorch >=2 cuda*", "cuda-version>=12"]
      min_driver: 525.60.13
      min_cc: 7.0
      min_glibc: 2.28
      disk_gb: 8
      platforms: [linux-64]
    cpu: {{}}
"""


def text(title: str = "Lab") -> bytes:
    return TEXT.format(title=title).encode()


def lab(data: bytes = b"") -> Stack:
    return read_stack(data or text(), "lab", origin="user", file="lab.yml")


def folder(path: Path, **stacks: bytes) -> Place:
    path.mkdir(parents=True)
    for name, data in stacks.items():
        (path / f"{name}.yml").write_bytes(data)
    return Place("site", path)


def test_later_places_win_and_keep_the_rest(tmp_path: Path) -> None:
    places = [
        shipped_place(),
        folder(tmp_path / "one", lab=text("First"), pytorch=text("Ours")),
        folder(tmp_path / "two", lab=text("Second")),
    ]
    found = find_stacks(places)
    assert [f.id for f in found].count("lab") == 1
    assert get_stack(found, "lab").title == "Second"
    assert get_stack(found, "pytorch").title == "Ours"
    assert get_stack(found, "jax").origin == "shipped"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "The file is empty"),
        (b"\xff\xfe\x00", "line 1"),
        (b"name: [\n", "line"),
        (b"dependencies: [python]\n", "it has no x-jupyter-envs section"),
        (text().replace(b"title:", b"titel:"), "x-jupyter-envs: "),
        (text().replace(b"disk_gb: 8", b"disk_gb: much"), "targets.*.disk_gb: Expected"),
        (text().replace(b"disk_gb: 8", b"disk_gb: nan"), "disk_gb of the target gpu is no size"),
        (text().replace(b"7.0", b"seven"), "min_cc 'seven' of the target gpu is not a version"),
        (text().replace(b"[linux-64]", b"[linux]"), "'linux' in the target gpu is not a platform"),
        (text().replace(b"cuda-version>=12", b"cuda=>12"), "of the target gpu"),
        (text().replace(b"accelerator: cuda", b"accelerator: rocm"), "accelerator"),
        (text().replace(b"    gpu:", b"    ../gpu:"), "cannot be the name of a target"),
        (text().split(b"  targets:")[0] + b"  targets: {}\n", "it has no target"),
        (b"x" * 2_000_000, "of more than 1000000 bytes is not read"),
        (b"a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\n" * 40, "line"),
    ],
)
def test_a_broken_one_is_listed_with_its_reason_and_hides_nothing(
    tmp_path: Path, data: bytes, reason: str
) -> None:
    places = [
        folder(tmp_path / "one", lab=text("First"), other=text("Other")),
        folder(tmp_path / "two", lab=data, more=text("More")),
    ]
    found = find_stacks(places)

    assert {f.id for f in found if isinstance(f, Stack)} == {"lab", "other", "more"}
    assert get_stack(found, "lab").title == "First"
    (broken,) = [f for f in found if isinstance(f, BrokenStack)]
    assert (broken.id, broken.origin) == ("lab", "site")
    assert reason in broken.problem.message
    assert str(tmp_path / "two" / "lab.yml") in broken.problem.message
    assert len(broken.problem.message) < 500


def test_one_that_is_only_broken_says_why(tmp_path: Path) -> None:
    found = find_stacks([folder(tmp_path / "one", lab=b"name: lab\n")])
    with pytest.raises(StackInvalid):
        get_stack(found, "lab")
    with pytest.raises(StackNotFound, match="no stack called 'other'"):
        get_stack(found, "other")


def test_names_folders_and_links_that_are_no_stacks(tmp_path: Path) -> None:
    place = folder(tmp_path / "one", **{"Bad Name": text(), "lab": text()})
    (tmp_path / "one" / "folder.yml").mkdir()
    (tmp_path / "one" / "gone.yml").symlink_to(tmp_path / "nowhere")
    (tmp_path / "one" / "notes.txt").write_text("no stack")
    found = find_stacks([place, Place("user", tmp_path / "absent")])
    assert [(f.id, type(f).__name__) for f in found] == [
        ("lab", "Stack"), ("Bad Name", "BrokenStack"),
    ]  # fmt: skip


def test_packages_bring_stacks_and_one_that_fails_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "labstacks"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "lab.yml").write_bytes(text("From a package"))
    info = tmp_path / "labstacks-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: labstacks\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[jupyter_envs.stacks]\nlab = labstacks\nbad = labstacks_that_is_gone\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    sys.modules.pop("labstacks", None)

    found = find_stacks(package_places())

    stack = get_stack(found, "lab")
    assert (stack.title, stack.origin) == ("From a package", "package")
    (broken,) = [f for f in found if isinstance(f, BrokenStack)]
    assert broken.id == "bad"
    assert "labstacks_that_is_gone" in broken.problem.message


# -- targets ------------------------------------------------------------------------------------


def choice(**facts: object) -> Choice:
    base = {"origin": "detected", "platform": "linux-64", "glibc": "2.36", "cuda": "12.9",
            "cuda_arch": "8.0", "cuda_major": 12}  # fmt: skip
    return Choice(**{**base, **facts})  # type: ignore[arg-type]  # the table's values


@pytest.mark.parametrize(
    ("facts", "driver", "codes"),
    [
        ({}, "550.54.15", []),
        ({}, None, []),
        ({"cuda": None, "cuda_major": None}, None, ["needs_gpu"]),
        ({"cuda_arch": "6.1"}, None, ["needs_capability"]),
        ({"cuda": "11.8", "cuda_major": 11}, None, ["needs_cuda"]),
        ({"cuda": "11.8", "cuda_major": 11}, "520.61.05", ["needs_driver"]),
        ({"cuda_major": 11}, None, ["needs_cuda"]),
        ({"glibc": "2.17"}, None, ["needs_glibc"]),
        ({"platform": "osx-arm64", "cuda": None, "cuda_major": None}, None,
         ["needs_platform", "needs_gpu"]),
        ({"origin": "profile"}, "470.1", []),  # the driver here is not that of the profile
    ],
)  # fmt: skip
def test_whether_a_target_fits(
    facts: dict[str, object], driver: str | None, codes: list[str]
) -> None:
    gpu, cpu = fits_of(lab(), choice(**facts), driver=driver)
    assert [one.code for one in gpu.reasons] == codes
    assert gpu.fits == (not codes)
    assert cpu.fits


def test_too_little_disk_is_said_and_forbids_nothing() -> None:
    gpu, cpu = fits_of(lab(), choice(), free=2_500_000_000)
    assert gpu.fits
    assert gpu.reasons[0].message == "It takes about 8 GB, and 2.5 GB are free."
    assert cpu.reasons == ()


def test_the_first_that_fits_is_taken() -> None:
    assert chosen_target(lab(), choice()).id == "gpu"
    assert chosen_target(lab(), choice(cuda=None, cuda_major=None)).id == "cpu"
    only_gpu = lab(text().replace(b"    cpu: {}\n", b""))
    with pytest.raises(StackUnfit, match="It needs an NVIDIA GPU"):
        chosen_target(only_gpu, choice(cuda=None, cuda_major=None))


def test_the_lines_of_a_target_take_the_place_of_the_files_own() -> None:
    stack = lab()
    made = with_lines(stack.data, stack.targets[0], file="lab.yml").decode()
    assert "  - pytorch >=2 cuda*\n" in made
    assert "  - cuda-version>=12\n" in made
    assert "pytorch>=2\n" not in made
    assert made.startswith("# ours\n")
    assert "- python  # any\n" in made
    assert with_lines(stack.data, stack.targets[1], file="lab.yml") == stack.data
