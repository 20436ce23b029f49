from .catalogue import Place, find_stacks, get_stack, package_places, shipped_place
from .fits import Fit, chosen_target, fits_of
from .model import BrokenStack, Maturity, Origin, Stack, StackTarget
from .read import is_stack_id, read_stack, with_lines
from .schema import stack_schema, stack_schema_file

__all__ = [
    "BrokenStack",
    "Fit",
    "Maturity",
    "Origin",
    "Place",
    "Stack",
    "StackTarget",
    "chosen_target",
    "find_stacks",
    "fits_of",
    "get_stack",
    "is_stack_id",
    "package_places",
    "read_stack",
    "shipped_place",
    "stack_schema",
    "stack_schema_file",
    "with_lines",
]
