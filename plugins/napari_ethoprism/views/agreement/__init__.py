"""The panel that compares what is coded with what another coder or a probe says."""

from napari_ethoprism.views.agreement.view import AgreementView

__all__ = ["AgreementView"]
