"""Names of environments: what people write, and the slug that folders and kernels carry."""

from __future__ import annotations

import re
import unicodedata
from hashlib import sha256

from jupyter_envs.errors import NameForbidden

MAX_LENGTH = 100

_SLUG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")
_PUNCTUATION = " -_.+"

# base and root mean the installation itself to conda (CEP 24); the others are folders that the
# store keeps beside the environments.
_RESERVED = {
    "base": "conda uses it for its own installation",
    "root": "conda uses it for its own installation",
    ".jupyter-envs": "it is the folder in which environments are kept",
    "operations": "it is the folder in which operations are recorded",
}

# Latin letters that Unicode does not decompose, as they are usually written without accents.
_LETTERS = str.maketrans(
    {
        "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l",
        "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ı": "i",  # noqa: RUF001 -- the letter itself is meant
    }
)  # fmt: skip


def slug_for(name: str) -> str:
    """The ASCII form of a name, for folders and kernels, at most 100 characters.

    A name that is a slug stays as it is. Accents are taken off, other signs become ``-``. A name
    with letters of another alphabet becomes ``env-`` and eight digits of its hash, so the same
    name always gives the same slug. Slugs are unique without regard to case; whether the name
    is allowed at all is told by `check_name`.
    """
    if _SLUG.fullmatch(name):
        return name
    decomposed = unicodedata.normalize("NFKD", name.translate(_LETTERS))
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    if any(c.isalnum() and not c.isascii() for c in letters):
        return _hashed("env", name)
    slug = re.sub(r"[^A-Za-z0-9._]+", "-", letters).lstrip(".-").rstrip("-. ")
    if not slug:
        return _hashed("env", name)
    if len(slug) > MAX_LENGTH:
        return _hashed(slug[: MAX_LENGTH - 9], name)
    return slug


def check_name(name: str) -> str:
    """The slug of a name that may be an environment's.

    Raises NameForbidden, with a reason for beginners and a name that would do.
    """
    reason = _reason(name)
    if reason is not None:
        raise NameForbidden(name=name, reason=reason, suggestion=_suggestion(name))
    return slug_for(name)


def _reason(name: str) -> str | None:
    if not name.strip():
        return "it is empty"
    if name != name.strip():
        return "it begins or ends with a space"
    if name[0] in ".-":
        return f"it begins with {name[0]!r}, as only hidden files and options do"
    if len(name) > MAX_LENGTH:
        return f"it is longer than {MAX_LENGTH} characters"
    wrong = next((c for c in name if not _allowed(c)), None)
    if wrong is not None:
        return f"it holds {_shown(wrong)}; use letters, digits, spaces, '-', '_', '.' and '+'"
    if not any(c.isalnum() for c in name):
        return "it has no letter or digit"
    return _reserved(slug_for(name))


def _reserved(slug: str) -> str | None:
    because = _RESERVED.get(slug.casefold())
    return None if because is None else f"{slug!r} is reserved: {because}"


def _allowed(character: str) -> bool:
    """Letters, digits, and the marks that some alphabets write on their letters."""
    return character in _PUNCTUATION or unicodedata.category(character)[0] in "LMN"


def _shown(character: str) -> str:
    if character.isprintable():
        return repr(character)
    return f"the invisible character U+{ord(character):04X}"


def _suggestion(name: str) -> str:
    if not any(c.isalnum() for c in name):
        return "my-env"
    # A path was given for a name: conda writes such names into exports of prefixes.
    last = re.split(r"[/\\]", name.rstrip("/\\"))[-1]
    slug = slug_for(last if any(c.isalnum() for c in last) else name)
    return slug if _reserved(slug) is None else f"my-{slug}"


def _hashed(stem: str, name: str) -> str:
    digest = sha256(name.encode("utf-8", errors="surrogatepass")).hexdigest()
    return f"{stem}-{digest[:8]}"
