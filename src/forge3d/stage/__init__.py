"""A product in a photo of a room: at its true size, in the room's light, with its shadow on the floor.

from forge3d.stage import Floor, stage

staged = stage(document, "room.jpg", Floor(points=((612, 940), (1310, 905)), length=1.60))
staged.save("room-with-chair.webp")
"""

from .camera import Floor, RoomCamera
from .staging import Staged, stage
from .sun import Shadow

__all__ = ["Floor", "RoomCamera", "Shadow", "Staged", "stage"]
