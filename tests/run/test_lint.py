"""`executor lint`: each rule on a task file that breaks it, and silence where all is well."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support import executor, make_repository, snapshot

from run.sample import BUILD, BUMP, PERSON, repository, task

GOOD = task(BUMP, BUILD, PERSON)
OTHER = GOOD.replace("id: TASK-001", "id: TASK-002")
BLOCK = "- [ ] Bump it\n  ```operation\n  uses: helmrelease.bmup\n  ```\n"


def findings(root: Path, *arguments: str) -> list[tuple[str, str, str, int]]:
    rows = json.loads(executor(root, "lint", "--json", *arguments).stdout)
    return [(each["rule"], each["level"], each["path"], each["line"]) for each in rows]


def test_nothing_to_say(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", GOOD)
    before = snapshot(root)
    ran = executor(root, "lint", "--strict")
    assert ran.exit_code == 0 and "0 errors, 0 warnings" in ran.stdout
    assert snapshot(root) == before


@pytest.mark.parametrize(
    ("text", "rule", "level"),
    [
        ("# Nothing\n", "unreadable", "error"),
        (task(BLOCK), "bad-block", "error"),
        (task("- [ ] Make it better\n"), "unresolved", "warning"),
        (task("- [ ] `kubectl apply -f x.yaml`\n"), "refused", "warning"),
        (task(BUMP.replace("0.1.18", "2.x")), "blocked", "warning"),
        (task(PERSON, PERSON), "duplicate-criterion", "warning"),
        (GOOD.replace("updated: 2026-01-02", "updated: 03/04/2026"), "bad-date", "warning"),
        (GOOD.replace("labels: [deployment]", "labels: [deployment, deploymant]"), "unknown-label", "warning"),
        (GOOD.replace("title:", "status: done\ntitle:"), "status", "warning"),
        (GOOD.replace("title:", "depends_on: [TASK-404]\ntitle:"), "unknown-dependency", "warning"),
        (GOOD.replace("title:", "depends_on: [TASK-001]\ntitle:"), "dependency-cycle", "error"),
    ],
)
def test_each_rule(tmp_path: Path, text: str, rule: str, level: str) -> None:
    root = repository(tmp_path / "ops", text)
    found = findings(root)
    assert (rule, level) in [each[:2] for each in found], found
    assert executor(root, "lint").exit_code == (1 if level == "error" else 0)
    assert executor(root, "lint", "--strict").exit_code == 1


def test_rules_over_several_files(tmp_path: Path) -> None:
    circle = {
        "tasks/two.md": OTHER.replace("title:", "depends_on: [TASK-003]\ntitle:"),
        "tasks/three.md": OTHER.replace("TASK-002", "TASK-003").replace("title:", "depends_on: [TASK-002]\ntitle:"),
        "tasks/again.md": GOOD,
    }
    root = repository(tmp_path / "ops", GOOD, **circle)
    found = findings(root)
    assert [each[0] for each in found].count("duplicate-id") == 2
    assert [each[0] for each in found].count("dependency-cycle") == 1
    assert findings(root, "tasks/two.md") == [], "whom it waits for need not be among the files that are looked at"


def test_places_are_those_of_the_criteria(tmp_path: Path) -> None:
    text = task(BUMP, "- [ ] Make it better\n")
    root = repository(tmp_path / "ops", text)
    line = text.splitlines().index("- [ ] Make it better") + 1
    assert ("unresolved", "warning", "tasks/TASK-001.md", line) in findings(root)
    assert f"tasks/TASK-001.md:{line}: warning: " in executor(root, "lint").stdout


def test_a_block_is_shown_at_its_line_and_a_missing_file_is_a_wrong_call(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task(BLOCK))
    line = task(BLOCK).splitlines().index("  uses: helmrelease.bmup") + 1
    shown = executor(root, "lint").stdout
    assert f'tasks/TASK-001.md:{line}: error: criterion 1: there is no operation "helmrelease.bmup"' in shown
    assert executor(root, "lint", "tasks/nope.md").exit_code == 2


def test_sarif(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task("- [ ] Make it better\n"))
    document = json.loads(executor(root, "lint", "--sarif").stdout)
    (result,) = document["runs"][0]["results"]
    assert document["version"] == "2.1.0" and result["ruleId"] == "unresolved"
    rules = [each["id"] for each in document["runs"][0]["tool"]["driver"]["rules"]]
    assert result["ruleId"] in rules


def test_sarif_is_kept_by_others(tmp_path: Path) -> None:
    """A login in a criterion stays out of it, and a file name with a space is an address all the same."""
    login = task("- [ ] `curl https://bob:hunter22secret@registry.example/v2/`\n")
    root = repository(tmp_path / "ops", GOOD, **{"tasks/a b#1.md": login.replace("TASK-001", "TASK-002")})
    said = executor(root, "lint", "--sarif").stdout
    assert "hunter22" not in said and '"uri": "tasks/a%20b%231.md"' in said


def test_a_place_is_said_once(tmp_path: Path) -> None:
    twice = task("- [ ] Bump it\n  ```operation\n  uses: helmrelease.bump\n  name: a\n  name: b\n  ```\n")
    root = repository(tmp_path / "ops", twice.replace("updated: 2026-01-02", "updated: Jan 3"))
    lines = executor(root, "lint").stdout.splitlines()[:-1]
    assert len(lines) == 3 and all(line.count("TASK-001.md:") == 1 and str(tmp_path) not in line for line in lines), (
        lines
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ('{ image = "{image}", tag = "1.0.0" }', 'no operation "image.bild"'),
        ('{ imge = "{image}", tag = "1.0.0" }', 'unknown key "imge"'),
        ('{ image = "{image}" }', 'missing key "tag"'),
        ('{ image = "{image}", tag = 1.2 }', "found the number 1.2"),
    ],
)
def test_a_phrase_that_asks_for_what_there_is_not(tmp_path: Path, arguments: str, words: str) -> None:
    kind = "image.bild" if "bild" in words else "image.build"
    phrase = f'[[phrases]]\npattern = "Ship {{image:word}}"\noperation = "{kind}"\narguments = {arguments}\n'
    phrase += 'match = ["Ship app"]\n'
    root = repository(tmp_path / "ops", GOOD, **{"executor.toml": phrase})
    for command in (("lint",), ("explain", "tasks/TASK-001.md"), ("run", "tasks/TASK-001.md")):
        ran = executor(root, *command)
        assert ran.exit_code == 2, ran
        assert "executor.toml:1: " in ran.stderr and words in ran.stderr, ran


def test_yaml_that_cannot_be_read(tmp_path: Path) -> None:
    """Of a configured repository, too; a chart's templates are none, and of named files only those are read."""
    broken = {
        "apps/broken.yaml": "a: b\n c: d\n",
        "charts/x/Chart.yaml": "name: x\n",
        "charts/x/templates/deployment.yaml": "{{- if .Values.on }}\na: {{ .Values.a }}\n{{- end }}\n",
        "executor.toml": '[repositories.infra]\npath = "../infra"\n',
        "tasks/empty.md": "# Nothing\n",
    }
    make_repository(tmp_path / "infra", {"other.yaml": "a: [\n"})
    root = repository(tmp_path / "ops", GOOD, **broken)
    assert findings(root) == [
        ("unreadable-yaml", "warning", "../infra/other.yaml", 1),
        ("unreadable-yaml", "warning", "apps/broken.yaml", 2),
        ("unreadable", "error", "tasks/empty.md", 1),
    ]
    assert findings(root, "tasks/TASK-001.md") == []
    rows = {each["name"]: each for each in json.loads(executor(root, "doctor", "--json").stdout)}
    assert "apps/broken.yaml:2: " in rows["manifests"]["remedy"] and not rows["manifests"]["ok"]
    assert "tasks/empty.md:1: " in rows["task files"]["remedy"] and "executor lint" in rows["task files"]["remedy"]


def test_tasks_that_all_wait_for_each_other_are_told_once_each(tmp_path: Path) -> None:
    names = [f"TASK-{number:03}" for number in range(2, 26)]
    waiting = {
        f"tasks/{name}.md": GOOD.replace("TASK-001", name).replace(
            "title:", f"depends_on: [{', '.join(other for other in names if other != name)}]\ntitle:"
        )
        for name in names
    }
    root = repository(tmp_path / "ops", GOOD, **waiting)
    found = findings(root)
    circles = [each for each in found if each[0] == "dependency-cycle"]
    assert 0 < len(circles) <= len(names)
