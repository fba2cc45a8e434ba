"""AWS's documentation, through MCP: searched for what the workload needs, and only ever quoted."""
