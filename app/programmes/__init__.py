"""One folder a subsidy; programmes never import one another, and `installed` names those that run here."""
