"""Where packages come from: channels by any of their names, in order of priority."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.channels import copy_channel, lock_of, make_channel, refusal, url_of
from tests.support.channel import LocalChannel
from tests.support.channel.archive import Recipe
from tests.support.sandbox import Sandbox

NAMES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "the condarc's channels": ({"channels": ["{url}"]}, []),
    "a URL": ({"channels": ["nowhere"]}, ["{url}/"]),
    "a name below channel_alias": ({"channel_alias": "{parent}"}, ["local"]),
    "a name of custom_channels": ({"custom_channels": {"local": "{parent}"}}, ["local"]),
    "defaults": ({"default_channels": ["{url}"]}, ["defaults"]),
    "a name of custom_multichannels": ({"custom_multichannels": {"us": ["{url}"]}}, ["us"]),
}


@pytest.mark.parametrize("how", NAMES)
def test_a_channel_is_found_by(how: str, sandbox: Sandbox, channel: LocalChannel) -> None:
    condarc, channels = NAMES[how]
    sandbox.configure(envs_dirs=[str(sandbox.envs)], **_filled(condarc, channel))

    sandbox.create("text-prefix", **_filled({"channels": channels}, channel))

    assert lock_of(sandbox).channels == (channel.url,)
    assert url_of(sandbox, "text-prefix").startswith(f"{channel.url}/noarch/")


def _filled(value: Any, channel: LocalChannel) -> Any:
    if isinstance(value, dict):
        return {key: _filled(item, channel) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, channel) for item in value]
    return value.format(url=channel.url, parent=channel.path.parent.as_uri())


def test_a_relative_folder_starts_at_the_file(sandbox: Sandbox, channel: LocalChannel) -> None:
    # "/t/" in a web address goes before a token; in a path it is a folder like any other.
    here = copy_channel(channel, sandbox.folder / "t" / "data" / "channel")
    (sandbox.folder / "project").mkdir()
    spec = sandbox.write(
        "project/environment.yml",
        "name: demo\nchannels: [../t/data/channel]\ndependencies: [text-prefix]\n",
    )

    sandbox.json("create", spec)

    assert url_of(sandbox, "text-prefix") == f"{here.url}/noarch/text-prefix-1.0-0.conda"
    prefix = (sandbox.envs / "demo").resolve()
    assert sandbox.run("run", "demo", "--", "text-prefix").strip() == str(prefix)


def test_a_dependency_may_name_its_channel(
    sandbox: Sandbox, channel: LocalChannel, second_channel: LocalChannel
) -> None:
    sandbox.configure(
        envs_dirs=[str(sandbox.envs)],
        channels=[channel.url],
        custom_channels={"second": second_channel.path.parent.as_uri()},
    )
    sandbox.create("second::extra-lib")

    assert url_of(sandbox, "extra-lib").startswith(second_channel.url)
    assert url_of(sandbox, "demo-lib") == f"{channel.url}/noarch/demo-lib-2.0-pyh_0.conda"


def test_what_a_dependency_names_is_still_under_the_policy(
    sandbox: Sandbox, channel: LocalChannel, second_channel: LocalChannel
) -> None:
    policy = sandbox.write("policy.yml", f"channels: ['{channel.url}']\n")
    sandbox.environ["JUPYTER_ENVS_POLICY"] = str(policy)

    sandbox.create("text-prefix", name="allowed")
    error = refusal(sandbox, "create", sandbox.spec(f"{second_channel.url}::extra-lib"))

    assert error["code"] == "policy_denied"
    assert second_channel.url in error["message"]
    assert sandbox.names() == ["allowed"]


def test_a_lock_may_not_go_around_the_policy(
    sandbox: Sandbox, channel: LocalChannel, tmp_path: Path
) -> None:
    sandbox.create("text-prefix")
    lock = sandbox.run("export", "demo", "--format", "lock")
    elsewhere = copy_channel(channel, tmp_path / "elsewhere")
    package = "noarch/text-prefix-1.0-0.conda"
    file = sandbox.write(
        "x-lock.yml", lock.replace(f"{channel.url}/{package}", f"{elsewhere.url}/{package}")
    )
    policy = sandbox.write("policy.yml", f"channels: ['{channel.url}']\n")
    sandbox.environ["JUPYTER_ENVS_POLICY"] = str(policy)

    assert refusal(sandbox, "create", file, "--name", "two")["code"] == "policy_denied"


# -- priority -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def two_channels(tmp_path_factory: pytest.TempPathFactory) -> tuple[LocalChannel, LocalChannel]:
    """``tool-lib`` 1.0 in the first; 2.0 in the second, and ``tool``, which needs that."""
    folder = tmp_path_factory.mktemp("priority")
    first = make_channel(folder / "first", Recipe(name="tool-lib", version="1.0"))
    second = make_channel(
        folder / "second",
        Recipe(name="tool-lib", version="2.0"),
        Recipe(name="tool", version="1.0", depends=("tool-lib >=2",)),
    )
    return first, second


def prioritized(
    sandbox: Sandbox, priority: str | None, channels: tuple[LocalChannel, LocalChannel]
) -> None:
    """A condarc with both channels, in this order."""
    folder = channels[0].path.parent
    settings = {"channel_priority": priority} if priority else {}
    sandbox.configure(
        envs_dirs=[str(sandbox.envs)],
        channels=["first", "second"],
        channel_alias=folder.as_uri(),
        **settings,
    )


@pytest.mark.parametrize(
    ("priority", "chosen"),
    [(None, "1.0"), ("flexible", "1.0"), ("disabled", "2.0")],
)
def test_which_version_wins(
    priority: str | None,
    chosen: str,
    sandbox: Sandbox,
    two_channels: tuple[LocalChannel, LocalChannel],
) -> None:
    prioritized(sandbox, priority, two_channels)
    sandbox.create("tool-lib")
    assert [p.version for p in lock_of(sandbox).packages] == [chosen]


def test_strict_priority_says_what_it_hides(
    sandbox: Sandbox, two_channels: tuple[LocalChannel, LocalChannel]
) -> None:
    prioritized(sandbox, "strict", two_channels)

    error = refusal(sandbox, "create", sandbox.spec("tool"))

    assert error["code"] == "unsatisfiable"
    assert "tool-lib >=2, which only second has; but first comes before it" in error["message"]
    assert "strict channel priority" in error["message"]
    assert "second::tool-lib>=2" in error["hint"]
    assert "channel_priority: flexible" in error["hint"]

    # Both pieces of advice help.
    sandbox.create("tool", "second::tool-lib>=2", name="named")
    prioritized(sandbox, "flexible", two_channels)
    sandbox.create("tool", name="flexible")
    for name in ("named", "flexible"):
        assert (
            url_of(sandbox, "tool-lib", name)
            == f"{two_channels[1].url}/noarch/tool-lib-2.0-0.conda"
        )


def test_an_upgrade_follows_the_priority(
    sandbox: Sandbox, channel: LocalChannel, second_channel: LocalChannel
) -> None:
    both = [channel.url, second_channel.url]
    sandbox.configure(envs_dirs=[str(sandbox.envs)], channels=both, channel_priority="strict")
    sandbox.create("demo-lib")
    assert url_of(sandbox, "demo-lib").startswith(f"{channel.url}/noarch/demo-lib-2.0-")

    sandbox.configure(envs_dirs=[str(sandbox.envs)], channels=both, channel_priority="disabled")
    sandbox.json("update", "demo", "--upgrade")

    assert url_of(sandbox, "demo-lib").startswith(f"{second_channel.url}/noarch/demo-lib-3.0-")
    assert lock_of(sandbox).custom["channel_priority"] == "disabled"
