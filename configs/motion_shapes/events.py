"""Tables 2 to 9, the peers' units and one-way views on MotionShapes' events, at a small size.

Its videos: tools/make_motion_shapes.py data/motion_shapes_events --kind events --train 1600 --val 640
"""

_base_ = "grid.py"

networks = ("table0[2-9]/*", "units/*_r23", "beyond/*_r23_k400")
data_root = "data/motion_shapes_events"
model = dict(cls_head=dict(num_classes=8))
