"""Models and tests on a survey: from its columns to fits with the margins of its design.

R: ``svyglm``, ``svyolr``, ``svychisq``, ``svyranktest``, ``svycralpha``; ``eblupFH``.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import numpy as np

from analysis.results import Flag

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from analysis.bell_mccaffrey import Leverage
    from analysis.cells import Cells
    from analysis.crosstab import RaoScott
    from analysis.estimates import Estimates
    from analysis.model_results import Drivers, ModelFit
    from analysis.ordinal import OrdinalFit
    from analysis.rank_test import RankTest
    from analysis.results import Estimate
    from analysis.scales import Alpha
    from analysis.small_area_results import SmallAreas
    from analysis.survey import Survey

Margins: TypeAlias = Literal["linearised", "bell-mccaffrey", "bell-mccaffrey weighted"]


def linear_model(
    survey: Survey,
    y: str,
    on: Sequence[str],
    *,
    wave: str | int | None = None,
    categorical: Sequence[str] = (),
    margins: Margins = "linearised",
    confidence: float = 0.95,
) -> ModelFit:
    """Fit a linear regression; see `analysis.regression.fit_linear`. R: ``svyglm``.

    Parameters
    ----------
    on
        Columns of the right-hand side: numbers as they are, texts by treatment coding.
    wave
        Wave to use; None: the only one.
    margins
        ``bell-mccaffrey``: for few clusters, as R; ``bell-mccaffrey weighted``: with the weights in
        the leverage, for weights that differ much. See `analysis.bell_mccaffrey`.
    """
    from analysis.bell_mccaffrey import fit_bell_mccaffrey
    from analysis.model_frame import design_matrix
    from analysis.regression import fit_linear

    if margins not in get_args(Margins):
        raise ValueError(f"margins must be one of {', '.join(get_args(Margins))}, got {margins!r}")
    cells = _cells(survey, y, on, wave)
    matrix = design_matrix(_columns(cells, on), on, categorical=categorical)
    data = (cells.y, matrix.x, matrix.names, cells.weight, cells.sample())
    if margins == "linearised":
        return fit_linear(*data, confidence=confidence)
    leverage: Leverage = "weighted" if margins.endswith("weighted") else "unweighted"
    return fit_bell_mccaffrey(*data, leverage=leverage, confidence=confidence)


def logistic_model(
    survey: Survey,
    y: str,
    on: Sequence[str],
    *,
    wave: str | int | None = None,
    categorical: Sequence[str] = (),
    confidence: float = 0.95,
) -> ModelFit:
    """Fit a logistic regression of a 0/1 column; see `analysis.regression.fit_logistic`."""
    from analysis.model_frame import design_matrix
    from analysis.regression import fit_logistic

    cells = _cells(survey, y, on, wave)
    matrix = design_matrix(_columns(cells, on), on, categorical=categorical)
    return fit_logistic(
        cells.y, matrix.x, matrix.names, cells.weight, cells.sample(), confidence=confidence
    )


def proportional_odds(
    survey: Survey,
    y: str,
    on: Sequence[str],
    *,
    cuts: Sequence[float] = (),
    wave: str | int | None = None,
    categorical: Sequence[str] = (),
    hessian: Literal["exact", "svyolr"] = "exact",
    confidence: float = 0.95,
) -> OrdinalFit:
    """Fit a proportional-odds model; see `analysis.ordinal.fit_ordinal`. R: ``svyolr``.

    Parameters
    ----------
    cuts
        Upper ends of the levels but the last: ``(5, 6, 7, 8)`` makes 1-5, 6, 7, 8 and 9-10; none:
        each number is a level.
    """
    from analysis.model_frame import design_matrix
    from analysis.ordinal import fit_ordinal

    cells = _cells(survey, y, on, wave)
    matrix = design_matrix(_columns(cells, on), on, categorical=categorical)
    place, levels = _levels(cells.y, cuts)
    return fit_ordinal(
        place,
        matrix.x,
        matrix.names,
        cells.weight,
        cells.sample(),
        levels=levels,
        hessian=hessian,
        confidence=confidence,
    )


def driver_model(
    survey: Survey,
    mark: str,
    of: Sequence[str],
    *,
    background: Sequence[str] = (),
    cuts: Sequence[float] | None = None,
    wave: str | int | None = None,
    confidence: float = 0.95,
) -> Drivers:
    """Model what goes with a mark, in marks and in words; see `analysis.drivers.drivers`."""
    from analysis.drivers import drivers

    cells = _cells(survey, mark, [*of, *background], wave)
    return drivers(
        cells.y,
        _columns(cells, [*of, *background]),
        cells.weight,
        cells.sample(),
        of=of,
        background=background,
        cuts=cuts,
        confidence=confidence,
    )


def independence(
    survey: Survey, rows: str, columns: str, *, wave: str | int | None = None
) -> RaoScott:
    """Test whether two questions are independent; see `analysis.crosstab.rao_scott`.

    The levels are those of the sorted labels; an empty label is no answer. R: ``svychisq``.
    """
    from analysis.crosstab import rao_scott

    cells = _cells(survey, None, [rows, columns], wave)
    found = rao_scott(_codes(cells, rows), _codes(cells, columns), cells.weight, cells.sample())
    labels = [cells.kept[name].labels for name in (rows, columns)]
    return replace(
        found,
        rows=tuple(labels[0][int(code)] for code in found.rows),
        columns=tuple(labels[1][int(code)] for code in found.columns),
    )


def compare_ranks(
    survey: Survey,
    y: str,
    by: str,
    *,
    levels: tuple[str, str] | None = None,
    wave: str | int | None = None,
) -> RankTest:
    """Compare two groups by ranks; see `analysis.rank_test.rank_test`. R: ``svyranktest``.

    Parameters
    ----------
    levels
        The two labels of `by` to compare; None: the two there are.
    """
    from analysis.rank_test import rank_test

    cells = _cells(survey, y, [by], wave)
    labels = cells.kept[by].labels
    known = [label for label in labels if label]
    chosen = known if levels is None else list(levels)
    if len(chosen) != 2 or not set(chosen) <= set(known):
        wanted = "two groups are compared" if levels is None else "both groups must be there"
        raise ValueError(f"{wanted}, got {', '.join(chosen)}; column {by!r} has {', '.join(known)}")
    group = np.array([chosen.index(label) if label in chosen else -1 for label in labels])
    found = rank_test(cells.y, group[cells.kept[by].index], cells.weight, cells.sample())
    return replace(found, levels=(chosen[0], chosen[1]))


def reliability(
    survey: Survey,
    items: Sequence[str],
    *,
    scale: tuple[float, float],
    reverse: Sequence[str] = (),
    wave: str | int | None = None,
    confidence: float = 0.95,
) -> Alpha:
    """Estimate Cronbach's alpha of a battery; see `analysis.scales.cronbach_alpha`.

    Parameters
    ----------
    scale
        Lowest and highest answer of every item.
    reverse
        Items on which a high answer says the opposite of the others.
    """
    from analysis.scales import cronbach_alpha, rescale

    for name in reverse:
        if name not in items:
            raise ValueError(f"a reversed item must be one of {', '.join(items)}, got {name!r}")
    cells = _cells(survey, None, items, wave)
    answers = np.column_stack([cells.numbers(name) for name in items])
    turned = [list(items).index(name) for name in reverse]
    scaled = rescale(answers, low=scale[0], high=scale[1], reverse=turned)
    return cronbach_alpha(scaled, cells.weight, cells.sample(), names=items, confidence=confidence)


def small_areas(
    estimates: Estimates,
    covariates: Mapping[str, Mapping[str, float]],
    *,
    wave: str | int | None = None,
    smooth: bool = True,
    min_df: int = 2,
    min_answers: int = 10,
) -> SmallAreas:
    """Predict the mean of every area from its own answers and the register. R: ``eblupFH``.

    A second column beside the direct estimates, never in their place: see
    `analysis.small_area.fay_herriot`.

    Parameters
    ----------
    estimates
        Means by one column of areas.
    covariates
        Of each area, by its label: numbers by name, known from the register. Areas here without
        answers get the synthetic estimate.
    smooth
        Whether every area with answers takes part with a smoothed variance (see
        `analysis.small_area.smoothed_variances`): those of small areas are themselves rough.
    min_df, min_answers
        The variance of an area below these is not used: it is smoothed, or the area is outside the
        fit and gets the synthetic estimate.

    Raises
    ------
    ValueError
        If an area with answers has no covariates, or areas have different ones; otherwise as
        `fay_herriot`.
    """
    from analysis.small_area import fay_herriot, smoothed_variances

    rows = {row.key[0]: row for row in estimates.of(wave)}
    for area in rows:
        if area not in covariates:
            raise ValueError(f"area {area!r} has answers but no covariates")
    areas = list(covariates)
    names = list(next(iter(covariates.values()), {}))
    for area in areas:
        if list(covariates[area]) != names:
            raise ValueError(
                f"area {area!r} must have the covariates {', '.join(names)}, "
                f"got {', '.join(covariates[area])}"
            )
    direct = [rows[area].value if area in rows else None for area in areas]
    fits = (_fits(rows.get(area), min_df=min_df, min_answers=min_answers) for area in areas)
    se = [rows[area].se if fit else None for area, fit in zip(areas, fits, strict=True)]
    if smooth:
        answers = [rows[area].n if area in rows else 0 for area in areas]
        variances = smoothed_variances(se, answers)
        se = [None if variance is None else math.sqrt(variance) for variance in variances]
    table = {name: [covariates[area][name] for area in areas] for name in names}
    return fay_herriot(direct, se, table, areas=areas)


def _fits(row: Estimate | None, *, min_df: int, min_answers: int) -> bool:
    return row is not None and row.flag is Flag.OK and row.df >= min_df and row.n >= min_answers


def _cells(survey: Survey, y: str | None, keep: Sequence[str], wave: str | int | None) -> Cells:
    """Count what a model looks at, of one wave."""
    cells = survey.cells(y, keep=keep)
    if wave is None and len(cells.waves) > 1:
        raise ValueError(f"which wave; waves: {', '.join(cells.waves)}")
    return cells if wave is None else cells.part(cells.of_waves(str(wave)))


def _columns(cells: Cells, names: Sequence[str]) -> dict[str, list[str]]:
    if not names:
        return {"(Intercept)": ["1"] * len(cells.n)}
    return {
        name: [cells.kept[name].labels[i] for i in cells.kept[name].index.tolist()]
        for name in names
    }


def _codes(cells: Cells, name: str) -> NDArray[np.intp]:
    """Give the level of each cell; -1 for an empty label."""
    kept = cells.kept[name]
    empty = np.array([not label for label in kept.labels], dtype=np.bool_)
    return np.where(empty[kept.index], -1, kept.index)


def _levels(y: NDArray[np.float64], cuts: Sequence[float]) -> tuple[NDArray[np.float64], list[str]]:
    known = ~np.isnan(y)
    ends = list(cuts)
    if ends != sorted(set(ends)):
        raise ValueError(f"cuts must rise, got {', '.join(f'{end:g}' for end in ends)}")
    if not ends:
        marks = np.unique(y[known])
        return np.where(known, np.searchsorted(marks, y), np.nan), [f"{mark:g}" for mark in marks]
    place = np.searchsorted(np.array(ends), y, side="left")
    labels = [f"<={ends[0]:g}", *(f"<={end:g}" for end in ends[1:]), f">{ends[-1]:g}"]
    return np.where(known, place, np.nan), labels
