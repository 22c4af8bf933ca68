"""Task files: `parse` reads them, `edit` writes what may be written, `find` resolves an id to a path."""

from executor.taskfile.lookup import duplicates, find

__all__ = ["duplicates", "find"]
