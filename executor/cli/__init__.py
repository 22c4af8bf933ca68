"""The command line: arguments, exit codes, the one error boundary."""

from executor.cli.main import main

__all__ = ["main"]
