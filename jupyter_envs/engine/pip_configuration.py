"""pip's configuration as the variables that uv reads: uv itself ignores ``pip.conf``.

Source: pip's documentation, "Configuration" (files, sections, precedence), and uv's, "Using
environment variables". pip's per-prefix file is left out: a new environment has none.
"""

from __future__ import annotations

import configparser
import os
import sys
from collections.abc import Iterator, Mapping
from math import ceil
from pathlib import Path
from urllib.parse import unquote, urlsplit

from jupyter_envs.errors import ConfigurationInvalid

from .settings import as_flag

# uv has no variable for "no index at all"; an index in a folder that does not exist is empty.
NO_INDEX = "file:///nonexistent/no-index"

_SECTIONS = ("global", "install")  # the later one wins


def uv_environment(
    environ: Mapping[str, str] | None = None,
    home: Path | None = None,
    *,
    system_root: Path = Path("/"),
) -> dict[str, str]:
    """``UV_*`` (and ``SSL_CERT_FILE``, proxies) for what the site has told pip.

    Nothing that the environment already says to uv is repeated or changed. Folders of
    ``find-links`` that do not exist are left out, as pip passes over them and uv does not.
    The values may hold credentials. Raises ConfigurationInvalid for a file that pip, too,
    could not read.
    """
    environ = os.environ if environ is None else environ
    home = Path.home() if home is None else home
    options = pip_options(environ, home, system_root)
    wanted = {**_indexes(options, home), **_connection(options)}
    if as_flag(options.get("pre", "false")):
        wanted["UV_PRERELEASE"] = "allow"
    return {
        name: value
        for name, value in wanted.items()
        if value and not any(environ.get(known) for known in (name, *_RELATED.get(name, ())))
    }


# Other variables by which the user may already have said the same thing.
_RELATED = {
    "UV_DEFAULT_INDEX": ("UV_INDEX_URL",),
    "UV_INDEX": ("UV_EXTRA_INDEX_URL",),
    "UV_INDEX_STRATEGY": ("UV_INDEX", "UV_EXTRA_INDEX_URL"),
    "UV_HTTP_TIMEOUT": ("UV_REQUEST_TIMEOUT", "HTTP_TIMEOUT"),
    "HTTP_PROXY": ("http_proxy",),
    "HTTPS_PROXY": ("https_proxy",),
}


def pip_options(environ: Mapping[str, str], home: Path, system_root: Path) -> dict[str, str]:
    """pip's merged options by their long name (``index-url``), for ``pip install``."""
    sections: dict[str, dict[str, str]] = {name: {} for name in _SECTIONS}
    for file in _files(environ, home, system_root):
        for section, values in _read(file).items():
            if section in sections:
                sections[section].update(values)
    merged: dict[str, str] = {}
    for name in _SECTIONS:
        merged.update({key: value for key, value in sections[name].items() if value})
    for variable, value in environ.items():
        if variable.startswith("PIP_") and value:
            merged[variable.removeprefix("PIP_").lower().replace("_", "-")] = value
    return merged


def _files(environ: Mapping[str, str], home: Path, system_root: Path) -> Iterator[Path]:
    """Existing files, from the weakest to the strongest."""
    named = environ.get("PIP_CONFIG_FILE")
    if named == os.devnull:
        return
    own = _expand(named, home) if named else None
    places = list(_system_files(environ, system_root))
    if own is None or not own.exists():
        places += [home / ".pip" / "pip.conf", *_user_files(environ, home)]
    if own is not None:
        places.append(own)
    for place in places:
        if place.is_file():
            yield place


def _system_files(environ: Mapping[str, str], system_root: Path) -> Iterator[Path]:
    if sys.platform == "darwin":
        yield system_root / "Library" / "Application Support" / "pip" / "pip.conf"
        return
    named = environ.get("XDG_CONFIG_DIRS")
    if named:
        yield from (Path(folder) / "pip" / "pip.conf" for folder in named.split(os.pathsep))
    else:
        yield system_root / "etc" / "xdg" / "pip" / "pip.conf"
    yield system_root / "etc" / "pip.conf"


def _user_files(environ: Mapping[str, str], home: Path) -> Iterator[Path]:
    mac = home / "Library" / "Application Support" / "pip"
    if sys.platform == "darwin" and mac.is_dir():
        yield mac / "pip.conf"
        return
    yield Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "pip" / "pip.conf"


def _read(file: Path) -> dict[str, dict[str, str]]:
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(file.read_text("utf-8"), source=str(file))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise ConfigurationInvalid(file=str(file), reason=reason) from error
    except configparser.Error as error:
        # The parser's own text quotes the line, and lines of this file hold passwords.
        line = getattr(error, "lineno", None) or getattr(error, "errors", [(None,)])[0][0]
        reason = f"line {line} is not understood" if line else "it is not understood"
        raise ConfigurationInvalid(file=str(file), reason=reason) from None
    return {
        section: {
            key.replace("_", "-").removeprefix("--"): value for key, value in parser.items(section)
        }
        for section in parser.sections()
    }


def _indexes(options: Mapping[str, str], home: Path) -> dict[str, str]:
    found = {"UV_FIND_LINKS": ",".join(_find_links(options.get("find-links", ""), home))}
    if as_flag(options.get("no-index", "false")):
        found["UV_DEFAULT_INDEX"] = NO_INDEX
        return found
    found["UV_DEFAULT_INDEX"] = options.get("index-url", "")
    found["UV_INDEX"] = " ".join(options.get("extra-index-url", "").split())
    if found["UV_INDEX"]:
        # pip looks for the best version in all indexes; uv by itself stops at the first that
        # knows the name.
        found["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return found


def _find_links(text: str, home: Path) -> Iterator[str]:
    for place in text.split():
        scheme = urlsplit(place).scheme
        if scheme in ("http", "https"):
            yield place
            continue
        path = Path(unquote(urlsplit(place).path)) if scheme == "file" else _expand(place, home)
        if path.exists():
            # uv separates by commas, so one inside a path has to be written as a URL's.
            yield path.absolute().as_uri().replace(",", "%2C") if "," in str(path) else str(path)


def _connection(options: Mapping[str, str]) -> dict[str, str]:
    found = {"UV_INSECURE_HOST": " ".join(options.get("trusted-host", "").split())}
    if (certificate := options.get("cert")) and Path(certificate).exists():
        found["SSL_CERT_DIR" if Path(certificate).is_dir() else "SSL_CERT_FILE"] = certificate
    if proxy := options.get("proxy"):
        found["HTTP_PROXY"] = found["HTTPS_PROXY"] = proxy
    found["UV_HTTP_TIMEOUT"] = _whole_seconds(options)
    if options.get("keyring-provider") in ("subprocess", "import"):
        found["UV_KEYRING_PROVIDER"] = "subprocess"
    return found


def _whole_seconds(options: Mapping[str, str]) -> str:
    try:
        seconds = float(options.get("timeout") or options.get("default-timeout", ""))
    except ValueError:
        return ""
    return str(ceil(seconds)) if seconds > 0 else ""


def _expand(text: str, home: Path) -> Path:
    return home / text[2:] if text.startswith("~/") else Path(text)
