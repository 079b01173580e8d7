from hypothesis import settings

# A slow machine is no failure.
settings.register_profile("firth", deadline=None)
settings.load_profile("firth")
