"""Every sentence for people exists in English and Chinese."""

import ast
from pathlib import Path
from string import Formatter

import pytest

from gatehouse.wording import catalogue, wording

ROOT = Path(__file__).parent.parent


def sentences():
    """Yield every sentence given to `say`, directly or by the name `sentence` before it."""
    for path in sorted((ROOT / "gatehouse").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            literal = None
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say":
                literal = node.args[0]
            elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "sentence":
                literal = node.value
            if isinstance(literal, ast.Constant):
                yield literal.value


def fields(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("sentence", sorted(set(sentences())))
def test_the_sentence_is_in_the_chinese_catalogue_with_the_same_fields(sentence):
    assert catalogue("zh").get(sentence), sentence
    assert fields(catalogue("zh")[sentence]) == fields(sentence)


def test_nothing_in_the_catalogue_is_unused():
    assert set(catalogue("zh")) == set(sentences())


def test_a_sentence_is_filled_in():
    assert wording("zh")("Live page: {url}", url="http://x") == "实时页面：http://x"
    assert wording("en")("Live page: {url}", url="http://x") == "Live page: http://x"
