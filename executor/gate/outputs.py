"""The gate's findings for machines that show them: JUnit XML and SARIF 2.1.0."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

from executor.gate.gate import Judged
from executor.gate.refusal import RULES
from executor.sarif import Result, write
from executor.tools.masking import Masker


def junit(judged: Judged) -> str:
    """One test case a commit; each of its findings that refuses is a failure. Without secrets: it is kept by CI."""
    cases = []
    mask = Masker.of_environment()
    for commit in judged.commits:
        failures = [each for each in judged.findings if each.commit == commit and each.refuses]
        inner = "".join(
            f"<failure type={quoteattr(each.rule)} message={quoteattr(_xml(mask(f'{each.place}: {each.message}')))}/>"
            for each in failures
        )
        certified = "certified" if judged.covered.get(commit) else "needs no certificate"
        name = quoteattr(f"{commit[:12]} {'refused' if failures else certified}")
        cases.append(f'<testcase classname="executor.gate" name={name}>{inner}</testcase>')
    failed = len({each.commit for each in judged.findings if each.refuses})
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuites><testsuite name="executor gate" tests="{len(cases)}" failures="{failed}" errors="0">'
        f"{''.join(cases)}</testsuite></testsuites>\n"
    )


def _xml(text: str) -> str:
    """Without the characters that XML 1.0 has no way to write."""
    return "".join(c if c in "\t\n\r" or ord(c) >= 0x20 else " " for c in text)


def sarif(judged: Judged) -> str:
    results = (
        Result(
            each.rule, "error" if each.refuses else "note", f"{each.commit[:12]}: {each.message}", each.path, each.line
        )
        for each in judged.findings
    )
    return write("executor gate", RULES, results)
