"""Questions drawn once for many: whatever other threads do to what is kept."""

from typing import Any

import pytest

from enquete.pages import drawing
from tests.enquete.pages.conftest import Site


class EmptiedMeanwhile(dict[Any, Any]):
    """What is kept, which another thread empties after each addition."""

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key, value)
        self.clear()


def test_a_question_is_drawn_though_another_thread_empties_what_is_kept(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "_looks", EmptiedMeanwhile())
    visitor = site.visitor()
    page = visitor.send(visitor.enter(site.codes[0]), rapportcijfer="8")
    assert (page.status, page.path) == (200, "/vraag/veiligheid")
