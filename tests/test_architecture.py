"""The house keeps its floors, rooms and sizes: one test a rule, each failure with its place and the rule."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import pytest
from sqlalchemy.orm import configure_mappers

from preparedness.database import Model

ROOT = Path(__file__).parent.parent
HOUSE = ROOT / "preparedness"

FLOORS: tuple[frozenset[str], ...] = (
    frozenset({"errors", "i18n", "config", "json_texts", "quiet", "refs"}),
    frozenset({"vocabulary"}),
    frozenset({"database"}),
    frozenset({"bulk"}),
    frozenset({"shapes", "addresses", "audit", "timetable"}),
    frozenset({"web", "pages"}),
    frozenset({"notifications"}),
    frozenset({"accounts"}),
    frozenset({"contacts"}),
    frozenset({"plans"}),
    frozenset({"confirmations"}),
    frozenset({"activations"}),
    frozenset({"exchange"}),
)
"""From the ground up. A name is a module, or a package with all its modules but its views."""

DOORS = frozenset(
    {
        "api",
        "assets",
        "attention",
        "backups",
        "checks",
        "commands",
        "console",
        "demo",
        "erasures",
        "example",
        "feeds",
        "focal_points",
        "home",
        "logs",
        "migrating",
        "migrations",
        "news",
        "past",
        "serving",
        "worker",
    }
)
"""The top floor: nothing below knows them."""

ROOMS = {
    "openpyxl": {"exchange.workbook", "exchange.reading", "exchange.looks", "exchange.marking"},
    "xlsxwriter": {"exchange.workbook", "exchange.pens"},
    "python_calamine": {"exchange.quick_reading"},
    "apscheduler": {"worker"},
    "smtplib": {"notifications.channels"},
    "alembic": {"migrating", "migrations.env"},
}
"""The modules a library may be met in."""

WITH_MARSHMALLOW = {"shapes", "web", "checks"}
WITH_REQUEST = {
    "i18n",
    "database",
    "web",
    "pages",
    "accounts.permissions",
    "accounts.signin",
    "accounts.signins",
    "assets",
}
WITH_FLASK = WITH_REQUEST | {"config", "notifications.letters"}

MODULE, FUNCTION, VIEW = 300, 40, 25
WAIVED_MODULES = {
    "audit": "the list of all actions is one page, and the chain stands beside it",
    "database": "the base of every table, the transaction of a request and the two engines are one subject",
    "vocabulary": "the field's standard lists are data",
}
WAIVED_FUNCTIONS: dict[str, str] = {}
LATE_IMPORTS: dict[str, str] = {}
VAGUE = {"service", "services", "utils", "util", "helpers", "helper", "common", "misc", "tools", "manager", "managers"}


@dataclass(frozen=True, eq=False)
class Module:
    """One file of the house, read but not run."""

    path: Path
    name: str
    tree: ast.Module
    lines: int

    @property
    def top(self) -> str:
        """The module or package below `preparedness` that it is, or is in."""
        return self.name.split(".")[0]

    @property
    def last(self) -> str:
        return self.name.split(".")[-1]

    @property
    def is_package(self) -> bool:
        return self.path.name == "__init__.py"

    @property
    def in_package(self) -> bool:
        return (HOUSE / self.top).is_dir()

    @property
    def is_door(self) -> bool:
        """True on the top floor: the doors by name, and every module with pages."""
        return self.name == "" or self.top in DOORS or self.has_pages

    @cached_property
    def has_pages(self) -> bool:
        return any(True for _ in views(self)) or self.last == "views"

    @property
    def is_domain(self) -> bool:
        """True for the nouns of the packages: no door, no schema, no model."""
        return self.in_package and not self.is_door and not self.last.endswith("schemas") and self.last != "models"

    def at(self, node: ast.AST) -> str:
        """Where a node stands, as an editor opens it."""
        return f"{self.path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"


@cache
def modules() -> tuple[Module, ...]:
    """Every file of the house; written migrations are history and left alone."""
    found = []
    for path in sorted(HOUSE.rglob("*.py")):
        parts = path.relative_to(HOUSE).with_suffix("").parts
        if parts[:2] == ("migrations", "versions"):
            continue
        name = ".".join(part for part in parts if part != "__init__")
        text = path.read_text(encoding="utf-8")
        found.append(Module(path, name, ast.parse(text), text.count("\n")))
    return tuple(found)


def imports(module: Module) -> Iterator[tuple[ast.stmt, str]]:
    """Each import with the full dotted names it may mean, house modules without `preparedness.`."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for each in node.names:
                yield node, each.name
        elif isinstance(node, ast.ImportFrom):
            for each in node.names:
                yield node, f"{'.' * node.level}{node.module or ''}:{each.name}"


def libraries(module: Module) -> Iterator[tuple[ast.stmt, str, str]]:
    """Each import of something that is not ours: the statement, the library, and what of it."""
    for node, written in imports(module):
        library, _, thing = written.partition(":")
        if not library.startswith(("preparedness", ".")):
            yield node, library.split(".")[0], thing


@cache
def known() -> dict[str, Module]:
    return {module.name: module for module in modules()}


def ours(module: Module) -> Iterator[tuple[ast.stmt, Module]]:
    """Each module of the house that this one imports."""
    names = known()
    for node, written in imports(module):
        package, _, thing = written.partition(":")
        if package != "preparedness" and not package.startswith("preparedness."):
            continue
        below = package.removeprefix("preparedness").removeprefix(".")
        inner = f"{below}.{thing}".strip(".")
        if inner in names:
            yield node, names[inner]
        elif below in names:
            yield node, names[below]


def floor(module: Module) -> int:
    """How high a module stands; doors on top of all."""
    if module.is_door:
        return len(FLOORS)
    return next(height for height, names in enumerate(FLOORS) if module.top in names)


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def views(module: Module) -> Iterator[ast.FunctionDef]:
    """The functions that answer an address."""
    for function in functions(module):
        for decorator in function.decorator_list:
            called = decorator.func if isinstance(decorator, ast.Call) else decorator
            if isinstance(called, ast.Attribute) and called.attr in {"route", "get", "post"}:
                yield function  # type: ignore[misc] - no view here is async
                break


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def say(broken: list[str], rule: str) -> None:
    assert not broken, f"{rule}\n" + "\n".join(broken)


def test_every_module_has_its_floor():
    names = {name for floor_names in FLOORS for name in floor_names} | DOORS

    homeless = {module.top for module in modules() if module.name} - names

    say(sorted(homeless), "each module and package stands on a floor: name it in FLOORS or DOORS")


def test_imports_lead_down():
    broken = [
        f"{module.at(node)} imports {other.name}"
        for module in modules()
        for node, other in ours(module)
        if floor(other) > floor(module)
    ]

    say(broken, "imports lead down")


def test_imports_never_go_round():
    reached: dict[str, set[str]] = {
        module.name: {other.name for _, other in ours(module) if other.name} for module in modules() if module.name
    }
    finished: set[str] = set()

    def walk(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            say([" → ".join((*path[path.index(name) :], name))], "imports never go round in a circle")
        if name not in finished:
            for other in sorted(reached.get(name, ())):
                walk(other, (*path, name))
            finished.add(name)

    for name in sorted(reached):
        walk(name, ())


def test_only_the_app_and_the_command_import_pages():
    broken = [
        f"{module.at(node)} imports {other.name}"
        for module in modules()
        for node, other in ours(module)
        if other.has_pages and module.name not in {"", "commands"} and other.top != module.top
    ]

    say(broken, "doors are leaves: only create_app imports a view")


def test_relationships_point_down():
    configure_mappers()
    heights = {name: height for height, names in enumerate(FLOORS) for name in names}

    def height(model: type) -> int:
        return heights[model.__module__.split(".")[1]]

    broken = [
        f"{mapper.class_.__module__}: {mapper.class_.__name__}.{relationship.key}"
        for mapper in Model.registry.mappers
        for relationship in mapper.relationships
        if height(relationship.mapper.class_) > height(mapper.class_)
    ]

    say(broken, "relationships point down: ask the upper package instead")


def test_imports_stand_at_the_top():
    broken = [
        module.at(inner)
        for module in modules()
        for function in functions(module)
        for inner in ast.walk(function)
        if isinstance(inner, ast.Import | ast.ImportFrom) and f"{module.name}.{function.name}" not in LATE_IMPORTS
    ]

    say(broken, "imports stand at the top of the file")


def test_a_package_opens_with_a_docstring_and_nothing_else():
    broken = [
        module.at(module.tree)
        for module in modules()
        if module.is_package and module.name and (len(module.tree.body) != 1 or not ast.get_docstring(module.tree))
    ]

    say(broken, "a package's __init__ holds a docstring and nothing else")


def test_every_module_class_and_public_function_says_what_it_is():
    broken = [module.at(module.tree) for module in modules() if not ast.get_docstring(module.tree)]
    for module in modules():
        for node in module.tree.body:
            named = isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_")
            if named and not ast.get_docstring(node):
                broken.append(f"{module.at(node)} {node.name}")

    say(broken, "each module, class and public function carries one sentence about the domain")


@pytest.mark.parametrize("library", sorted(ROOMS))
def test_a_library_stays_in_its_room(library):
    broken = [
        module.at(node)
        for module in modules()
        for node, name, _ in libraries(module)
        if name == library and module.name not in ROOMS[library]
    ]

    say(broken, f"{library} stays in {', '.join(sorted(ROOMS[library]))}")


def test_marshmallow_stays_with_the_shapes():
    broken = [
        module.at(node)
        for module in modules()
        for node, name, _ in libraries(module)
        if name == "marshmallow"
        and module.name not in WITH_MARSHMALLOW
        and not module.last.endswith("schemas")
        and module.top not in {"exchange", "api"}
    ]

    say(broken, "marshmallow stays in schemas, shapes, web, exchange, api and checks")


def test_the_request_is_known_only_at_the_doors():
    broken = [
        f"{module.at(node)} {thing}"
        for module in modules()
        for node, name, thing in libraries(module)
        if name == "flask"
        and thing in {"request", "session", "g", "abort", "redirect", "render_template", "flash"}
        and not module.is_door
        and module.name not in WITH_REQUEST
    ]

    say(broken, "request, session and g are known only at the doors and to the modules that serve them")


def test_the_domain_knows_no_flask():
    broken = [
        f"{module.at(node)} {thing or name}"
        for module in modules()
        for node, name, thing in libraries(module)
        if name == "flask" and not module.is_door and module.name not in WITH_FLASK
    ]

    say(broken, "domain modules, models and schemas know no Flask")


def test_the_domain_never_commits():
    broken = [
        module.at(node)
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute)
        and node.attr in {"commit", "rollback"}
        and module.in_package
        and not module.is_door
    ]

    say(broken, "domain modules never commit: the request does, or the worker, or the command")


def test_views_ask_the_domain_and_never_the_database():
    asking = {"select", "insert", "update", "delete", "text"}
    broken = [
        f"{module.at(node)} {thing or name}"
        for module in modules()
        if module.has_pages
        for node, name, thing in libraries(module)
        if name == "sqlalchemy" or thing in asking
    ]
    broken += [
        module.at(node)
        for module in modules()
        if module.has_pages
        for node, other in ours(module)
        if isinstance(node, ast.ImportFrom) and other.name == "database" and any(n.name == "db" for n in node.names)
    ]

    say(broken, "views load, read the form, act, redirect or render: they never query or commit")


def test_modules_are_small():
    broken = [
        f"{module.path.relative_to(ROOT)}: {module.lines} lines"
        for module in modules()
        if module.lines > MODULE and module.last != "models" and module.name not in WAIVED_MODULES
    ]

    say(broken, f"a module has {MODULE} lines at most; a full one is two nouns")


def test_each_module_of_exchange_has_its_place_on_the_way_of_a_workbook():
    _before, _heading, way = (ROOT / "docs" / "architecture.md").read_text().partition("### The way of a workbook")
    named = re.findall(r"`(\w+)`", way.partition("## Who knows what")[0])
    there = sorted(path.stem for path in (HOUSE / "exchange").glob("*.py") if path.stem != "__init__")

    assert sorted(each for each in named if each != "exchange") == there


def test_functions_are_small():
    broken = [
        f"{module.at(function)} {function.name}: {length(function)} lines"
        for module in modules()
        for function in functions(module)
        if length(function) > FUNCTION and f"{module.name}.{function.name}" not in WAIVED_FUNCTIONS
    ]

    say(broken, f"a function has {FUNCTION} lines at most")


def test_views_are_small():
    broken = [
        f"{module.at(view)} {view.name}: {length(view)} lines"
        for module in modules()
        for view in views(module)
        if length(view) > VIEW
    ]

    say(broken, f"a view has {VIEW} lines at most: load, form, act, redirect, render")


def test_waivers_are_needed():
    sizes = {module.name: module.lines for module in modules()}
    long = {
        f"{module.name}.{each.name}" for module in modules() for each in functions(module) if length(each) > FUNCTION
    }
    late = {
        f"{module.name}.{function.name}"
        for module in modules()
        for function in functions(module)
        if any(isinstance(inner, ast.Import | ast.ImportFrom) for inner in ast.walk(function))
    }

    needless = [name for name in WAIVED_MODULES if sizes.get(name, 0) <= MODULE]
    needless += [name for name in WAIVED_FUNCTIONS if name not in long]
    needless += [name for name in LATE_IMPORTS if name not in late]

    say(needless, "a waiver that is no longer needed goes")


def test_names_say_what_a_module_is_about():
    broken = [
        str(module.path.relative_to(ROOT)) for module in modules() for part in module.name.split(".") if part in VAGUE
    ]

    say(broken, "a module is named after a noun of the domain, never service, utils, helpers or common")


def test_messages_are_never_made_inside_the_translation():
    """`_(f"…")` is extracted by nobody and translated by nobody."""
    translating = {"_", "_l", "gettext", "ngettext", "lazy_gettext"}
    broken = [
        module.at(node)
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in translating
        and node.args
        and not isinstance(node.args[0], ast.Constant)
    ]

    say(broken, "a message is one constant text with named places")


def test_the_plan_of_the_house_names_what_is_there():
    plan = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:[\w-]+/)+[\w.-]*|\w+\.(?:py|html))`", plan))
    links = set(re.findall(r"\]\(([^)#]+)\)", plan))

    missing = [name for name in named if not any((base / name).exists() for base in (ROOT, HOUSE, ROOT / "templates"))]
    missing += [link for link in links if not (ROOT / "docs" / link).exists()]
    floors = {name for names in FLOORS for name in names} | DOORS - {"api", "migrations"}
    missing += [name for name in floors if f"`{name}`" not in plan]

    say(sorted(missing), "docs/architecture.md names what is there, and every floor")
