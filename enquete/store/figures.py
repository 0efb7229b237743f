"""What the estimates are made from, and what came of them: cells and reports."""

from __future__ import annotations

from enquete.errors import NotFoundError
from enquete.store import queries
from enquete.store.records import CellRow, ReportRow
from enquete.store.upkeep import Upkeep


class Figures(Upkeep):
    """The counts of answers, and the tables computed from them."""

    def cells(self, wave: str) -> list[CellRow]:
        """Count the responses of a wave that share all that the estimates look at."""
        return self._records(CellRow, queries.CELLS, wave=wave)

    def count_responses(self, wave: str) -> int:
        """Count the responses of a wave."""
        return int(self._driver.rows(queries.COUNT_RESPONSES, {"wave": wave})[0]["n"])

    def reports(self) -> list[ReportRow]:
        """Give all stored reports, the newest first."""
        return self._records(ReportRow, queries.REPORTS)

    def report(self, wave: str, compare: str | None = None) -> ReportRow:
        """Give the newest report of a wave, or the newest that compares it with `compare`.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        params = {"wave": wave, "compare": compare or "", "any": int(compare is None)}
        rows = self._driver.rows(queries.REPORT, params)
        if not rows:
            raise NotFoundError(f"there is no report of wave {wave!r} yet")
        return ReportRow(**rows[0])

    def add_report(self, report: ReportRow) -> None:
        """Store a computed table; one of the same second replaces it."""
        with self.writing():
            self._add(queries.ADD_REPORT, [report])
