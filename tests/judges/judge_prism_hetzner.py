"""Hetzner Cloud's own OpenAPI document judges whole walks: the plugin's requests, the fake's answers."""
import prism_judge

prism_judge.main("hetzner")
