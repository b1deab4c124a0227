"""A pytest plugin for mutation testing: few Hypothesis examples, always the same ones, none remembered."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "quick",
    max_examples=25,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
settings.load_profile("quick")
