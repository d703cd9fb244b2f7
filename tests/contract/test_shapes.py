"""Types become schemas, and schemas become TypeScript."""

from typing import Annotated, Any, Literal

import msgspec
import pytest

from chatroom.contract.surface import public
from chatroom.contract.translate import Schema, Translator
from chatroom.contract.typescript import type_of
from chatroom.core.schema import Wire


class Leaf(Wire, frozen=True, kw_only=True):
    """A leaf."""

    colour: Literal["green", "red"] = "green"


class Twig(Wire, frozen=True, kw_only=True):
    """A twig."""

    parent: "Twig | None"


class Tree(Wire, frozen=True, kw_only=True):
    """A tree."""

    tree_name: Annotated[str, msgspec.Meta(min_length=1, max_length=9, description="What people call it.")]
    age: Annotated[int, msgspec.Meta(ge=0)] | None = None
    parts: list[Leaf | Twig]
    note: str | msgspec.UnsetType = msgspec.UNSET


def test_fields_keep_their_wire_names_bounds_and_defaults() -> None:
    translator = Translator()
    assert translator.schema(Tree) == {"$ref": "#/components/schemas/Tree"}
    tree = translator.components["Tree"]
    assert tree["description"] == "A tree."
    assert tree["required"] == ["treeName", "parts"]
    assert tree["properties"]["treeName"] == {
        "type": "string",
        "minLength": 1,
        "maxLength": 9,
        "description": "What people call it.",
    }
    assert tree["properties"]["age"] == {
        "anyOf": [{"type": "integer", "minimum": 0}, {"type": "null"}],
        "default": None,
    }
    assert tree["properties"]["note"] == {"type": "string"}


def test_two_structs_without_a_tag_may_share_a_list() -> None:
    translator = Translator()
    translator.schema(Tree)
    leaf, twig = {"$ref": "#/components/schemas/Leaf"}, {"$ref": "#/components/schemas/Twig"}
    assert translator.components["Tree"]["properties"]["parts"] == {
        "type": "array",
        "items": {"anyOf": [leaf, twig]},
    }


def test_a_struct_may_mention_itself() -> None:
    translator = Translator()
    translator.schema(Twig)
    own = {"anyOf": [{"$ref": "#/components/schemas/Twig"}, {"type": "null"}]}
    assert translator.components["Twig"]["properties"]["parent"] == own


def test_two_types_of_one_name_are_refused() -> None:
    translator = Translator()
    translator.schema(Leaf)
    with pytest.raises(TypeError, match="both call a type Leaf"):
        translator.schema(msgspec.defstruct("Leaf", ["size"]))


@pytest.mark.parametrize("kind", [set[str], object, complex])
def test_what_cannot_cross_the_wire_is_refused(kind: Any) -> None:
    with pytest.raises(TypeError, match="no JSON Schema"):
        Translator().schema(kind)


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"type": "string"}, "string"),
        ({"type": "integer"}, "number"),
        ({}, "unknown"),
        ({"const": True}, "true"),
        ({"enum": ["a", "b"]}, '"a" | "b"'),
        ({"anyOf": [{"type": "integer"}, {"type": "number"}, {"type": "null"}]}, "number | null"),
        ({"type": "array", "items": {"type": "string"}}, "string[]"),
        ({"type": "array", "items": {"enum": ["a", "b"]}}, '("a" | "b")[]'),
        ({"type": "object"}, "Record<string, unknown>"),
        ({"type": "object", "additionalProperties": {"type": "boolean"}}, "Record<string, boolean>"),
        ({"type": "object", "properties": {"a": {"type": "null"}}, "required": []}, "{ a?: null; }"),
        ({"$ref": "#/components/schemas/Room"}, "Room"),
    ],
)
def test_a_schema_is_written_as_typescript(schema: Schema, text: str) -> None:
    assert type_of(schema) == text


def test_clients_read_no_exceptions_and_no_design_notes() -> None:
    text = 'Do it\n    (seed S2). Raises `Problem("busy")`; twice is fine.'
    assert public(text) == "Do it."
