"""A pytest plugin for mutation testing: few Hypothesis examples, always the same ones, none remembered.

An example that fails is not made smaller: that a test fails is all that is asked.
"""

from hypothesis import HealthCheck, Phase, settings

settings.register_profile(
    "quick",
    max_examples=25,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
settings.load_profile("quick")
