"""The published figures: pages and downloads of the stored reports. Nothing is computed here."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, render_template, request, url_for

from analysis.rating_table import RatingTable
from enquete import translate
from enquete.errors import NotFoundError
from enquete.release.formats import WRITERS
from enquete.release.formats.html import context
from enquete.release.formats.shown import shown
from enquete.release.formats.wording import Wording
from enquete.service import service

if TYPE_CHECKING:
    from enquete.store import ReportRow

blueprint = Blueprint("figures", __name__, url_prefix="/cijfers")


@blueprint.get("/")
def index() -> str:
    """List the waves that have a stored report, the latest wave first."""
    store = service().store
    newest: dict[str, ReportRow] = {}
    for report in store.reports():
        newest.setdefault(report.wave, report)
    waves = sorted(store.waves(texts=False), key=lambda wave: (wave.opens, wave.slug), reverse=True)
    tables = [shown(_table(newest[wave.slug])) for wave in waves if wave.slug in newest]
    return render_template("figures/index.html", tables=tables, wording=_wording())


@blueprint.get("/<wave>")
def wave(wave: str) -> str:
    """Show the newest report of a wave, or the newest that compares it with `?vergelijk=`."""
    report = _report(wave)
    downloads = [
        {
            "name": translate.gettext(writer.name),
            "address": url_for(
                "figures.download", wave=wave, suffix=suffix, vergelijk=report.compare or None
            ),
        }
        for suffix, writer in WRITERS.items()
    ]
    shows = context(_table(report), _wording())
    return render_template("figures/wave.html", **shows, downloads=downloads)


@blueprint.get("/<wave>/rating-table.<suffix>")
def download(wave: str, suffix: str) -> Response:
    """Give the report that `wave` shows as a file."""
    writer = WRITERS.get(suffix) or abort(404)
    report = _report(wave)
    response = Response(writer.write(_table(report)), content_type=writer.media_type)
    name = f"rapportcijfer-{report.wave}.{suffix}"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    # The same table gives the same bytes: a browser asks, and fetches only what changed.
    response.cache_control.no_cache = True
    response.add_etag()
    response.make_conditional(request)
    return response


@blueprint.errorhandler(NotFoundError)
def missing(_error: NotFoundError) -> tuple[str, int]:
    """Say that there are no figures of this wave (yet)."""
    wave = (request.view_args or {}).get("wave", "")
    return render_template("figures/missing.html", wave=wave), 404


def _wording() -> Wording:
    return Wording(translate.language(), translate.gettext)


def _report(wave: str) -> ReportRow:
    return service().store.report(wave, request.args.get("vergelijk"))


def _table(report: ReportRow) -> RatingTable:
    return RatingTable.from_json(json.loads(report.figures))
