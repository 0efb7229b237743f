"""The two apps that `survey.py` puts under a web server, as factories without arguments."""

import os
from pathlib import Path

import bare

from enquete.app import create_app
from enquete.settings import load_settings


def enquete_app():
    """Make the service of the instance in ENQUETE_INSTANCE."""
    return create_app(load_settings(Path(os.environ["ENQUETE_INSTANCE"])))


def bare_app():
    """Make the yardstick."""
    return bare.create_app()
