"""Specs: what an ``environment.yml`` says, and what is wrong with it."""

from .diagnostics import Diagnostic
from .lines import Position
from .match_specs import (
    Dependency,
    dependency_name,
    is_platform,
    split_dependency,
    text_for_solver,
)
from .model import Spec
from .names import check_name, slug_for
from .parse import ParsedSpec, parse_spec, read_spec
from .pip_lines import PipKind, PipLine, classify_pip_line
from .requirement_files import file_in_line, requirement_lines
from .urls import has_credentials, without_credentials

__all__ = [
    "Dependency",
    "Diagnostic",
    "ParsedSpec",
    "PipKind",
    "PipLine",
    "Position",
    "Spec",
    "check_name",
    "classify_pip_line",
    "dependency_name",
    "file_in_line",
    "has_credentials",
    "is_platform",
    "parse_spec",
    "read_spec",
    "requirement_lines",
    "slug_for",
    "split_dependency",
    "text_for_solver",
    "without_credentials",
]
