from pathlib import Path

import pytest

from forms.definition import Questionnaire, parse


@pytest.fixture(scope="session")
def every_kind() -> str:
    """A questionnaire with a question of each kind, as its author wrote it."""
    return Path(__file__).with_name("every_kind.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def questionnaire(every_kind: str) -> Questionnaire:
    return parse(every_kind)
