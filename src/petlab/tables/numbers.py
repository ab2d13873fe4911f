"""How numbers are written in tables."""

from __future__ import annotations


def fixed(value: float, decimals: int, *, sign: bool = False) -> str:
    """`0.8588`, `+0.0120`; a value that rounds to zero has no sign."""
    text = f"{value:+.{decimals}f}" if sign else f"{value:.{decimals}f}"
    return text.replace("-", "").replace("+", "") if float(text) == 0 else text


def significant(value: float) -> str:
    """Three or four significant digits over many orders of magnitude: `0.0717`, `3.01E-05`, `12.4`."""
    if value == 0:
        return "0"
    if abs(value) < 1e-3:
        return f"{value:.2E}"
    return f"{value:#.4g}".rstrip(".") if abs(value) < 1000 else f"{value:,.0f}"


def compact(count: float) -> str:
    """`34.8k`, `3.54M`, `2.85B`."""
    for limit, suffix in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if count >= limit:
            return f"{count / limit:.3g}{suffix}"
    return f"{count:.0f}"


def percent(part: float, whole: float) -> str:
    """`100 %`, `0.52 %`, `0.0072 %`: two significant digits below ten."""
    share = 100 * part / whole
    return f"{share:.0f} %" if share >= 10 else f"{share:.2g} %"


def seconds(value: float) -> str:
    """Whole seconds from 100 on, else three significant digits."""
    return f"{value:.0f}" if value >= 99.95 else f"{value:#.3g}"


def size(count: float) -> str:
    """Bytes in decimal units: `69.1 kB`, `15.4 MB`, `1.20 GB`."""
    for limit, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if count >= 0.9995 * limit:
            return f"{count / limit:#.3g} {unit}".replace(". ", " ")
    return f"{count:.0f} B"
