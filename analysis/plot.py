"""Dot plots of estimates and changes, as pictures that notebooks show and files hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.drawing import Line, axis_of, draw
from analysis.results import TOTAL, Flag, show_key

if TYPE_CHECKING:
    from analysis.drawing import Axis, Picture
    from analysis.estimates import Changes, Estimates
    from analysis.results import ChangeEstimate, Estimate


def plot_estimates(estimates: Estimates, wave: str | int | None = None) -> Picture:
    """Draw the estimates of a wave and their margins, the total as a diamond below.

    The axis is the scale of the answers where that is known. Domains without an interval have a
    hollow dot, and the reason in a word.

    Parameters
    ----------
    wave
        None: the only one.

    Raises
    ------
    ValueError
        If the wave is unknown, or none is said and there are more.
    """
    total = estimates.total(wave)
    found = [*estimates.of(wave), total]
    ends = [_ends(row) for row in found]
    axis = axis_of([end for pair in ends for end in pair], _scale(estimates))
    level = f"{100 * estimates.confidence:g} % interval"
    rows = [_estimate_row(row, axis) for row in found]
    title = f"{estimates.name}, {total.wave}" if total.wave else estimates.name
    return draw(title, rows, axis, heads=("value", level), reference=total.value)


def plot_changes(changes: Changes) -> Picture:
    """Draw the changes and their margins about a line at 0, with the verdicts in words.

    The shaded band is the change that does not count (`Changes.equivalence`). The axis holds the
    margins of what was tested; a longer one ends in an arrow. What was not tested has a hollow dot.
    """
    found = [*changes.rows, changes.total]
    tested = [row for row in found if row.flag is Flag.OK] or found
    within = [end for row in tested for end in _ends(row)]
    values = [row.value for row in found if row.value is not None]
    band = changes.equivalence or 0.0
    axis = axis_of([*within, *values, -band, band], None)
    level = f"{100 * changes.estimates.confidence:g} % interval"
    rows = [_change_row(row, axis) for row in found]
    title = f"Change of {changes.estimates.name}, {changes.before} to {changes.after}"
    return draw(title, rows, axis, heads=("change", level, "verdict"), band=band)


def _scale(estimates: Estimates) -> tuple[float, float] | None:
    if estimates.quantity is None:
        return estimates.cells.scale
    return estimates.quantity(estimates.cells).scale


def _ends(row: Estimate | ChangeEstimate) -> list[float]:
    return [end for end in (row.low, row.value, row.high) if end is not None]


def _estimate_row(row: Estimate, axis: Axis) -> Line:
    value, between = _figures(row, axis)
    ends = None if row.low is None or row.high is None else (row.low, row.high)
    texts = (value, between if ends else str(row.flag))
    return Line(_name(row.key), row.value, ends, texts, ends is not None, row.key == TOTAL)


def _change_row(row: ChangeEstimate, axis: Axis) -> Line:
    value, between = _figures(row, axis, sign="+")
    ends = None if row.low is None or row.high is None else (row.low, row.high)
    tested = row.flag is Flag.OK
    texts = (value, between, str(row.verdict if tested else row.flag))
    return Line(_name(row.key), row.value, ends, texts, tested, row.key == TOTAL)


def _figures(row: Estimate | ChangeEstimate, axis: Axis, *, sign: str = "") -> tuple[str, str]:
    if row.value is None:
        return "", ""
    # z: what rounds to 0 has no sign.
    form = f"{sign}z.{axis.decimals}f"
    if row.low is None or row.high is None:
        return f"{row.value:{form}}", ""
    return f"{row.value:{form}}", f"{row.low:{form}} to {row.high:{form}}"


def _name(key: tuple[str, ...]) -> str:
    return show_key(key) if key else "Total"
