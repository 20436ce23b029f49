"""The policy of a site, through the command line: what it refuses, and that it cannot be lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_envs.errors import ConfigurationInvalid
from jupyter_envs.policy import Policy, Profile, load_policy, policy_path
from tests.support.channel import LocalChannel
from tests.support.sandbox import Failed, Sandbox


def refused(sandbox: Sandbox, policy: str, *dependencies: str) -> Failed:
    sandbox.environ["JUPYTER_ENVS_POLICY"] = str(sandbox.write("policy.yml", policy))
    with pytest.raises(Failed) as caught:
        sandbox.create(*dependencies)
    assert sandbox.names() == []
    return caught.value


def test_a_channel_that_is_not_allowed(sandbox: Sandbox, channel: LocalChannel) -> None:
    error = refused(sandbox, "channels: ['https://allowed.example/*']", "python").error

    assert error["code"] == "policy_denied"
    assert channel.url in error["message"]
    assert "policy.yml" in error["hint"]


def test_a_channel_named_at_a_package_is_no_way_around(
    sandbox: Sandbox, channel: LocalChannel, second_channel: LocalChannel
) -> None:
    policy = f"channels: ['{channel.url}']"

    error = refused(sandbox, policy, "python", f"{second_channel.url}::extra-lib").error

    assert error["code"] == "policy_denied"
    assert second_channel.url in error["message"]


def test_a_package_that_is_not_allowed_also_as_a_dependency(sandbox: Sandbox) -> None:
    error = refused(sandbox, "packages_denied: [demo-lib]", "python", "needs-new-lib").error

    assert error["code"] == "policy_denied"
    assert "demo-lib" in error["message"]


@pytest.mark.parametrize("text", ["channels: {a: b}", "unknown_rule: 1", "- a", "channels: [", "1"])
def test_a_policy_that_cannot_be_read_is_an_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "policy.yml"
    path.write_text(text)

    with pytest.raises(ConfigurationInvalid) as caught:
        load_policy(path)

    assert str(path) in caught.value.message


def test_no_policy_allows_everything_but_link_scripts(tmp_path: Path) -> None:
    policy = load_policy(None)

    assert policy == Policy()
    assert not policy.may_run_link_script("anything")
    policy.check_packages(["anything"])
    policy.check_channels(["https://anywhere.example"])


def test_the_systems_policy_wins(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yml"
    assert policy_path(mine, tmp_path / "etc") == mine
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "policy.yml").write_text("")
    assert policy_path(mine, tmp_path / "etc") == tmp_path / "etc" / "policy.yml"


# -- profiles -----------------------------------------------------------------------------------


def test_profiles_and_folders_of_stacks(tmp_path: Path) -> None:
    path = tmp_path / "policy.yml"
    path.write_text(
        "profiles:\n  a100: {cuda: '12.9', cuda_arch: '8.0', gpu_required: true}\n  login: {}\n"
        "stacks_dirs: [/srv/stacks]\n"
    )
    policy = load_policy(path)
    assert policy.profiles == {
        "a100": Profile(cuda="12.9", cuda_arch="8.0", gpu_required=True),
        "login": Profile(),
    }
    assert policy.stacks_dirs == ("/srv/stacks",)


@pytest.mark.parametrize(
    "text",
    [
        "profiles: [a100]",
        "profiles: {a100: {cuda: 12.9}}",  # a number: 12.10 would be 12.1
        "profiles: {a100: {cuda_version: '12.9'}}",
        "profiles: {a100: {gpu_required: maybe}}",
        "stacks_dirs: /srv/stacks",
    ],
)
def test_a_profile_that_is_not_understood_is_an_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "policy.yml"
    path.write_text(text)
    with pytest.raises(ConfigurationInvalid):
        load_policy(path)
