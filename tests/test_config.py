"""What may stand in `[mypy_eqxstate]` and `[tool.mypy_eqxstate]`, and what is said of the rest."""

import json
from pathlib import Path

import pytest

from mypy_eqxstate.config import Configuration, read_configuration


def configuration_of(tmp_path: Path, name: str, text: str) -> Configuration:
    """Read `text` as the file `name`, with a row parser that takes only rows in parentheses."""
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return read_configuration(str(file), parse_parenthesised)


def parse_parenthesised(row: str) -> object:
    if not row.startswith("("):
        raise ValueError(f'expected "(" at the start of "{row}"')
    return row


def the_problem(configuration: Configuration) -> str:
    """Give the only problem, without the file's folder."""
    (problem,) = configuration.problems
    file, text = problem.split(": ", 1)
    return f"{Path(file).name}: {text}"


INI = """
[mypy]
plugins = mypy_eqxstate

[mypy_eqxstate]
strict = yes
affine = shop.Ticket, shop.Token
    shop.deep.Coupon
contracts =
    training.step: (state: consume) -> fresh

    # Comments and empty lines may stand between rows.
    training.evaluate : (state: borrow)
"""

TOML = """
[tool.mypy]
plugins = ["mypy_eqxstate"]

[tool.mypy_eqxstate]
strict = true
affine = ["shop.Ticket", "shop.Token", "shop.deep.Coupon"]

[tool.mypy_eqxstate.contracts]
"training.step" = "(state: consume) -> fresh"
training.evaluate = "(state: borrow)"
"""

EVERYTHING = Configuration(
    strict=True,
    contracts={
        "training.step": "(state: consume) -> fresh",
        "training.evaluate": "(state: borrow)",
    },
    affine=frozenset({"shop.Ticket", "shop.Token", "shop.deep.Coupon"}),
)


@pytest.mark.parametrize(
    ("name", "text"),
    [("mypy.ini", INI), (".mypy.ini", INI), ("setup.cfg", INI), ("pyproject.toml", TOML)],
)
def test_every_file_that_mypy_reads_says_the_same(tmp_path: Path, name: str, text: str) -> None:
    assert configuration_of(tmp_path, name, text) == EVERYTHING


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("mypy.ini", "[mypy]\nstrict = true\n"),
        ("mypy.ini", "[mypy_eqxstate]\n"),
        ("mypy.ini", "[DEFAULT]\nroot = 1\n[mypy_eqxstate]\n"),
        ("mypy.ini", "[mypy-eqxstate.*]\nignore_errors = true\n[mypy-eqxstate]\nstrict_bytes=1\n"),
        ("pyproject.toml", "[tool.mypy]\nstrict = true\n"),
        ("pyproject.toml", "tool = 3\n"),
        ("pyproject.toml", ""),
    ],
)
def test_a_file_without_a_word_for_us_gives_the_defaults(
    tmp_path: Path, name: str, text: str
) -> None:
    assert configuration_of(tmp_path, name, text) == Configuration()


@pytest.mark.parametrize("config_file", [None, ""])
def test_mypy_without_a_file_gives_the_defaults(config_file: str | None) -> None:
    assert read_configuration(config_file) == Configuration()


@pytest.mark.parametrize(
    ("word", "meaning"), [("true", True), ("On", True), ("1", True), ("no", False), ("0", False)]
)
def test_ini_truth_values_are_those_of_mypy(tmp_path: Path, word: str, meaning: bool) -> None:
    text = f"[mypy_eqxstate]\nstrict = {word}\n"
    assert configuration_of(tmp_path, "mypy.ini", text) == Configuration(strict=meaning)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (
            "stict = true",
            '[mypy_eqxstate] unknown key "stict"; did you mean "strict"? '
            "accepted: affine, contracts, strict",
        ),
        (
            "colour = red",
            '[mypy_eqxstate] unknown key "colour"; accepted: affine, contracts, strict',
        ),
        ("strict = perhaps", '[mypy_eqxstate] strict: "perhaps" is not accepted; give true or'),
        ("strict =", "[mypy_eqxstate] strict: an empty value is not accepted; give true or false"),
        (
            "affine = Ticket",
            '[mypy_eqxstate] affine: "Ticket" is not accepted; give full names of classes, '
            '"package.Class", separated by commas or lines',
        ),
        (
            "contracts = training.step",
            '[mypy_eqxstate] contracts: "training.step" is not accepted; give one contract a line, '
            '"package.function: row"',
        ),
        ("contracts = step: (state)", '[mypy_eqxstate] contracts: "step" is not accepted; give'),
        (
            "contracts =\n  a.b: (x)\n  a.b: (y)",
            "[mypy_eqxstate] contracts: two rows for a.b; keep one",
        ),
        (
            "contracts = a.b: state -> fresh",
            "[mypy_eqxstate] contracts: the row of a.b is malformed: "
            'expected "(" at the start of "state -> fresh"',
        ),
    ],
)
def test_a_mistake_in_an_ini_file_is_one_sentence(tmp_path: Path, body: str, problem: str) -> None:
    configuration = configuration_of(tmp_path, "mypy.ini", f"[mypy_eqxstate]\n{body}\n")
    assert the_problem(configuration).startswith(f"mypy.ini: {problem}")


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("contract = {}", '[tool.mypy_eqxstate] unknown key "contract"; did you mean "contracts"?'),
        ('strict = "true"', '[tool.mypy_eqxstate] strict: "true" is not accepted; give true or fa'),
        ("strict = 1", "[tool.mypy_eqxstate] strict: 1 is not accepted; give true or false"),
        (
            'affine = "shop.Ticket"',
            '[tool.mypy_eqxstate] affine: "shop.Ticket" is not accepted; '
            'give a list of full names of classes, ["package.Class"]',
        ),
        ("affine = [3]", "[tool.mypy_eqxstate] affine: 3 is not accepted; give a list"),
        (
            'contracts = ["a.b: (x)"]',
            '[tool.mypy_eqxstate] contracts: ["a.b: (x)"] is not accepted; '
            'give a table of contracts, "package.function" = "row"',
        ),
        (
            'contracts = {"a.b" = 3}',
            "[tool.mypy_eqxstate] contracts.a.b: 3 is not accepted; give the row as text",
        ),
        (
            'contracts = {"a.b" = "(x)", a.b = "(y)"}',
            "[tool.mypy_eqxstate] contracts: two rows for a.b; keep one",
        ),
        (
            'contracts = {"a.b" = "x"}',
            "[tool.mypy_eqxstate] contracts: the row of a.b is malformed",
        ),
    ],
)
def test_a_mistake_in_a_toml_file_is_one_sentence(tmp_path: Path, body: str, problem: str) -> None:
    text = f"[tool.mypy_eqxstate]\n{body}\n"
    configuration = configuration_of(tmp_path, "pyproject.toml", text)
    assert the_problem(configuration).startswith(f"pyproject.toml: {problem}")


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        (
            "mypy.ini",
            "[mypy-eqxstate]\nstrict = true\n",
            "section [mypy-eqxstate] is not read; did you mean [mypy_eqxstate]?",
        ),
        (
            "setup.cfg",
            "[tool.mypy_eqxstate]\n",
            "section [tool.mypy_eqxstate] is not read; did you mean [mypy_eqxstate]?",
        ),
        (
            "mypy.ini",
            "[mypy_eqxstate.contracts]\na = b\n",
            "section [mypy_eqxstate.contracts] is not read; did you mean [mypy_eqxstate]?",
        ),
        (
            "pyproject.toml",
            "[tool.mypy-eqxstate]\n",
            "section [tool.mypy-eqxstate] is not read; did you mean [tool.mypy_eqxstate]?",
        ),
        (
            "pyproject.toml",
            "[mypy_eqxstate]\n",
            "section [mypy_eqxstate] is not read; did you mean [tool.mypy_eqxstate]?",
        ),
        ("pyproject.toml", "[tool]\nmypy_eqxstate = 3\n", "[tool.mypy_eqxstate] must be a table"),
    ],
)
def test_a_section_by_a_wrong_name_is_noticed(
    tmp_path: Path, name: str, text: str, problem: str
) -> None:
    assert the_problem(configuration_of(tmp_path, name, text)) == f"{name}: {problem}"


@pytest.mark.parametrize("name", ["mypy.ini", "pyproject.toml"])
@pytest.mark.parametrize("content", [b"no section\n= =\n", b"\xff\xfe\x00[", None])
def test_a_file_that_cannot_be_read_is_one_problem(
    tmp_path: Path, name: str, content: bytes | None
) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    configuration = read_configuration(str(file))
    problem = the_problem(configuration)
    assert problem.startswith(f"{name}: cannot be read: ")
    assert "\n" not in problem
    assert configuration == Configuration(problems=configuration.problems)


def test_what_is_right_counts_beside_what_is_wrong(tmp_path: Path) -> None:
    text = """
[mypy_eqxstate]
strict = true
affine = Ticket, shop.Token
speed = high
contracts =
    a.b: (x)
    a.c: x
"""
    configuration = configuration_of(tmp_path, "mypy.ini", text)
    assert configuration.strict
    assert configuration.affine == {"shop.Token"}
    assert configuration.contracts == {"a.b": "(x)"}
    assert len(configuration.problems) == 3


def test_equal_configurations_have_equal_digests(tmp_path: Path) -> None:
    from_ini = configuration_of(tmp_path, "mypy.ini", INI)
    from_toml = configuration_of(tmp_path, "pyproject.toml", TOML)
    assert from_ini.digest() == from_toml.digest()
    assert json.loads(json.dumps(from_ini.as_json())) == from_toml.as_json()


@pytest.mark.parametrize(
    "other",
    [
        Configuration(strict=True),
        Configuration(contracts={"a.b": "(x)"}),
        Configuration(affine=frozenset({"a.B"})),
        Configuration(problems=("mypy.ini: wrong",)),
    ],
)
def test_different_configurations_have_different_digests(other: Configuration) -> None:
    assert other.digest() != Configuration().digest()
