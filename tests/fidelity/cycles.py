"""Run by Blender, not by Python: `blender -b --factory-startup -P cycles.py -- JOB.json`. See `reference.py`.

Materials are layers over layers, as glTF 2.0's appendix B has them: what a layer reflects (its albedo for the view's
angle, from a table) is what the layers below do not get.
"""

# ruff: noqa: E402
import json
import math
import sys

import numpy

numpy.bool, numpy.int, numpy.float = bool, int, float  # Blender 3.4 still uses the names that NumPy took away

import bpy
import mathutils

with open(sys.argv[sys.argv.index("--") + 1]) as told:
    JOB = json.load(told)


class Nodes:
    """A node tree, written as expressions: every method gives a socket."""

    def __init__(self, tree):
        self.tree = tree

    def new(self, kind, **properties):
        node = self.tree.nodes.new(f"ShaderNode{kind}")
        for name, value in properties.items():
            setattr(node, name, value)
        return node

    def put(self, socket, value):
        if isinstance(value, bpy.types.NodeSocket):
            self.tree.links.new(value, socket)
        elif value is not None:
            short = socket.type == "RGBA" and len(value) == 3
            socket.default_value = [*value, 1.0] if short else value

    def math(self, operation, a, b=None):
        node = self.new("Math", operation=operation)
        self.put(node.inputs[0], a)
        self.put(node.inputs[1], b)
        return node.outputs[0]

    def times(self, a, b):
        """Two colours; a number is a grey."""
        node = self.new("VectorMath", operation="MULTIPLY")
        for socket, value in zip(node.inputs, (a, b), strict=False):
            self.put(socket, [value] * 3 if isinstance(value, (int, float)) else value)
        return node.outputs[0]

    def mix(self, share, a, b):
        """Shader `a` for a share of 0, `b` for 1; None is black."""
        node = self.new("MixShader")
        for socket, value in zip(node.inputs, (share, a, b), strict=True):
            self.put(socket, value)
        return node.outputs[0]

    def add(self, a, b):
        node = self.new("AddShader")
        self.put(node.inputs[0], a)
        self.put(node.inputs[1], b)
        return node.outputs[0]

    def shader(self, kind, normal=None, properties=None, **inputs):
        node = self.new(kind, **(properties or {}))
        for name, value in inputs.items():
            self.put(node.inputs[name.replace("_", " ")], value)
        if normal is not None:
            self.put(node.inputs["Normal"], normal)
        return node.outputs[0]

    def picture(self, told):
        image = bpy.data.images.load(told["file"], check_existing=True)
        image.colorspace_settings.name = "sRGB" if told["srgb"] else "Non-Color"
        image.alpha_mode = "CHANNEL_PACKED"
        node = self.new("TexImage", image=image, extension="REPEAT" if told["repeat"] else "EXTEND")
        uv = self.new("UVMap", uv_map="UVMap" if told["uv"] == 0 else f"UVMap.{told['uv']:03d}")
        self.put(node.inputs["Vector"], uv.outputs[0])
        return node

    def channel(self, told, which):
        split = self.new("SeparateColor")
        self.put(split.inputs[0], self.picture(told).outputs["Color"])
        return split.outputs["RGB".index(which)]

    def normal(self, told):
        node = self.new("NormalMap", uv_map="UVMap" if told["uv"] == 0 else f"UVMap.{told['uv']:03d}")
        self.put(node.inputs["Color"], self.picture(told).outputs["Color"])
        return node.outputs[0]

    def facing(self, normal):
        """The cosine between the normal and the view."""
        geometry = self.new("NewGeometry")
        node = self.new("VectorMath", operation="DOT_PRODUCT")
        self.put(node.inputs[0], geometry.outputs["Incoming"])
        self.put(node.inputs[1], normal if normal is not None else geometry.outputs["Normal"])
        return self.math("MAXIMUM", node.outputs["Value"], 0.0)

    def table(self, rows, x, y=0.5):
        """A value of a table `(h, w)` at x and y, each 0 to 1."""
        height, width = rows.shape
        image = bpy.data.images.new("table", width, height, float_buffer=True, is_data=True)
        image.pixels.foreach_set(numpy.repeat(rows[..., None], 4, 2).astype(numpy.float32).ravel())
        image.pack()
        place = self.new("CombineXYZ")
        self.put(place.inputs[0], x)
        self.put(place.inputs[1], y)
        node = self.new("TexImage", image=image, extension="EXTEND")
        self.put(node.inputs["Vector"], place.outputs[0])
        return node.outputs["Color"]

    def mirror(self, normal, color, f0, roughness, metal=False):
        """A GGX lobe that gives back what its microfacets scatter to each other, as all engines do by now."""
        inputs = {"Base_Color": color, "Metallic": float(metal), "Specular": f0 / 0.08, "Roughness": roughness}
        return self.shader("BsdfPrincipled", normal, {"distribution": "MULTI_GGX"}, **inputs)


def surface(n, told):
    """The material's surface, and what is inside of it (or None)."""
    pictures = told["pictures"]
    normal = n.normal(pictures["normal_texture"]) if "normal_texture" in pictures else None
    color, alpha = told["color"][:3], told["color"][3]
    if "base_color_texture" in pictures:
        texels = n.picture(pictures["base_color_texture"])
        color, alpha = n.times(texels.outputs["Color"], color), n.math("MULTIPLY", texels.outputs["Alpha"], alpha)
    metallic, roughness = told["metallic"], told["roughness"]
    if "metallic_roughness_texture" in pictures:
        metallic = n.math("MULTIPLY", n.channel(pictures["metallic_roughness_texture"], "B"), metallic)
        roughness = n.math("MULTIPLY", n.channel(pictures["metallic_roughness_texture"], "G"), roughness)
    if told["unlit"]:
        return cut(n, told, n.shader("Emission", Color=color), alpha), None
    facing = n.facing(normal)
    albedo = n.math("MULTIPLY", n.table(numpy.load(told["albedos"]), facing, roughness), told["specular"])
    body, inside = n.shader("BsdfDiffuse", normal, Color=n.times(color, n.math("SUBTRACT", 1.0, albedo))), None
    shine = n.mix(told["specular"], None, n.mirror(normal, (0, 0, 0), told["f0"], roughness))
    dielectric = n.add(body, shine)
    if told.get("transmission"):
        share = told["transmission"]
        if "transmission.texture" in pictures:
            share = n.math("MULTIPLY", n.channel(pictures["transmission.texture"], "R"), share)
        dielectric = n.mix(share, dielectric, glass(n, told, normal, color, roughness, albedo, shine))
        if "absorption" in told:
            most = max(max(told["absorption"]), 1e-9)
            inside = n.shader("VolumeAbsorption", Color=[1 - a / most for a in told["absorption"]], Density=most)
    made = n.mix(metallic, dielectric, n.mirror(normal, color, 0.04, roughness, metal=True))
    if "sheen" in told:
        made = cloth(n, told, normal, facing, made)
    emissive = [e * told["emissive_strength"] for e in told["emissive"]]
    if max(emissive) > 0:
        if "emissive_texture" in pictures:
            emissive = n.times(n.picture(pictures["emissive_texture"]).outputs["Color"], emissive)
        made = n.add(made, n.shader("Emission", Color=emissive))
    if "coat" in told:
        made = coated(n, told, made)
    return cut(n, told, made, alpha), inside


def glass(n, told, normal, color, roughness, albedo, shine):
    """Bodies of glass refract; thin walls let light pass straight on."""
    if not told["thick"]:
        return n.add(n.mix(albedo, n.shader("BsdfTransparent", Color=color), None), shine)
    smooth = told["roughness"] == 0
    kind = {"distribution": "SHARP" if smooth else "MULTI_GGX"}
    inputs = {"Roughness": roughness, "IOR": told["ior"]}
    clear = n.shader("BsdfGlass", normal, kind, Color=(1, 1, 1), **inputs)
    if not isinstance(color, bpy.types.NodeSocket) and min(color) == 1:
        return clear
    fresnel = n.shader("Fresnel", normal, IOR=told["ior"])
    kind = {"distribution": "SHARP" if smooth else "GGX"}
    bent = n.shader("BsdfRefraction", normal, kind, Color=color, **inputs)
    sent_back = n.shader("BsdfGlossy", normal, kind, Color=(1, 1, 1), Roughness=roughness)
    return n.mix(fresnel, bent, sent_back)


def cloth(n, told, normal, facing, below):
    *lobes, body, albedo = numpy.load(told["sheen"]["lobes"])
    color, roughness = told["sheen"]["color"], 0.5
    if "sheen.color_texture" in told["pictures"]:
        color = n.times(n.picture(told["pictures"]["sheen.color_texture"]).outputs["Color"], color)
    if "sheen.roughness_texture" in told["pictures"]:
        texels = n.picture(told["pictures"]["sheen.roughness_texture"]).outputs["Alpha"]
        roughness = n.math("ADD", n.math("MULTIPLY", texels, told["sheen"]["roughness"] * 15 / 16), 0.5 / 16)
    strongest = max(color) if not isinstance(color, bpy.types.NodeSocket) else greatest(n, color)
    made = n.mix(n.math("MULTIPLY", n.table(albedo, facing, roughness), strongest), below, None)
    for width, weights in zip(JOB["velvet"], lobes, strict=True):
        tint = n.times(n.table(weights, facing, roughness), color)
        made = n.add(made, n.shader("BsdfVelvet", normal, Color=tint, Sigma=width))
    return n.add(made, n.shader("BsdfDiffuse", normal, Color=n.times(n.table(body, facing, roughness), color)))


def greatest(n, color):
    split = n.new("SeparateColor")
    n.put(split.inputs[0], color)
    return n.math("MAXIMUM", split.outputs[0], n.math("MAXIMUM", split.outputs[1], split.outputs[2]))


def coated(n, told, below):
    pictures, coat = told["pictures"], told["coat"]
    normal = n.normal(pictures["clearcoat.normal_texture"]) if "clearcoat.normal_texture" in pictures else None
    factor, roughness = coat["factor"], coat["roughness"]
    if "clearcoat.texture" in pictures:
        factor = n.math("MULTIPLY", n.channel(pictures["clearcoat.texture"], "R"), factor)
    if "clearcoat.roughness_texture" in pictures:
        roughness = n.math("MULTIPLY", n.channel(pictures["clearcoat.roughness_texture"], "G"), roughness)
    albedo = n.math("MULTIPLY", n.table(numpy.load(coat["albedos"]), n.facing(normal), roughness), factor)
    shine = n.mix(factor, None, n.mirror(normal, (0, 0, 0), 0.04, roughness))
    return n.add(n.mix(albedo, below, None), shine)


def cut(n, told, made, alpha):
    if told["alpha"] == "OPAQUE":
        return made
    if told["alpha"] == "MASK":
        alpha = n.math("GREATER_THAN", alpha, told["cutoff"] - 1e-6)
    return n.mix(alpha, n.shader("BsdfTransparent", Color=(1, 1, 1)), made)


def material(made, told):
    made.use_nodes = True
    made.node_tree.nodes.clear()
    nodes = Nodes(made.node_tree)
    output = nodes.new("OutputMaterial")
    outside, inside = surface(nodes, told)
    nodes.put(output.inputs["Surface"], outside)
    nodes.put(output.inputs["Volume"], inside)


def light(scene):
    scene.world = bpy.data.worlds.new("sky")
    scene.world.use_nodes = True
    nodes = Nodes(scene.world.node_tree)
    sky = nodes.new("TexEnvironment", image=bpy.data.images.load(JOB["environment"]))
    nodes.put(scene.world.node_tree.nodes["Background"].inputs["Color"], sky.outputs["Color"])


def look(scene):
    """glTF's y is Blender's z."""
    theta, phi = (math.radians(JOB["orbit"][name]) for name in ("theta", "phi"))
    x, y, z = JOB["target"]
    target = mathutils.Vector((x, -z, y))
    away = mathutils.Vector((math.sin(phi) * math.sin(theta), -math.sin(phi) * math.cos(theta), math.cos(phi)))
    camera = bpy.data.cameras.new("camera")
    scene.camera = bpy.data.objects.new("camera", camera)
    scene.collection.objects.link(scene.camera)
    radius = JOB["orbit"]["radius"]
    camera.sensor_fit, camera.clip_start, camera.clip_end = "VERTICAL", radius / 1000, radius * 1000
    camera.angle = math.radians(JOB["vertical_fov"])
    scene.camera.location = target + radius * away
    scene.camera.rotation_euler = (-away).to_track_quat("-Z", "Y").to_euler()


def settings(scene):
    scene.render.engine = "CYCLES"
    cycles = scene.cycles
    cycles.device, cycles.samples, cycles.seed, cycles.use_adaptive_sampling = "CPU", JOB["samples"], JOB["seed"], False
    cycles.use_denoising = False  # Debian's Blender has no filter; many samples are as good, and leave nothing out
    cycles.max_bounces = cycles.glossy_bounces = cycles.transmission_bounces = cycles.transparent_max_bounces = 24
    cycles.diffuse_bounces = 16
    cycles.sample_clamp_indirect, cycles.blur_glossy = 0.0, 0.0  # light as it is, sparkles and all
    scene.render.resolution_x, scene.render.resolution_y = JOB["size"]
    scene.render.resolution_percentage, scene.render.film_transparent = 100, True
    scene.view_settings.view_transform, scene.view_settings.look = "Standard", "None"
    image = scene.render.image_settings
    image.file_format, image.color_mode, image.color_depth = "OPEN_EXR", "RGBA", "32"
    scene.render.filepath = JOB["out"] + ".exr"


def save():
    """The picture as an array `(h, w, 4)`: linear light times alpha, top row first."""
    image = bpy.data.images.load(JOB["out"] + ".exr")
    pixels = numpy.empty(len(image.pixels), numpy.float32)
    image.pixels.foreach_get(pixels)
    numpy.save(JOB["out"], pixels.reshape(image.size[1], image.size[0], 4)[::-1])


bpy.ops.wm.read_factory_settings(use_empty=True)
bpy.ops.import_scene.gltf(filepath=JOB["model"])
scene = bpy.context.scene
for thing in list(scene.objects):
    if thing.type in ("CAMERA", "LIGHT"):
        bpy.data.objects.remove(thing)
for number, told in enumerate(JOB["materials"]):
    if str(number) in bpy.data.materials:
        material(bpy.data.materials[str(number)], told)
light(scene)
look(scene)
settings(scene)
bpy.ops.render.render(write_still=True)
save()
