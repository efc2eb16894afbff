"""Files: where this package's own lie, written whole or not at all, and named by their contents."""

from __future__ import annotations

import difflib
import errno
import fcntl
import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from .errors import DiskError, UserError

PACKAGE = Path(__file__).resolve().parent


def _checkout() -> Path | None:
    """The checkout that the package is run from; None for an installed package."""
    root = PACKAGE.parent
    return root if (root / "setup.cfg").is_file() and (root / "configs").is_dir() else None


CHECKOUT = _checkout()
# What a checkout has at its top travels in the wheel under .mim, as mmaction2's does.
SHARE = CHECKOUT or PACKAGE / ".mim"
CONFIGS = SHARE / "configs"


def own_config(name: str) -> Path:
    """The file of a config of this package.

    Args:
        name: its path below configs/, with `.py` or without: `table05/04_typical`.

    Raises:
        UserError: if there is none; the message names the nearest ones.
    """
    path = (CONFIGS / f"{name.removesuffix('.py')}.py").resolve()
    if not path.is_file() or not path.is_relative_to(CONFIGS):
        known = [str(p.relative_to(CONFIGS).with_suffix("")) for p in CONFIGS.rglob("*.py")]
        near = difflib.get_close_matches(name.removesuffix(".py"), known, n=3, cutoff=0.4)
        raise UserError(f"{name}: no such config here; nearest: {', '.join(near) or 'none'}")
    return path


def relative(path: str | Path) -> str:
    """A path as records name it: below the checkout (or `.mim`) where it lies in it."""
    full = Path(path).resolve()
    return str(full.relative_to(SHARE)) if full.is_relative_to(SHARE) else str(path)


def require_file(path: str | Path, what: str) -> Path:
    """Return `path`.

    Raises:
        UserError: naming `what` is missing, if there is no such file.
    """
    if not Path(path).is_file():
        raise UserError(f"{what} {absence(path)}")
    return Path(path)


def absence(path: str | Path) -> str:
    """What is wrong with a path that is no file."""
    return f"{path}: is a folder, not a file" if Path(path).is_dir() else f"{path}: no such file"


def printable(path: str | Path) -> str:
    """A path as text that can be written: what is not UTF-8 in it as `\\x` and digits."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def file_name(text: str) -> str:
    """A name for the file of something that data name: in its folder, whatever they say.

    Text that is no plain name (`..`, `a/b`, of any length) gets its digest, so that no two are one.
    """
    plain = re.sub(r"[^\w.+-]+", "-", text).lstrip(".")[:80]
    return text if plain == text else f"{plain}-{content_sha256(text)[:8]}"


# --------------------------------------------------------------------------------------------------
# Whole or not at all

PART = ".part"
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}  # a disk that takes no more


@contextmanager
def whole(path: str | Path, replace: bool = True) -> Iterator[Path]:
    """A name in the same folder to write to, which becomes `path` if the block ends well.

    Args:
        path: the file; its folder is made. The name to write to ends in `.part`.
        replace: write over a file that is there.

    Raises:
        FileExistsError: if there is a file and `replace` is False.
        DiskError: if the disk is full.
    """
    path, part = Path(path), None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=PART)
        os.close(handle)
        part = Path(name)
        yield part
        with part.open("rb") as file:
            os.fsync(file.fileno())  # else a power failure may leave the name and not the content
        umask = os.umask(0)
        os.umask(umask)
        part.chmod(0o666 & ~umask)  # mkstemp's files are the owner's alone
        if replace:
            part.replace(path)
        else:
            _place(part, path)
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise DiskError(disk_full(error, path)) from error
    finally:
        if part:
            part.unlink(missing_ok=True)


def disk_full(error: OSError, path: str | Path) -> str:
    """What to tell a user of an error in `FULL`."""
    return (
        f"{path}: cannot be written ({error.strerror}); what was whole still is. Make room and run "
        "it again, a training with --resume"
    )


def _place(part: Path, path: Path) -> None:
    """Give a file its name, unless the name is taken."""
    try:
        os.link(part, path)  # unlike a rename, this fails where a file is there
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links: claim the name, then fill it
        path.open("x").close()
        try:
            part.replace(path)
        except BaseException:
            path.unlink()
            raise


def write_text(path: str | Path, text: str, replace: bool = True) -> None:
    """Write a text file, UTF-8, whole or not at all. See `whole`."""
    with whole(path, replace) as part:
        part.write_text(text, encoding="utf-8")


# --------------------------------------------------------------------------------------------------
# SHA-256


def file_sha256(path: Path) -> str:
    """SHA-256 of a file of any size."""
    found = hashlib.sha256()
    with path.open("rb") as stream:
        for chunk in iter(lambda: stream.read(1 << 20), b""):
            found.update(chunk)
    return found.hexdigest()


def content_sha256(content: Any) -> str:
    """SHA-256 of what JSON can hold, with sorted keys."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


def sources_sha256() -> str:
    """SHA-256 of this package's code, as it lies on the disk."""
    files = sorted(PACKAGE.rglob("*.py"))
    return content_sha256([(str(f.relative_to(PACKAGE)), file_sha256(f)) for f in files])


def lock(file: IO[str]) -> None:
    """A lock that ends with the process, unlike with its loaders.

    Raises:
        BlockingIOError: if another process holds it.
        OSError: if the file system has none.
    """
    fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
