"""The page as one file: style and drawing inside it, nothing to fetch."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

import enquete
from enquete.release.formats import svg
from enquete.release.formats.legend import legend
from enquete.release.formats.plot import NARROW, WIDE
from enquete.release.formats.shown import shown
from enquete.release.formats.wording import DUTCH

if TYPE_CHECKING:
    from analysis.rating_table import RatingTable
    from enquete.release.formats.wording import Wording

_PACKAGE = Path(enquete.__file__).parent


def write(table: RatingTable) -> bytes:
    """Write the page with its own style; it can be mailed, archived and opened without network."""
    css = (_PACKAGE / "static" / "figures.css").read_text(encoding="utf-8")
    page = _templates().get_template("figures/standalone.html")
    return page.render(context(table, DUTCH), css=Markup(css)).encode()  # noqa: S704 - our own file


def context(table: RatingTable, wording: Wording) -> dict[str, Any]:
    """Give what the template ``figures/table.html`` shows, for this page and for the web page.

    Parameters
    ----------
    table
        As computed; hidden figures do not reach the template.
    wording
        In the language of the page.
    """
    table = shown(table)
    drawings = [svg.draw(table, layout=layout, wording=wording) for layout in (NARROW, WIDE)]
    return {
        "table": table,
        "wording": wording,
        "legend": legend(table, wording),
        # ElementTree escaped every text in it.
        "drawings": [Markup(drawing) for drawing in drawings],  # noqa: S704
    }


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_PACKAGE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # The file is Dutch; the web page translates the same texts.
    environment.add_extension("jinja2.ext.i18n")
    install: Any = environment
    install.install_null_translations(newstyle=True)
    return environment
