"""Any questionnaire at all, for Hypothesis."""

from typing import Any

from hypothesis import strategies as st

from forms.definition import RESERVED, parse
from forms.kinds import KINDS
from forms.records import UNKNOWN, Condition, Option, Page, Question, Questionnaire
from forms.toml_writing import write_toml

LANGUAGES = ["nl", "en", "ar", "pt-BR"]
_CHARACTERS = st.characters(exclude_categories=["Cs", "Cc", "Cn"])

# Near formulas, markup, TOML and the escapes of spreadsheets
_ODD = ["=1+1", "<b>&amp;", '"', "\\u0041", "_x0041_", "${a}", "1 – 2", "a\nb", "🏡", "'''", "#"]


def sentences() -> st.SearchStrategy[str]:
    return st.one_of(st.sampled_from(_ODD), st.text(_CHARACTERS, max_size=12)).map(
        lambda text: text.strip() or "x"
    )


def texts(languages: tuple[str, ...]) -> st.SearchStrategy[dict[str, str]]:
    return st.fixed_dictionaries({language: sentences() for language in languages})


def identifiers(taken: frozenset[str] = frozenset()) -> st.SearchStrategy[str]:
    return st.from_regex(r"[a-z][a-z0-9_]{0,6}", fullmatch=True).filter(lambda i: i not in taken)


@st.composite
def options(draw: st.DrawFn, languages: tuple[str, ...]) -> tuple[Option, ...]:
    codes = draw(st.lists(identifiers(frozenset({UNKNOWN})), min_size=3, max_size=5, unique=True))
    return tuple(
        Option(code=code, text=draw(texts(languages)), last=draw(st.booleans())) for code in codes
    )


@st.composite
def bounds(draw: st.DrawFn, *, decimals: bool) -> tuple[Any, Any]:
    whole = st.integers(-(10**6), 10**6)
    some = whole.map(lambda n: n / 1000) if decimals else whole
    low, high = sorted(draw(st.tuples(some, some)))
    return draw(st.sampled_from([(low, high), (None, high), (low, None), (None, None)]))


@st.composite
def questions(
    draw: st.DrawFn,
    identifier: str,
    languages: tuple[str, ...],
    earlier: tuple[Question, ...],
    kind: str = "",
) -> Question:
    headline = bool(kind)
    kind = kind or draw(st.sampled_from(sorted(KINDS)))
    no_texts: dict[str, str] = {}
    own: dict[str, Any] = {"low": None, "high": None, "decimals": False, "max_length": 2000}
    own |= {"options": (), "low_label": no_texts, "high_label": no_texts, "unknown": no_texts}
    if kind == "rating":
        low = 1 if headline else draw(st.integers(0, 9))
        own |= {"low": low, "high": 10 if headline else draw(st.integers(low + 1, 10))}
        own |= {"low_label": draw(texts(languages)), "high_label": draw(texts(languages))}
    if kind in {"choice", "scale", "multiple"}:
        own["options"] = draw(options(languages))
    if kind in {"rating", "choice", "scale"} and draw(st.booleans()):
        own["unknown"] = draw(texts(languages))
    if kind == "number":
        own["decimals"] = draw(st.booleans())
        own["low"], own["high"] = draw(bounds(decimals=own["decimals"]))
    if kind == "text":
        own["max_length"] = draw(st.integers(1, 10_000))
    required = kind != "consent" and draw(st.booleans())
    return Question(
        id=identifier,
        kind=kind,
        text=draw(texts(languages)),
        hint=draw(st.one_of(st.just(no_texts), texts(languages))),
        required=required,
        soft=kind != "consent" and not required and draw(st.booleans()),
        shuffle=kind in {"choice", "multiple"} and draw(st.booleans()),
        show_if=draw(conditions(earlier)),
        role="rating" if headline else "",
        **own,
    )


@st.composite
def conditions(draw: st.DrawFn, earlier: tuple[Question, ...]) -> Condition | None:
    asked = [question for question in earlier if KINDS[question.kind].values(question)]
    if not asked or draw(st.booleans()):
        return None
    question = draw(st.sampled_from(asked))
    values = KINDS[question.kind].values(question)
    wanted = st.lists(st.sampled_from(values), min_size=1, max_size=3, unique_by=repr)
    return Condition(question=question.id, values=tuple(draw(wanted)))


@st.composite
def questionnaires(draw: st.DrawFn) -> Questionnaire:
    """A questionnaire as its author wrote it: read from TOML."""
    languages = tuple(
        draw(st.lists(st.sampled_from(LANGUAGES), min_size=1, max_size=2, unique=True))
    )
    reviewed = draw(st.lists(st.sampled_from(languages), min_size=1, unique=True))
    ids = draw(st.lists(identifiers(RESERVED), min_size=1, max_size=5, unique=True))
    page_ids = draw(st.lists(identifiers(), min_size=1, max_size=len(ids), unique=True))
    pages: list[Page] = []
    earlier: tuple[Question, ...] = ()
    share = -(-len(ids) // len(page_ids))
    for number, page_id in enumerate(page_ids):
        asked = tuple(
            draw(questions(i, languages, earlier, "rating" if i == ids[0] else ""))
            for i in ids[number * share : (number + 1) * share]
        )
        if asked:
            title, intro = draw(texts(languages)), draw(st.one_of(st.just({}), texts(languages)))
            pages.append(Page(id=page_id, title=title, intro=intro, questions=asked))
            earlier += asked
    return parse(
        write_toml(
            Questionnaire(
                id=draw(identifiers()),
                languages=languages,
                reviewed=tuple(language for language in languages if language in reviewed),
                title=draw(texts(languages)),
                intro=draw(st.one_of(st.just({}), texts(languages))),
                pages=tuple(pages),
                text="",
                hash="",
            )
        )
    )


def gentler(every_kind: str) -> str:
    """Shuffle the animals of a text with every kind, the fish last; ask two questions once more."""
    changes = {
        'id = "dieren"': 'id = "dieren"\nshuffle = true',
        'en = "Fish" } }': 'en = "Fish" }, last = true }',
        'id = "huisdier"': 'id = "huisdier"\nrequired = "soft"',
        'id = "verhaal"': 'id = "verhaal"\nrequired = "soft"',
    }
    for before, after in changes.items():
        assert before in every_kind
        every_kind = every_kind.replace(before, after)
    return every_kind
