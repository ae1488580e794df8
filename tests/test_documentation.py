"""README, pages and docstring examples are true: their code runs, their commands parse."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
import re
import shlex
import tomllib
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

import rideflex
from rideflex.cli.app import app

ROOT = Path(__file__).parents[1]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
MODULES = [
    module.name
    for module in pkgutil.walk_packages(rideflex.__path__, "rideflex.")
    if not module.name.endswith("__main__")
]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of a page in one language, in order."""
    found = FENCE.findall(page.read_text(encoding="utf-8"))
    return [text for name, text in found if name == language]


def commands(page: Path) -> list[list[str]]:
    """The `rideflex …` lines of a page's console blocks, as arguments."""
    text = "\n".join(blocks(page, "console") + blocks(page, "sh")).replace("\\\n", " ")
    lines = [line.removeprefix("$ ").split("  #")[0] for line in text.splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.startswith("rideflex ")]


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the generated city that every page talks of."""
    folder = tmp_path_factory.mktemp("pages")
    made = CliRunner().invoke(app, ["generate", str(folder / "cities/demo"), "--seed", "7"])
    assert made.exit_code == 0, made.output
    return folder


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_examples_run(page: Path, workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Python blocks of a page run one after the other, as a reader would paste them."""
    monkeypatch.chdir(workplace)
    namespace: dict[str, object] = {"__name__": "__page__"}
    for block in blocks(page, "python"):
        exec(compile(block, page.name, "exec"), namespace)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_parse(page: Path) -> None:
    """Every `rideflex` command on a page has the arguments and options the page gives it."""
    program = typer.main.get_command(app)
    for arguments in commands(page):
        command, context = program, typer.Context(program, info_name="rideflex")
        rest = list(arguments)
        while hasattr(command, "resolve_command"):
            _, found, rest = command.resolve_command(context, rest)
            assert found is not None, arguments
            command = found
            context = typer.Context(command, info_name=command.name, parent=context)
        if "--help" not in rest:
            command.parse_args(context, rest)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_pictures_are_there(page: Path) -> None:
    """Relative links of a page lead to files of the project."""
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    missing = [target for target in targets if not (page.parent / target).exists()]
    assert not missing


@pytest.mark.parametrize("name", MODULES)
def test_docstring_examples_run(name: str) -> None:
    """The `>>>` examples of every module give what they show."""
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert failed == 0


def test_the_first_screen_of_the_readme_tells_it_all() -> None:
    """Sixty lines hold the two commands, one table of before and after, and one picture."""
    screen = "\n".join(PAGES[0].read_text(encoding="utf-8").splitlines()[:60])
    assert "$ make train" in screen
    assert "$ make test" in screen
    assert screen.count("![") == 1
    assert "| scan of the CSV, mini-batches |" in screen


def test_the_citation_names_the_version_of_the_package() -> None:
    """CITATION.cff, CHANGELOG and pyproject.toml speak of the same version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {project['version']}\n" in citation
    released = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)
    assert released[0] == project["version"]


FIRST_MET = [
    "rideflex.read_area",
    "rideflex.ServiceArea",
    "rideflex.DecisionTable.read",
    "rideflex.DecisionTable.from_csv",
    "rideflex.DecisionTable.empty",
    "rideflex.DecisionTable.accepts",
    "rideflex.DecisionTable.indicators",
    "rideflex.DecisionTable.masks",
    "rideflex.DecisionTable.lookup",
    "rideflex.OfferGrid",
    "rideflex.TravelerIndex",
    "rideflex.Outcomes",
    "rideflex.encode_outcomes",
    "rideflex.Counts",
    "rideflex.OutcomeBuffer",
    "rideflex.FlexibilityPosterior",
    "rideflex.embedding.EmbeddingFFN",
    "rideflex.embedding.update_embedding_model",
    "rideflex.embedding.OnlineTravelerDataset",
    "rideflex.routing.plans.PlanBatch",
    "rideflex.routing.search.reoptimise.reoptimise",
    "rideflex.training.environment.gymnasium_env.NegotiationEnv",
    "rideflex.evaluation.compare.compare",
    "rideflex.evaluation.play.play",
    "rideflex.testing.check_model",
    "rideflex.testing.check_policy",
]


@pytest.mark.parametrize("name", FIRST_MET)
def test_names_that_users_meet_first_show_an_example(name: str) -> None:
    """Each has a section of examples, which the test of all docstrings runs."""
    found = pkgutil.resolve_name(name)
    assert ">>> " in inspect.getdoc(found).partition("\nExamples\n--------\n")[2]
