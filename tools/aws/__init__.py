"""Reading an AWS account: what is declared, the gate that calls pass, the engine that reads."""
