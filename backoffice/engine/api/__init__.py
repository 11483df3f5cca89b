"""Where vendors and operations reach us over HTTP."""
