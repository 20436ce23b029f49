"""``make lab``: a stranger's first look."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.support.channel import LocalChannel
from tests.ui.lab import Lab

ROOT = Path(__file__).resolve().parents[2]


def test_it_opens_on_the_panel_and_leaves_nothing(
    page: Page, channel: LocalChannel, tmp_path: Path
) -> None:
    environ = {**os.environ, "TMPDIR": str(tmp_path)}
    process = subprocess.Popen(
        [sys.executable, "-m", "demo.lab", "--no-browser"],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        text=True,
        # Where the tests run in the background, a shell has told them to ignore it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        assert process.stdout is not None
        said = ""
        while (found := re.search(r"(http://\S+/)lab\?token=(\w+)", said)) is None:
            line = process.stdout.readline()
            assert line, said
            said += line
        lab = Lab(page, found[1])
        page.goto(found[0])
        lab.settle()
        expect(lab.panel.get_by_text("There are no environments yet.")).to_be_visible()
        lab.screenshot("empty")
        lab.context_menu("environment.yml", "Create Environment")
        lab.wait_for("demo", "ready")
        # What goes on when a person leaves must not stay either.
        lab.unfold("demo")
        lab.click("demo", "Clone…")
        lab.page.locator(".jp-Dialog input").fill("twin")
        lab.accept("Create")
        lab.wait_for("twin", "running")
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == 0
    assert list(tmp_path.glob("jupyter-envs-demo-*")) == []
