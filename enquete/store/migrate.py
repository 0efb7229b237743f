"""Bringing the schema up to date: numbered SQL files, claimed under one lock."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from enquete.errors import StoreUnavailableError
from enquete.store import queries

if TYPE_CHECKING:
    from enquete.store.driver import Driver


def steps() -> dict[int, str]:
    """Give the SQL text of each step by its number, ascending."""
    texts = {
        int(file.name[:4]): file.read_text(encoding="utf-8")
        for file in files("enquete.store.migrations").iterdir()
        if file.name.endswith(".sql")
    }
    return dict(sorted(texts.items()))


def version(driver: Driver) -> int:
    """Give the number of the last step taken; 0 for an empty database.

    Raises
    ------
    StoreUnavailableError
        If the database was made by a newer program.
    """
    if not driver.has_table("schema_version"):
        return 0
    found = int(driver.rows(queries.SCHEMA_VERSION)[0]["number"])
    newest = max(steps())
    if found > newest:
        raise StoreUnavailableError(
            f"the database is of version {found}, this program knows versions up to {newest}: "
            "install the newer program, or restore a backup of this version"
        )
    return found


def migrate(driver: Driver) -> list[int]:
    """Take the steps that are missing, each in a transaction of its own, and give their numbers."""
    taken = []
    for number, text in steps().items():
        with driver.alone():
            if version(driver) >= number:
                continue
            if number == 1:
                driver.rows(queries.CREATE_SCHEMA_VERSION)
            for statement in text.replace("{keyed_order}", driver.keyed_order).split(";\n"):
                if statement.strip():
                    driver.rows(statement)
            driver.rows(queries.ADD_SCHEMA_VERSION, {"number": number})
            taken.append(number)
    return taken
