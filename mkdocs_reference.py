"""What MkDocs runs: makes the reference, and warns of a public name without a docstring."""

from __future__ import annotations

import ast
import logging
from collections.abc import Iterator
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

PACKAGE = Path(__file__).parent / "src" / "rideflex"
HIDDEN = {"cli", "__main__"}  # the program's own help is its reference

log = logging.getLogger("mkdocs.reference")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """List the pages of the reference."""
    config.nav.append(
        {"Reference": [{title: f"reference/{title}.md"} for title in sorted(parts())]}
    )
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Write a page for each package, with all that its modules define."""
    for title, modules in parts().items():
        lines = [f"# {title}\n"]
        for module in modules:
            warn_of_silence(module)
            lines.append(f"::: {dotted(module)}\n")
        files.append(File.generated(config, f"reference/{title}.md", content="\n".join(lines)))
    return files


def parts() -> dict[str, list[Path]]:
    """The public modules of each package, by the package's name."""
    found: dict[str, list[Path]] = {"rideflex": [PACKAGE / "__init__.py"]}
    for path in sorted(PACKAGE.rglob("*.py")):
        inside = path.relative_to(PACKAGE).parts
        if HIDDEN & {inside[0], path.stem} or any(part.startswith("_") for part in inside):
            continue
        part = inside[0] if len(inside) > 1 else "rideflex"
        found.setdefault(part, []).append(path)
    return found


def dotted(path: Path) -> str:
    """The name under which a module is imported."""
    names = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(name for name in names if name != "__init__")


def warn_of_silence(path: Path) -> None:
    """Log a warning, which strict builds refuse, for each public name without a docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for place, node in documented(tree, dotted(path)):
        if not ast.get_docstring(node):
            log.warning("%s has no docstring", place)


def documented(
    node: ast.Module | ast.ClassDef, name: str
) -> Iterator[tuple[str, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Yield the module or class, and all public classes, functions and methods in it."""
    yield name, node
    for inner in node.body:
        if isinstance(inner, ast.ClassDef) and not inner.name.startswith("_"):
            yield from documented(inner, f"{name}.{inner.name}")
        elif isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
            overload = any("overload" in ast.unparse(mark) for mark in inner.decorator_list)
            if not inner.name.startswith("_") and not overload:
                yield f"{name}.{inner.name}", inner
