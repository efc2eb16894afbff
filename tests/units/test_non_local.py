"""The non-local unit's keys and values from a pooled map."""

import pytest
import torch

from smallbig_mm.units import NonLocalUnit


@pytest.mark.parametrize("sub_sample", [False, True, "input"])
def test_starts_without_effect_and_pools_what_it_says(sub_sample):
    unit = NonLocalUnit(8, sub_sample=sub_sample).double()
    unit.init_unit()
    x = torch.randn(1, 8, 2, 4, 4, dtype=torch.float64)
    assert torch.equal(unit(x), x)

    torch.nn.init.ones_(unit.conv_out.bn.weight)
    for part in (unit.theta, unit.phi, unit.g):
        for tensor in part.parameters():
            torch.nn.init.normal_(tensor)
    unit.eval()
    pool = torch.nn.MaxPool3d((1, 2, 2))

    def linear(part, x):
        (conv,) = (m for m in part.modules() if isinstance(m, torch.nn.Conv3d))
        return conv(x)

    keys, values = (
        linear(part, pool(x)) if sub_sample == "input" else linear(part, x)
        for part in (unit.phi, unit.g)
    )
    if sub_sample is True:
        keys, values = pool(keys), pool(values)
    scores = torch.einsum("nct,ncp->ntp", linear(unit.theta, x).flatten(2), keys.flatten(2)) / 2
    mixed = torch.einsum("ntp,ncp->nct", scores.softmax(2), values.flatten(2)).view(1, 4, 2, 4, 4)
    torch.testing.assert_close(unit(x), x + unit.conv_out(mixed))
