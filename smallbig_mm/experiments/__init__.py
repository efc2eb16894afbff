"""Many small jobs: counting all networks, the grids, the quickstart."""
