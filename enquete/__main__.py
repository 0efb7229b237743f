"""`python -m enquete` is the `enquete` command."""

from enquete.cli import main

main()
