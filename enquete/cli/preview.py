"""The pages of a questionnaire as files: made by the service itself, in a wave that nobody sees."""

from __future__ import annotations

import re
import secrets
import tempfile
from dataclasses import dataclass, field
from html import escape, unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from enquete import clock
from enquete.app import create_app
from enquete.codes import CodeKeys, draw_code
from enquete.errors import InputError
from enquete.files import write_whole
from enquete.settings import load_settings
from enquete.store import Area, Invitee, PopulationRow, Wave, open_store
from enquete.translate import LANGUAGES
from forms.route import path
from forms.samples import body, sample_answers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from flask import Flask
    from flask.testing import FlaskClient

    from enquete.store import Store
    from forms.records import Page, Question, Questionnaire

_STATIC: Final = Path(__file__).parents[1] / "static"
_NAME: Final = "preview"
_INDEX: Final = "index.html"
_MARK: Final = '<meta name="generator" content="enquete questionnaire preview">'
_HIDDEN: Final = re.compile(r'<input\b[^>]*\btype="hidden"[^>]*>')
_FORM: Final = re.compile(r'<form\b[^>]*\bmethod="post"[^>]*>')
_BUTTON: Final = re.compile(r'(<button\b[^>]*?) (?:name|form)="[^"]*"')
_TIMEOUT: Final = re.compile(r"<dialog\b.*?</dialog>\s*<script\b[^>]*></script>", re.DOTALL)
_LINK: Final = re.compile(r'\b(href|src)="(/[^"]*)"')
_TITLE: Final = re.compile(r"<title>(.*?)</title>", re.DOTALL)


def preview(questionnaire: Questionnaire, language: str) -> dict[str, bytes]:
    """Give the start page, every page with a sample answer, the review and the thanks.

    The questionnaire is put in a wave of an installation in a temporary folder, and answered there
    as often as it takes to see every question; a page that looks otherwise then comes twice.

    Returns
    -------
    dict
        Content by the name of its file; the links lead from file to file, `index.html` to all.
    """
    with tempfile.TemporaryDirectory(prefix="enquete-") as folder:
        settings = load_settings(Path(folder), {})
        random = secrets.SystemRandom()
        codes = [draw_code(random) for _ in range(len(questionnaire.questions) + 1)]
        store = open_store(settings.database)
        try:
            _fill(store, CodeKeys(settings.secret.encode()), questionnaire, codes, language)
        finally:
            store.close()
        journey = Journey(create_app(settings), questionnaire, language)
        journey.take_all(iter(codes))
    return dict(_files(journey))


def refuse_other_files(target: Path) -> None:
    """Refuse a folder that holds something else than an earlier preview: files have common names.

    Raises
    ------
    InputError
        If it does, or cannot be looked into.
    """
    try:
        used = target.exists() and any(target.iterdir())
        ours = used and _MARK.encode() in (target / _INDEX).read_bytes()
    except FileNotFoundError:
        ours = False
    except OSError as error:
        raise InputError(f"{target} cannot be written: {error.strerror}") from None
    if used and not ours:
        raise InputError(f"{target} holds other files: give a new folder or that of a preview")


def write_pages(pages: Mapping[str, bytes], target: Path) -> None:
    """Write the files of a preview to a folder, in place of those of an earlier one.

    Raises
    ------
    InputError
        If they cannot be written.
    """
    try:
        (target / "static").mkdir(parents=True, exist_ok=True)
        for old in set(target.glob("*.html")) - {target / name for name in pages}:
            old.unlink()
    except OSError as error:
        raise InputError(f"{target} cannot be written: {error.strerror}") from None
    for name, content in pages.items():
        write_whole(target / name, content)


def _fill(
    store: Store, keys: CodeKeys, questionnaire: Questionnaire, codes: list[str], language: str
) -> None:
    """Make the wave, and residents who may answer in it."""
    today = clock.today().isoformat()
    store.migrate()
    store.replace_areas([Area(id=_NAME, name=_NAME, published=True, position=1)], [])
    wave = Wave(
        slug=_NAME,
        questionnaire=questionnaire.text,
        questionnaire_hash=questionnaire.hash,
        opens=today,
        classification_date=today,
    )
    store.add_wave(wave)
    hashes = [keys.code_hash(code) for code in codes]
    invitees = [
        Invitee(
            code_hash=code_hash,
            wave=_NAME,
            dwelling=code_hash,
            area=_NAME,
            stratum=_NAME,
            language=language,
        )
        for code_hash in hashes
    ]
    population = PopulationRow(stratum=_NAME, area=_NAME, dwellings=len(codes))
    store.invite(_NAME, invitees, [population])


@dataclass(slots=True)
class Journey:
    """Residents who answer one after another, and the pages that they saw, by address.

    A page with questions that were not on it before has its number behind the address.
    """

    app: Flask
    questionnaire: Questionnaire
    language: str
    seen: dict[str, str] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)

    def take_all(self, codes: Iterator[str]) -> None:
        """Answer until every question was seen."""
        self.take(next(codes), None)
        for question in self.questionnaire.questions:
            if question.id not in self.asked:
                self.take(next(codes), question)

    def take(self, code: str, towards: Question | None) -> None:
        """Answer once, from the start page to the thanks; `towards` is a question to come by."""
        client = self.app.test_client()
        answers = sample_answers(self.questionnaire, self.language, towards=towards)
        client.get(f"/taal/{self.language}")
        self._look(client, "/")
        _send(client, "/", {"code": [code]})
        review = ""
        for page in path(self.questionnaire, answers):
            review = _send(client, _address(page), body(answers, page, self.language))
            self._look_at(client, page)
        self._look(client, review)
        self._look(client, _send(client, review, {}))

    def _look_at(self, client: FlaskClient, page: Page) -> None:
        asked, address = {question.id for question in page.questions}, _address(page)
        if address not in self.seen:
            self._look(client, address)
        elif not asked <= self.asked:
            number = sum(each.startswith(f"{address}/") for each in self.seen) + 2
            self.seen[f"{address}/{number}"] = client.get(address).text
        self.asked |= asked

    def _look(self, client: FlaskClient, address: str) -> None:
        self.seen.setdefault(address, client.get(address).text)


def _address(page: Page) -> str:
    return f"/vraag/{page.id}"


class _Form(HTMLParser):
    """The form of a page: where it goes, and what it sends unseen."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.action = ""
        self.hidden: dict[str, list[str]] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Read one tag."""
        values = dict(attrs)
        if tag == "form" and values.get("method") == "post":
            self.action = values.get("action") or ""
        if tag == "input" and values.get("type") == "hidden":
            self.hidden.setdefault(values.get("name") or "", []).append(values.get("value") or "")


def _send(client: FlaskClient, address: str, answers: dict[str, list[str]]) -> str:
    """Fill in the form of a page, and give the address that follows."""
    form = _Form(client.get(address).text)
    answer = client.post(form.action or address, data={**form.hidden, **answers})
    if answer.location is None:
        raise RuntimeError(f"{address} did not take the sample answers {answers}")
    return urlsplit(answer.location).path


def _files(journey: Journey) -> Iterator[tuple[str, bytes]]:
    order = _in_order(journey)
    names = {address: _file_name(address) for address in order}
    for address, following in zip(order, [*order[1:], ""], strict=True):
        html = _standing_alone(journey.seen[address], names, names.get(following, _INDEX))
        yield names[address], html.encode()
    titles = {names[address]: _title(journey.seen[address]) for address in order}
    yield _INDEX, _index(journey, titles).encode()
    for file in sorted(each for each in _STATIC.iterdir() if each.suffix != ".js"):
        yield f"static/{file.name}", file.read_bytes()


def _in_order(journey: Journey) -> list[str]:
    """Give the addresses as a resident comes by: start, questions, and what follows them."""
    places = [_address(page) for page in journey.questionnaire.pages]
    asked = [
        each for place in places for each in journey.seen if f"{each}/".startswith(f"{place}/")
    ]
    others = [address for address in journey.seen if address not in {"/", *asked}]
    return ["/", *asked, *others]


def _file_name(address: str) -> str:
    return f"{address.strip('/').replace('/', '-') or 'start'}.html"


def _standing_alone(html: str, names: dict[str, str], following: str) -> str:
    """Make a page of the service one that opens from a folder; its form leads to the next."""

    def local(link: re.Match[str]) -> str:
        target = urlsplit(unescape(link[2])).path
        file = target[1:] if target.startswith("/static/") else names.get(target, _INDEX)
        return f'{link[1]}="{escape(file)}"'

    # Nobody is away for too long from pages that hold nobody's answers.
    html = _LINK.sub(local, _HIDDEN.sub("", _TIMEOUT.sub("", html)))
    html = _FORM.sub(f'<form action="{escape(following)}">', html)
    # A button keeps its looks: what it says and which form it is of means nothing here
    while (without := _BUTTON.sub(r"\1", html)) != html:
        html = without
    return html


def _title(html: str) -> str:
    found = _TITLE.search(html)
    return unescape(found[1]).strip() if found else ""


def _index(journey: Journey, titles: dict[str, str]) -> str:
    rows = "\n".join(_rows(titles.items()))
    title = escape(journey.questionnaire.title[journey.language])
    own = f'lang="{escape(journey.language)}" dir="{LANGUAGES[journey.language].direction}"'
    return f"""<!doctype html>
<html lang="en" dir="ltr">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
{_MARK}
<title>Preview: {title}</title>
<link rel="stylesheet" href="static/enquete.css">
<main class="wrap">
<h1>Preview: <span {own}>{title}</span></h1>
<p>Every page with an answer that nobody gave, in the order in which residents come by.</p>
<ol {own}>
{rows}
</ol>
</main>
</html>
"""


def _rows(titles: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, title in titles:
        yield f'<li><a href="{escape(name)}">{escape(title)}</a></li>'
