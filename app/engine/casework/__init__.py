"""What is done with cases: batches, firing, claims that move, objections, publicity."""
