"""What a disk can refuse, told apart, and files and folders that only this user can enter; it knows no content."""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
import tempfile
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

OWNER_FILE, OWNER_FOLDER = 0o600, 0o700
_PROBE = bytes(65_536)


class Fault(StrEnum):
    """Why something could not be stored or read."""

    FULL = "full"
    """No room, no inode, over quota, or over the size that a file may have."""
    READ_ONLY = "read_only"
    LOCKED = "locked"
    DAMAGED = "damaged"
    MISSING = "missing"
    FAILING = "failing"


_BY_ERRNO = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), Fault.FULL),
    **dict.fromkeys((errno.EROFS, errno.EACCES, errno.EPERM, errno.ELOOP), Fault.READ_ONLY),
    **dict.fromkeys((errno.EIO, errno.ESTALE, errno.EMFILE, errno.ENFILE), Fault.FAILING),
}
_BY_SQLITE = {
    # SQLite says "full" of ENOSPC alone: a quota and the most a file may have are its "disk I/O error" of a write.
    **dict.fromkeys((sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE), Fault.FULL),
    **dict.fromkeys((sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH), Fault.READ_ONLY),
    **dict.fromkeys((sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL), Fault.LOCKED),
    **dict.fromkeys((sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB), Fault.DAMAGED),
    **dict.fromkeys((sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY_DBMOVED), Fault.MISSING),
    sqlite3.SQLITE_IOERR: Fault.FAILING,
}
_PRIMARY = 0xFF
"""The bits of SQLite's code that name the kind; the others tell more of it."""


class StorageError(Exception):
    """Something cannot be stored or read; the message names no content."""

    def __init__(self, message: str, fault: Fault) -> None:
        """Keep why."""
        self.fault = fault
        super().__init__(message)


def fault_of(error: BaseException) -> Fault | None:
    """Return what of the disk an exception tells; None when it tells nothing of it."""
    if isinstance(error, StorageError):
        return error.fault
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", 0)
        return _BY_SQLITE.get(code) or _BY_SQLITE.get(code & _PRIMARY)
    return _BY_ERRNO.get(error.errno or 0) if isinstance(error, OSError) else None


def private_folder(path: Path) -> Path:
    """Make a folder that only this user can enter; what a link stands for is not written to."""
    if path.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    path.mkdir(mode=OWNER_FOLDER, parents=True, exist_ok=True)
    return path


def open_private(path: Path) -> BinaryIO:
    """Open a file anew that only this user can read, whatever the umask; a link in its place is refused."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags, OWNER_FILE)
    os.fchmod(descriptor, OWNER_FILE)
    return os.fdopen(descriptor, "wb")


def make_private(path: Path) -> bool:
    """Make an empty file that only this user can read; False when something stands there already, which is left."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, OWNER_FILE))
    except FileExistsError:
        return False
    return True


def tighten(paths: Iterable[Path]) -> int:
    """Close files and folders of this user to everybody else, links left alone; return how many were open."""
    tightened = 0
    for path in paths:
        try:
            found = path.lstat()
            loose = not stat.S_ISLNK(found.st_mode) and found.st_mode & 0o077
            if loose and found.st_uid == os.geteuid():
                path.chmod(OWNER_FOLDER if stat.S_ISDIR(found.st_mode) else OWNER_FILE)
                tightened += 1
        except OSError:  # it went meanwhile, or the folder is read-only: then nobody can make it looser either
            continue
    return tightened


def refused_by(folder: Path) -> Fault | None:
    """Return why a folder takes no more content now, found out by trying; nothing stays of it."""
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(_PROBE)
    except FileNotFoundError:
        return Fault.MISSING
    except OSError as error:
        return fault_of(error) or Fault.FAILING
    return None
