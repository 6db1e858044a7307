"""MMEngine hooks of the transfer runs."""

from transfer.hooks.losses import LoggedLosses
from transfer.hooks.record import TransferRecordHook
from transfer.hooks.step import FastStep

__all__ = ["FastStep", "LoggedLosses", "TransferRecordHook"]
