"""What the utility has set: policy, limits as they run, departments, alerts."""
