"""Where the bytes of pictures lie: a private folder, or whatever storage the settings name."""

import os
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage, storages

STORAGE_ERRORS: Final = (OSError, BotoCoreError, ClientError)
"""What a storage may raise that is away, or has lost a file."""


class PrivateFolder(FileSystemStorage):
    """A folder without an address, for the server's own user alone; a saved file outlives a loss of power."""

    def __init__(self, location: str) -> None:
        super().__init__(location=location, file_permissions_mode=0o600, directory_permissions_mode=0o700)

    def url(self, name: str | None) -> str:
        """None: pictures are served to authorised requests only."""
        raise ValueError("Pictures have no public address.")

    def _save(self, name: str, content: File) -> str:
        saved = super()._save(name, content)
        path = self.path(saved)
        for written in (path, os.path.dirname(path)):
            descriptor = os.open(written, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        return saved


def photo_files() -> Storage:
    """The storage that the settings name for pictures."""
    return storages["photos"]


def names_in(files: Storage) -> list[str]:
    """Every file of the storage by its name; pictures lie in folders of one level."""
    try:
        folders, found = files.listdir("")
    except FileNotFoundError:
        return []
    return [*found, *(f"{folder}/{name}" for folder in folders for name in files.listdir(folder)[1])]
