"""The service: web pages, command line, store, fieldwork and release."""

__version__ = "0.1.0"
