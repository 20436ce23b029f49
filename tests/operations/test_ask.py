"""What is refused before anything was begun, and what is started."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jupyter_envs.engine import read_configuration
from jupyter_envs.errors import (
    EnvironmentBusy,
    EnvironmentNotFound,
    EnvironmentUnmanaged,
    EnvsError,
    KernelsRunning,
    LockInvalid,
    NameForbidden,
    NameMissing,
    NameTaken,
    SpecInvalid,
    StoreReadOnly,
)
from jupyter_envs.operations import (
    Job,
    LockSource,
    Settings,
    SpecSource,
    ask_clean,
    ask_clone,
    ask_create,
    ask_plan,
    ask_remove,
    ask_update,
    cancel,
    default_settings,
    follow,
    list_operations,
    read_operation,
    require_idle,
    user_name,
)
from jupyter_envs.store import Store, get_managed
from tests.operations import publish, running_from
from tests.support.sandbox import Sandbox
from tests.support.serve import ServedFolder, serve

SPEC = SpecSource(data=b"name: new\ndependencies: [text-prefix]\n")
NAMELESS = SpecSource(data=b"dependencies: [text-prefix]\n")
BAD_SPEC = SpecSource(data=b"?")
BAD_LOCK = LockSource(data=b"?")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Of a store in which nothing was asked yet."""
    return Settings(
        envs_dir=tmp_path / "envs",
        cache_dir=tmp_path / "cache",
        data_dir=tmp_path / "data",
        kernels_dir=tmp_path / "kernels",
        environments_txt=tmp_path / "environments.txt",
        home=tmp_path,
    )


@pytest.fixture
def store(settings: Settings) -> Store:
    """With ``demo``, which is ours, and ``theirs``, which is not."""
    store = Store(settings.envs_dir)
    publish(store, "demo")
    theirs = store.root / "theirs" / "conda-meta"
    theirs.mkdir(parents=True)
    (theirs / "history").touch()
    return store


Ask = Callable[[Settings], Job]

REFUSED: dict[str, tuple[type[EnvsError], Ask]] = {
    "create from no spec": (SpecInvalid, lambda s: ask_create(s, BAD_SPEC, "new")),
    "create from no lock": (LockInvalid, lambda s: ask_create(s, BAD_LOCK, "new")),
    "create without a name": (NameMissing, lambda s: ask_create(s, NAMELESS, None)),
    "create under no name": (NameForbidden, lambda s: ask_create(s, SPEC, "a/b")),
    "create what is there": (NameTaken, lambda s: ask_create(s, SPEC, "demo")),
    "create its twin": (NameTaken, lambda s: ask_create(s, SPEC, "DEMO")),
    "create what is theirs": (NameTaken, lambda s: ask_create(s, SPEC, "Theirs")),
    "clone what is not there": (EnvironmentNotFound, lambda s: ask_clone(s, "no", "new")),
    "clone what is theirs": (EnvironmentUnmanaged, lambda s: ask_clone(s, "theirs", "new")),
    "clone over something": (NameTaken, lambda s: ask_clone(s, "demo", "demo")),
    "update what is not there": (EnvironmentNotFound, lambda s: ask_update(s, "no", SPEC)),
    "update what is theirs": (EnvironmentUnmanaged, lambda s: ask_update(s, "theirs", SPEC)),
    "update from no spec": (SpecInvalid, lambda s: ask_update(s, "demo", BAD_SPEC)),
    "remove what is not there": (EnvironmentNotFound, lambda s: ask_remove(s, "no")),
    "remove what is theirs": (
        EnvironmentUnmanaged,
        lambda s: ask_remove(s, "theirs", force=True),
    ),
    "plan from no spec": (SpecInvalid, lambda s: ask_plan(s, BAD_SPEC, "new")),
    "plan under no name": (NameForbidden, lambda s: ask_plan(s, SPEC, "")),
    "plan without a name": (NameMissing, lambda s: ask_plan(s, NAMELESS, None)),
}


@pytest.mark.parametrize(("error", "ask"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_leaves_no_journal(
    settings: Settings, store: Store, error: type[EnvsError], ask: Ask
) -> None:
    with pytest.raises(error):
        ask(settings)

    assert list_operations(store) == []


def test_what_is_in_use_is_not_removed(settings: Settings, store: Store) -> None:
    with running_from(store, "demo"):
        with pytest.raises(KernelsRunning) as caught:
            ask_remove(settings, "demo")
        assert caught.value.params == {"name": "demo", "count": 1}
    require_idle(store, get_managed(store, "demo"))
    assert list_operations(store) == []


def test_a_store_that_cannot_be_made(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "envs").write_text("a file is in the way")

    with pytest.raises(StoreReadOnly):
        ask_create(settings, SPEC, None)
    with pytest.raises(StoreReadOnly):
        ask_plan(settings, SPEC, None)
    with pytest.raises(StoreReadOnly):
        ask_clean(settings, generations=True, packages=True)


# -- started -----------------------------------------------------------------------------------


@pytest.fixture
def mine(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A sandbox's settings, for workers that this process starts."""
    for name, value in sandbox.environ.items():
        monkeypatch.setenv(name, value)
    return default_settings(read_configuration())


def ended(settings: Settings, job: Job) -> tuple[str, str]:
    """State and actor of a job's operation when it has ended."""
    store = Store(settings.envs_dir)
    for _ in follow(store, job.id):
        pass
    operation = read_operation(store, job.id)[0]
    return operation.state, operation.actor


def test_what_is_asked_is_done_under_the_name_of_who_asked(mine: Settings) -> None:
    made = ask_create(mine, SPEC, None, actor="ada")
    assert ended(mine, made) == ("succeeded", "ada")
    assert ended(mine, ask_clone(mine, "new", "twin", actor="bob")) == ("succeeded", "bob")
    # Nothing is nearer to hand than the spec that it was made from.
    assert ended(mine, ask_update(mine, "twin", None)) == ("succeeded", user_name())
    assert ended(mine, ask_remove(mine, "twin")) == ("succeeded", user_name())
    clean = ask_clean(mine, generations=True, packages=True)
    assert ended(mine, clean) == ("succeeded", user_name())


def test_one_operation_at_a_time_on_an_environment(mine: Settings, sandbox: Sandbox) -> None:
    store = Store(mine.envs_dir)
    with serve(sandbox.folder, delay=60) as channel:
        first = ask_create(mine, waiting_for(channel), None)
        for name in ("new", "NEW"):
            with pytest.raises(EnvironmentBusy) as caught:
                ask_create(mine, SPEC, name)
            assert caught.value.params["operation"] == first.id
        assert ended(mine, ask_create(mine, SPEC, "other"))[0] == "succeeded"
        # To look ahead is possible at any time.
        assert ended(mine, ask_plan(mine, SPEC, "new"))[0] == "succeeded"
        cancel(store, first.id)
    assert [one.state for one in list_operations(store)].count("cancelled") == 1


def waiting_for(channel: ServedFolder) -> SpecSource:
    text = f"name: new\nchannels: [{channel.url}]\ndependencies: [text-prefix]\n"
    return SpecSource(data=text.encode())
