"""Subsidies as data: what a definition holds, its language, its versions, and the programme that it becomes."""
