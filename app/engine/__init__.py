"""What every programme shares: claims, workflow, rules, policy, batches, sheets, scope, audit, jobs."""
