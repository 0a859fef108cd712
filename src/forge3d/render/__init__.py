"""Rendering without a screen: documents to pictures, on a GPU or on the CPU."""

from .camera import Camera, FileCamera, Orbit
from .device import Capabilities
from .doctor import Finding, doctor
from .environment import Environment
from .frame import Frame
from .points import ImagePoint, NamedPoint, named_points
from .renderer import Renderer
from .settings import RenderSettings

__all__ = [
    "Camera", "Capabilities", "Environment", "FileCamera", "Finding", "Frame", "ImagePoint", "NamedPoint", "Orbit",
    "RenderSettings", "Renderer", "doctor", "named_points",
]  # fmt: skip
