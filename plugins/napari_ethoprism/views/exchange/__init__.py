"""Labels out to other programs' files and in from them, and the ethogram as a picture."""

from napari_ethoprism.views.exchange.view import ExchangeView

__all__ = ["ExchangeView"]
