"""Names and versions that do not exist: what is there instead, and what may have been meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec
from rattler import MatchSpec, RepoDataRecord, VersionWithSource

from jupyter_envs.errors import BuildNotFound, SolveError, VersionNotFound
from jupyter_envs.spec import dependency_name

from .smallest_edit import loosened, with_version

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


class Line(msgspec.Struct, frozen=True):
    """A dependency as the person wrote it, and as the solver takes it."""

    text: str
    spec: MatchSpec

    @property
    def name(self) -> str:
        """The package asked for; empty for a URL or a pattern of names."""
        return dependency_name(self.text) or ""


class Unknown(msgspec.Struct, frozen=True):
    """A name that the channels do not have, with what the person may have meant.

    ``elsewhere`` are the platforms, other than the target's, for which the name exists;
    ``instead`` is another channel that has it, with the line to write for that.
    """

    name: str
    line: str
    near: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    instead: tuple[str, str] | None = None


#: So many exact builds nobody writes by hand.
_AN_EXPORT = 3


def missing_version(
    line: Line, records: Mapping[str, Sequence[RepoDataRecord]], channels: Mapping[str, str]
) -> SolveError | None:
    """The error to tell where no record fits ``line``; None where one does.

    ``channels`` maps the URLs in the records to names, in order of priority.
    """
    there = of_channel(line, records.get(line.name, ()))
    if not line.name or any(line.spec.matches(record) for record in there):
        return None
    params = {"spec": line.text, "name": line.name, "channels": where(line, channels)}
    version = MatchSpec(f"{line.name} {line.spec.version or '*'}", strict=False)
    if line.spec.build and (same := _same_version(version, there)):
        return _build_not_found(line, same, params)
    versions = newest_first(str(record.version) for record in there)
    nearest = with_version(line.text, near_version(_asked(line), versions))
    hint = f"The nearest that exists: {nearest}"
    if line.spec.channel and (other := other_channel(line, records, channels)):
        hint += f". The channel {other[0]} has it: {other[1]}"
    details = {"available": versions}
    return VersionNotFound(**params, available=some(versions), hint=hint, details=details)


def _build_not_found(
    line: Line, same: Sequence[RepoDataRecord], params: Mapping[str, str]
) -> BuildNotFound:
    newest = newest_first(str(record.version) for record in same)[0]
    builds = sorted({str(record.build) for record in same if str(record.version) == newest})
    return BuildNotFound(
        **params,
        version=newest,
        available=some(builds).replace("older", "more"),
        hint=f"For any build: {loosened(line.text) or line.name}={newest}",
        details={"available": builds},
    )


def told_of_export(error: SolveError, lines: Sequence[Line]) -> SolveError:
    """The error, and where most lines have an exact build, what kind of file that is.

    Such a file names what fitted one machine; to take builds out one by one would be no advice.
    """
    exact = sum(bool(line.spec.build) for line in lines)
    if not isinstance(error, BuildNotFound) or exact < _AN_EXPORT or 2 * exact < len(lines):
        return error
    advice = (
        f"{exact} lines have exact builds, as 'conda env export' writes them for one platform: "
        "leave them all out, as 'conda env export --no-builds' does"
    )
    return BuildNotFound(details=error.details, hint=f"{error.hint}. {advice}.", **error.params)


def _same_version(version: MatchSpec, there: Sequence[RepoDataRecord]) -> list[RepoDataRecord]:
    """Records of the version; with a build beside it ``=1.26`` means exactly that, so 1.26.x."""
    exact = [record for record in there if version.matches(record)]
    text = (version.version or "").lstrip("=")
    return exact or [r for r in there if text and str(r.version).startswith(f"{text}.")]


def _asked(line: Line) -> str | None:
    digits = (line.spec.version or "").lstrip("=<>!~ ").split(",")[0].split("|")[0]
    return digits.removesuffix(".*").strip() or None


def other_channel(
    line: Line, records: Mapping[str, Sequence[RepoDataRecord]], channels: Mapping[str, str]
) -> tuple[str, str] | None:
    for record in records.get(line.name, ()):
        name = channels.get(record.channel or "")
        if name and line.spec.matches(record):
            return name, f"{name}::{line.text.rpartition('::')[2].strip()}"
    return None


def where(line: Line, channels: Mapping[str, str]) -> str:
    if line.spec.channel is not None:
        url = line.spec.channel.base_url
        return channels.get(url, line.spec.channel.name or url)
    return joined(list(channels.values()))


def of_channel(line: Line, records: Sequence[RepoDataRecord]) -> Sequence[RepoDataRecord]:
    channel = line.spec.channel
    if channel is None:
        return records
    return [record for record in records if record.channel == channel.base_url]


def where_to_look(unknown: Sequence[Unknown]) -> str:
    if len(unknown) == 1:
        text = _advice(unknown[0]) or "check the spelling; what is only on PyPI goes under 'pip:'."
        return text[0].upper() + text[1:] + ("" if text.endswith(("?", ".")) else ".")
    parts = (f"{item.name!r} ({_advice(item) or 'nothing near'})" for item in unknown)
    return f"Not found: {', '.join(parts)}. What is only on PyPI goes under 'pip:'."


def _advice(item: Unknown) -> str | None:
    if item.instead:
        return f"the channel {item.instead[0]} has it: {item.instead[1]}"
    if item.elsewhere:
        return f"it exists for {joined(item.elsewhere)} only"
    if item.near:
        return f"did you mean {joined([repr(name) for name in item.near], 'or')}?"
    return None


def near_names(name: str, names: Iterable[str], *, limit: int = 3) -> list[str]:
    """Names among ``names`` that ``name`` may be meant for, the likeliest first.

    A name under which a package is known elsewhere (``sklearn``), another way to separate or
    prefix it (``scikit_learn``, ``tidyverse``), then those a few keystrokes away.
    """
    there = set(names) - {name}
    wanted = name.lower()
    known = _KNOWN_AS.get(_SEPARATORS.sub("-", wanted))
    if known in there:
        return [known]
    likely = [wanted, f"r-{wanted}", f"python-{wanted}", f"py{wanted}"]
    likely += [wanted.removeprefix("python-"), wanted.removesuffix("-python")]
    likely += sorted(other for other in there if _fold(other) == _fold(wanted))
    found = dict.fromkeys(other for other in likely if other in there)
    return list(found or dict.fromkeys(_close(wanted, there)))[:limit]


def _close(wanted: str, names: Iterable[str]) -> list[str]:
    """The names that are the fewest keystrokes away, and no more than a slip or two."""
    allowed = 1 if len(wanted) < 5 else 2
    steps = {
        name: _distance(wanted, name) for name in names if abs(len(name) - len(wanted)) <= allowed
    }
    nearest = min(steps.values(), default=allowed + 1)
    return sorted(name for name, n in steps.items() if n == nearest <= allowed)


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
