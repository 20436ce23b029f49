"""The solver has answered, and the answer is no."""

from __future__ import annotations

from .input import InvalidInput


class SolveError(InvalidInput):
    """The solver has answered, and the answer is no."""

    code = "solve_failed"
    sentence = "No set of packages fits this file: {reason}"
    advice = "Loosen or remove one of the lines named above."


class Unsatisfiable(SolveError):
    """Requirements that exclude each other; ``details`` holds the tree and suggested edits."""

    code = "unsatisfiable"
    sentence = "{reason}"
    advice = "Loosen or remove one of the lines named above."


class PackageNotFound(SolveError):
    """A name that no channel in use has."""

    code = "package_not_found"
    sentence = "No package is called {name!r} in {channels}"
    advice = "Check the spelling, or add the channel that has it."


class VersionNotFound(SolveError):
    """The name exists, but no build matches what is asked."""

    code = "version_not_found"
    sentence = "{spec!r} does not exist in {channels}; the versions of {name} are: {available}"
    advice = "Ask for one of these versions."


class BuildNotFound(VersionNotFound):
    """The version exists, but not in the build that is asked for."""

    code = "build_not_found"
    sentence = (
        "{spec!r} does not exist in {channels}; the builds of {name} {version} are: {available}"
    )
    advice = "Ask for one of these builds, or leave the build out."
