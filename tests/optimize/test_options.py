"""One definition of a transform's options: its dataclass."""

from __future__ import annotations

import pytest

from forge3d.errors import RecipeError
from forge3d.optimize import PRESETS, TRANSFORMS, Quantize, Reorder, Simplify, Textures, Weld
from forge3d.optimize.options import build, canonical, name_of, options_of, parse


def test_text_of_the_command_line() -> None:
    assert parse("weld", TRANSFORMS) == Weld()
    assert parse("simplify:error=1e-3,ratio=0.5", TRANSFORMS) == Simplify(error=0.001, ratio=0.5)
    assert parse("simplify: ratio = none", TRANSFORMS) == Simplify()
    assert parse("textures:max-size=1024,format=keep", TRANSFORMS) == Textures(max_size=1024, format="keep")
    assert parse("prune:leaves=no", TRANSFORMS) == build("prune", {"leaves": False}, TRANSFORMS)


def test_values_of_a_recipe() -> None:
    assert build("quantize", {"position": 12, "texcoord": 11}, TRANSFORMS) == Quantize(position=12, texcoord=11)
    assert build("simplify", {"ratio": 1}, TRANSFORMS) == Simplify(ratio=1.0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("melt", "there is no transform 'melt'; there are: decompress, "),
        ("weld:tolerance=1", "weld has no option 'tolerance'; its options: none"),
        ("simplify:ratios=1", "simplify has no option 'ratios'; its options: ratio, error"),
        ("simplify:ratio", "write options as simplify:option=value"),
        ("simplify:ratio=half", "simplify: ratio='half', but it takes a number, or none"),
        ("simplify:ratio=nan", "but it takes a number"),
        ("simplify:ratio=1.5", "ratio=1.5, but it must be at least 0 and at most 1"),
        ("quantize:position=12.5", "takes a whole number"),
        ("quantize:position=4", "position=4, but it must be at least 8 and at most 16"),
        ("quantize:weight=9", "takes one of 0, 8, 16"),
        ("prune:leaves=2", "takes true or false"),
        ("textures:format=gif", "takes one of webp, avif, jpeg, png, ktx2, keep"),
        ("reorder:target=fast", "takes one of size, performance"),
    ],
)
def test_errors_say_what_is_allowed(text: str, message: str) -> None:
    with pytest.raises(RecipeError) as error:
        parse(text, TRANSFORMS)
    assert message in str(error.value)


def test_a_recipes_types_are_held() -> None:
    with pytest.raises(RecipeError, match="takes a whole number"):
        build("quantize", {"position": True}, TRANSFORMS)
    with pytest.raises(RecipeError, match="takes one of"):
        Reorder(target="fast")  # type: ignore[arg-type]


def test_canonical_is_the_same_for_the_same_work() -> None:
    assert canonical(Simplify(ratio=0.5)) == canonical(parse("simplify:ratio=.5", TRANSFORMS))
    assert canonical(Weld()) == {"transform": "weld", "version": Weld.version, "options": {}}
    assert canonical(Quantize()) != canonical(Quantize(position=13))


@pytest.mark.parametrize("name", TRANSFORMS)
def test_every_option_is_documented_and_can_be_written(name: str) -> None:
    kind = TRANSFORMS[name]
    assert name_of(kind) == name
    assert kind.fidelity in ("exact", "invisible", "lossy")
    for option in options_of(kind):
        assert option.doc, f"{name}.{option.name} has no line under Args:"
        text = "none" if option.default is None else str(option.default)
        assert parse(f"{name}:{option.name}={text}", TRANSFORMS) == kind()


def test_presets_are_tuples_of_transforms_and_lossless_is_exact() -> None:
    assert all(type(step) in TRANSFORMS.values() for preset in PRESETS.values() for step in preset)
    assert {step.fidelity for step in PRESETS["lossless"]} == {"exact"}
