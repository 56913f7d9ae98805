"""One folder a subsidy; programmes never import one another."""
