"""What a good programmer would write for this one tool and nothing else: the baseline of the mapping engine.

All that `jenkins/notification` makes, in the same bytes, with the settings below; XML, package URLs, what of a URL may
be told, and schemas are the package's own, for they are the same job.
"""

from bench.by_hand.published import published
from bench.by_hand.settings import Settings

__all__ = ["Settings", "published"]
