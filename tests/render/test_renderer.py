from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from forge3d import images
from forge3d.document import (
    Accessor,
    AlphaMode,
    Image,
    Light,
    Material,
    Mode,
    Node,
    Primitive,
    Sampler,
    Skin,
    Texture,
    TextureInfo,
    TextureTransform,
    Wrap,
)  # fmt: skip
from forge3d.document.scene import Instancing
from forge3d.errors import GpuUnavailable, InvalidAsset, LimitExceeded, RecipeError
from forge3d.render import Orbit, Renderer, RenderSettings
from forge3d.render.tonemap import TONES, srgb_encoded

from .shapes import node, placed, quad, sphere, unlit

PLAIN = RenderSettings(tone="none")
FACING = Orbit(distance=4.0, target=(0, 0, 0), fov=45)
WHITE_SKY = np.ones((16, 32, 3), np.float32)
SIZE = (48, 48)
Pixels = npt.NDArray[np.uint8]


def middle(pixels: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return pixels[pixels.shape[0] // 2, pixels.shape[1] // 2]


def encoded(*linear: float) -> list[int]:
    return [int(value) for value in np.round(srgb_encoded(linear) * 255)]


def textured(texels: npt.ArrayLike, *, sampler: Sampler | None = None, **info: Any) -> Material:
    picture = images.encode(np.array(texels, np.uint8), "png")
    texture = Texture(image=Image(picture), sampler=sampler)
    return unlit((1, 1, 1, 1), base_color_texture=TextureInfo(texture=texture, **info))


class TestColour:
    def test_an_unlit_colour_is_exact(self, renderer: Renderer) -> None:
        document = placed(node(quad(unlit((0.2, 0.5, 0.8, 1.0)))))
        frame = renderer.render(document, camera=FACING, size=SIZE, settings=PLAIN)
        assert middle(frame.pixels).tolist() == [*encoded(0.2, 0.5, 0.8), 255]

    def test_vertex_colours_multiply(self, renderer: Renderer) -> None:
        primitive = quad(unlit((1, 0.5, 1, 1)), COLOR_0=np.tile([0.5, 1, 0.25], (4, 1)))
        frame = renderer.render(placed(node(primitive)), camera=FACING, size=SIZE, settings=PLAIN)
        assert middle(frame.pixels).tolist() == [*encoded(0.5, 0.5, 0.25), 255]

    @pytest.mark.parametrize("tone", TONES)
    @pytest.mark.parametrize("color", [(0.02, 0.3, 0.1), (0.9, 0.7, 0.4), (4.0, 0.5, 9.0), (0.0, 0.0, 0.0)])
    def test_tone_mappers_equal_their_numpy_twins(
        self, renderer: Renderer, tone: str, color: tuple[float, float, float]
    ) -> None:
        document = placed(node(quad(unlit((*color, 1.0)))))
        settings = RenderSettings(tone=tone, exposure=1.0)
        frame = renderer.render(document, camera=FACING, size=SIZE, settings=settings)
        expected = srgb_encoded(TONES[tone](2 * np.array(color))) * 255
        np.testing.assert_allclose(middle(frame.pixels)[:3], expected, atol=1.01)

    @pytest.mark.parametrize("metallic", [0.0, 1.0])
    @pytest.mark.parametrize("roughness", [0.0, 0.3, 0.7, 1.0])
    def test_a_white_ball_in_a_white_room_disappears(
        self, renderer: Renderer, metallic: float, roughness: float
    ) -> None:
        """The furnace: what reflects all light looks like its surroundings, from every side."""
        document = placed(node(sphere(Material(metallic_factor=metallic, roughness_factor=roughness))))
        settings = RenderSettings(tone="none", exposure=-1, samples=1)
        frame = renderer.render(document, environment=WHITE_SKY, size=(64, 64), settings=settings)
        ball = frame.pixels[frame.pixels[..., 3] == 255][:, :3].astype(int)
        assert len(ball) > 1500
        # ±2 % of the light is ±2 of 255 at this brightness.
        assert np.abs(ball - encoded(0.5)[0]).max() <= 2

    def test_a_lamp_lights_by_the_inverse_square(self, renderer: Renderer) -> None:
        matt = Material(metallic_factor=0.0, roughness_factor=1.0)
        lamp = Node(light=Light(type="point", intensity=np.pi), translation=(0, 0, 2))
        document = placed(node(quad(matt)), lamp)
        dark = np.zeros((4, 8, 3), np.float32)
        frame = renderer.render(document, camera=FACING, environment=dark, size=(49, 49), settings=PLAIN)
        # Lambert gives 1/4; the dielectric coat reflects 4 % and adds its own lobe of 1/(4 · 4) · 0.04 · π / π.
        red = int(middle(frame.pixels)[0])
        assert abs(red - encoded(0.25 * (0.96 + 0.04 / 4))[0]) <= 1


class TestTextures:
    def test_an_upright_texture_stands_upright(self, renderer: Renderer) -> None:
        material = textured([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [255, 255, 255]]])
        frame = renderer.render(placed(node(quad(material))), camera=FACING, size=SIZE, settings=PLAIN)
        left, right, top, bottom = 12, 35, 12, 35
        assert frame.pixels[top, left, :3].argmax() == 0
        assert frame.pixels[top, right, :3].argmax() == 1
        assert frame.pixels[bottom, left, :3].argmax() == 2
        assert frame.pixels[bottom, right, :3].min() > 150

    def test_a_texture_transform_moves_turns_and_scales(self, renderer: Renderer) -> None:
        texels = np.zeros((64, 64, 3), np.uint8)
        texels[:32, :32] = (255, 0, 0)
        texels[:32, 32:] = (0, 255, 0)
        texels[32:, :32] = (0, 0, 255)
        texels[32:, 32:] = (255, 255, 0)

        def corner(transform: TextureTransform | None) -> list[int]:
            """The colour near the top left corner, where the UV is close to (1/8, 1/8)."""
            document = placed(node(quad(textured(texels, transform=transform))))
            frame = renderer.render(document, camera=FACING, size=SIZE, settings=PLAIN)
            rows, columns = np.nonzero(frame.pixels[..., 3] > 127)
            side = rows.max() - rows.min()
            color = frame.pixels[rows.min() + side // 8, columns.min() + side // 8, :3]
            return (color > 128).astype(int).tolist()  # type: ignore[no-any-return]

        assert corner(None) == [1, 0, 0]
        assert corner(TextureTransform(offset=(0.5, 0.0))) == [0, 1, 0]
        assert corner(TextureTransform(offset=(0.0, 0.5))) == [0, 0, 1]
        assert corner(TextureTransform(scale=(6.0, 1.0))) == [0, 1, 0]
        # (u, v) → (v, 1 − u): a quarter turn with the offset that brings it back.
        assert corner(TextureTransform(rotation=np.pi / 2, offset=(0.0, 1.0))) == [0, 0, 1]

    @pytest.mark.parametrize(
        ("wrap", "expected"), [(Wrap.REPEAT, 0), (Wrap.MIRRORED_REPEAT, 2), (Wrap.CLAMP_TO_EDGE, 2)]
    )
    def test_wraps(self, renderer: Renderer, wrap: Wrap, expected: int) -> None:
        texels = np.zeros((32, 32, 3), np.uint8)
        texels[:, :16, 0], texels[:, 16:, 2] = 255, 255
        transform = TextureTransform(offset=(1.0, 0.0))
        material = textured(texels, sampler=Sampler(wrap_s=wrap), transform=transform)
        frame = renderer.render(placed(node(quad(material))), camera=FACING, size=SIZE, settings=PLAIN)
        assert frame.pixels[24, 14, :3].argmax() == expected

    def test_an_image_that_cannot_be_decoded_is_a_typed_error(self, renderer: Renderer) -> None:
        torn = Image(b"\x89PNG\r\n\x1a\n and no more", name="torn")
        material = Material(base_color_texture=TextureInfo(texture=Texture(image=torn)))
        with pytest.raises(InvalidAsset, match="torn"):
            renderer.render(placed(node(quad(material))), size=SIZE)


class TestAlpha:
    def test_a_white_background_is_exactly_white(self, renderer: Renderer) -> None:
        settings = RenderSettings(background="white")
        frame = renderer.render(placed(node(sphere())), camera=Orbit(fill=0.5), size=SIZE, settings=settings)
        assert frame.pixels[0].tolist() == [[255] * 4] * SIZE[0]
        assert (frame.pixels[..., 3] == 255).all()

    def test_a_coloured_background_is_exact(self, renderer: Renderer) -> None:
        settings = RenderSettings(background="#1e90FF")
        frame = renderer.render(placed(node(sphere())), camera=Orbit(fill=0.5), size=SIZE, settings=settings)
        assert frame.pixels[0, 0].tolist() == [0x1E, 0x90, 0xFF, 255]

    def test_a_transparent_edge_has_no_halo(self, renderer: Renderer) -> None:
        """Straight alpha: a pixel that is covered in part has the object's own colour."""
        document = placed(node(sphere(unlit((0.8, 0.1, 0.1, 1)))))
        frame = renderer.render(document, size=SIZE, settings=PLAIN)
        edge = frame.pixels[(frame.pixels[..., 3] > 0) & (frame.pixels[..., 3] < 255)]
        assert len(edge) > 20
        assert (edge[:, :3] == encoded(0.8, 0.1, 0.1)).all()

    def test_blending_is_linear_and_sorted(self, renderer: Renderer) -> None:
        glass = unlit((0.0, 1.0, 0.0, 0.25), alpha_mode=AlphaMode.BLEND)
        film = unlit((1.0, 0.0, 0.0, 0.5), alpha_mode=AlphaMode.BLEND)
        wall = unlit((0.0, 0.0, 1.0, 1.0))
        front_first = placed(node(quad(film, z=0.5)), node(quad(glass, z=0.2)), node(quad(wall, z=-0.5)))
        frame = renderer.render(front_first, camera=FACING, size=SIZE, settings=PLAIN)
        assert middle(frame.pixels).tolist() == [*encoded(0.5, 0.125, 0.375), 255]

    def test_triangles_of_one_mesh_blend_from_far_to_near(self, renderer: Renderer) -> None:
        near, far = quad(z=0.5), quad(z=-0.5)
        colors = np.repeat([[1.0, 0, 0, 0.5], [0, 0, 1.0, 0.5]], 4, 0).astype(np.float32)
        attributes = {
            name: Accessor(np.concatenate([near.attributes[name].array, far.attributes[name].array]))
            for name in ("POSITION", "NORMAL")
        }
        attributes["COLOR_0"] = Accessor(colors)
        indices = Accessor(np.array([0, 1, 2, 0, 2, 3, 4, 5, 6, 4, 6, 7], np.uint16))
        material = unlit((1, 1, 1, 1), alpha_mode=AlphaMode.BLEND, double_sided=True)
        document = placed(node(Primitive(attributes=attributes, indices=indices, material=material)))
        front = renderer.render(document, camera=FACING, size=SIZE, settings=PLAIN)
        back = renderer.render(
            document, camera=Orbit(yaw=180, distance=4.0, target=(0, 0, 0), fov=45), size=SIZE, settings=PLAIN
        )
        assert middle(front.pixels).tolist() == [*encoded(0.5 / 0.75, 0, 0.25 / 0.75), 191]
        assert middle(back.pixels).tolist() == [*encoded(0.25 / 0.75, 0, 0.5 / 0.75), 191]

    @pytest.mark.parametrize(("alpha", "seen"), [(0.45, 0), (0.55, 255)])
    def test_a_mask_cuts_at_its_cutoff(self, renderer: Renderer, alpha: float, seen: int) -> None:
        material = unlit((1, 1, 1, alpha), alpha_mode=AlphaMode.MASK)
        frame = renderer.render(placed(node(quad(material))), camera=FACING, size=SIZE, settings=PLAIN)
        assert middle(frame.pixels)[3] == seen


class TestGeometry:
    def test_the_back_of_a_single_sided_surface_is_not_seen(self, renderer: Renderer) -> None:
        behind = Orbit(yaw=180, distance=4.0, target=(0, 0, 0), fov=45)
        one, two = (placed(node(quad(unlit((1, 1, 1, 1), double_sided=both)))) for both in (False, True))
        assert middle(renderer.render(one, camera=behind, size=SIZE).pixels)[3] == 0
        assert middle(renderer.render(two, camera=behind, size=SIZE).pixels)[3] == 255

    def test_a_mirrored_node_keeps_its_front(self, renderer: Renderer) -> None:
        mirrored = placed(node(quad(), scale=(-1.0, 1.0, 1.0)))
        frame = renderer.render(mirrored, camera=FACING, size=SIZE)
        assert middle(frame.pixels)[3] == 255
        np.testing.assert_allclose(middle(frame.normals), [0, 0, 1], atol=1e-6)

    def test_facts_are_metres_normals_and_nodes(self, renderer: Renderer) -> None:
        document = placed(Node(), node(quad(z=1.0)))
        frame = renderer.render(document, camera=FACING, size=SIZE)
        np.testing.assert_allclose(middle(frame.depth), 3.0, rtol=1e-5)
        assert frame.depth[0, 0] == np.inf
        np.testing.assert_allclose(middle(frame.normals), [0, 0, 1], atol=1e-6)
        assert (middle(frame.object_ids), frame.object_ids[0, 0]) == (2, 0)

    def test_nodes_that_are_not_listed_count_as_seen(self, renderer: Renderer) -> None:
        document = placed(Node(children=[node(quad(z=1.0))]))
        frame = renderer.render(document, camera=FACING, size=SIZE)
        assert middle(frame.object_ids) == 2
        np.testing.assert_allclose(middle(frame.depth), 3.0, rtol=1e-5)

    def test_missing_normals_are_flat(self, renderer: Renderer) -> None:
        primitive = quad()
        del primitive.attributes["NORMAL"]
        tilted = placed(node(primitive, rotation=(0.0, float(np.sin(0.3)), 0.0, float(np.cos(0.3)))))
        normal = middle(renderer.render(tilted, camera=FACING, size=SIZE).normals)
        np.testing.assert_allclose(normal, [np.sin(0.6), 0, np.cos(0.6)], atol=1e-4)

    def test_quantized_positions_are_where_the_floats_are(self, renderer: Renderer) -> None:
        plain, quantized = quad(unlit((1, 1, 1, 1))), quad(unlit((1, 1, 1, 1)))
        integers = (plain.attributes["POSITION"].array * 32767).astype(np.int16)
        quantized.attributes["POSITION"] = Accessor(integers, normalized=True)
        first, second = (renderer.render(placed(node(p)), camera=FACING, size=SIZE) for p in (plain, quantized))
        np.testing.assert_array_equal(first.pixels, second.pixels)

    def test_morphed_vertices_are_where_they_should_be(self, renderer: Renderer) -> None:
        primitive = quad(unlit((1, 1, 1, 1)))
        up = np.tile(np.float32([0, 0, 1]), (4, 1))
        primitive.targets = [{"POSITION": Accessor(up)}, {"POSITION": Accessor(-3 * up)}]
        document = placed(node(primitive, weights=[0.75, 0.5]))
        frame = renderer.render(document, camera=FACING, size=SIZE)
        np.testing.assert_allclose(middle(frame.depth), 4 - 0.75 + 1.5, rtol=1e-5)

    def test_skinned_vertices_follow_their_joints_and_not_their_node(self, renderer: Renderer) -> None:
        primitive = quad(unlit((1, 1, 1, 1)), WEIGHTS_0=np.tile([0.25, 0.75, 0, 0], (4, 1)))
        primitive.attributes["JOINTS_0"] = Accessor(np.tile(np.uint8([0, 1, 0, 0]), (4, 1)))
        joints = [Node(translation=(0, 0, 1)), Node(translation=(0, 0, -1))]
        inverse = np.tile(np.eye(4, dtype=np.float32), (2, 1, 1))
        inverse[1, 2, 3] = 2.0
        skin = Skin(joints=joints, inverse_bind_matrices=Accessor(inverse))
        document = placed(node(primitive, skin=skin, translation=(50, 0, 0)), *joints)
        frame = renderer.render(document, camera=FACING, size=SIZE)
        # 0.25 · (0 + 1) + 0.75 · (0 + 2 − 1) = 1
        np.testing.assert_allclose(middle(frame.depth), 3.0, rtol=1e-5)

    @pytest.mark.parametrize(("sets", "depth"), [([[0.2, 0.2]], 2.5), ([[0, 0]], 3.0), ([[0.5, 0.5], [0, 1]], 2.25)])
    def test_weights_count_as_shares_of_their_sum(
        self, renderer: Renderer, sets: list[list[float]], depth: float
    ) -> None:
        primitive = quad(unlit((1, 1, 1, 1)))
        for number, weights in enumerate(sets):
            primitive.attributes[f"JOINTS_{number}"] = Accessor(np.tile(np.uint8([0, 1, 0, 0]), (4, 1)))
            primitive.attributes[f"WEIGHTS_{number}"] = Accessor(np.tile(np.float32([*weights, 0, 0]), (4, 1)))
        joints = [Node(translation=(0, 0, 1)), Node(translation=(0, 0, 2))]
        frame = renderer.render(placed(node(primitive, skin=Skin(joints=joints)), *joints), camera=FACING, size=SIZE)
        np.testing.assert_allclose(middle(frame.depth), depth, rtol=1e-5)

    def test_instances_stand_where_their_matrices_say(self, renderer: Renderer) -> None:
        offsets = Accessor(np.array([[-1, 0, 0], [1, 0, 0]], np.float32))
        scales = Accessor(np.array([[0.5, 0.5, 0.5], [-0.5, 0.5, 0.5]], np.float32))
        grid = Instancing(attributes={"TRANSLATION": offsets, "SCALE": scales})
        document = placed(node(quad(unlit((1, 1, 1, 1))), instancing=grid))
        seen = renderer.render(document, camera=FACING, size=SIZE).pixels[..., 3] == 255
        assert seen[24, 9:14].all()
        assert seen[24, 34:39].all()
        assert not seen[24, 22:26].any()

    def test_a_frame_that_would_take_minutes_is_refused_before_it_is_begun(self, renderer: Renderer) -> None:
        grid = Instancing(attributes={"TRANSLATION": Accessor(np.zeros((1 << 25, 3), np.float32))})
        document = placed(node(quad(unlit((1, 1, 1, 1))), instancing=grid))
        with pytest.raises(LimitExceeded, match="max_repeated_vertices"):
            renderer.render(document, camera=FACING, size=SIZE)

    def test_points_and_lines_are_drawn(self, renderer: Renderer) -> None:
        corners = Accessor(np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], np.float32))
        for mode, least in ((Mode.POINTS, 4), (Mode.LINES, 40), (Mode.LINE_STRIP, 60), (Mode.LINE_LOOP, 80)):
            primitive = Primitive(attributes={"POSITION": corners}, mode=mode, material=unlit((1, 0, 0, 1)))
            settings = RenderSettings(tone="none", samples=1)
            frame = renderer.render(placed(node(primitive)), camera=FACING, size=SIZE, settings=settings)
            assert (frame.pixels[..., 3] > 200).sum() >= least

    def test_the_order_of_triangles_and_vertices_changes_no_pixel(self, renderer: Renderer) -> None:
        ball = sphere(rings=12)
        rng = np.random.default_rng(7)
        order = rng.permutation(len(ball.attributes["POSITION"]))
        place = np.argsort(order)
        faces = place[ball.indices.array.reshape(-1, 3)]  # type: ignore[union-attr]
        faces = np.stack(
            [np.roll(face, shift) for face, shift in zip(faces, rng.integers(0, 3, len(faces)), strict=True)]
        )
        shuffled = Primitive(
            attributes={name: Accessor(accessor.array[order]) for name, accessor in ball.attributes.items()},
            indices=Accessor(faces[rng.permutation(len(faces))].astype(np.uint32).ravel()),
        )
        first, second = (renderer.render(placed(node(p)), size=(96, 96)) for p in (ball, shuffled))
        np.testing.assert_array_equal(first.pixels, second.pixels)

    def test_an_empty_document_is_an_empty_picture(self, renderer: Renderer) -> None:
        frame = renderer.render(placed(), size=SIZE)
        assert not frame.pixels.any()


class TestTurntable:
    def test_the_product_turns_counter_clockwise_under_fixed_light(self, renderer: Renderer) -> None:
        """Seen from above its front (+Z) goes to +X, which is the picture's right."""
        document = placed(
            node(quad(unlit((1, 0, 0, 1)), size=0.4, z=1.0)), node(sphere(unlit((0, 0, 1, 1)), radius=0.9))
        )
        front, quarter, back, other = renderer.turntable(document, frames=4, camera=Orbit(), size=SIZE)
        assert middle(front.pixels)[0] > 200
        assert middle(back.pixels)[0] < 50
        assert middle(quarter.pixels)[0] < 50
        assert np.array_equal(front.size, SIZE)
        red = [
            np.nonzero(f.pixels[..., 0] > 128)[1]
            for f in renderer.turntable(document, frames=12, camera=Orbit(), size=SIZE)
        ]
        assert red[1].mean() > red[0].mean() + 4 > red[11].mean()
        assert other.size == SIZE

    def test_the_first_frame_is_the_still_of_the_same_camera(self, renderer: Renderer) -> None:
        document = placed(node(sphere(rings=8), scale=(1, 2, 0.5)))
        camera = Orbit(pitch=20, distance=8, target=(0, 0, 0))
        still = renderer.render(document, camera=camera, size=SIZE)
        first = next(renderer.turntable(document, frames=3, camera=camera, size=SIZE))
        np.testing.assert_array_equal(still.pixels, first.pixels)

    def test_orbiting_moves_the_camera_and_not_the_light(self, renderer: Renderer) -> None:
        sky = np.zeros((8, 16, 3), np.float32)
        sky[:, 10:14] = 4.0  # about +Z: u = ½ + ¼
        document = placed(node(sphere(Material(metallic_factor=0.0))))
        turned = list(renderer.turntable(document, frames=2, environment=sky, size=SIZE))
        orbited = list(renderer.turntable(document, frames=2, environment=sky, size=SIZE, orbit=True))
        np.testing.assert_array_equal(turned[0].pixels, orbited[0].pixels)
        assert middle(turned[1].pixels)[0] > 150
        assert middle(orbited[1].pixels)[0] < 80


class TestArguments:
    def test_an_unknown_variant_names_those_there_are(self, renderer: Renderer) -> None:
        with pytest.raises(RecipeError, match="variants are: none"):
            renderer.render(placed(node(quad())), variant="red", size=SIZE)

    @pytest.mark.parametrize("value", [np.nan, np.inf, -1.0])
    def test_a_sky_that_cannot_light_is_refused(self, renderer: Renderer, value: float) -> None:
        sky = np.ones((4, 8, 3), np.float32)
        sky[1, 2, 0] = value
        with pytest.raises(InvalidAsset, match="NaN, infinite or negative"):
            renderer.render(placed(node(quad())), environment=sky, size=SIZE)

    def test_a_missing_environment_is_named(self, renderer: Renderer) -> None:
        with pytest.raises(InvalidAsset, match=r"nowhere\.hdr"):
            renderer.render(placed(node(quad())), environment="nowhere.hdr", size=SIZE)

    def test_a_closed_renderer_says_so(self) -> None:
        try:
            renderer = Renderer()
        except GpuUnavailable as error:
            pytest.skip(str(error))
        renderer.close()
        renderer.close()
        with pytest.raises(GpuUnavailable, match="closed"):
            renderer.render(placed())

    def test_indices_past_the_vertices_are_a_typed_error(self, renderer: Renderer) -> None:
        primitive = quad()
        primitive.indices = Accessor(np.array([0, 1, 9], np.uint16))
        with pytest.raises(InvalidAsset, match="index 9"):
            renderer.render(placed(node(primitive)), camera=FACING, size=SIZE)


def test_memory_does_not_grow_over_many_frames(renderer: Renderer) -> None:
    document = placed(node(sphere(rings=16)))

    def resident() -> int:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * 4096

    for _ in renderer.turntable(document, frames=60, size=(64, 64)):
        pass
    before = resident()
    for _ in renderer.turntable(document, frames=200, size=(64, 64)):
        pass
    assert resident() - before < 8 << 20
