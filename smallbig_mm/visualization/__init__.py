"""Pictures of what a network sees: feature maps over the frames (Fig. 3), and the unit itself."""
