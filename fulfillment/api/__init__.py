"""The codes that storefronts send, over REST: countries, states, carriers."""
