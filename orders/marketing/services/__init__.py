"""Campaigns and exports."""
