"""A bill of materials: CycloneDX 1.6, as JSON, with the names that vulnerability data use.

There is no data for conda's packages by their own names, so a package that PyPI has under some
name carries that name too. It needs the extra ``sbom``.
"""

from __future__ import annotations

import json
import uuid
from typing import Any
from urllib.parse import urlsplit

from jupyter_envs.errors import ExtraMissing
from jupyter_envs.lock import Lock, LockedPackage, lock_digest, pypi_name, repository_of

#: For version 5 of RFC 9562: the same digest has the same serial number.
_NAMESPACE = uuid.UUID("6f0a3c1e-6c37-5d0b-9d4f-0d2a4a0b7c51")
_PYPI = "jupyter_envs:pypi"


def bill_of_materials(lock: Lock, platform: str, name: str) -> bytes:
    """The packages of ``platform``; the same lock has the same bytes, without any time.

    Raises ExtraMissing where the library for it is not installed.
    """
    try:
        from cyclonedx.model.bom import Bom
        from cyclonedx.model.component import Component, ComponentType
        from cyclonedx.output.json import JsonV1Dot6
    except ImportError as error:
        raise ExtraMissing(what="A bill of materials", extra="sbom") from error
    digest = lock_digest(lock, platform)
    bom = Bom(serial_number=uuid.uuid5(_NAMESPACE, f"{platform}/{digest}"))
    bom.metadata.component = Component(
        name=name, version=digest, type=ComponentType.APPLICATION, bom_ref="environment"
    )
    packages = lock.for_platform(platform)
    components = {_reference(p): _component(p) for p in packages}
    bom.components.update(components.values())
    known = {p.name: components[_reference(p)] for p in packages if p.manager == "conda"}
    for p in packages:
        needed = [known[one] for one in p.dependencies if one in known]
        bom.register_dependency(components[_reference(p)], needed)
    bom.register_dependency(bom.metadata.component, components.values())
    # Whose clock it was is nobody's business, and no time keeps the bytes the same.
    document: dict[str, Any] = json.loads(JsonV1Dot6(bom).output_as_string())
    document["metadata"].pop("timestamp", None)
    return (json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _reference(package: LockedPackage) -> str:
    return f"{package.manager}:{package.name}@{package.version}"


def _component(package: LockedPackage) -> Any:
    from cyclonedx.model import HashAlgorithm, HashType, Property
    from cyclonedx.model.component import Component

    # A commit is no hash of a file; it is in the purl.
    of_file = repository_of(package) is None
    hashes = [HashType(alg=HashAlgorithm.SHA_256, content=package.sha256)] if of_file else []
    if package.md5 is not None:
        hashes.append(HashType(alg=HashAlgorithm.MD5, content=package.md5))
    other = _pypi_purl(package) if package.manager == "conda" else None
    return Component(
        name=package.name,
        version=package.version,
        bom_ref=_reference(package),
        purl=_conda_purl(package) if package.manager == "conda" else _pypi_purl(package),
        hashes=hashes,
        properties=[Property(name=_PYPI, value=str(other))] if other else [],
    )


def _conda_purl(package: LockedPackage) -> Any:
    """As the purl specification has it today: no namespace, where it is from as qualifiers."""
    from packageurl import PackageURL

    channel, subdir, file_name = package.url.rsplit("/", 2)
    return PackageURL(
        type="conda",
        name=package.name,
        version=package.version,
        qualifiers={
            "build": package.build,
            "channel": urlsplit(channel).path.strip("/") or urlsplit(channel).netloc,
            "subdir": subdir,
            "type": "conda" if file_name.endswith(".conda") else "tar.bz2",
        },
    )


def _pypi_purl(package: LockedPackage) -> Any:
    from packageurl import PackageURL

    name = pypi_name(package)
    if name is None:
        return None
    qualifiers = {"vcs_url": package.url} if repository_of(package) is not None else None
    return PackageURL(type="pypi", name=name, version=package.version, qualifiers=qualifiers)
