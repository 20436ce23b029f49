"""AMD's GPUs, as Linux tells of them: no library, so no versions and no processes.

Files and units are those of the kernel's documentation of amdgpu (``/sys/class/drm``, hwmon).
"""

from __future__ import annotations

import re
from pathlib import Path

from .readings import Device

_SYS = Path("/sys")
_VENDOR = "0x1002"
_CARD = re.compile(r"card(\d+)")

#: Fields that amdgpu does not tell.
_NOT_TOLD = ("capability", "memory_reserved", "throttle", "ecc_errors", "rows_failed",
             "compute_mode")  # fmt: skip


def amd_devices(sys: Path = _SYS) -> tuple[Device, ...]:
    """AMD's GPUs of this machine, in the order of their cards."""
    try:
        names = [path.name for path in (sys / "class" / "drm").iterdir()]
    except OSError:
        return ()
    numbers = sorted(int(found[1]) for name in names if (found := _CARD.fullmatch(name)))
    folders = [sys / "class" / "drm" / f"card{number}" / "device" for number in numbers]
    ours = [folder for folder in folders if _text(folder / "vendor") == _VENDOR]
    return tuple(_device(index, folder) for index, folder in enumerate(ours))


def _device(index: int, folder: Path) -> Device:
    reasons = dict.fromkeys(_NOT_TOLD, "not_supported")
    sensors = next(iter(sorted(folder.glob("hwmon/hwmon*"))), folder)

    def number(field: str, *files: Path) -> int | None:
        for file in files:
            found = _text(file)
            if found is not None and found.lstrip("-").isdigit():
                return int(found)
        reasons[field] = "not_supported"
        return None

    total = number("memory", folder / "mem_info_vram_total")
    used = number("memory_used", folder / "mem_info_vram_used")
    heat = number("temperature", sensors / "temp1_input")
    power = number("power", sensors / "power1_average", sensors / "power1_input")
    limit = number("power_limit", sensors / "power1_cap")
    if total is None or used is None:
        reasons["memory_free"] = "not_supported"
    address = folder.resolve().name
    return Device(
        uuid=f"AMD-{_text(folder / 'unique_id') or address}",
        index=index,
        vendor="amd",
        name=_text(folder / "product_name") or f"AMD GPU {_text(folder / 'device') or ''}".strip(),
        bus=address if ":" in address else None,
        memory=total,
        memory_used=used,
        memory_free=None if total is None or used is None else total - used,
        utilisation=number("utilisation", folder / "gpu_busy_percent"),
        temperature=None if heat is None else heat // 1000,
        power=None if power is None else round(power / 1e6, 1),
        power_limit=None if limit is None else round(limit / 1e6, 1),
        reasons=reasons | ({} if ":" in address else {"bus": "not_supported"}),
    )


def _text(file: Path) -> str | None:
    try:
        return file.read_text("utf-8", "replace").strip() or None
    except OSError:
        return None
