"""What specialists use; each of these works without any agent."""
