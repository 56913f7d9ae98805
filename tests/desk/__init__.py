"""The one desk of helpers: whatever two tests need stands here, and no test imports from another."""
