"""What is done with cases: batches, firing, candidates, slots, objections, publicity."""
