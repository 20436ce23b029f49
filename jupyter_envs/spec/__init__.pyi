from .conda_names import conda_name_for
from .diagnostics import Diagnostic
from .editing import PackageEdit, edit_spec
from .encoding import text_of
from .extension import OWN_KEY, extension_line, read_extension
from .fixes import Fix
from .fixing import FixedSpec, fix_spec
from .lines import Position
from .machine import GpuMachine, depends_on_gpus
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
from .probes import named_probes
from .repositories import Repository, is_at_commit, read_repository
from .requirement_files import file_in_line, requirement_lines
from .schema import environment_schema, schema_file
from .splice import TextEdit, apply_edits
from .urls import has_credentials, strip_credentials, without_credentials

__all__ = [
    "OWN_KEY",
    "Dependency",
    "Diagnostic",
    "Fix",
    "FixedSpec",
    "GpuMachine",
    "PackageEdit",
    "ParsedSpec",
    "PipKind",
    "PipLine",
    "Position",
    "Repository",
    "Spec",
    "TextEdit",
    "apply_edits",
    "check_name",
    "classify_pip_line",
    "conda_name_for",
    "dependency_name",
    "depends_on_gpus",
    "edit_spec",
    "environment_schema",
    "extension_line",
    "file_in_line",
    "fix_spec",
    "has_credentials",
    "is_at_commit",
    "is_platform",
    "named_probes",
    "parse_spec",
    "read_extension",
    "read_repository",
    "read_spec",
    "requirement_lines",
    "schema_file",
    "slug_for",
    "split_dependency",
    "strip_credentials",
    "text_for_solver",
    "text_of",
    "without_credentials",
]
