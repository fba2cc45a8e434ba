"""Reading an AWS account: declarations of what to read, the gate it passes, and the engine that reads."""
