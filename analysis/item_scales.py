"""Whether the items of a battery can have been asked on the scale that is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_PART = 0.25
"""Of the scale: an item that ends so much below the others, or below the top, is doubted."""


def doubted_scales(
    items: NDArray[np.float64], names: Sequence[str], *, low: float, high: float
) -> tuple[str, ...]:
    """Refuse items with answers outside a scale, and doubt those whose answers end well below it.

    An item of 1 to 5 among items of 1 to 10 lies on both: nothing in its answers says on which it
    was asked. It is doubted if its highest answer is at most the middle of the scale, or a quarter
    of the scale below the highest answer of another item.

    Parameters
    ----------
    items
        Shape (c, k): the answers, NaN where there is none.

    Returns
    -------
    A sentence for each item that is doubted.

    Raises
    ------
    ValueError
        If an answer is outside `low` to `high`, or these are no scale.
    """
    if not low < high:
        raise ValueError(f"scale must be a lower and a higher number, got {low:g} and {high:g}")
    tops = {}
    for name, column in zip(names, items.T, strict=True):
        given = column[~np.isnan(column)]
        outside = given[(given < low) | (given > high)]
        if outside.size:
            raise ValueError(
                f"item {name!r} must be from {low:g} to {high:g}, got {outside[0]:g}: all items "
                "must be on one scale"
            )
        if given.size:
            tops[name] = float(given.max())
    most = max(tops.values(), default=high)
    return tuple(
        f"No answer to {name} is above {top:g} on the scale of {low:g} to {high:g}: if it was "
        "asked on another scale, the score and the reliability are wrong. Rescale it first."
        for name, top in tops.items()
        if top <= (low + high) / 2 or top <= most - _PART * (high - low)
    )
