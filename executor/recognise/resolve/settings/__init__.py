"""Which value of which object is meant, and the request for it."""

from executor.recognise.resolve.settings.asks import SettingAsks

__all__ = ["SettingAsks"]
