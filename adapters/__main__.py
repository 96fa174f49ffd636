"""`python -m adapters` is `cdevents-adapters`."""

from adapters.cli import main

main()
