from healthcare.history.models.history import History

__all__ = ["History"]
