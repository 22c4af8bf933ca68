"""The checks of a verification, one module a subject. Each has `looks(case) -> list of Look`."""
