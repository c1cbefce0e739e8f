"""Inputs: drawn from salt, test, case and nothing else; in shapes that no transposed answer fits."""

import re

import numpy as np
import pytest

from autograder.testing.inputs import (
    SIZES,
    Draw,
    blobs,
    draw,
    generator,
    integers,
    normal,
    rng_for,
    shape_of,
    uniform,
    values_of,
)
from autograder.testing.marks import Cases
from autograder.wire import Seed


def drawn(names, salt="salt", test="test_f", **recipes):
    return values_of(Cases(tuple(names.split()), recipes), salt, test)


def value_of(recipe, **where):
    return drawn("x", case=recipe, **where)["case"]["x"]


def test_all_axes_differ_so_that_a_transposed_answer_cannot_fit():
    assert SIZES == {"n": 5, "d": 3, "m": 7, "k": 4}


@pytest.mark.parametrize(("letters", "shape"), [("n d", (5, 3)), ("n 2 d", (5, 2, 3)), ("", ()), ("10", (10,))])
def test_shapes_are_written_in_letters_and_numbers(letters, shape):
    assert shape_of(letters) == shape


def test_an_unknown_letter_is_an_error():
    with pytest.raises(KeyError, match="'q'"):
        shape_of("n q")


# ---- seeding ---------------------------------------------------------------------------------------------------


def test_the_same_names_give_the_same_numbers_on_every_machine():
    assert rng_for("salt", "test", "case").integers(10**6, size=3).tolist() == [942506, 387983, 117752]


def test_neighbouring_names_do_not_run_together():
    assert rng_for("ab", "c").random() != rng_for("a", "bc").random()


@pytest.mark.parametrize("change", [{"salt": "pepper"}, {"test": "test_g"}])
def test_salt_and_test_change_every_input(change):
    assert not np.any(value_of(normal("n d")) == value_of(normal("n d"), **change))


def test_the_case_changes_the_input_but_order_and_selection_do_not():
    both = drawn("x w", one=(normal("n"), normal("n")), two=(normal("n"), normal("n")))
    swapped = drawn("x w", two=(normal("n"), normal("n")), one=(normal("n"), normal("n")))
    alone = drawn("x w", two=(normal("n"), normal("n")))
    assert not np.any(both["one"]["x"] == both["two"]["x"])
    assert not np.any(both["one"]["x"] == both["one"]["w"])
    np.testing.assert_equal(swapped, both)
    np.testing.assert_equal(alone["two"], both["two"])


# ---- recipes ---------------------------------------------------------------------------------------------------


def test_a_recipe_is_a_value_or_a_draw():
    assert drawn("x", plain=[1, 2], made=draw(lambda rng: 3)) == {"plain": {"x": [1, 2]}, "made": {"x": 3}}


def test_one_argument_may_be_a_tuple():
    assert drawn("shape", case=(2, 3)) == {"case": {"shape": (2, 3)}}


def test_several_arguments_come_from_a_tuple_of_recipes_or_one_draw_of_a_tuple():
    assert drawn("x y", case=(1, draw(lambda rng: 2))) == {"case": {"x": 1, "y": 2}}
    assert drawn("x y", case=draw(lambda rng: (1, 2))) == {"case": {"x": 1, "y": 2}}


def test_draw_is_a_decorator():
    @draw
    def pair(rng):
        return rng.random()

    assert isinstance(pair, Draw)
    assert value_of(pair) == value_of(pair)


@pytest.mark.parametrize("recipe", [(1, 2, 3), draw(lambda rng: (1,))])
def test_as_many_values_as_arguments_are_expected(recipe):
    count = 3 if isinstance(recipe, tuple) else 1
    with pytest.raises(ValueError, match=rf"^case 'few' gives {count} values for the arguments 'x y'$"):
        drawn("x y", few=recipe)


def test_one_value_for_several_arguments_is_an_error():
    with pytest.raises(TypeError, match="not iterable"):
        drawn("x y", case=5)


def test_arrays_come_read_only_wherever_they_are():
    value = value_of(draw(lambda rng: [rng.random(2), (rng.random(2), {"w": rng.random(2)})]))
    for array in (value[0], value[1][0], value[1][1]["w"]):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1.0


# ---- distributions ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("options", "mean", "deviation"), [({}, 0, 1), ({"scale": 2.0, "shift": 5.0}, 5, 2)])
def test_normal_numbers(options, mean, deviation):
    x = value_of(normal("1000 k", **options))
    assert x.shape == (1000, 4)
    assert abs(x.mean() - mean) < 0.1 * deviation
    assert abs(x.std() - deviation) < 0.1 * deviation


@pytest.mark.parametrize(("options", "low", "high"), [({}, 0, 1), ({"low": -1.0, "high": 3.0}, -1, 3)])
def test_uniform_numbers(options, low, high):
    x = value_of(uniform("1000", **options))
    assert low <= x.min() < low + 0.1
    assert high - 0.1 < x.max() < high


def test_integers_leave_out_the_upper_end():
    x = value_of(integers("1000", 2, 5))
    assert set(x.tolist()) == {2, 3, 4}
    assert x.dtype == np.int64


def test_generators_cross_as_seeds():
    seed = value_of(generator())
    assert isinstance(seed, Seed)
    assert 0 <= seed.seed < 2**63
    assert seed == value_of(generator())


@pytest.mark.parametrize("size", [2, 3, 50])
def test_blobs_hold_both_labels(size):
    x, y = drawn("X y", case=blobs(f"{size} d", gap=3.0))["case"].values()
    assert x.shape == (size, 3)
    assert y.shape == (size,)
    assert set(y.tolist()) == {-1.0, 1.0}
    assert abs(y.sum()) <= 1


@pytest.mark.parametrize(("options", "scale", "shift"), [({}, 1, 0), ({"scale": 2.0, "shift": 10.0}, 2, 10)])
def test_blobs_lie_as_far_apart_as_they_should(options, scale, shift):
    x, y = value_of(blobs("4000 d", gap=6.0, **options))
    centres = [x[y == label].mean(axis=0) for label in (-1.0, 1.0)]
    np.testing.assert_allclose(np.linalg.norm(centres[1] - centres[0]), scale * 6, rtol=0.02)
    np.testing.assert_allclose((centres[0] + centres[1]) / 2, scale * shift, rtol=0.02, atol=0.1)
    np.testing.assert_allclose(x[y == 1].std(axis=0), scale, rtol=0.1)


def test_blobs_come_in_mixed_order():
    _, y = value_of(blobs("20 d", gap=1.0))
    signs = "".join("+" if label > 0 else "-" for label in y)
    assert not re.fullmatch(r"\+*-*|-*\+*|(\+-)*", signs)
