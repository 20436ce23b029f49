"""NVIDIA's tables as data: complete, in order, and honest about what is newer than they are."""

from __future__ import annotations

import pytest

from jupyter_envs.hardware.tables import (
    at_least,
    capability_table,
    cuda_of_driver,
    driver_table,
    floor_of,
    glibc_for,
    lowest_capability,
    major_of,
    native_driver,
    newest_major_for,
    newest_minor,
    numbers,
)


def test_each_says_where_it_is_from_and_of_when() -> None:
    for table in (driver_table(), capability_table()):
        assert table.source
        assert numbers(table.date) >= (2026, 1, 1)


def test_newer_toolkits_came_with_newer_drivers() -> None:
    native = sorted(driver_table().native.items(), key=lambda item: numbers(item[0]))
    drivers = [numbers(driver) for _, driver in native]
    assert drivers == sorted(drivers)
    for cuda, driver in native:
        floor = floor_of(cuda)
        assert floor is not None
        assert at_least(driver, floor) or cuda == "11.0"  # it is older than its floor


@pytest.mark.parametrize(
    ("cuda", "floor", "native"),
    [
        ("12.0", "525.60.13", "525.60.13"),
        ("12.9", "525.60.13", "575.51.03"),
        ("12.9.1", "525.60.13", "575.51.03"),
        ("13.1", "580", "590.44.01"),
        ("13.4", "580", None),  # newer than the table: its major is known, its own driver not
        ("14.0", None, None),
        ("10.2", None, None),
    ],
)
def test_what_a_toolkit_needs(cuda: str, floor: str | None, native: str | None) -> None:
    assert (floor_of(cuda), native_driver(cuda)) == (floor, native)


@pytest.mark.parametrize(
    ("driver", "cuda"),
    [
        ("580.65.06", "13.0"),
        ("580.126.01", "13.0"),
        ("610.57", "13.1"),
        ("575.51.02", "12.8"),
        ("535.183.01", "12.2"),
        ("450.51.05", "11.0"),
        ("390.48", None),
        ("", None),
    ],
)
def test_what_a_driver_runs(driver: str, cuda: str | None) -> None:
    assert cuda_of_driver(driver) == cuda


@pytest.mark.parametrize(
    ("capability", "major"),
    [("3.0", None), ("3.5", 11), ("3.7", 11), ("5.0", 12), ("6.1", 12), ("7.0", 12), ("7.2", 12),
     ("7.5", 13), ("8.6", 13), ("9.0", 13), ("10.0", 13), ("12.1", 13)],
)  # fmt: skip
def test_the_newest_cuda_with_code_for_a_gpu(capability: str, major: int | None) -> None:
    assert newest_major_for(capability) == major


def test_a_major_that_is_newer_than_the_table() -> None:
    assert lowest_capability(14) == lowest_capability(13) == "7.5"
    assert glibc_for(14) == "2.28"
    assert glibc_for(12) is None
    assert newest_minor(14) is None
    assert (newest_minor(12), newest_minor(13)) == ("12.9", "13.1")


def test_versions_are_compared_as_numbers() -> None:
    assert at_least("10.0", "9.0")
    assert at_least("525.60.13", "525.60.13")
    assert not at_least("525.60", "525.60.13")
    assert (major_of("12.4"), major_of("")) == (12, 0)
