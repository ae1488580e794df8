"""`python -m rideflex`."""

from rideflex.cli.app import main

main()
