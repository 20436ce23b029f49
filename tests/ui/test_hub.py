"""The main path behind a real JupyterHub, through its login page and its proxy."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.support.api_client import ApiClient
from tests.support.hub import Hub, has_proxy
from tests.support.sandbox import Sandbox
from tests.ui.lab import READY_MS, Lab, quiet_settings
from tests.ui.main_path import World, walk


def log_in(page: Page, hub: Hub, name: str) -> None:
    """As a person does; the hub starts their server meanwhile."""
    page.goto(f"{hub.url}hub/login")
    page.fill("#username_input", name)
    page.fill("#password_input", hub.password)
    page.click("#login_submit")
    page.wait_for_url(f"{hub.user_url(name)}lab**", timeout=3 * READY_MS)


def test_the_main_path_through_the_login(page: Page, sandbox: Sandbox, tmp_path: Path) -> None:
    if not has_proxy():
        pytest.skip("needs configurable-http-proxy: make frontend")
    folder = tmp_path / "hub"
    with Hub(sandbox, folder) as hub:
        quiet_settings(folder / "config")
        log_in(page, hub, "ada")
        url = hub.user_url("ada")
        lab = Lab(page, url).open(None)
        client = ApiClient(url, hub.token)
        walk(World(lab, sandbox, hub.root, client))
        # Who did it is the hub's user, not the account that the server runs under.
        events = client.get("ledger").json["events"]
        client.close()
    assert {event["actor"] for event in events} == {"ada"}
