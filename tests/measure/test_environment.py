"""Machines by name."""

from __future__ import annotations

from petlab.measure.environment import machine_name


def test_machines_have_plain_file_names() -> None:
    assert machine_name("AMD EPYC 9R14, 2 cores") == "amd-epyc-9r14-2-cores"
