"""The native collapse: its costs on meshes worked out by hand, and input that is wrong in every way."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge3d.native.collapsing import Collapsing

# A pyramid of height 0.3 over a square whose corners are locked: only the tip can go.
PYRAMID: dict[str, Any] = {
    "points": [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0.5, 0.5, 0.3]],
    "point_of": [0, 1, 2, 3, 4],
    "chart_of": [0, 1, 2, 3, 4],
    "group_of": [0] * 5,
    "values": np.zeros((5, 0)),
    "normals": np.zeros((5, 3)),
    "corners": [[0, 1, 4], [1, 2, 4], [2, 3, 4], [3, 0, 4]],
    "locked": [1, 1, 1, 1, 0],
}


def test_the_cost_is_the_squared_distance_to_the_planes_by_area() -> None:
    made = Collapsing(**PYRAMID)
    # On a corner of the base, two of the four faces' planes are off.
    normal = np.cross([1, 0, 0], [0.5, 0.5, 0.3])
    area, unit = np.linalg.norm(normal) / 2, normal / np.linalg.norm(normal)
    off = abs(unit @ [0, 1, 0])
    assert made.cost == pytest.approx([2 * area * off**2])
    assert made.distance == pytest.approx([np.sqrt(made.cost[0] / (4 * area))])
    assert made.removed.tolist() == [2]
    level = made.level(1)
    assert level.triangles.tolist() == [1, 2]
    assert set(level.corners.reshape(-1).tolist()) == {0, 1, 2, 3}
    assert level.point_of.tolist() == [0, 1, 2, 3, 0]


def test_attributes_cost_what_they_are_off_and_slide_at_four_times_that() -> None:
    flat = PYRAMID | {"points": [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0.5, 0.5, 0]]}
    linear = Collapsing(**flat | {"values": [[0.0], [2], [2], [0], [1]]})
    assert linear.cost == pytest.approx([0], abs=1e-12)
    # One attribute that is 1 in the middle alone: its gradients are ±2, so it is 1 off where a triangle goes on.
    peak = Collapsing(**flat | {"values": [[0.0], [0], [0], [0], [1]]})
    assert peak.cost == pytest.approx([0.25 * 2 * 4])


def test_levels_take_only_what_there_is() -> None:
    made = Collapsing(**PYRAMID)
    assert made.level(0).corners.tolist() == PYRAMID["corners"]
    for steps in (-1, 2):
        with pytest.raises(ValueError, match="of 1"):
            made.level(steps)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"corners": [[0, 1, 5]]}, "wedge that there is not"),
        ({"corners": [[0, 1, -1]]}, "wedge that there is not"),
        ({"corners": [[0, 1, 1]]}, "point twice"),
        ({"point_of": [0, 1, 2, 3, 9]}, "point that there is not"),
        ({"group_of": [0, 0, -2, 0, 0]}, "group that there is not"),
        ({"points": [[0, 0, 0], [1, 0, 0], [1, np.nan, 0], [0, 1, 0], [0, 0, 1]]}, "not a finite"),
        ({"values": np.full((5, 2), np.inf)}, "not a finite"),
        ({"values": np.zeros((4, 0))}, "shape"),
        ({"normals": np.zeros((5, 2))}, "shape"),
        ({"locked": [0, 0]}, "shape"),
    ],
)
def test_what_is_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Collapsing(**PYRAMID | wrong)


@settings(max_examples=150, deadline=None)
@given(
    st.integers(3, 40), st.integers(0, 160), st.integers(0, 3), st.integers(1, 3), st.integers(0, 2**32 - 1),
    st.sampled_from([1e-30, 1.0, 1e15]),
)  # fmt: skip
def test_any_triangles_at_all_end_in_time_and_in_bounds(
    points: int, triangles: int, kinds: int, groups: int, seed: int, size: float
) -> None:
    """Non-manifold, folded and flat soups: no crash, and the record says what the levels have."""
    rng = np.random.default_rng(seed)
    wedges = points * 2
    point_of = np.concatenate([np.arange(points), rng.integers(0, points, points)])
    corners = rng.integers(0, wedges, (triangles, 3))
    at = point_of[corners]
    corners = corners[(at[:, 0] != at[:, 1]) & (at[:, 1] != at[:, 2]) & (at[:, 2] != at[:, 0])]
    made = Collapsing(
        points=np.round(rng.normal(size=(points, 3)), rng.integers(0, 3)) * size,
        point_of=point_of,
        chart_of=rng.integers(0, wedges, wedges),
        group_of=rng.integers(0, groups, wedges),
        values=rng.normal(size=(wedges, kinds)),
        normals=rng.normal(size=(wedges, 3)),
        corners=corners,
        locked=rng.random(points) < 0.1,
    )
    assert (made.cost >= 0).all()
    for steps in {0, len(made.cost) // 2, len(made.cost)}:
        level = made.level(steps)
        assert len(level.triangles) == len(corners) - made.removed[:steps].sum()
        assert level.corners.min(initial=0) >= 0
        assert level.corners.max(initial=0) < wedges
        assert np.isfinite(level.places).all()


def sheet(n: int) -> dict[str, Any]:
    x, y = (part.ravel() for part in np.meshgrid(*[np.linspace(0, 1, n + 1)] * 2))
    ids = np.arange((n + 1) ** 2).reshape(n + 1, n + 1)
    a, b, c, d = (part.ravel() for part in (ids[:-1, :-1], ids[:-1, 1:], ids[1:, 1:], ids[1:, :-1]))
    count = len(x)
    return {
        "points": np.stack([x, y, 0.1 * np.sin(9 * x) * np.cos(7 * y)], axis=1),
        "point_of": np.arange(count), "chart_of": np.arange(count), "group_of": np.zeros(count),
        "values": np.stack([x, y], axis=1), "normals": np.zeros((count, 3)),
        "corners": np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)]),
        "locked": np.zeros(count),
    }  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.integers(4, 16), st.integers(1, 4), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_charts_and_groups_that_lie_anyhow(n: int, charts: int, groups: int, seed: int) -> None:
    """Each triangle of a sheet is of some chart and group: wherever they meet, what is recorded is what happens."""
    mesh, rng = sheet(n), np.random.default_rng(seed)
    kind = rng.integers(0, charts * groups, len(mesh["corners"]))
    wedge, corners = np.unique(mesh["corners"] * charts * groups + kind[:, None], return_inverse=True)
    point_of = wedge // (charts * groups)
    mesh |= {
        "point_of": point_of, "chart_of": np.arange(len(wedge)), "group_of": wedge % groups,
        "values": rng.normal(size=(len(wedge), 2)), "normals": np.zeros((len(wedge), 3)),
        "corners": corners.reshape(-1, 3),
    }  # fmt: skip
    made = Collapsing(**mesh)
    used = np.unique(mesh["group_of"][mesh["corners"]])
    for steps in {0, len(made.cost) // 3, len(made.cost)}:
        level = made.level(steps)
        assert len(level.triangles) == len(mesh["corners"]) - made.removed[:steps].sum()
        assert np.array_equal(np.unique(mesh["group_of"][level.corners]), used)
        assert np.array_equal(mesh["group_of"][level.corners], mesh["group_of"][mesh["corners"][level.triangles]])
        stiff = made.level(steps, settle=False)
        before, after = (
            np.cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0])
            for p in (mesh["points"][point_of[mesh["corners"][stiff.triangles]]], stiff.places[stiff.corners])
        )
        assert (np.einsum("nc,nc->n", before, after) >= 0).all()  # nothing has turned over


def test_small_pieces_go_when_the_surface_is_off_by_as_much() -> None:
    mesh, count = sheet(20), 441
    tetrahedron = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
    faces = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]])
    sizes = (0.001, 0.002, 3.0)
    for number, size in enumerate(sizes):
        mesh["points"] = np.concatenate([mesh["points"], tetrahedron * size + [0, 0, 2]])
        mesh["corners"] = np.concatenate([mesh["corners"], faces + count + 4 * number])
    total = count + 4 * len(sizes)
    mesh |= {name: np.arange(total) for name in ("point_of", "chart_of")}
    mesh |= {"group_of": np.zeros(total), "locked": np.zeros(total), "normals": np.zeros((total, 3))}
    mesh["values"] = np.zeros((total, 0))
    made = Collapsing(**mesh)
    left = [set((made.level(steps).triangles // 4).tolist()) for steps in range(len(made.cost) + 1)]
    for piece, size in zip((200, 201), sizes, strict=False):  # its four triangles are 4 · 200 to 4 · 200 + 3
        gone = next(steps for steps, pieces in enumerate(left) if piece not in pieces)
        assert made.distance[: gone - 1].max() >= made.distance[gone - 1] == pytest.approx(size * np.sqrt(3) / 2)
    assert 202 in left[-1]  # as large as all that is left


def test_a_fan_round_one_point_takes_no_longer_than_it_must() -> None:
    count = 20_000  # would be 4 · 10⁸ looks at neighbours if each collapse walked round the middle
    angle = np.arange(count) * (2 * np.pi / count)
    points = np.concatenate([[[0, 0, 0]], np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=1)])
    rim = 1 + np.arange(count)
    ids = np.arange(count + 1)
    made = Collapsing(
        points, ids, ids, ids * 0, np.zeros((count + 1, 0)), np.zeros((count + 1, 3)),
        np.stack([rim * 0, rim, np.roll(rim, -1)], axis=1), ids * 0,
    )  # fmt: skip
    assert len(made.cost) >= 0


def test_progress_rises_and_an_error_in_it_ends_the_work() -> None:
    seen: list[float] = []
    Collapsing(**sheet(150), report=seen.append)
    assert seen == sorted(seen)
    assert 0 < seen[0] < seen[-1] <= 1

    def stop(part: float) -> None:
        raise RuntimeError(f"enough at {part:.0%}")

    with pytest.raises(RuntimeError, match="enough at"):
        Collapsing(**sheet(150), report=stop)


def test_two_threads_get_the_same() -> None:
    found: list[Collapsing] = []
    threads = [threading.Thread(target=lambda: found.append(Collapsing(**sheet(60)))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert np.array_equal(found[0].cost, found[1].cost)
    assert np.array_equal(found[0].level(900).places, found[1].level(900).places)
