"""What past orders are used for: card campaigns, exports to vendors, opt-outs."""
