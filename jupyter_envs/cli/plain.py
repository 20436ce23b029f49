"""Texts that a terminal only shows: it obeys no sequence that came with a name or a package."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from .controls import plain


class PlainConsole(Console):
    """A console that shows every text plainly; its own colours and bars are as usual."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """As Console's own: where everything comes through before it is styled."""
        for one in super().render(renderable, options):
            yield one if one.control else Segment(plain(one.text), one.style)


def console(**options: Any) -> PlainConsole:
    """A console as this command line has them."""
    return PlainConsole(highlight=False, soft_wrap=True, **options)
