"""The ledger: records of runs, what they hold, and where they come from."""
