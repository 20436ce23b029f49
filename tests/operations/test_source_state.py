"""The file of an environment: what differs, what Git knows, and that Git runs nothing for it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from jupyter_envs.ledger import content_hash
from jupyter_envs.operations import SourceState, TrackedFile, git, source_state
from jupyter_envs.operations.source_state import text_diff
from jupyter_envs.store import SourceInfo, Store, get_managed
from tests.operations import SPEC, publish

LOCK = b"version: 1\npackage: []\n"


class Person:
    """Somebody with an environment that was made from a file, which may be in a checkout."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder / "envs")
        self.root = folder / "project"
        self.root.mkdir()
        self.file = self.root / "environment.yml"
        self.file.write_bytes(SPEC)
        self.home = folder / "home"
        self.home.mkdir()

    def git(self, *arguments: str, check: bool = True) -> str:
        """Git as the person uses it."""
        who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
        done = subprocess.run(
            ["git", *who, *arguments],
            cwd=self.root,
            env={**os.environ, "HOME": str(self.home)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert not check or done.returncode == 0, done.stderr
        return done.stdout.strip()

    def commit(self, *names: str) -> str:
        """Commit files; the short hash."""
        if not (self.root / ".git").exists():
            self.git("init", "--quiet")
        self.git("add", "--force", "--", *names)
        self.git("commit", "--quiet", "--no-verify", "--message", "one")
        return self.git("rev-parse", "--short", "HEAD")

    def made(self, file: Path | None = None, kind: str = "spec") -> None:
        """Make the environment from the file as it is now."""
        file = file or self.file
        source = SourceInfo(kind=kind, file=str(file), sha256=content_hash(file.read_bytes()))  # type: ignore[arg-type]  # a word of the Literal
        files = publish(self.store, "demo", source=source)
        files.lock.write_bytes(LOCK)

    def state(self) -> SourceState:
        return source_state(get_managed(self.store, "demo"))

    def tracked(self) -> TrackedFile:
        """What is said of the file itself."""
        found = self.state()
        assert found.checkout == "found"
        return found.files[0]


@pytest.fixture
def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Person:
    found = Person(tmp_path)
    monkeypatch.setenv("HOME", str(found.home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    found.made()
    return found


# -- the file itself ---------------------------------------------------------------------------


def test_a_file_that_is_as_it_was(person: Person) -> None:
    found = person.state()

    assert (found.file, found.exists, found.behind) == (str(person.file), True, False)
    assert found.diff is None
    assert (found.checkout, found.head, found.files) == ("none", None, ())


def test_what_differs_from_the_environments_own_copy(person: Person) -> None:
    person.file.write_bytes(SPEC.replace(b"tqdm", b"tqdm=4.66"))

    found = person.state()

    assert found.behind is True
    assert found.diff is not None
    assert [line for line in found.diff.text.splitlines() if line[0] in "+-"] == [
        "--- environment/environment.yml",
        "+++ environment.yml",
        "-dependencies: [python, tqdm]",
        "+dependencies: [python, tqdm=4.66]",
    ]
    assert found.diff.truncated is False


def test_logins_are_in_no_difference(person: Person) -> None:
    channel = b"channels: [https://ada:secret1@host/t/secret2/ours]\n"
    person.file.write_bytes(SPEC + channel)
    person.commit("environment.yml")
    person.file.write_bytes(SPEC + channel.replace(b"secret1", b"secret3") + b"# more\n")

    found = person.state()

    assert found.diff is not None
    assert found.files[0].diff is not None
    for diff in (found.diff, found.files[0].diff):
        assert "secret" not in diff.text
        assert "+# more" in diff.text


def test_a_long_difference_is_cut(person: Person) -> None:
    person.file.write_bytes(SPEC + b"".join(b"# %d\n" % n for n in range(5000)))
    diff = person.state().diff
    assert diff is not None
    assert diff.truncated
    assert len(diff.text.splitlines()) == 400

    with person.file.open("wb") as large:
        large.truncate(1 << 40)  # a sparse one
    diff = person.state().diff
    assert (diff and diff.text, diff and diff.truncated) == ("", True)


def test_the_same_text_has_no_difference() -> None:
    assert text_diff(b"a\n", b"a\n", "x", "y") is None
    huge = b"\n" * 20_000
    assert text_diff(huge, huge + b"a", "x", "y") is not None


def test_an_environment_without_a_file(person: Person) -> None:
    publish(person.store, "none", source=SourceInfo(kind="spec", sha256="0" * 64))
    publish(person.store, "twin", source=SourceInfo(kind="environment", file="demo"))

    for name in ("none", "twin"):
        found = source_state(get_managed(person.store, name))
        assert (found.file, found.exists, found.behind, found.checkout) == (
            None,
            False,
            None,
            "none",
        )


@pytest.mark.parametrize("whole", [False, True], ids=["file", "folder"])
def test_a_file_that_is_gone(person: Person, whole: bool) -> None:
    person.commit("environment.yml")
    if whole:
        shutil.rmtree(person.root)
    else:
        person.file.unlink()

    found = person.state()

    assert (found.exists, found.behind, found.diff) == (False, None, None)
    assert [one.state for one in found.files] == ([] if whole else ["missing"])


# -- Git ---------------------------------------------------------------------------------------


def test_committed_changed_and_committed_again(person: Person) -> None:
    first = person.commit("environment.yml")
    tracked = person.tracked()
    assert (tracked.state, tracked.diff) == ("committed", None)
    assert tracked.commit is not None
    assert tracked.commit.hash == first
    assert tracked.commit.time == person.git("log", "-1", "--format=%cI")
    assert person.state().root == str(person.root)

    person.file.write_bytes(SPEC + b"# more\n")
    tracked = person.tracked()
    assert tracked.state == "changed"
    assert tracked.diff is not None
    assert "+# more" in tracked.diff.text
    assert "HEAD/environment.yml" in tracked.diff.text

    second = person.commit("environment.yml")
    tracked = person.tracked()
    assert (tracked.state, tracked.diff) == ("committed", None)
    assert tracked.commit is not None
    assert tracked.commit.hash == second != first
    # Neither the file nor the index changes by this.
    person.git("update-ref", "HEAD", "HEAD~1")
    assert person.tracked().state == "changed"


def test_a_commit_of_another_file_is_not_the_files(person: Person) -> None:
    first = person.commit("environment.yml")
    (person.root / "other").write_text("x")
    second = person.commit("other")

    tracked = person.tracked()

    assert tracked.commit is not None
    assert tracked.commit.hash == first
    assert (person.state().head or "").startswith(second)


def test_untracked_added_and_ignored(person: Person) -> None:
    person.git("init", "--quiet")
    assert (person.tracked().state, person.state().head) == ("untracked", None)

    person.git("add", "environment.yml")
    assert person.tracked().state == "added"
    person.git("rm", "--cached", "--quiet", "environment.yml")
    assert person.tracked().state == "untracked"

    (person.root / ".gitignore").write_text("*.yml\n")
    assert person.tracked().state == "ignored"
    (person.root / ".gitignore").unlink()
    (person.root / ".git" / "info" / "exclude").write_text("environment.yml\n")
    assert person.tracked().state == "ignored"


def test_the_lock_beside_it(person: Person) -> None:
    person.commit("environment.yml")
    assert len(person.state().files) == 1
    lock = person.root / "conda-lock.yml"

    lock.write_bytes(LOCK)
    assert [one.state for one in person.state().files] == ["committed", "untracked"]
    person.commit("conda-lock.yml")
    assert [one.state for one in person.state().files] == ["committed", "committed"]
    lock.unlink()
    assert [one.state for one in person.state().files] == ["committed", "missing"]


def test_made_from_a_lock(person: Person) -> None:
    lock = person.root / "conda-lock.yml"
    lock.write_bytes(LOCK)
    person.made(lock, "lock")
    person.commit("conda-lock.yml")

    found = person.state()
    assert (found.behind, found.diff) == (False, None)
    assert [Path(one.file).name for one in found.files] == ["conda-lock.yml"]

    lock.write_bytes(LOCK + b"# more\n")
    found = person.state()
    assert found.diff is not None
    assert "+# more" in found.diff.text


def test_ends_of_lines_that_git_changes_are_no_change(person: Person) -> None:
    person.commit("environment.yml")
    person.file.write_bytes(SPEC.replace(b"\n", b"\r\n"))

    assert person.tracked().state == "committed"
    assert person.state().behind is True  # the bytes are others, and that is what it says


def test_in_a_folder_below_and_by_a_link(person: Person, tmp_path: Path) -> None:
    below = person.root / "deep" / "er"
    below.mkdir(parents=True)
    file = person.file.rename(below / "environment.yml")
    person.commit("deep/er/environment.yml")
    person.made(file)
    assert person.tracked().state == "committed"

    link = tmp_path / "environment.yml"
    link.symlink_to(file)
    person.made(link)

    assert (person.state().file, person.tracked().state) == (str(link), "committed")


@pytest.mark.parametrize("name", ["-rf.yml", "a b.yml", "*.yml", ":(top)x.yml", "é\n.yml"])
def test_names_are_no_options_and_no_patterns(person: Person, name: str) -> None:
    file = person.root / name
    file.write_bytes(SPEC)
    person.made(file)
    person.git("init", "--quiet")
    assert person.tracked().state == "untracked"
    person.git("--literal-pathspecs", "add", "--", name)
    person.git("commit", "--quiet", "--message", "one")
    assert person.tracked().state == "committed"


def test_a_second_working_tree(person: Person, tmp_path: Path) -> None:
    person.commit("environment.yml")
    person.git("worktree", "add", "--quiet", str(tmp_path / "second"), "-b", "second")
    person.made(tmp_path / "second" / "environment.yml")

    assert person.tracked().state == "committed"
    assert person.state().root == str(tmp_path / "second")


def test_where_there_is_no_git(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    person.commit("environment.yml")
    monkeypatch.setenv("PATH", str(person.home))

    found = person.state()

    assert (found.checkout, found.files, found.behind) == ("no_git", (), False)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("verb", ["rev-parse", "cat-file"])
def test_a_git_that_does_not_answer(
    person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    """Nothing wrong is said of the file then, nor remembered."""
    person.commit("environment.yml")
    real, slow = shutil.which("git"), tmp_path / "bin" / "git"
    slow.parent.mkdir()
    hang = f'case "$*" in *{verb}*) exec sleep 600;; esac'
    slow.write_text(f'#!/bin/sh\n{hang}\nexec "{real}" "$@"\n')
    slow.chmod(0o755)
    with monkeypatch.context() as patched:
        patched.setenv("PATH", f"{slow.parent}:{os.environ['PATH']}")
        patched.setattr(git, "_SECONDS", 2.0)
        found = person.state()

    assert (found.checkout, found.files, found.behind) == ("failed", (), False)
    assert "no answer" in (found.reason or "")
    assert person.tracked().state == "committed"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to give a folder to another")
def test_a_checkout_of_another_owner_is_not_read(person: Person) -> None:
    person.commit("environment.yml")
    for path in (person.root, person.root / ".git"):
        os.chown(path, 12345, 12345)

    found = person.state()

    assert (found.checkout, found.files) == ("refused", ())
    assert "dubious ownership" in (found.reason or "")
    # As Git itself has it, the person may say that they trust it.
    person.git("config", "--global", "safe.directory", str(person.root))
    assert person.tracked().state == "committed"


def test_what_looks_like_a_repository_and_is_none(person: Person) -> None:
    (person.root / ".git").write_text("gitdir: /nonesuch\n")
    assert person.state().checkout in ("none", "failed")

    (person.root / ".git").unlink()
    person.git("init", "--bare", "--quiet", ".")
    assert person.state().checkout in ("none", "refused")


def test_git_variables_of_the_caller_name_no_other_repository(
    person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hook of Git's has them, and may start a server or a command of ours."""
    person.commit("environment.yml")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))

    assert person.tracked().state == "committed"


# -- a repository is data, and not a program -----------------------------------------------------


def booby_trapped(person: Person, tmp_path: Path) -> Callable[[], list[str]]:
    """A checkout whose configuration, hooks and attributes name programs in each place that Git
    knows for it; who was run is written down."""
    ran = tmp_path / "ran"
    ran.mkdir()

    def trap(name: str) -> str:
        script = tmp_path / f"trap-{name}"
        script.write_text(f"#!/bin/sh\ntouch '{ran}/{name}'\nexit 0\n")
        script.chmod(0o755)
        return str(script)

    person.commit("environment.yml")
    (person.root / ".gitattributes").write_text("*.yml filter=evil diff=evil merge=evil\n")
    for key, name in (
        ("core.fsmonitor", "fsmonitor"),
        ("core.pager", "pager"),
        ("core.editor", "editor"),
        ("core.askPass", "askpass"),
        ("core.sshCommand", "ssh"),
        ("diff.external", "external"),
        ("diff.evil.command", "command"),
        ("diff.evil.textconv", "textconv"),
        ("filter.evil.clean", "clean"),
        ("filter.evil.smudge", "smudge"),
        ("filter.evil.process", "process"),
        ("gpg.program", "gpg"),
        ("credential.helper", "helper"),
        ("alias.rev-parse", "alias"),
    ):
        person.git("config", key, ("!" if name in ("helper", "alias") else "") + trap(name))
    person.git("config", "log.showSignature", "true")
    person.git("config", "color.ui", "always")
    hooks = person.root / ".git" / "hooks"
    for hook in ("post-index-change", "pre-auto-gc", "reference-transaction", "fsmonitor-watchman"):
        shutil.copy(trap(hook), hooks / hook)
    # The file is another one for the index now, so that a status has to look at it.
    person.file.write_bytes(SPEC + b"# more\n")
    for found in ran.iterdir():
        found.unlink()
    return lambda: sorted(path.name for path in ran.iterdir())


def test_nothing_of_a_repository_is_run(person: Person, tmp_path: Path) -> None:
    ran = booby_trapped(person, tmp_path)
    index = (person.root / ".git" / "index").read_bytes()

    tracked = person.tracked()
    lock = person.root / "conda-lock.yml"
    lock.write_bytes(LOCK)
    files = person.state().files

    assert ran() == []
    assert (tracked.state, files[1].state) == ("changed", "untracked")
    assert tracked.diff is not None
    assert "+# more" in tracked.diff.text
    assert tracked.commit is not None
    assert "\x1b" not in tracked.commit.hash
    assert (person.root / ".git" / "index").read_bytes() == index


def test_the_traps_of_that_test_are_some(person: Person, tmp_path: Path) -> None:
    ran = booby_trapped(person, tmp_path)

    person.git("status", check=False)
    person.git("diff", check=False)

    assert len(ran()) >= 2


def test_an_incomplete_clone_fetches_nothing(person: Person, tmp_path: Path) -> None:
    """Its missing objects come from a remote, by a program that its configuration names."""
    ran = tmp_path / "fetched"
    script = tmp_path / "upload"
    script.write_text(f"#!/bin/sh\ntouch '{ran}'\nexit 1\n")
    script.chmod(0o755)
    person.commit("environment.yml")
    blob = person.git("rev-parse", "HEAD:environment.yml")
    person.git("remote", "add", "origin", f"ext::{script} %S")
    for key, value in (
        ("core.repositoryFormatVersion", "1"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.uploadpack", str(script)),
        ("protocol.ext.allow", "always"),
        ("protocol.file.allow", "always"),
    ):
        person.git("config", key, value)
    (person.root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()

    found = person.state()

    assert found.checkout == "found"
    assert not ran.exists()
    # Git as it comes does fetch it.
    person.git("cat-file", "blob", blob, check=False)
    assert ran.exists()
