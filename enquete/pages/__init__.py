"""The web pages, a blueprint a module."""
