"""The verb that writes a lock digest into a notebook: stamp."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from jupyter_envs.errors import InvalidInput
from jupyter_envs.kernels import installed_kernels
from jupyter_envs.operations import Settings, read_notebook, stamp_notebook
from jupyter_envs.store import Store, get_managed

from .options import GlobalOptions, json_option
from .output import out, print_json


@click.command()
@click.argument("notebook", type=click.Path(path_type=Path))
@click.option("--name", "-n", help="The environment. Default: that of the notebook's kernel.")
@click.option("--remove", is_flag=True, help="Take the digest out again.")
@json_option
@click.pass_obj
def stamp(options: GlobalOptions, notebook: Path, name: str | None, remove: bool) -> None:
    """Write the lock digest of an environment into NOTEBOOK: which packages it was used with.

    Nothing else of the notebook is changed, and neither a path nor a name is written.
    """
    settings = options.settings()
    digest = None if remove else _digest(notebook, name, settings)
    changed = stamp_notebook(notebook, digest)
    if options.as_json:
        print_json({"file": str(notebook), "lock_digest": digest, "changed": changed})
    elif digest is None:
        out.print(f"{notebook} has no lock digest{' any more' if changed else ''}.", markup=False)
    else:
        out.print(f"{notebook} has the lock digest {digest[:12]}.", markup=False)


def _digest(notebook: Path, name: str | None, settings: Settings) -> str:
    if name is None:
        kernel = _kernel_of(read_notebook(notebook)["metadata"])
        ours = installed_kernels(settings.kernels_dir).get(kernel)
        if ours is None:
            reason = f"The kernel of {notebook} is not of one of these environments"
            raise InvalidInput(reason=reason, hint="Name the environment with --name.")
        return str(ours["metadata"]["jupyter_envs"]["lock_digest"])
    info = get_managed(Store(settings.envs_dir), name).info
    assert info is not None  # it is managed
    return info.lock_digest


def _kernel_of(metadata: dict[str, Any]) -> str:
    spec = metadata.get("kernelspec")
    return str(spec.get("name", "")) if isinstance(spec, dict) else ""
