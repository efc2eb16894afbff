"""Pictures of what a network sees and says, and of the unit."""
