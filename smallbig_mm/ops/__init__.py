"""Pure functions on features, each fast form beside its plain twin."""
