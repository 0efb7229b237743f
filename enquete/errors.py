"""The errors that a caller or a page catches. All others are bugs."""


class EnqueteError(Exception):
    """Something the user can mend; the message names it, what was wanted and what was got."""


class SettingsError(EnqueteError):
    """A setting is unknown or has a value that is not allowed."""


class InputError(EnqueteError):
    """A file or an argument from outside cannot be used; nothing of it was kept."""


class StoreError(EnqueteError):
    """The database cannot do what was asked."""


class StoreUnavailableError(StoreError):
    """The database cannot be opened, or is of a version this program does not know."""


class StoreBusyError(StoreError):
    """Another process held the database for too long; trying again is sensible."""


class ConflictError(StoreError):
    """What was to be stored is there already, or the state does not allow it."""


class NotFoundError(StoreError):
    """The named wave, area or report does not exist."""


class MaintenanceError(EnqueteError):
    """The operator closed the pages for a while."""
