"""Who was likely to answer: a logistic model of response on what is known of everyone asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.display import Shown, Table, Tabular, figures
from analysis.row_design import labels, row_sample, row_weights, yes_or_no

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from analysis.sample import Sample

_MOST_STEPS = 60
_SEPARATED = 1e-8
_HEAD = ("term", "coefficient", "se")


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class ResponseModel(Tabular):
    """A logistic model of response, fitted on n rows with p coefficients.

    Attributes
    ----------
    levels
        By variable its levels, sorted; the first is the reference.
    terms
        Names of the coefficients, as R names them: ``(Intercept)``, variable and level together.
    coefficients
        Shape (p,), log odds.
    covariance
        Shape (p, p): design-based sandwich, R: ``vcov(svyglm(…, quasibinomial))``.
        None where some propensities went to 0 or 1: nothing has a standard error then.
    propensity
        Shape (n,): fitted chance to answer, in [0, 1].
    design
        Shape (n, p): indicators of the levels.
    information
        Shape (p, p): ``sum of w rho (1 - rho) x x'``.
    weights, responded
        Shape (n,), as given.
    index
        By variable the place of each row's level, shape (n,).
    sample
        Strata and units of the rows.
    reason
        What separates who answered from who did not; "" where nothing does.
    """

    levels: dict[str, list[str]]
    terms: tuple[str, ...]
    coefficients: NDArray[np.float64]
    covariance: NDArray[np.float64] | None
    propensity: NDArray[np.float64]
    design: NDArray[np.float64]
    information: NDArray[np.float64]
    weights: NDArray[np.float64]
    responded: NDArray[np.bool_]
    index: dict[str, NDArray[np.intp]]
    sample: Sample
    reason: str = ""

    def _records(self) -> list[dict[str, Any]]:
        covariance, terms = self.covariance, self.terms
        se = [None] * len(terms) if covariance is None else np.sqrt(np.diag(covariance)).tolist()
        columns = (terms, self.coefficients.tolist(), se)
        return [
            {"term": term, "coefficient": value, "se": error}
            for term, value, error in zip(*columns, strict=True)
        ]

    def _shown(self) -> Shown:
        asked, answered = len(self.weights), int(self.responded.sum())
        return Shown(
            title="Response model: log odds to answer",
            figures={"asked": asked, "answered": answered, **figures(self, leave=["terms"])},
            tables=[Table(_HEAD, [[row[name] for name in _HEAD] for row in self._records()])],
        )


def fit_response(
    responded: Sequence[bool] | Sequence[int],
    variables: Mapping[str, Sequence[str]],
    *,
    weights: Sequence[float] | None = None,
    strata: Sequence[str] | None = None,
    clusters: Sequence[str] | None = None,
) -> ResponseModel:
    """Fit ``logit(rho) = x'b`` with main effects by weighted maximum likelihood.

    Iteratively reweighted least squares, McCullagh & Nelder (1989), Generalized Linear Models,
    §2.5, doi:10.1007/978-1-4899-3242-6; rows with the same levels are counted together first.
    R: ``glm(responded ~ a + b, quasibinomial, weights = w / mean(w))``. The covariance is the
    design-based sandwich, Binder (1983), Int. Stat. Rev. 51, §4, doi:10.2307/1402588.

    Parameters
    ----------
    responded
        1 for who answered, 0 for who did not; rows that were not eligible are left out beforehand.
    variables
        By name a label a row, known for everyone asked. Group numbers into classes first.
    weights
        Design weights, above 0.
    strata, clusters
        Of the sample; they count in the standard errors only.

    Raises
    ------
    ValueError
        If lengths disagree, there are no variables, a weight is not above 0, or a level is already
        told by the other variables (an area and its own strata).
    """
    r = yes_or_no("responded", responded)
    w = row_weights(weights, len(r))
    if not variables:
        raise ValueError("variables must name at least one column, got none")
    coded = {name: labels(name, column, len(r)) for name, column in variables.items()}
    codes = np.column_stack([index for _, index in coded.values()])
    patterns, of_row = np.unique(codes, axis=0, return_inverse=True)
    x, terms = _indicators(patterns, {name: levels for name, (levels, _) in coded.items()})
    _refuse_told(x, terms)
    all_asked = np.bincount(of_row, weights=w).astype(np.float64)
    b, rho = _maximise(x, np.bincount(of_row, weights=w * r).astype(np.float64), all_asked)
    information = x.T @ ((all_asked * rho * (1 - rho))[:, None] * x)
    reason = _separation(rho, r, coded)
    sample = row_sample(len(r), strata=strata, clusters=clusters)
    scores = (w * (r - rho[of_row]))[:, None] * x[of_row]
    return ResponseModel(
        levels={name: levels for name, (levels, _) in coded.items()},
        terms=terms,
        coefficients=b,
        covariance=None if reason else _sandwich(information, sample.covariance(scores)),
        propensity=rho[of_row],
        design=x[of_row],
        information=information,
        weights=w,
        responded=r,
        index={name: index for name, (_, index) in coded.items()},
        sample=sample,
        reason=reason,
    )


def _indicators(
    patterns: NDArray[np.intp], levels: Mapping[str, Sequence[str]]
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Give an intercept and an indicator of every level but the first."""
    columns, terms = [np.ones(len(patterns))], ["(Intercept)"]
    for place, (name, known) in enumerate(levels.items()):
        for code, level in enumerate(known[1:], start=1):
            columns.append((patterns[:, place] == code).astype(float))
            terms.append(f"{name}{level}")
    return np.column_stack(columns), tuple(terms)


def _refuse_told(x: NDArray[np.float64], terms: Sequence[str]) -> None:
    """Refuse a column that is a sum of those before it; small pivots of QR tell which."""
    pivots = np.abs(np.diag(np.linalg.qr(x, mode="r")))
    told = [term for term, pivot in zip(terms, pivots, strict=False) if pivot < 1e-9]
    told += terms[len(pivots) :]
    if told:
        raise ValueError(
            f"variables must each add something, got {told[0]!r}, which the others already tell"
        )


def _maximise(
    x: NDArray[np.float64], answered: NDArray[np.float64], asked: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Newton's method from 0, with steps halved while the likelihood falls."""
    b = np.zeros(x.shape[1])
    height = _log_likelihood(x @ b, answered, asked)
    for _ in range(_MOST_STEPS):
        rho = _expit(x @ b)
        score = x.T @ (answered - asked * rho)
        information = x.T @ ((asked * rho * (1 - rho))[:, None] * x)
        step = np.linalg.lstsq(information, score, rcond=None)[0]
        allowed = height - 1e-9 * abs(height)
        while (new := _log_likelihood(x @ (b + step), answered, asked)) < allowed:
            step = step / 2
        b, height = b + step, new
        if np.max(np.abs(score)) <= 1e-13 * asked.sum():
            break
    return b, _expit(x @ b)


def _expit(logit: NDArray[np.float64]) -> NDArray[np.float64]:
    small = np.exp(-np.abs(logit))
    return np.asarray(np.where(logit >= 0, 1.0, small) / (1 + small), dtype=np.float64)


def _log_likelihood(
    logit: NDArray[np.float64], answered: NDArray[np.float64], asked: NDArray[np.float64]
) -> float:
    return float(np.sum(answered * logit - asked * np.logaddexp(0, logit)))


def _separation(
    rho: NDArray[np.float64],
    responded: NDArray[np.bool_],
    coded: Mapping[str, tuple[list[str], NDArray[np.intp]]],
) -> str:
    for name, (levels, index) in coded.items():
        rate = np.bincount(index, weights=responded) / np.bincount(index)
        for level, share in zip(levels, rate.tolist(), strict=True):
            if share in {0.0, 1.0}:
                who = "everyone" if share else "nobody"
                return f"{who} in {name} {level!r} answered: merge it with another level"
    if rho.min() < _SEPARATED or rho.max() > 1 - _SEPARATED:
        return "in some combination of levels everyone or nobody answered: merge levels"
    return ""


def _sandwich(
    information: NDArray[np.float64], of_scores: NDArray[np.float64]
) -> NDArray[np.float64]:
    inverse = np.linalg.inv(information)
    return np.asarray(inverse @ of_scores @ inverse, dtype=np.float64)
