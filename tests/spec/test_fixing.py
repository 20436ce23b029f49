"""What files look like after their fixes, all together."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from jupyter_envs.spec import ParsedSpec, fix_spec, parse_spec

from .corpus import files, needs_corpus
from .test_properties import mutated

HEAD = "channels: [conda-forge]\ndependencies:\n"

#: Files with a mistake, and what ``--fix`` makes of them.
SAFE = [
    ("dependencies:\n  - python: 3.10 # ours\n", "dependencies:\n  - python=3.10 # ours\n"),
    ("dependencies: {numpy: 1.26, scipy: '>=1,<2'}\n",
     "dependencies: [numpy=1.26, 'scipy>=1,<2']\n"),
    ("dependencies: {numpy: [1]}\n", None),
    ("dependencies:\n  numpy: 1.26\n  scipy: '>=1'\n",
     "dependencies:\n  - numpy=1.26\n  - scipy>=1\n"),
    ("dependencies: numpy, scipy\n", "dependencies: [numpy, scipy]\n"),
    ("dependencies:\n  - a=>1\n  - b >=1 <2 # x\n", "dependencies:\n  - a>=1\n  - b >=1,<2 # x\n"),
    ("dependencies:\n  - pip\n  - pip: requests\n",
     "dependencies:\n  - pip\n  - pip: [requests]\n"),
    ("dependencies:\n- pip:\n  - a\n- pip:\n  - b\n",
     "dependencies:\n- pip\n- pip:\n  - a\n  - b\n"),
    ("name: a\ndependencies:\n\t- a\n\t- pip\n\t- pip:\n\t\t- b\n",
     "name: a\ndependencies:\n  - a\n  - pip\n  - pip:\n    - b\n"),
    ("name:a\ndependencies:\n  -b\n  -c\n", "name: a\ndependencies:\n  - b\n  - c\n"),
    ("dependencies:\n  - a\n  - pip\n  - pip:\n - b\n - c\n",
     "dependencies:\n  - a\n  - pip\n  - pip:\n    - b\n    - c\n"),
    ("dependencies:\n- pip\n  - pip:\n    - b\n", "dependencies:\n- pip\n- pip:\n  - b\n"),
    ("dependencies:\n  - pip\n  - a\npip:\n  - b\nname: c\n",
     "dependencies:\n  - pip\n  - a\n  - pip:\n      - b\nname: c\n"),
    ("dependancies:\n  - a\n", "dependencies:\n  - a\n"),
    ("dependencies:\n  - a\n  -\n  - A\n", "dependencies:\n  - a\n"),
    ("channels: [a, b, a]\nplatforms: [linux-64, linux-64]\ndependencies: [c]\n",
     "channels: [a, b]\nplatforms: [linux-64]\ndependencies: [c]\n"),
    ("variables:\n  - A=1\n  - B=x y\ndependencies: [c]\n",
     "variables:\n  A: '1'\n  B: x y\ndependencies: [c]\n"),
    ("variables:\n  PATH: /x\n  A: b\ndependencies: [c]\n",
     "variables:\n  A: b\ndependencies: [c]\n"),
    ("dependencies:\n  - pip\n  - pip:\n    - openssl=1.0\n    - numpy=1.26=py312_0\n",
     "dependencies:\n  - pip\n  - numpy=1.26=py312_0\n  - pip:\n    - openssl==1.0\n"),
    ("dependencies:\n  - git+https://example.org/a\n  - b\n",
     "dependencies:\n  - pip\n  - b\n  - pip:\n      - git+https://example.org/a\n"),
    ("dependencies:\n  - a\n  - git+https://example.org/b\n  - pip:\n",
     "dependencies:\n  - a\n  - pip\n  - pip:\n      - git+https://example.org/b\n"),
    ("dependencies:\n  - pip\n  - a\n  - a; python_version<'3'\n",
     "dependencies:\n  - pip\n  - a\n  - pip:\n      - a; python_version<'3'\n"),
    ("dependencies:\n  - cudatoolkit=12.1\n", "dependencies:\n  - cuda-version=12.1\n"),
    ("dependencies:\n  - numpy\n  - num\u200bba\n", "dependencies:\n  - numpy\n  - numba\n"),
    ("channels:\n  - a\ndependencies: [c]\nchannels:\n  - b # x\n",
     "channels:\n  - a\n  - b\ndependencies: [c]\n"),
]  # fmt: skip

#: The same for ``--fix-all``.
UNSAFE = [
    ("channels:\n  - defaults\n  - conda-forge\ndependencies: [a]\n",
     "channels:\n  - conda-forge\ndependencies: [a]\n"),
    (HEAD + "  - pip\n  - pip:\n    - torch==2.9.1\n    - scikit-learn~=1.4.2\n",
     HEAD + "  - pip\n  - pytorch==2.9.1\n  - scikit-learn>=1.4.2,<1.5\n"),
    (HEAD + "  - pip\n  - pip:\n    - transformers[torch]\n    - b\n", None),
    ("channels: [pytorch, nvidia]\ndependencies:\n  - pytorch::pytorch\n  - pytorch-cuda=12.1\n",
     "channels: [conda-forge, nvidia]\ndependencies:\n  - pytorch\n  - cuda-version>=12.1\n"),
    ("channels:\n  - pytorch\n  - a\n  - pytorch\ndependencies: [b]\n",
     "channels:\n  - conda-forge\n  - a\ndependencies: [b]\n"),
    ("dependencies:\n  - a\n  - pip\n  - dask[complete]=2024.1\n",
     "dependencies:\n  - a\n  - pip\n  - pip:\n      - dask[complete]==2024.1.*\n"),
    ("dependencies:\n  - a=1.2=py_0\n  - b\n", "dependencies:\n  - a==1.2\n  - b\n"),
    ("dependencies:\n  - a  # [win]\n  - sel(linux): b\n", "dependencies:\n  - a\n  - b\n"),
    ("name: base\ndependencies: [a]\n", "name: my-base\ndependencies: [a]\n"),
    ("dependencies:\n  - pip\n  - a\n  - pip:\n    - A\n    - b\n",
     "dependencies:\n  - pip\n  - a\n  - pip:\n    - b\n"),
    ("dependencies:\n  - a\n  - pip:\n  - b\n  - c\n",
     "dependencies:\n  - a\n  - pip\n  - pip:\n      - b\n      - c\n"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), SAFE)
def test_safe_fixes(before: str, after: str | None) -> None:
    fixed = fix_spec(before.encode())
    assert fixed.data.decode() == (before if after is None else after)
    assert all(d.fix and d.fix.safe for d in fixed.applied)


@pytest.mark.parametrize(("before", "after"), UNSAFE)
def test_all_fixes(before: str, after: str | None) -> None:
    assert fix_spec(before.encode(), unsafe=True).data.decode() == (
        before if after is None else after
    )
    # What changes the packages is not done without being asked for.
    safe = parse_spec(fix_spec(before.encode()).data).spec
    spec = parse_spec(before.encode()).spec
    assert spec is None or (safe is not None and set(safe.dependencies) == set(spec.dependencies))


def _check(data: bytes) -> None:
    for unsafe in (False, True):
        before, fixed = parse_spec(data), fix_spec(data, unsafe=unsafe)
        after = parse_spec(fixed.data)
        assert before.spec is None or after.spec is not None
        assert fix_spec(fixed.data, unsafe=unsafe).data == fixed.data


@settings(max_examples=100, deadline=None)
@given(mutated())
def test_fixing_ends_and_adds_no_error(data: bytes) -> None:
    _check(data)


@needs_corpus
def test_safe_fixes_of_real_files_keep_what_they_ask_for() -> None:
    changed = 0
    for name, data in files().items():
        fixed = fix_spec(data)
        before, after = parse_spec(data), parse_spec(fixed.data)
        changed += bool(fixed.applied)
        if before.spec is None:
            continue
        assert after.spec is not None, name
        assert {d.lower() for d in after.spec.dependencies} >= {
            d.lower() for d in before.spec.dependencies if d.lower() not in _repeated(before)
        }, name
    assert changed > 20


def _repeated(parsed: ParsedSpec) -> set[str]:
    return {d.params["name"] for d in parsed.diagnostics if d.code == "dependency_duplicate"}
