"""Files and rows of photos against each other: what no photo keeps is removed, what is missing is named."""

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

import structlog
from django.core.files.storage import Storage
from django.db import transaction

from clinic.services.changes import hold
from patients.models import Photo
from patients.services.photos import FILES
from patients.storage import STORAGE_ERRORS, names_in, photo_files

BATCH: Final = 1000
"""Names of one statement."""
logger = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Stray:
    """A photo whose file is not what it was, or a file that no photo keeps; `photo` is empty for the latter."""

    photo: str
    detail: str


def sweep_photo_files() -> list[str]:
    """
    Remove the files that no photo keeps: what an upload left that broke off, and what a removal did not reach.

    Names are read before the storage is taken alone. Whoever had written one of these files by then has committed its row
    when that succeeds, or never will.
    """
    files = photo_files()
    names = names_in(files)
    with transaction.atomic():
        hold(keys=[FILES])
        strays = sorted(set(names) - _kept_names(names))
    removed = [name for name in strays if _removed(files, name)]
    if strays:
        logger.info("photo_files_swept", found=len(strays), removed=len(removed))
    return removed


def strays() -> list[Stray]:
    """Photos without their file, with another one, and files without a photo; nothing is mended."""
    files = photo_files()
    names = set(names_in(files))
    without_photo = sorted(names - _kept_names(names))
    return [
        *_photos_astray(files, names),
        *(Stray(photo="", detail=f"no photo keeps the file {name}") for name in without_photo),
    ]


def _photos_astray(files: Storage, names: Collection[str]) -> Iterator[Stray]:
    for photo in Photo.objects.filter(bytes_removed_at=None).order_by("pk").iterator(BATCH):
        if photo.storage_name not in names:
            yield Stray(photo=str(photo.pk), detail="its file is missing")
        elif _hash(files, photo.storage_name) != photo.sha256:
            yield Stray(photo=str(photo.pk), detail="its file is not the one that was kept")


def _kept_names(names: Collection[str]) -> set[str]:
    kept = Photo.objects.filter(bytes_removed_at=None)
    asked = list(names)
    return {
        name
        for start in range(0, len(asked), BATCH)
        for name in kept.filter(storage_name__in=asked[start : start + BATCH]).values_list("storage_name", flat=True)
    }


def _hash(files: Storage, name: str) -> str:
    try:
        with files.open(name) as file:
            return hashlib.sha256(file.read()).hexdigest()
    except STORAGE_ERRORS:
        return ""


def _removed(files: Storage, name: str) -> bool:
    try:
        files.delete(name)
    except STORAGE_ERRORS:
        logger.exception("photo_file_not_removed")
        return False
    return True
