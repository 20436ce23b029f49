"""What a person may have meant: package names and versions near to those that were written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rattler import VersionWithSource

# What people know from `import` or from PyPI, and what conda channels call it. Read off the
# names in conda-forge; a name is only proposed where the channels in use have it.
_KNOWN_AS = {
    "beautifulsoup": "beautifulsoup4",
    "bs4": "beautifulsoup4",
    "cv2": "opencv",
    "dateutil": "python-dateutil",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "duckdb": "python-duckdb",
    "faiss": "faiss-cpu",
    "fitz": "pymupdf",
    "igraph": "python-igraph",
    "jwt": "pyjwt",
    "kaleido": "python-kaleido",
    "magic": "python-magic",
    "msgpack": "msgpack-python",
    "opencv-contrib-python": "opencv",
    "opencv-contrib-python-headless": "opencv",
    "opencv-python": "opencv",
    "opencv-python-headless": "opencv",
    "osgeo": "gdal",
    "pil": "pillow",
    "pptx": "python-pptx",
    "psycopg2-binary": "psycopg2",
    "pymc3": "pymc",
    "pyqt5": "pyqt",
    "r": "r-base",
    "serial": "pyserial",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "tables": "pytables",
    "tensorflow-cpu": "tensorflow",
    "torch": "pytorch",
    "umap": "umap-learn",
    "xgboost-cpu": "xgboost",
    "yaml": "pyyaml",
    "zmq": "pyzmq",
}

_SEPARATORS = re.compile(r"[-_.]+")


def near_names(name: str, names: Iterable[str], *, limit: int = 3) -> list[str]:
    """Names among ``names`` that ``name`` may be meant for, the likeliest first.

    A name under which a package is known elsewhere (``sklearn``), another way to separate or
    prefix it (``scikit_learn``, ``tidyverse``), then those a few keystrokes away.
    """
    there = names if isinstance(names, (set, frozenset)) else set(names)
    wanted = name.lower()
    likely = [_KNOWN_AS.get(_SEPARATORS.sub("-", wanted), "")]
    likely += [wanted, f"r-{wanted}", f"python-{wanted}", f"py{wanted}"]
    likely += [wanted.removeprefix("python-"), wanted.removesuffix("-python")]
    folded = _fold(wanted)
    near: list[tuple[int, str]] = []
    for other in there:
        if _fold(other) == folded:
            likely.append(other)
        elif abs(len(other) - len(wanted)) <= 2 and (steps := _distance(wanted, other)):
            near.append((steps, other))
    allowed = 1 if len(wanted) < 5 else 2
    close = [other for steps, other in sorted(near) if steps <= allowed]
    found = dict.fromkeys(c for c in (*likely, *close) if c in there and c != name)
    return list(found)[:limit]


def near_version(wanted: str | None, versions: Sequence[str]) -> str:
    """Of ``versions`` (newest first, not empty) the one nearest to ``wanted``.

    The newest that begins like it, else the newest before it, else the oldest of all.
    """
    asked = _version(wanted)
    if asked is None:
        return versions[0]
    for text in versions:
        if text.startswith(f"{wanted}."):
            return text
    older = [text for text in versions if (v := _version(text)) is not None and v <= asked]
    return older[0] if older else versions[-1]


def newest_first(versions: Iterable[str]) -> list[str]:
    """The distinct versions, by conda's order; what is no version comes last."""
    lowest = VersionWithSource("0")
    return sorted(set(versions), key=lambda text: _version(text) or lowest, reverse=True)


def some(texts: Sequence[str], limit: int = 10) -> str:
    """``a, b, c and 12 older``: the first of a list that is sorted newest first."""
    shown = ", ".join(texts[:limit])
    left = len(texts) - limit
    return f"{shown} and {left} older" if left > 0 else shown


def joined(texts: Sequence[str], word: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if len(texts) < 2:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} {word} {texts[-1]}"


def _version(text: str | None) -> VersionWithSource | None:
    try:
        return None if text is None else VersionWithSource(text)
    except Exception:  # noqa: BLE001 - rattler raises its own; a text it cannot read is no version
        return None


def _fold(name: str) -> str:
    return _SEPARATORS.sub("", name)


def _distance(one: str, other: str, limit: int = 2) -> int:
    """Keystrokes between two names (insert, delete, replace, swap); ``limit + 1`` if more.

    Damerau's distance in the restricted form ("optimal string alignment").
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            steps = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                steps = min(steps, earlier[j - 2] + 1)
            row.append(steps)
        if min(row) > limit:
            return limit + 1
    return row[-1]
