# Non-local units after every block of res3 and res4, as in Table 7.
_base_ = "../nonlocal_r23_k400.py"
