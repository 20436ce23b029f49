"""Random scripts of what people and tools do, and a bookkeeper who knows what must be said."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from jupyter_envs.store import (
    content_verdicts,
    fingerprint,
    folded_names,
    identity_verdicts,
)
from tests.support.fake_prefix import FakePrefix, expected_conda, expected_pip

LOCKED_CONDA = {"numpy": "1.0", "tqdm": "1.0", "xz": "2.0"}
LOCKED_PIP = {"rich": "1.0", "attrs": "2.0"}
LOCK = (
    *(expected_conda(name, version) for name, version in LOCKED_CONDA.items()),
    *(expected_pip(name, version) for name, version in LOCKED_PIP.items()),
)

#: What pip and conda are asked for: packages of the lock, and others.
CONDA_NAMES = st.sampled_from([*LOCKED_CONDA, "blas"])
PIP_NAMES = st.sampled_from([*LOCKED_PIP, *LOCKED_CONDA, "six"])
VERSIONS = st.sampled_from(["1.0", "2.0", "3.0"])

Said = set[tuple[str, str, str | None, str | None]]


class Known(msgspec.Struct):
    """What lies there of one name. ``seen`` says that conda's own distribution is still there."""

    conda: tuple[str, str] | None = None
    seen: bool = False
    pip: str | None = None
    editable: bool = False
    over_itself: bool = False


class Scripts(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="drift-script-"))
        self.prefix = FakePrefix(self.folder / "prefix")
        self.known: dict[str, Known] = {}
        self.edited: set[str] = set()
        self.missing: set[str] = set()
        self.nobodys = 0
        self.last: tuple[str, Said] | None = None
        for name, version in LOCKED_CONDA.items():
            self.conda_install(name, version, "0")
        for name, version in LOCKED_PIP.items():
            self.pip_install(name, version)

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    def of(self, name: str) -> Known:
        return self.known.setdefault(name, Known())

    # -- what is done -------------------------------------------------------------------------

    @rule(name=CONDA_NAMES, version=VERSIONS, build=st.sampled_from("01"))
    def conda_install(self, name: str, version: str, build: str) -> None:
        one = self.of(name)
        if one.pip == version or one.over_itself:
            return  # conda writes over pip's files of the same name: neither's any more
        self.prefix.conda_install(name, version, build)
        one.conda, one.seen, one.over_itself = (version, build), True, False
        self._whole(name)

    @rule(name=CONDA_NAMES)
    def conda_remove(self, name: str) -> None:
        one = self.of(name)
        if one.conda is None or one.pip is not None or one.over_itself:
            return  # what pip has of the same files would go too
        self.prefix.conda_remove(name)
        one.conda, one.seen, one.over_itself = None, False, False
        self._whole(name)

    @rule(name=PIP_NAMES, version=VERSIONS)
    def pip_install(self, name: str, version: str) -> None:
        self._pip(name, version, None)

    @rule(name=PIP_NAMES, version=VERSIONS)
    def pip_install_editable(self, name: str, version: str) -> None:
        self._pip(name, version, f"/src/{name}")

    def _pip(self, name: str, version: str, place: str | None) -> None:
        one = self.of(name)
        self.prefix.pip_install(name, version, place=place)
        own = one.conda is not None and one.conda[0] == version
        # A folder of the same name as conda's counts as conda's, with other files in it.
        one.over_itself, one.seen = own, own
        one.pip = None if own else version
        one.editable = place is not None
        self._whole(name)

    @rule(name=PIP_NAMES)
    def pip_uninstall(self, name: str) -> None:
        one = self.of(name)
        self.prefix.pip_uninstall(name)
        one.pip, one.seen, one.editable, one.over_itself = None, False, False, False
        self._whole(name)

    @rule(name=st.sampled_from([*LOCKED_CONDA, *LOCKED_PIP]))
    def edit(self, name: str) -> None:
        if self.prefix.module(name).exists():
            self.prefix.module(name).write_text(f"# edited {len(self.edited)}\n")
            self.edited.add(name)

    @rule(name=st.sampled_from([*LOCKED_CONDA, *LOCKED_PIP]))
    def delete(self, name: str) -> None:
        if self.prefix.module(name).exists():
            self.prefix.module(name).unlink()
            self.edited.discard(name)
            self.missing.add(name)

    @rule()
    def drop_a_file(self) -> None:
        (self.prefix.site / f"note-{self.nobodys}.txt").write_text("mine")
        self.nobodys += 1

    @rule()
    def run_python(self) -> None:
        self.prefix.run()

    def _whole(self, name: str) -> None:
        for files in (self.edited, self.missing):
            files.discard(name)

    # -- what must be said --------------------------------------------------------------------

    @invariant()
    def packages_are_told(self) -> None:
        expected = {said for name in self.known for said in self._of_packages(name)}
        found = identity_verdicts(self.prefix.path, LOCK)

        assert {(v.code, v.package, v.before, v.after) for v in found} == expected

        mark = fingerprint(self.prefix.path)
        if self.last is not None and self.last[0] == mark:
            assert self.last[1] == expected  # whoever saw the same fingerprint saw the same
        self.last = (mark, expected)

    @invariant()
    def files_are_told(self) -> None:
        packages = identity_verdicts(self.prefix.path, LOCK)
        others = folded_names(packages)
        expected = {("file_edited", name) for name in self.edited - others}
        expected |= {("file_missing", name) for name in self.missing - others}
        expected |= {("unowned_files", "")} if self.nobodys else set()

        found = content_verdicts(self.prefix.path, known=others)

        assert {(v.code, v.package) for v in found} == expected
        for verdict in found:
            assert verdict.count == (self.nobodys if verdict.code == "unowned_files" else 1)

    def _of_packages(self, name: str) -> Said:
        one = self.known[name]
        if name in LOCKED_PIP:
            return self._of_pip(name, one)
        return {*self._of_conda(name, one), *self._of_python(name, one)}

    def _of_pip(self, name: str, one: Known) -> Said:
        locked = LOCKED_PIP[name]
        if one.pip is None:
            return {("removed", name, locked, None)}
        if one.editable:
            return {("editable", name, locked, one.pip)}
        return set() if one.pip == locked else {("version_changed", name, locked, one.pip)}

    def _of_conda(self, name: str, one: Known) -> Said:
        locked = LOCKED_CONDA.get(name)
        if one.conda is None:
            return {("removed", name, locked, None)} if locked else set()
        version, build = one.conda
        if locked is None:
            return {("added_by_conda", name, None, version)}
        if version != locked:
            return {("version_changed", name, locked, version)}
        return set() if build == "0" else {("build_changed", name, "0", build)}

    def _of_python(self, name: str, one: Known) -> Said:
        version = one.conda[0] if one.conda else None
        if one.over_itself:
            return {("pip_replaced_conda", name, version, version)}
        if one.pip is not None and version is None:
            return {("editable" if one.editable else "pip_added", name, None, one.pip)}
        if one.pip is not None:
            known = name in LOCKED_CONDA and not one.seen
            if one.seen or known:
                code = "two_versions" if one.seen else "pip_replaced_conda"
                return {(code, name, version, one.pip)}
            return {("editable" if one.editable else "pip_added", name, None, one.pip)}
        if version is not None and not one.seen and name in LOCKED_CONDA:
            return {("removed", name, version, None)}
        return set()


TestScripts = Scripts.TestCase
TestScripts.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
