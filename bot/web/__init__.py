"""Health, metrics, the raw check and the admin socket; the door to aiohttp."""
