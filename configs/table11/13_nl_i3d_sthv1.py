# Table 11, NL I3D: R50, 32 x 2, Something-Something V1. I3D with five non-local units, as on
# Kinetics.
_base_ = "12_i3d_sthv1.py"

model = dict(
    backbone=dict(
        non_local=((0, 0, 0), (0, 1, 0, 1), (0, 1, 0, 1, 0, 1), (0, 0, 0)),
        non_local_cfg=dict(
            sub_sample=True,
            use_scale=False,
            norm_cfg=dict(type="BN3d", requires_grad=True),
            mode="embedded_gaussian",
        ),
    )
)
