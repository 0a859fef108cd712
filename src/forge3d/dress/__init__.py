"""Garments and wearables on rigged bodies: joints matched by name, cloth fitted to the body, hidden skin removed.

from forge3d.dress import Wear, dress

dressed = dress(Document.read("jacket.glb"), Document.read("body.glb"), Wear())
dressed.document.write("dressed.glb")
"""

from .dressing import Dressed, dress
from .wear import Wear

__all__ = ["Dressed", "Wear", "dress"]
