"""`enquete questionnaire`: what authors of a questionnaire need before it goes into a wave."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from enquete.cli.options import existing_file, folder
from enquete.errors import InputError

if TYPE_CHECKING:
    from forms.records import Questionnaire

out_file = click.Path(dir_okay=False, writable=True, path_type=Path)
language_option = click.option(
    "--language", help="Which of the questionnaire's languages, such as nl.  [default: the first]"
)


@click.group()
def questionnaire() -> None:
    """Check, preview, print, import and export a questionnaire.

    FILE is a TOML file, or the name of a questionnaire that comes with Enquete: buurt.
    """


@questionnaire.command()
@click.argument("file")
@click.pass_context
def check(context: click.Context, file: str) -> None:
    """Name every fault in FILE with its line, then what its author should look at.

    A fault (exit code 1) keeps the questionnaire out of a wave. A remark does not: languages that
    no native speaker has reviewed or that the pages lack, and Dutch that is not plain (level B1).
    """
    from enquete.translate import LANGUAGES
    from forms.checking import remarks
    from forms.definition import QuestionnaireError, faults, parse

    try:
        text = _text(file)
        found = faults(text)
    except QuestionnaireError as error:
        found = (error,)
    for fault in found:
        click.echo(f"fault   {fault}")
    if found:
        click.echo(f"{file}: {_count(len(found), 'fault')}")
        context.exit(1)
    read = parse(text)
    looked_at = remarks(read, pages=LANGUAGES)
    for remark in looked_at:
        click.echo(f"remark  {remark}")
    if not set(read.languages) & set(LANGUAGES):
        offered = ", ".join(LANGUAGES)
        click.echo(f"fault   languages: wanted one that the pages have ({offered})")
        click.echo(f"{file}: 1 fault")
        context.exit(1)
    click.echo(f"{file}: no faults, {_count(len(looked_at), 'remark')}")


@questionnaire.command("preview")
@click.argument("file")
@language_option
@click.option("--to", "target", type=folder, help="Folder to write the pages to.")
@click.option("--serve", is_flag=True, help="Show them on this computer until Ctrl-C.")
def preview_pages(file: str, language: str | None, target: Path | None, serve: bool) -> None:
    """Show every page of FILE as residents get it, with answers that nobody gave.

    With the start page, the review and the thanks. Nothing is stored, nothing leaves this computer.
    """
    from enquete.cli.preview import preview, refuse_other_files, write_pages

    if (target is None) != serve:
        raise click.UsageError("give --to FOLDER or --serve")
    if target is not None:
        refuse_other_files(target)
    read = _read(file)
    pages = preview(read, _page_language(_language(read, language)))
    if target is None:
        _serve(pages)
        return
    write_pages(pages, target)
    click.echo(f"{target / 'index.html'}: {len(pages)} files")


@questionnaire.command("print")
@click.argument("file")
@language_option
@click.option("--to", "target", type=out_file, required=True, help="An .html or .pdf file.")
def print_paper(file: str, language: str | None, target: Path) -> None:
    """Write FILE as a paper questionnaire of A4 pages, as HTML or as PDF.

    PDF needs the extra `paper`.
    """
    from enquete import translate
    from enquete.files import write_whole
    from forms.printing import PdfUnavailableError, paper, pdf

    _require_suffix(target, ".html", ".pdf")
    read = _read(file)
    language = _page_language(_language(read, language))
    words = translate.catalogue(language)
    html = paper(read, language, words, direction=translate.LANGUAGES[language].direction)
    try:
        content = pdf(html) if target.suffix.lower() == ".pdf" else html.encode()
    except PdfUnavailableError as error:
        raise InputError(str(error)) from error
    write_whole(target, content)
    click.echo(f"{target}: {len(content):,} bytes")


@questionnaire.command("export")
@click.argument("file")
@click.option("--to", "target", type=out_file, required=True, help="An .xlsx file.")
def export_xlsform(file: str, target: Path) -> None:
    """Write FILE as an XLSForm spreadsheet, for other survey tools or to translate in.

    `enquete questionnaire import` reads the same questionnaire from it.
    """
    from enquete.files import write_whole
    from forms.xlsform_write import write_xlsform

    _require_suffix(target, ".xlsx")
    read = _read(file)
    write_whole(target, write_xlsform(read))
    click.echo(f"{target}: {len(read.questions)} questions")


@questionnaire.command("import")
@click.argument("form", type=existing_file)
@click.option("--to", "target", type=out_file, required=True, help="The TOML file to write.")
def import_xlsform(form: Path, target: Path) -> None:
    """Make a questionnaire of FORM, an XLSForm spreadsheet (.xlsx).

    What could not be taken is listed with its sheet, its row and the reason; where that is every
    question, nothing is written. Reading needs the extra `xlsform`.
    """
    from enquete.files import is_taken, write_whole
    from forms.definition import faults
    from forms.xlsform import XlsformError, read_xlsform

    if is_taken(target):
        raise InputError(f"{target} is there already: its texts would be lost, give another name")
    try:
        read = read_xlsform(form.read_bytes(), name=form.stem)
    except XlsformError as error:
        raise InputError(f"{form}: {error}") from error
    for loss in read.losses:
        click.echo(f"not taken  {loss}")
    if not read.questions:
        raise InputError(f"{form}: no question could be taken; {target} is not written")
    write_whole(target, read.text.encode())
    found = faults(read.text)
    for fault in found:
        click.echo(f"to mend    {target}: {fault}")
    click.echo(
        f"{target}: {_count(read.questions, 'question')}, {len(read.losses)} not taken, "
        f"{len(found)} to mend"
    )


def _serve(pages: dict[str, bytes]) -> None:
    """Show the pages on an address of this computer alone."""
    import tempfile
    from functools import partial
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

    from enquete.cli.preview import write_pages

    with tempfile.TemporaryDirectory(prefix="enquete-") as name:
        write_pages(pages, Path(name))
        handler = partial(SimpleHTTPRequestHandler, directory=name)
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            click.echo(f"http://127.0.0.1:{server.server_port}/  (Ctrl-C stops)")
            try:
                server.serve_forever()
            except KeyboardInterrupt:
                click.echo()


def _text(file: str) -> str:
    """Read the text of a questionnaire by the path of its file, or by its name."""
    from forms.definition import builtin, builtin_names, read_text

    path = Path(file)
    if file in builtin_names() and not path.is_file():
        return builtin(file).text
    if path.is_dir() or (path.suffix != ".toml" and not path.exists()):
        names = ", ".join(builtin_names())
        got = f"the folder {file!r}" if file and path.is_dir() else repr(file)
        raise InputError(f"questionnaire must be a TOML file or one of {names}, got {got}")
    return read_text(path)


def _read(file: str) -> Questionnaire:
    from forms.definition import QuestionnaireError, parse

    try:
        return parse(_text(file))
    except QuestionnaireError as error:
        told = f"`enquete questionnaire check {file}` names all faults"
        raise InputError(f"{file}: {error}; {told}") from error


def _language(questionnaire: Questionnaire, language: str | None) -> str:
    if language is None:
        return questionnaire.languages[0]
    if language not in questionnaire.languages:
        known = ", ".join(questionnaire.languages)
        raise InputError(f"--language must be one of {known}, got {language!r}")
    return language


def _page_language(language: str) -> str:
    from enquete.translate import LANGUAGES

    if language not in LANGUAGES:
        offered = ", ".join(LANGUAGES)
        raise InputError(f"--language must be one that the pages have ({offered}), got {language}")
    return language


def _require_suffix(target: Path, *suffixes: str) -> None:
    if target.suffix.lower() not in suffixes:
        wanted = " or ".join(suffixes)
        raise InputError(f"--to must be a file that ends in {wanted}, got {target}")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
