"""What rigs call a humanoid's bones."""

from __future__ import annotations

import pytest

from forge3d.dress.bones import NEXT, PARENT, bone_of


@pytest.mark.parametrize(
    ("name", "bone"),
    [
        ("leftUpperArm", "leftUpperArm"),
        ("mixamorig:Hips", "hips"),
        ("mixamorig:Spine2", "upperChest"),
        ("mixamorig:LeftArm", "leftUpperArm"),
        ("mixamorig:LeftForeArm", "leftLowerArm"),
        ("mixamorig9:RightUpLeg", "rightUpperLeg"),
        ("mixamorigRightLeg", "rightLowerLeg"),
        ("mixamorig:LeftToeBase", "leftToes"),
        ("mixamorig:RightHandIndex1", "rightIndexProximal"),
        ("mixamorig:LeftHandThumb1", "leftThumbMetacarpal"),
        ("mixamorig:LeftHandPinky3", "leftLittleDistal"),
        ("upperarm_l", "leftUpperArm"),
        ("thigh_r", "rightUpperLeg"),
        ("calf_l", "leftLowerLeg"),
        ("spine_03", "upperChest"),
        ("clavicle_r", "rightShoulder"),
        ("upper_arm.L", "leftUpperArm"),
        ("DEF-forearm.R", "rightLowerArm"),
        ("J_Bip_C_UpperChest", "upperChest"),
        ("J_Bip_L_UpperLeg", "leftUpperLeg"),
        ("Left arm", "leftUpperArm"),
        ("leg_joint_L_1", None),
        ("Armature", None),
        ("", None),
        (None, None),
    ],
)
def test_names(name: str | None, bone: str | None) -> None:
    assert bone_of(name) == bone


def test_every_bone_leads_to_the_hips_and_points_to_a_child() -> None:
    assert len(PARENT) == 55  # VRM 1.0
    for bone in PARENT:
        step: str | None = bone
        for _ in range(12):
            step = PARENT[step] if step is not None else None
        assert step is None
    assert all(PARENT[end] == bone for bone, end in NEXT.items())
