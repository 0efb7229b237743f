"""Writing a file whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from enquete.errors import InputError

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def written_whole(
    path: Path,
    content: bytes,
    *,
    mode: int = 0o644,
    keep: Callable[[BaseException], bool] = lambda _: False,
) -> Iterator[None]:
    """Put the content beside the path, and in its place when the block ends well.

    What the block does (a commit, say) happens between: the content is safely on the disk then, and
    a reader never sees half a file.

    Parameters
    ----------
    keep
        Asked when the block fails, with its error: whether it may have done its work all the same,
        so that the content is needed.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    fresh = _beside(path, content, mode)
    try:
        yield
    except BaseException as error:
        if keep(error):
            _put(fresh, path)
        fresh.unlink(missing_ok=True)
        raise
    _put(fresh, path)


@contextmanager
def claimed(path: Path) -> Iterator[None]:
    """Hold a file that nobody else may be writing; where nothing comes into it, it goes.

    Raises
    ------
    InputError
        If there is a file already, or it cannot be made.
    """
    try:
        path.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        reason = "is there already: its codes would be lost; move it first"
        if not path.stat().st_size:
            reason = "is there and empty: another call is at work, or was cut off; then remove it"
        raise InputError(f"{path} {reason}") from None
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from None
    try:
        yield
    finally:
        with suppress(FileNotFoundError):
            if not path.stat().st_size:
                path.unlink()


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Let one process at a time do what the block does in a folder; others wait."""
    if fcntl is None:
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _put(fresh: Path, path: Path) -> None:
    try:
        fresh.replace(path)
        _keep_names(path.parent)
    except OSError as error:
        # It stays, for what the block did may be lost without it: letters of codes now in use.
        raise InputError(
            f"{path} cannot be written: {error.strerror}; its content is in {fresh}"
        ) from None


def _beside(path: Path, content: bytes, mode: int) -> Path:
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:32]}.")
        fresh = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            fresh.chmod(mode)
            _keep_names(path.parent)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from None
    return fresh


def _keep_names(folder: Path) -> None:
    """Bring the names of a folder's files to the disk too: without it a new one may be lost."""
    if os.name == "posix":  # elsewhere a folder cannot be opened
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def is_taken(path: Path) -> bool:
    """Say whether there is something at a path where a file is to be written.

    Raises
    ------
    InputError
        If its folder cannot be looked into.
    """
    try:
        return path.exists()
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from None


def write_whole(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write a file that readers see either as it was or complete."""
    with written_whole(path, content, mode=mode):
        pass
