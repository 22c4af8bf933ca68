"""Sentences, commands and blocks to typed operations; by rules, completely or not at all (criteria.md)."""

from executor.recognise.recogniser import Recogniser

__all__ = ["Recogniser"]
